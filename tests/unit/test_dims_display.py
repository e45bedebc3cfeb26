"""Dims under facts, written in the user's symbols: what cancels is cancelled, and the value stays."""

from __future__ import annotations

from itertools import product

import pytest

from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.values import Relation

dim, heads, kv = (Dim.symbol(name) for name in ("dim", "heads", "kv"))
DIVISIBLE = (dim % heads, heads % kv, (dim // heads) % 2)
PAIRED = (heads % kv, (dim // heads) % 2)


def facts(*multiples: Dim) -> Facts:
    """What is known when all of these are 0."""
    known = Facts.empty
    for multiple in multiples:
        known = known.assume(Relation(multiple, "==", Dim.of(0)))
    return known


@pytest.mark.parametrize(
    "asked, shown",
    [
        (dim, "dim"),
        (dim // heads, "dim // heads"),
        (2 * (dim // heads // 2), "dim // heads"),
        (heads * (dim // heads), "dim"),
        (dim // heads // 2, "dim // (2 * heads)"),
        (3 * dim, "3 * dim"),
        (dim * heads // kv, "dim * (heads // kv)"),
        (dim + 1, "dim + 1"),
    ],
)
def test_products_with_exact_quotients_cancel(asked: Dim, shown: str) -> None:
    assert str(facts(*DIVISIBLE).display(asked)) == shown


@pytest.mark.parametrize("multiples", [DIVISIBLE, PAIRED, DIVISIBLE[:2], (dim % (2 * heads),)])
def test_values_stay(multiples: tuple[Dim, ...]) -> None:
    """For all small numbers that meet the facts, `dim` not being a multiple where nothing says so."""
    known = facts(*multiples)
    asked = [dim, dim // heads, heads * (dim // heads), 2 * heads * (dim // heads // 2), dim // 2]
    shown = [known.display(one) for one in asked]
    met = 0
    for values in product(range(1, 25), range(1, 7), range(1, 4)):
        numbers = dict(zip(("dim", "heads", "kv"), values))
        if any(multiple.substitute(numbers) != 0 for multiple in multiples):
            continue
        met += 1
        for one, written in zip(asked, shown):
            assert one.substitute(numbers) == written.substitute(numbers), (str(written), numbers)
    assert met > 20
