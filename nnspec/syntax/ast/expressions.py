"""Expressions: anything that has a value."""

from __future__ import annotations

from nnspec.source import Span
from nnspec.syntax.node import Node


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
