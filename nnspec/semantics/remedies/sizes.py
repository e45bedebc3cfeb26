"""Sizes as numbers, named ones too: changes are tried out anyway, so a guess may take any number for `B`."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from nnspec.semantics.dims import Dim, settle
from nnspec.semantics.values import DimLike


class Size(int):
    """A number that stands for a formula: it reads as the formula, and equals nothing but that."""

    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.text == other.text

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return self.text

    __repr__ = __str__


def numbers(dims: Iterable[DimLike]) -> tuple[int, ...]:
    """The sizes; a formula takes the value that it has where each name stands for a large number of its own."""
    return tuple(d if isinstance(d, int) else _number(d) for d in dims)


def number(dim: DimLike) -> int:
    """One size."""
    return numbers((dim,))[0]


def is_plain(size: int) -> bool:
    """Whether a size is a number in the spec as well."""
    return not isinstance(size, Size)


def _number(dim: Dim) -> int:
    values = {s: Dim.of(10_007 + crc32(s.encode()) % 1_000_003) for s in dim.symbols()}
    try:
        found = settle(dim.substitute(values))
    except (ArithmeticError, ValueError):
        # A power that is no number for these values, or one of too many digits.
        found = dim
    size = Size(found if isinstance(found, int) else crc32(str(dim).encode()))
    size.text = str(dim)
    return size
