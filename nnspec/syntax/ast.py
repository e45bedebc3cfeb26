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


class Hole(Expr):
    """`_` where a value is expected: a size that the compiler works out."""


class Number(Expr):
    """`1_000`, `1e-5`, `10e9` (a float), `True` is a `Constant`."""

    value: int | float


class String(Expr):
    """Adjacent strings are joined; the value has its escapes resolved."""

    value: str


class Constant(Expr):
    """`True`, `False`, `None`, `...`."""

    value: object


class Format(Node):
    """`{value:spec}` inside an f-string; `debug` and conversions are not part of the language."""

    value: Expr
    spec: str = ""


class FString(Expr):
    """`f"layer{i}"`: plain parts are strings."""

    parts: tuple[str | Format, ...]


class Tuple(Expr):
    """`a, b`, `(a, b)`, `()`; also a pattern on the left of `=`."""

    items: tuple[Expr, ...]
    parenthesised: bool = False


class List(Expr):
    """`[a, *b]`."""

    items: tuple[Expr, ...]


class DictItem(Node):
    """`key: value`, or `**value` where key is None."""

    key: Expr | None
    value: Expr


class Dict(Expr):
    """`{"a": 1, **rest}`."""

    items: tuple[DictItem, ...]


class Starred(Expr):
    """`*value` in a call, list, tuple, index or shape."""

    value: Expr


class Attribute(Expr):
    """`value.name`."""

    value: Expr
    name: str
    name_span: Span


class Argument(Node):
    """One argument of a call. stars: 0 plain (perhaps with a name), 1 `*value`, 2 `**value`."""

    value: Expr
    name: str | None = None
    stars: int = 0


class Call(Expr):
    """`func(args)`."""

    func: Expr
    args: tuple[Argument, ...]


class Slice(Expr):
    """`lower:upper:step` inside an index."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Index(Expr):
    """`value[items]`; `x[a, b]` has two items and `tupled` set, so does `x[a,]`."""

    value: Expr
    items: tuple[Expr, ...]
    tupled: bool = False


class Unary(Expr):
    """op: `-`, `+`, `~`, `not`."""

    op: str
    operand: Expr


class Binary(Expr):
    """op: `+ - * / // % ** @ & | ^ << >>`."""

    op: str
    left: Expr
    right: Expr
    op_span: Span


class Compare(Expr):
    """`first op rest[0] op …`; ops: `< <= > >= == != is`, `is not`, `in`, `not in`."""

    first: Expr
    ops: tuple[str, ...]
    rest: tuple[Expr, ...]


class Logical(Expr):
    """op: `and`, `or`, over two or more operands."""

    op: str
    operands: tuple[Expr, ...]


class Conditional(Expr):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr


class Pipe(Expr):
    """`value |> target`: the value becomes the first argument of target (a name, attribute, index or call)."""

    value: Expr
    target: Expr


class Clause(Node):
    """`for target in iterable if test…` of a comprehension."""

    target: Expr
    iterable: Expr
    tests: tuple[Expr, ...]


class Comprehension(Expr):
    """kind: `list`, `dict` (then `key` is set), `generator`."""

    kind: str
    element: Expr
    key: Expr | None
    clauses: tuple[Clause, ...]


# --- types ---------------------------------------------------------------------------------------


class TypeExpr(Node):
    """What a value may be."""


class TensorType(TypeExpr):
    """`[B, 3]`, `int64[B]`; dims are expressions, `Starred(Name)` for `*N`, `Hole` for `_`."""

    dtype: str | None
    dims: tuple[Expr, ...]


class NamedType(TypeExpr):
    """`int`, `layer`, `tensor`, `Rotary(D)`, `Embedding`, `Module`; args are expressions of sizes."""

    name: str
    args: tuple[Expr, ...] = ()


class ListType(TypeExpr):
    """`list[element]`, `list[element, count]`."""

    element: TypeExpr
    count: Expr | None = None


class DictType(TypeExpr):
    """`dict[key, value]`."""

    key: TypeExpr
    value: TypeExpr


class Field(Node):
    """An item of a tuple type, perhaps named."""

    name: str | None
    type: TypeExpr


class TupleType(TypeExpr):
    """`(int, int)`, `(logits: [B, V], loss: []?)`; `(int, ...)` has `repeated` set."""

    items: tuple[Field, ...]
    repeated: bool = False


class OptionalType(TypeExpr):
    """`inner?`."""

    inner: TypeExpr


class UnionType(TypeExpr):
    """`a | b`."""

    options: tuple[TypeExpr, ...]


class LiteralType(TypeExpr):
    """`"relu"`, `3`, `None`, `True` as a type."""

    value: object


# --- signatures ----------------------------------------------------------------------------------


class Param(Node):
    """kind: `plain`, `star` (`*blocks`), `keyword` (after a bare `*`)."""

    name: str
    type: TypeExpr | None
    default: Expr | None
    kind: str
    name_span: Span


class Signature(Node):
    """The arguments, the result, and the facts of a `where` clause."""

    params: tuple[Param, ...]
    result: TypeExpr | None
    where: tuple[Expr, ...]


# --- statements of code --------------------------------------------------------------------------


class Statement(Node):
    """A line, or a block, of a `def`."""


class Assign(Statement):
    """`target = value`; op is `+` for `+=` and so on, None for `=`."""

    target: Expr
    value: Expr
    op: str | None = None


class Return(Statement):
    """`return value`."""

    value: Expr | None


class If(Statement):
    """`elif` is an `If` alone in `orelse`."""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class While(Statement):
    """`while test:`."""

    test: Expr
    body: tuple[Statement, ...]


class For(Statement):
    """`for target in iterable:`."""

    target: Expr
    iterable: Expr
    body: tuple[Statement, ...]


class Evaluate(Statement):
    """An expression alone on its line."""

    value: Expr


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


class Let(Member):
    """`let target = value`; target is a Name or a Tuple of them."""

    target: Expr
    value: Expr


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


class Path(Node):
    """`h.*.attn.proj.weight`: parts are names, numbers, patterns with `*`."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The path as written."""
        return ".".join(self.parts)


