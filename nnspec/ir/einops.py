"""`rearrange`, `reduce` and `repeat` as a chain of torch's methods: split, reduce, reorder, repeat, merge."""

from __future__ import annotations

import ast as py
from collections.abc import Sequence

from nnspec.ir import build
from nnspec.semantics.rules.einops import DOTS, Group, parse

RULES = ("rearrange", "reduce", "repeat_pattern")
# Reductions of several axes at once, and those that torch does one axis at a time.
TOGETHER = {
    "mean": "mean",
    "sum": "sum",
    "min": "amin",
    "max": "amax",
    "any": "any",
    "all": "all",
}
SINGLY = ("prod",)


class Chain:
    """A tensor on its way from one side of a pattern to the other.

    value: what is written so far.
    axes: the groups that its axes stand for now, in order; `[DOTS]` for any number of axes.
    """

    def __init__(self, value: py.expr, axes: list[Group]) -> None:
        self.value = value
        self.axes = axes

    def at(self, position: int) -> int:
        """The axis at a position: counted from the end where `...` stands before it."""
        return position - len(self.axes) if [DOTS] in self.axes[: position + 1] else position

    def call(self, method: str, *args: py.expr) -> None:
        """Put a method call behind what is written."""
        self.value = build.call(build.attribute(self.value, method), args)

    def order(self) -> list[int]:
        """Positions such that what happens to one leaves the axes of those that follow in place."""
        dots = self.axes.index([DOTS]) if [DOTS] in self.axes else len(self.axes)
        return [*reversed(range(dots)), *range(dots + 1, len(self.axes))]


def chain(
    value: py.expr,
    pattern: str,
    sizes: dict[str, py.expr],
    reduction: str | None,
    rank: int | None,
) -> py.expr:
    """The calls that make of `value` what the pattern says; the checker has found the pattern right.

    sizes: the sizes that were given by keyword. reduction: of `reduce`. rank: of `value`, where it is known.
    """
    parsed = parse(pattern)
    assert not isinstance(parsed, str), parsed
    before, after = parsed
    it = Chain(value, [list(group) for group in before])
    _split(it, sizes)
    kept = [name for group in after for name in group if name != "1"]
    # As many axes as `...` stands for.
    extra = None if rank is None else rank - len(before) + 1
    if reduction is not None:
        _reduce(it, reduction, kept, extra)
    _reorder(it, [name for name in kept if [name] in it.axes])
    _repeat(it, kept, sizes)
    _merge(it, after, extra)
    return it.value


def _split(it: Chain, sizes: dict[str, py.expr]) -> None:
    """Every name gets an axis of its own, axes of size 1 go."""
    made: dict[int, list[Group]] = {}
    for position in it.order():
        names = [name for name in it.axes[position] if name != "1"]
        made[position] = [[name] for name in names]
        axis = build.constant(it.at(position))
        if not names:
            it.call("squeeze", axis)
        elif len(names) > 1:
            it.call("unflatten", axis, build.tuple_([_size(name, sizes) for name in names]))
    it.axes = [g for i, group in enumerate(it.axes) for g in made.get(i, [group])]


def _size(name: str, sizes: dict[str, py.expr]) -> py.expr:
    """The size of a part of an axis; the one that is open follows from the others."""
    if name.isdigit():
        return build.constant(int(name))
    return sizes.get(name) or build.constant(-1)


def _reduce(it: Chain, reduction: str, kept: Sequence[str], extra: int | None) -> None:
    """The axes that the right side does not name are reduced. extra: how many `...` stands for, where it is known."""
    gone = [i for i, group in enumerate(it.axes) if group[0] not in kept]
    if not gone:
        return
    left = [group for i, group in enumerate(it.axes) if i not in gone]
    dots = it.axes.index([DOTS]) if [DOTS] in it.axes else None
    axes = [it.at(position) for position in gone]
    if dots in gone:
        if extra is None:
            # However many there are, and if there are none, they become one.
            it.call("unsqueeze", build.constant(dots))
            it.call("flatten", build.constant(dots), build.constant(dots - len(it.axes)))
            extra = 1
        axes = [i if i <= dots else i + extra - 1 for i in gone if i != dots]
        axes = sorted([*axes, *range(dots, dots + extra)])
    if reduction in SINGLY:
        for axis in sorted(axes, key=lambda axis: (axis < 0, -axis if axis >= 0 else axis)):
            it.call(reduction, build.constant(axis))
    elif axes:
        dims = [build.constant(axis) for axis in axes]
        dim = dims[0] if len(dims) == 1 else build.tuple_(dims)
        made = build.attribute(it.value, TOGETHER[reduction])
        it.value = build.call(made, [], [("dim", dim)])
    it.axes = left


