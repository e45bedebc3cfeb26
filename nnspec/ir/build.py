"""Short ways to make nodes of Python's `ast`, and to give them their place in the spec."""

from __future__ import annotations

import ast as py
from collections.abc import Iterable, Sequence
from typing import TypeVar

from nnspec.source import Span

N = TypeVar("N", bound=py.AST)


def at(node: N, span: Span) -> N:
    """The node with the place of a span, unless it has one already.

    Python counts lines from 1 and columns in UTF-8 bytes from 0.
    """
    if getattr(node, "lineno", None) is None:
        source = span.source
        line, column = source.position(span.start)
        end_line, end_column = source.position(max(span.start, span.end))
        node.lineno = line  # type: ignore[attr-defined]
        node.col_offset = _bytes(source.text, span.start, column)  # type: ignore[attr-defined]
        node.end_lineno = end_line  # type: ignore[attr-defined]
        node.end_col_offset = _bytes(source.text, span.end, end_column)  # type: ignore[attr-defined]
    return node


def _bytes(text: str, offset: int, column: int) -> int:
    before = text[offset - column + 1 : offset]
    return len(before) if before.isascii() else len(before.encode())


def name(id: str) -> py.Name:
    """A name that is read."""
    return py.Name(id, py.Load())


def stored(id: str) -> py.Name:
    """A name that is assigned."""
    return py.Name(id, py.Store())


def attribute(value: py.expr, *names: str) -> py.expr:
    """`value.a.b`."""
    for part in names:
        value = py.Attribute(value, part, py.Load())
    return value


def of_self(*names: str) -> py.expr:
    """`self.a.b`."""
    return attribute(name("self"), *names)


def constant(value: object) -> py.expr:
    """A literal; negative numbers are what Python parses them to."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return py.UnaryOp(py.USub(), constant(-value))
    return py.Constant(value)  # type: ignore[arg-type]


def call(
    func: py.expr, args: Sequence[py.expr] = (), keywords: Iterable[tuple[str | None, py.expr]] = ()
) -> py.Call:
    """`func(*args, **keywords)`; a keyword without a name is `**value`."""
    return py.Call(func, list(args), [py.keyword(arg=k, value=v) for k, v in keywords])


def subscript(value: py.expr, index: py.expr) -> py.expr:
    """`value[index]`."""
    return py.Subscript(value, index, py.Load())


def number_index(value: py.expr, index: int) -> py.expr:
    """`value[3]`, `value[-1]`."""
    return subscript(value, constant(index))


def tuple_(items: Sequence[py.expr]) -> py.expr:
    """`(a, b)`."""
    return py.Tuple(list(items), py.Load())


def assign(target: py.expr, value: py.expr) -> py.stmt:
    """`target = value`."""
    return py.Assign([as_target(target)], value)


def annotated(target: py.expr, hint: py.expr, value: py.expr | None = None) -> py.stmt:
    """`target: hint = value`."""
    target = as_target(target)
    assert isinstance(target, py.Name | py.Attribute)
    return py.AnnAssign(target, hint, value, simple=int(isinstance(target, py.Name)))


def do(value: py.expr) -> py.stmt:
    """An expression as a statement."""
    return py.Expr(value)


def raise_value_error(error: py.expr, message: py.expr) -> py.stmt:
    """`raise ValueError(message)`, given the name of the error."""
    return py.Raise(call(error, [message]), None)


def as_target(node: py.expr) -> py.expr:
    """The same expression in the place of a target."""
    match node:
        case py.Name():
            return (
                py.copy_location(py.Name(node.id, py.Store()), node)
                if _placed(node)
                else stored(node.id)
            )
        case py.Attribute():
            node.ctx = py.Store()
        case py.Subscript():
            node.ctx = py.Store()
        case py.Tuple():
            node.ctx = py.Store()
            node.elts = [as_target(item) for item in node.elts]
        case py.Starred():
            node.ctx = py.Store()
            node.value = as_target(node.value)
    return node


def _placed(node: py.AST) -> bool:
    return getattr(node, "lineno", None) is not None


def union(options: Sequence[py.expr]) -> py.expr:
    """`a | b | c`, each written once."""
    seen: dict[str, py.expr] = {}
    for option in options:
        seen.setdefault(py.dump(option), option)
    # None stands last, as people write it.
    ordered = sorted(seen.values(), key=lambda e: isinstance(e, py.Constant) and e.value is None)
    result = ordered[0]
    for option in ordered[1:]:
        result = py.BinOp(result, py.BitOr(), option)
    return result


def optional(hint: py.expr) -> py.expr:
    """`hint | None`."""
    options: list[py.expr] = []
    while isinstance(hint, py.BinOp):
        options.insert(0, hint.right)
        hint = hint.left
    return union([hint, *options, py.Constant(None)])
