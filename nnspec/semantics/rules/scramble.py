"""Views that scramble axes: the number of elements fits, but the axes stand in another order than in memory.

A view never moves an element. It can merge neighbouring axes and split one axis; `[B, C, T]` viewed as
`[B, T, C]` or `[B * T, C]` does neither, and its rows are pieces of several rows. The evidence is that the
new shape would merge and split neighbours if the axes stood in another order, and does not as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import unmerge
from nnspec.semantics.rules.arguments import Dims
from nnspec.semantics.values import DimLike, Tensor
from nnspec.semantics.world import World, as_dim, error
from nnspec.source import Span

# Runs of more axes than this are left alone: there are too many orders.
MOST_AXES = 5

# Some neighbouring axes, and the sizes that they become: (first, last) of the old ones and of the new ones.
Run = tuple[tuple[int, int], tuple[int, int]]


def look(call: RuleCall, x: Tensor, wanted: Dims, vague: bool = False) -> bool:
    """W0201, where a view or reshape of `x` to the shape scrambles its axes; True where it does not.

    vague: whether a size was left to be worked out. Then numbers that happen to fit in another order do not
    count as evidence, unless one of them is the size of an old axis and of a new one.
    """
    assert x.dims is not None
    if not _is_plain(x.dims, wanted):
        found = _looked(call, x, x.dims, wanted, vague)
    elif len(wanted) > len(x.dims):
        old, new = (tuple(map(call.settle, dims)) for dims in (x.dims, wanted))
        found = unmerge.torn(call, x, old, new)
    else:
        found = None
    call.world.suspect("W0201", call.span, found)
    return found is None


def _looked(call: RuleCall, x: Tensor, dims: Dims, wanted: Dims, vague: bool) -> Diagnostic | None:
    world = call.world
    old, new = tuple(map(world.settle, dims)), tuple(map(world.settle, wanted))
    if 0 in old or any(world.is_open(dim) for dim in (*old, *new)):
        return None
    order = _order(world, old, new)
    if order is not None:
        moved = [old[at] for at, other in enumerate(order) if at != other]
        by_chance = vague and all(isinstance(d, int) and d not in new for d in moved)
        return None if by_chance else _scrambled(call, x, order)
    # `[B, T, 3 * D]` as `[3, B, T, D]`: the new axes are those that stand in another order.
    order = _order(world, new, old)
    return None if order is None else _misplaced(call, x, new, order)


def _is_plain(old: Dims, new: Dims) -> bool:
    """Whether all but one axis, on either side, stay where they are: most views only merge or only split."""
    least = min(len(old), len(new))
    front = 0
    while front < least and old[front] == new[front]:
        front += 1
    back = 0
    while back < least - front and old[-1 - back] == new[-1 - back]:
        back += 1
    return least - front - back <= 1


def _order(world: World, old: Dims, new: Dims) -> tuple[int, ...] | None:
    """The order of the axes in which the view would merge and split neighbours alone.

    None where it does so as they stand, or in no order.
    """
    here = [at for at, dim in enumerate(old) if dim != 1]
    sizes = [old[at] for at in here]
    wanted = [dim for dim in new if dim != 1]
    order = list(range(len(old)))
    for (start, end), (first, last) in _tied(world, sizes, wanted):
        better = _untied(world, sizes[start:end], wanted[first:last])
        if better is None:
            return None
        for at, other in enumerate(better):
            order[here[start + at]] = here[start + other]
    return tuple(order) if order != sorted(order) else None


def _untied(world: World, old: list[DimLike], new: list[DimLike]) -> tuple[int, ...] | None:
    """The order nearest to theirs in which some axes merge and split to the new ones; None where there is none."""
    if len(old) > MOST_AXES or _is_sheared(world, old, new):
        return None
    for order in sorted(permutations(range(len(old))), key=_swaps):
        if not _tied(world, [old[at] for at in order], new):
            return order
    return None


def _tied(world: World, old: list[DimLike], new: list[DimLike]) -> list[Run]:
    """The runs of several old axes that become several new ones with no part of one in a part of the other.

    Runs end where as many elements lie behind an axis in both shapes.
    """
    behind, wanted = _behind(world, old), _behind(world, new)
    found: list[Run] = []
    end, last = len(old), len(new)
    for start in reversed(range(end)):
        met = [at for at in range(last) if _equal(world, behind[start], wanted[at])]
        if met:
            if end - start > 1 and last - met[-1] > 1:
                found.append(((start, end), (met[-1], last)))
            end, last = start, met[-1]
    # Where it is not known that both have as many elements, nothing is.
    return found if end == last == 0 else []


def _behind(world: World, dims: Sequence[DimLike]) -> list[DimLike]:
    """How many elements lie behind the start of each axis."""
    found: list[DimLike] = []
    step: DimLike = 1
    for dim in reversed(dims):
        step = world.settle(step * dim)
        found.append(step)
    return found[::-1]


def _equal(world: World, left: DimLike, right: DimLike) -> bool:
    if left == right or (isinstance(left, int) and isinstance(right, int)):
        return left == right
    return world.facts.compare(as_dim(left), as_dim(right)) == "equal"


def _swaps(order: tuple[int, ...]) -> int:
    return sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])


def _is_sheared(world: World, old: list[DimLike], new: list[DimLike]) -> bool:
    """Whether a matrix is sheared, as relative positions are: `[T, T + 1]` seen as `[T + 1, T]`.

    `[T, 2 * T]` seen as `[2 * T, T]` may be meant, too: it splits the one axis and merges the other.
    """
    if len(old) != 2 or len(new) != 2:
        return False
    first, second = map(as_dim, old)
    if world.settle(first - second) in (1, -1):
        return True
    numbers = isinstance(old[0], int) and isinstance(old[1], int)
    return not numbers and 0 in (world.settle(first % second), world.settle(second % first))


def _scrambled(call: RuleCall, x: Tensor, order: tuple[int, ...]) -> Diagnostic:
    assert x.dims is not None
    how = _reordering(order)
    ordered = call.world.show_shape(tuple(x.dims[at] for at in order))
    mixed = _listed(
        [f"axis {at} ({call.show(x.dims[at])})" for at, other in enumerate(order) if at != other]
    )
    return error(
        "W0201",
        f"this takes {call.show(x)} as if it were {ordered}",
        call.span,
        "no element moves, so the axes are scrambled",
        notes=(f"the result mixes values from different positions of {mixed}",),
        help=f"`.{how}` gives {ordered}, whose neighbours `reshape` then merges and splits",
        fix=_fix(call, how),
    )


def _misplaced(call: RuleCall, x: Tensor, new: Dims, order: tuple[int, ...]) -> Diagnostic:
    """The same where axes of the result would have to stand elsewhere. order: theirs in memory."""
    ordered = call.world.show_shape(tuple(new[at] for at in order))
    how = _reordering(tuple(order.index(at) for at in range(len(order))))
    return error(
        "W0201",
        f"the elements of {call.show(x)} lie as {ordered}, not as {call.world.show_shape(new)}",
        call.span,
        "no element moves, so the axes are scrambled",
        help=f"reshape to {ordered} first; `.{how}` then gives the order that is wanted",
    )


def _reordering(order: tuple[int, ...]) -> str:
    moved = [at for at, other in enumerate(order) if at != other]
    if len(moved) == 2:
        return f"transpose({moved[0]}, {moved[1]})"
    return f"permute({', '.join(map(str, order))})"


def _listed(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _fix(call: RuleCall, how: str) -> Fix | None:
    """The axes put in order before the view, where it is a method or a step of a pipeline."""
    span = call.span
    own = call.decl.name
    first = min((s.start for s in call.spans.values() if s.start > span.start), default=span.end)
    at = span.text.rfind(f"{own}(", 0, max(first - span.start, 0))
    if at < 0:
        return None
    start = span.start + at
    before = span.source.text[:start].rstrip()
    if before.endswith("|>"):
        text = f"{how} |> "
    elif before.endswith("."):
        text = f"{how}."
    else:
        return None
    edits = [Edit(Span(span.source, start, start), text)]
    if own == "view":
        edits = [Edit(Span(span.source, start, start + len(own)), f"{text}reshape")]
    return Fix("put the axes in order first", tuple(edits), "maybe")
