"""W0201 against the order of real elements: views of random shapes, merged, split and taken in another order."""

from __future__ import annotations

from math import prod
from pathlib import Path

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nnspec.project import Project

# Different primes, so that no size is a product of others by chance.
PRIMES = (2, 3, 5, 7, 11)


def _codes(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    text = f"def look(x: [{', '.join(old)}]):\n    return x.reshape({', '.join(new)})\n"
    path = Path("views.nnspec")
    report = Project(Path.cwd(), {str(path): text}).check(path)
    assert report.ok, report
    return [d.code for d in report.diagnostics]


@st.composite
def regrouped(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """The order in which axes are read, and which of them are merged in this order."""
    count = draw(st.integers(2, 5))
    order = draw(st.permutations(range(count)))
    cuts = sorted(draw(st.sets(st.integers(1, count - 1))))
    ends = [0, *cuts, count]
    return order, [order[a:b] for a, b in zip(ends, ends[1:], strict=False)]


def _keeps_the_order(order: list[int], groups: list[list[int]]) -> bool:
    """Whether a tensor that is read in the order has its elements where a view of the same shape has them."""
    sizes = PRIMES[: len(order)]
    x = torch.arange(prod(sizes)).view(sizes)
    shape = [prod(sizes[at] for at in group) for group in groups]
    return torch.equal(x.permute(order).reshape(shape), x.reshape(shape))


@settings(max_examples=60, deadline=None)
@given(regrouped())
def test_a_view_is_warned_of_where_its_elements_lie_otherwise(
    case: tuple[list[int], list[list[int]]],
) -> None:
    order, groups = case
    names = tuple("BCTHW"[: len(order)])
    wanted = tuple(" * ".join(names[at] for at in group) for group in groups)
    scrambled = "W0201" in _codes(names, wanted)
    # A group is a product, in which no order of its factors shows.
    sorted_groups = [sorted(group) for group in groups]
    in_order = _keeps_the_order([at for group in sorted_groups for at in group], sorted_groups)
    assert scrambled is not in_order


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PRIMES), min_size=2, max_size=6), st.data())
def test_merging_and_splitting_is_not_warned_of(factors: list[int], data: st.DataObject) -> None:
    def grouped() -> tuple[str, ...]:
        cuts = sorted(data.draw(st.sets(st.integers(1, len(factors) - 1))))
        ends = [0, *cuts, len(factors)]
        return tuple(str(prod(factors[a:b])) for a, b in zip(ends, ends[1:], strict=False))

    assert "W0201" not in _codes(("B", *grouped()), ("B", *grouped()))
