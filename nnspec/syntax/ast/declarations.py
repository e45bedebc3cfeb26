"""The members of a module, and the declarations of a file."""

from __future__ import annotations

from nnspec.source import Source, Span
from nnspec.syntax.ast.expressions import Clause, Expr, FString, Name, String
from nnspec.syntax.ast.statements import Signature, Statement
from nnspec.syntax.ast.types import TypeExpr
from nnspec.syntax.node import Node


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