class Tie(Member):
    """`tie target = origin`."""

    target: Path
    origin: Path
    condition: Expr | None


class Init(Member):
    """`init path = value`."""

    path: Path
    value: Expr
    condition: Expr | None


class Freeze(Member):
    """`freeze path`."""

    path: Path
    condition: Expr | None


class Require(Member):
    """`require condition, message`."""

    condition: Expr
    message: Expr | None


class Cost(Member):
    """`flops expr` or `memory expr` in an `extern` declaration."""

    kind: str
    value: Expr


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


class ImportName(Node):
    """`name as alias` of an import."""

    name: str
    alias: str | None


class Import(Declaration):
    """`from ..module import names`; dots counts the leading dots, module is `a.b`."""

    dots: int
    module: str
    names: tuple[ImportName, ...]
    module_span: Span


class Module(Declaration):
    """`module Name(hparams): …`."""

    name: str
    signature: Signature
    doc: String | None
    body: tuple[Member, ...]
    name_span: Span


class Model(Declaration):
    """`model name = value`, perhaps followed by `:` and init, tie and freeze lines."""

    name: str
    value: Expr
    body: tuple[Member, ...]
    name_span: Span


class TypeDecl(Declaration):
    """`type Name(params) = type`."""

    name: str
    params: tuple[Name, ...]
    type: TypeExpr
    name_span: Span


class MethodCheck(Node):
    """`forward(types) -> type` in a check block: args hold a TypeExpr or an Expr as value."""

    method: str
    args: tuple[CheckArgument, ...]
    result: TypeExpr | None


class CheckArgument(Node):
    """An argument of a check line: a type, or a static value."""

    name: str | None
    value: TypeExpr | Expr


class CostCheck(Node):
    """`params == n`, `flops(x=[1, 3, 224, 224]) < n`; what: `params`, `flops`, `memory`."""

    what: str
    args: tuple[CheckArgument, ...]
    op: str
    bound: Expr


class FailsCheck(Node):
    """`fails "E0301"`."""

    code: str
    code_span: Span


CheckLine = MethodCheck | CostCheck | FailsCheck


class Check(Declaration):
    """`check target: lines`; target is a Name or a Call."""

    target: Expr
    lines: tuple[CheckLine, ...]


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


class ExternDef(Declaration):
    """`extern def name(...) -> type from places: rule r`; `Tensor` among the places makes it a method."""

    name: str
    signature: Signature
    places: tuple[str, ...]
    rule: str | None
    doc: String | None
    body: tuple[Member, ...]
    name_span: Span


class File(Node):
    """A whole spec."""

    source: Source
    doc: String | None
    declarations: tuple[Declaration, ...]
