"""Types: what a value may be."""

from __future__ import annotations

from nnspec.syntax.ast.expressions import Expr
from nnspec.syntax.node import Node


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
