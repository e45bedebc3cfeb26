"""The syntax tree: expressions, types, statements, declarations.

Nodes are immutable and compared by identity, so that later stages hang what they find out on them
in side tables. `span` always covers the whole construct.
"""

from __future__ import annotations

from nnspec.source import Source, Span
from nnspec.syntax.node import Node as Node

# --- expressions ---------------------------------------------------------------------------------


class Expr(Node):
    """Anything that has a value."""


class Name(Expr):
    """`x`; the `_` of `Linear(_, 4)` is a `Hole`."""

    id: str
    __match_args__ = ("id",)


class Hole(Expr):
    """`_` where a value is expected: a size that the compiler works out."""


class Number(Expr):
    """`1_000`, `1e-5`, `10e9` (a float), `True` is a `Constant`."""

    value: int | float
    __match_args__ = ("value",)


class String(Expr):
    """Adjacent strings are joined; the value has its escapes resolved."""

    value: str
    __match_args__ = ("value",)


class Constant(Expr):
    """`True`, `False`, `None`, `...`."""

    value: object
    __match_args__ = ("value",)


class Format(Node):
    """`{value:spec}` inside an f-string; `debug` and conversions are not part of the language."""

    value: Expr
    spec: str = ""
    __match_args__ = ("value", "spec")


class FString(Expr):
    """`f"layer{i}"`: plain parts are strings."""

    parts: tuple[str | Format, ...]
    __match_args__ = ("parts",)


class Tuple(Expr):
    """`a, b`, `(a, b)`, `()`; also a pattern on the left of `=`."""

    items: tuple[Expr, ...]
    parenthesised: bool = False
    __match_args__ = ("items", "parenthesised")


class List(Expr):
    """`[a, *b]`."""

    items: tuple[Expr, ...]
    __match_args__ = ("items",)


class DictItem(Node):
    """`key: value`, or `**value` where key is None."""

    key: Expr | None
    value: Expr
    __match_args__ = ("key", "value")


class Dict(Expr):
    """`{"a": 1, **rest}`."""

    items: tuple[DictItem, ...]
    __match_args__ = ("items",)


class Starred(Expr):
    """`*value` in a call, list, tuple, index or shape."""

    value: Expr
    __match_args__ = ("value",)


class Attribute(Expr):
    """`value.name`."""

    value: Expr
    name: str
    name_span: Span
    __match_args__ = ("value", "name", "name_span")


class Argument(Node):
    """One argument of a call. stars: 0 plain (perhaps with a name), 1 `*value`, 2 `**value`."""

    value: Expr
    name: str | None = None
    stars: int = 0
    __match_args__ = ("value", "name", "stars")


class Call(Expr):
    """`func(args)`."""

    func: Expr
    args: tuple[Argument, ...]
    __match_args__ = ("func", "args")


