"""Maxima and minima. A minimum is the negative of a maximum of negatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import gcd

from nnspec.semantics.dims.atoms import Maximum, maximum_atom
from nnspec.semantics.dims.polynomial import Dim

Least = Callable[[Dim], int | None]


def constant_least(dim: Dim) -> int | None:
    """The least value of a dim as far as no facts are needed."""
    return dim.as_int()


def maximum(operands: Sequence[Dim], least: Least = constant_least) -> Dim:
    """The maximum of one or more dims.

    least: a lower bound of a dim, or None; it decides which operands are never the greatest.
    """
    flat: list[Dim] = []
    for operand in operands:
        inner = _inner(operand)
        flat.extend(inner if inner is not None else (operand,))
    kept: list[Dim] = []
    for operand in flat:
        if any(_at_least(other, operand, least) for other in kept):
            continue
        kept = [other for other in kept if not _at_least(operand, other, least)]
        kept.append(operand)
    if len(kept) == 1:
        return kept[0]
    common = gcd(*[c for operand in kept for c in operand.terms.values()])
    if common > 1:
        kept = [
            Dim({mono: c // common for mono, c in operand.terms.items()}, operand.has_power)
            for operand in kept
        ]
        return maximum(kept, least) * common
    return Dim.atom(maximum_atom(tuple(kept)))


def dim_max(*operands: Dim | int) -> Dim:
    """The greatest of one or more dims."""
    return maximum([_dim(operand) for operand in operands])


def dim_min(*operands: Dim | int) -> Dim:
    """The least of one or more dims."""
    return -maximum([-_dim(operand) for operand in operands])


def _dim(value: Dim | int) -> Dim:
    return value if isinstance(value, Dim) else Dim.of(value)


def _inner(operand: Dim) -> tuple[Dim, ...] | None:
    """The operands of a nested maximum."""
    if len(operand.terms) == 1:
        ((mono, c),) = operand.terms.items()
        if c == 1 and len(mono) == 1 and isinstance(mono[0], Maximum):
            return mono[0].operands
    return None


def _at_least(left: Dim, right: Dim, least: Least) -> bool:
    low = least(left - right)
    return low is not None and low >= 0
