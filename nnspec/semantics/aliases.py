"""Names of one tensor: `y = x`, and views of all of it, which share its memory whatever it holds.

A `reshape` may copy, and a slice is a part: of these nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnspec.syntax import ast
from nnspec.syntax.walk import walk

VIEWS = frozenset(
    "view view_as permute transpose t squeeze unsqueeze expand expand_as movedim moveaxis swapaxes swapdims "
    "unflatten detach adjoint".split()
)
TURNED = frozenset(("T", "mT", "H", "mH"))

# The names of one tensor have one number.
Names = dict[str, int]


def whole(expr: ast.Expr, written: Callable[[ast.Expr], ast.Expr | None]) -> ast.Expr:
    """What an expression is a view of: a name, or an expression that makes something new.

    written: what a call in place writes over and gives back, None for other expressions.
    """
    while True:
        match expr:
            case ast.Attribute(value, name) if name in TURNED:
                inner: ast.Expr | None = value
            case ast.Call(ast.Attribute(value, name)) if name in VIEWS and _is_tensor(value):
                inner = value
            case ast.Pipe(value, ast.Name(id) | ast.Call(ast.Name(id))) if id in VIEWS:
                inner = value
            case _:
                inner = written(expr)
        if inner is None:
            return expr
        expr = inner


def _is_tensor(value: ast.Expr) -> bool:
    return not (isinstance(value, ast.Name) and value.id in ("torch", "F", "nn"))


class Aliases:
    """The names of one tensor before each statement of a def."""

    def __init__(
        self, body: tuple[ast.Statement, ...], written: Callable[[ast.Expr], ast.Expr | None]
    ) -> None:
        self.before: dict[ast.Statement, Names] = {}
        self._written = written
        self._number = 0
        self._block(body, {})

    def of(self, name: str, statement: ast.Statement) -> list[str]:
        """All names of the tensor that a name stands for, itself first."""
        known = self.before.get(statement, {})
        number = known.get(name)
        return [
            name,
            *(other for other, n in known.items() if number == n and other != name),
        ]

    def _new(self) -> int:
        self._number += 1
        return self._number

    def _block(self, statements: tuple[ast.Statement, ...], known: Names) -> Names:
        for statement in statements:
            known = self._statement(statement, known)
        return known

    def _statement(self, statement: ast.Statement, known: Names) -> Names:
        self.before[statement] = known
        match statement:
            case ast.Assign(ast.Name(id), value, None):
                source = whole(value, self._written)
                number = self._new()
                if isinstance(source, ast.Name):
                    number = known.get(source.id, number)
                    return {**known, source.id: number, id: number}
                return {**known, id: number}
            case ast.Assign(target):
                return self._forgotten(known, _names(target))
            case ast.If(_, body, orelse):
                one, other = self._block(body, known), self._block(orelse, known)
                return {
                    name: number if other.get(name) == number else self._new()
                    for name, number in one.items()
                }
            case ast.For(_, _, body) | ast.While(_, body):
                changed = {
                    name
                    for node in walk(statement)
                    if isinstance(node, ast.Assign | ast.For)
                    for name in _names(node.target)
                }
                self._block(body, self._forgotten(known, changed))
                return self._forgotten(known, changed)
        return known

    def _forgotten(self, known: Names, names: set[str]) -> Names:
        return {**known, **{name: self._new() for name in names}}


def _names(target: ast.Expr) -> set[str]:
    return set(_named(target))


def _named(target: ast.Expr) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, ast.Name):
            yield node.id