def _reorder(it: Chain, names: Sequence[str]) -> None:
    """The axes in the order in which the right side names them."""
    wanted = [[name] for name in names]
    if wanted == it.axes:
        return
    here = it.axes
    there = Chain(it.value, wanted)
    moved = [i for i, group in enumerate(here) if group != wanted[i]]
    if len(moved) == 2 and all(here[i] != [DOTS] and it.at(i) == there.at(i) for i in moved):
        it.call("transpose", *(build.constant(it.at(i)) for i in moved))
    elif [DOTS] not in here:
        it.call("permute", *(build.constant(here.index(group)) for group in wanted))
    else:
        ways = [(it.at(i), there.at(wanted.index(g))) for i, g in enumerate(here) if g != [DOTS]]
        still = [
            g for i, g in enumerate(here) if g == [DOTS] or it.at(i) == there.at(wanted.index(g))
        ]
        if still == [group for group in wanted if group in still]:
            # What keeps its place, the axes of `...` among it, keeps its order as well.
            ways = [(start, end) for start, end in ways if start != end]
        sides = [[build.constant(axis) for axis in side] for side in zip(*ways, strict=True)]
        it.call("movedim", *(side[0] if len(side) == 1 else build.tuple_(side) for side in sides))
    it.axes = wanted


def _repeat(it: Chain, names: Sequence[str], sizes: dict[str, py.expr]) -> None:
    """Axes that only the right side names are new."""
    new: dict[int, py.expr] = {}
    for position, name in enumerate(names):
        if position < len(it.axes) and it.axes[position] == [name]:
            continue
        size = _size(name, sizes)
        it.axes = [*it.axes[:position], [name], *it.axes[position:]]
        axis = build.constant(it.at(position))
        it.call("unsqueeze", axis)
        if [DOTS] in it.axes:
            it.call("repeat_interleave", size, axis)
        else:
            new[position] = size
    if new:
        it.call("expand", *(new.get(i, build.constant(-1)) for i in range(len(it.axes))))


def _merge(it: Chain, after: Sequence[Group], extra: int | None) -> None:
    """Names in parentheses become one axis, `1` and `()` an axis of their own. extra: as of `_reduce`."""
    groups = [group if group == [DOTS] else [n for n in group if n != "1"] for group in after]
    wide = next((i for i, group in enumerate(after) if DOTS in group and group != [DOTS]), None)
    if wide is not None:
        # After this no axis is of unknown number.
        before = sum(len(group) for group in groups[:wide])
        behind = sum(len(group) for group in groups[wide + 1 :])
        if not extra and groups[wide] == [DOTS]:
            # Where no axis may stand for `...`, the one that is made has the size 1.
            it.call("unsqueeze", build.constant(before))
        it.call("flatten", build.constant(before), build.constant(-1 - behind))
        groups[wide] = ["merged"]
    dots = groups.index([DOTS]) if [DOTS] in groups else len(groups)
    for position in reversed(range(dots)):
        first = sum(len(group) for group in groups[:position])
        _join(it, len(groups[position]), first)
    for position in range(dots + 1, len(groups)):
        behind = sum(len(group) for group in groups[position + 1 :])
        _join(it, len(groups[position]), -behind - max(len(groups[position]), 1))


def _join(it: Chain, count: int, first: int) -> None:
    """Make one axis of `count` of them, of which the first is axis `first`."""
    if count == 0:
        it.call("unsqueeze", build.constant(first))
    elif count > 1:
        it.call("flatten", build.constant(first), build.constant(first + count - 1))
