"""Comparisons of symbolic integers."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne

from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class RelationLike(Protocol):
        """Anything with two sides and one of the six operators."""

        @property
        def left(self) -> Dim | int: ...
        @property
        def op(self) -> str: ...
        @property
        def right(self) -> Dim | int: ...

else:  # a name for those that import it to annotate
    RelationLike = object


HOLDS: dict[str, Callable[[int, int], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


class Relation:
    """`left op right`, where op is one of == != < <= > >=."""

    __slots__ = ("left", "op", "right")

    def __init__(self, left: Dim | int, op: str, right: Dim | int) -> None:
        self.left = left
        self.op = op
        self.right = right

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}"


def difference(relation: RelationLike) -> Dim:
    """`left - right`."""
    left = relation.left
    return (left if isinstance(left, Dim) else Dim.of(left)) - relation.right


def at_least_zero(relation: RelationLike) -> Dim:
    """The dim that is >= 0 exactly where an inequality holds."""
    d = difference(relation)
    match relation.op:
        case ">=":
            return d
        case ">":
            return d - 1
        case "<=":
            return -d
        case "<":
            return -d - 1
        case _:
            raise AssertionError(relation.op)