class Slice(Expr):
    """`lower:upper:step` inside an index."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None
    __match_args__ = ("lower", "upper", "step")


class Index(Expr):
    """`value[items]`; `x[a, b]` has two items and `tupled` set, so does `x[a,]`."""

    value: Expr
    items: tuple[Expr, ...]
    tupled: bool = False
    __match_args__ = ("value", "items", "tupled")


class Unary(Expr):
    """op: `-`, `+`, `~`, `not`."""

    op: str
    operand: Expr
    __match_args__ = ("op", "operand")


class Binary(Expr):
    """op: `+ - * / // % ** @ & | ^ << >>`."""

    op: str
    left: Expr
    right: Expr
    op_span: Span
    __match_args__ = ("op", "left", "right", "op_span")


class Compare(Expr):
    """`first op rest[0] op …`; ops: `< <= > >= == != is`, `is not`, `in`, `not in`."""

    first: Expr
    ops: tuple[str, ...]
    rest: tuple[Expr, ...]
    __match_args__ = ("first", "ops", "rest")


class Logical(Expr):
    """op: `and`, `or`, over two or more operands."""

    op: str
    operands: tuple[Expr, ...]
    __match_args__ = ("op", "operands")


class Conditional(Expr):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr
    __match_args__ = ("test", "body", "orelse")


class Pipe(Expr):
    """`value |> target`: the value becomes the first argument of target (a name, attribute, index or call)."""

    value: Expr
    target: Expr
    __match_args__ = ("value", "target")


class Clause(Node):
    """`for target in iterable if test…` of a comprehension."""

    target: Expr
    iterable: Expr
    tests: tuple[Expr, ...]
    __match_args__ = ("target", "iterable", "tests")


class Comprehension(Expr):
    """kind: `list`, `dict` (then `key` is set), `generator`."""

    kind: str
    element: Expr
    key: Expr | None
    clauses: tuple[Clause, ...]
    __match_args__ = ("kind", "element", "key", "clauses")


# --- types ---------------------------------------------------------------------------------------


class TypeExpr(Node):
    """What a value may be."""


class TensorType(TypeExpr):
    """`[B, 3]`, `int64[B]`; dims are expressions, `Starred(Name)` for `*N`, `Hole` for `_`."""

    dtype: str | None
    dims: tuple[Expr, ...]
    __match_args__ = ("dtype", "dims")


class NamedType(TypeExpr):
    """`int`, `layer`, `tensor`, `Rotary(D)`, `Embedding`, `Module`; args are expressions of sizes."""

    name: str
    args: tuple[Expr, ...] = ()
    __match_args__ = ("name", "args")


class ListType(TypeExpr):
    """`list[element]`, `list[element, count]`."""

    element: TypeExpr
    count: Expr | None = None
    __match_args__ = ("element", "count")


class DictType(TypeExpr):
    """`dict[key, value]`."""

    key: TypeExpr
    value: TypeExpr
    __match_args__ = ("key", "value")


class Field(Node):
    """An item of a tuple type, perhaps named."""

    name: str | None
    type: TypeExpr
    __match_args__ = ("name", "type")


class TupleType(TypeExpr):
    """`(int, int)`, `(logits: [B, V], loss: []?)`; `(int, ...)` has `repeated` set."""

    items: tuple[Field, ...]
    repeated: bool = False
    __match_args__ = ("items", "repeated")


class OptionalType(TypeExpr):
    """`inner?`."""

    inner: TypeExpr
    __match_args__ = ("inner",)


class UnionType(TypeExpr):
    """`a | b`."""

    options: tuple[TypeExpr, ...]
    __match_args__ = ("options",)


class LiteralType(TypeExpr):
    """`"relu"`, `3`, `None`, `True` as a type."""

    value: object
    __match_args__ = ("value",)


# --- signatures ----------------------------------------------------------------------------------


class Param(Node):
    """kind: `plain`, `star` (`*blocks`), `keyword` (after a bare `*`)."""

    name: str
    type: TypeExpr | None
    default: Expr | None
    kind: str
    name_span: Span
    __match_args__ = ("name", "type", "default", "kind", "name_span")


class Signature(Node):
    """The arguments, the result, and the facts of a `where` clause."""

    params: tuple[Param, ...]
    result: TypeExpr | None
    where: tuple[Expr, ...]
    __match_args__ = ("params", "result", "where")


# --- statements of code --------------------------------------------------------------------------


class Statement(Node):
    """A line, or a block, of a `def`."""


class Assign(Statement):
    """`target = value`; op is `+` for `+=` and so on, None for `=`."""

    target: Expr
    value: Expr
    op: str | None = None
    __match_args__ = ("target", "value", "op")


class Return(Statement):
    """`return value`."""

    value: Expr | None
    __match_args__ = ("value",)


class If(Statement):
    """`elif` is an `If` alone in `orelse`."""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    __match_args__ = ("test", "body", "orelse")


class While(Statement):
    """`while test:`."""

    test: Expr
    body: tuple[Statement, ...]
    __match_args__ = ("test", "body")


class For(Statement):
    """`for target in iterable:`."""

    target: Expr
    iterable: Expr
    body: tuple[Statement, ...]
    __match_args__ = ("target", "iterable", "body")


class Evaluate(Statement):
    """An expression alone on its line."""

    value: Expr
    __match_args__ = ("value",)


class Pass(Statement):
    """`pass`."""


class Break(Statement):
    """`break`."""


class Continue(Statement):
    """`continue`."""


# --- members of a module -------------------------------------------------------------------------


class Member(Node):
    """A line in the body of a module."""


class Submodule(Member):
    """`name = value`; with `splat`, `*name = value` (or `*name` alone: value None)."""

    name: str
    value: Expr | None
    splat: bool
    name_span: Span
    __match_args__ = ("name", "value", "splat", "name_span")


class Let(Member):
    """`let target = value`; target is a Name or a Tuple of them."""

    target: Expr
    value: Expr
    __match_args__ = ("target", "value")


class ParamDecl(Member):
    """`param name: type = value if condition`; kind: `param`, `buffer`, `const`.

    A family of parameters has an f-string for a name and `for` clauses (in the library).
    """

    kind: str
    name: str | FString
    type: TypeExpr | None
    value: Expr | None
    condition: Expr | None
    clauses: tuple[Clause, ...]
    name_span: Span
    __match_args__ = ("kind", "name", "type", "value", "condition", "clauses", "name_span")


class Path(Node):
    """`h.*.attn.proj.weight`: parts are names, numbers, patterns with `*`."""

    parts: tuple[str, ...]
    __match_args__ = ("parts",)

    @property
    def text(self) -> str:
        """The path as written."""
        return ".".join(self.parts)


class Tie(Member):
    """`tie target = origin`."""

    target: Path
    origin: Path
    condition: Expr | None
    __match_args__ = ("target", "origin", "condition")


class Init(Member):
    """`init path = value`."""

    path: Path
    value: Expr
    condition: Expr | None
    __match_args__ = ("path", "value", "condition")


class Freeze(Member):
    """`freeze path`."""

    path: Path
    condition: Expr | None
    __match_args__ = ("path", "condition")


class Require(Member):
    """`require condition, message`."""

    condition: Expr
    message: Expr | None
    __match_args__ = ("condition", "message")


class Cost(Member):
    """`flops expr` or `memory expr` in an `extern` declaration."""

    kind: str
    value: Expr
    __match_args__ = ("kind", "value")


# --- declarations --------------------------------------------------------------------------------


class Declaration(Node):
    """A top-level construct."""


class Def(Declaration, Member):
    """`def name(...) -> type where …:`; body is None in `extern` declarations."""

    name: str
    signature: Signature
    doc: String | None
    body: tuple[Statement, ...] | None
    name_span: Span
    __match_args__ = ("name", "signature", "doc", "body", "name_span")


class ImportName(Node):
    """`name as alias` of an import."""

    name: str
    alias: str | None
    __match_args__ = ("name", "alias")


class Import(Declaration):
    """`from ..module import names`; dots counts the leading dots, module is `a.b`."""

    dots: int
    module: str
    names: tuple[ImportName, ...]
    module_span: Span
    __match_args__ = ("dots", "module", "names", "module_span")


class Module(Declaration):
    """`module Name(hparams): …`."""

    name: str
    signature: Signature
    doc: String | None
    body: tuple[Member, ...]
    name_span: Span
    __match_args__ = ("name", "signature", "doc", "body", "name_span")


class Model(Declaration):
    """`model name = value`, perhaps followed by `:` and init, tie and freeze lines."""

    name: str
    value: Expr
    body: tuple[Member, ...]
    name_span: Span
    __match_args__ = ("name", "value", "body", "name_span")


class TypeDecl(Declaration):
    """`type Name(params) = type`."""

    name: str
    params: tuple[Name, ...]
    type: TypeExpr
    name_span: Span
    __match_args__ = ("name", "params", "type", "name_span")


class MethodCheck(Node):
    """`forward(types) -> type` in a check block: args hold a TypeExpr or an Expr as value."""

    method: str
    args: tuple[CheckArgument, ...]
    result: TypeExpr | None
    __match_args__ = ("method", "args", "result")


class CheckArgument(Node):
    """An argument of a check line: a type, or a static value."""

    name: str | None
    value: TypeExpr | Expr
    __match_args__ = ("name", "value")


class CostCheck(Node):
    """`params == n`, `flops(x=[1, 3, 224, 224]) < n`; what: `params`, `flops`, `memory`."""

    what: str
    args: tuple[CheckArgument, ...]
    op: str
    bound: Expr
    __match_args__ = ("what", "args", "op", "bound")


class FailsCheck(Node):
    """`fails "E0301"`."""

    code: str
    code_span: Span
    __match_args__ = ("code", "code_span")


CheckLine = MethodCheck | CostCheck | FailsCheck


class Check(Declaration):
    """`check target: lines`; target is a Name or a Call."""

    target: Expr
    lines: tuple[CheckLine, ...]
    __match_args__ = ("target", "lines")


class ExternModule(Declaration):
    """`extern module Name(...) from places: …`.

    places: dotted names of where it is found, the first is the one that is emitted.
    rule: the name of a Python rule (`rule cat`) for what a signature cannot say.
    """

    name: str
    signature: Signature
    places: tuple[str, ...]
    rule: str | None
    doc: String | None
    body: tuple[Member, ...]
    name_span: Span
    __match_args__ = ("name", "signature", "places", "rule", "doc", "body", "name_span")


class ExternDef(Declaration):
    """`extern def name(...) -> type from places: rule r`; `Tensor` among the places makes it a method."""

    name: str
    signature: Signature
    places: tuple[str, ...]
    rule: str | None
    doc: String | None
    body: tuple[Member, ...]
    name_span: Span
    __match_args__ = ("name", "signature", "places", "rule", "doc", "body", "name_span")


class File(Node):
    """A whole spec."""

    source: Source
    doc: String | None
    declarations: tuple[Declaration, ...]
    __match_args__ = ("source", "doc", "declarations")
