"""Signatures, and the statements of a `def`."""

from __future__ import annotations

from nnspec.source import Span
from nnspec.syntax.ast.expressions import Expr
from nnspec.syntax.ast.types import TypeExpr
from nnspec.syntax.node import Node


class Param(Node):
    """kind: `plain`, `star` (`*blocks`), `keyword` (after a bare `*`), `double` (`**sizes`, of an `extern def`)."""

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
