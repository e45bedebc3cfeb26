"""Small values that the facts admit, and what dims come to for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from nnspec.semantics.dims.atoms import symbol_atom
from nnspec.semantics.dims.order import rank, shown
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import HOLDS, RelationLike, difference

if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Bounds, Facts

Values = dict[str, int]

# How far each symbol is from its least value, tried in this order of their sum.
STEPS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 23, 31, 63)
MAX_TRIED = 1500
QUICK_ADMITTED = 24
THOROUGH_ADMITTED = 300


class Witness:
    """Values for which two dims are equal, and values for which they differ; None where none were found.

    Both are by symbol name, in the order of the names.
    """

    __slots__ = ("differ", "equal")

    def __init__(self, equal: Values | None, differ: Values | None) -> None:
        self.equal = equal
        self.differ = differ

    def __str__(self) -> str:
        parts = []
        if self.equal is not None:
            parts.append(f"holds for {assignment(self.equal)}")
        if self.differ is not None:
            parts.append(f"fails for {assignment(self.differ)}")
        return ", ".join(parts)


def assignment(values: Values) -> str:
    """`H=64, W=32`, in the user's names."""
    return ", ".join(f"{shown(name)}={value}" for name, value in values.items())


def candidates(bounds: Bounds) -> list[int]:
    """Small values between bounds, likely ones first."""
    low, high = bounds
    if low is None and high is None:
        return [1, 2, 3, 0, 4, -1, 5, 7, -2, 8, 16, -5]
    if low is None:
        assert high is not None
        return [high - step for step in STEPS]
    return [low + step for step in STEPS if high is None or low + step <= high]


def admitted(facts: Facts, names: frozenset[str]) -> Iterator[Values]:
    """Values of the named symbols (and those that the facts tie to them) which the facts admit.

    At most MAX_TRIED assignments are tried, those nearest to the least values first.
    """
    names, relations = _related(facts, names)
    solved = {}
    free: set[str] = set()
    for name in names:
        value = facts.solved.get(symbol_atom(name))
        if value is None:
            free.add(name)
        else:
            solved[name] = value
            free |= value.symbols()
    made_up = {quotient.name for quotient in facts.quotients}
    variables = sorted(free, key=lambda name: (name in made_up, rank(symbol_atom(name))))
    choices = [candidates(facts.domain(name)) for name in variables]
    differences = [(difference(relation), HOLDS[relation.op]) for relation in relations]
    for indices in islice(_by_sum([len(choice) for choice in choices]), MAX_TRIED):
        values = {n: choice[i] for n, choice, i in zip(variables, choices, indices, strict=True)}
        try:
            for name, value in solved.items():
                values[name] = value.evaluate(values)
            if all(_declared(facts, name, values[name]) for name in names) and all(
                holds(d.evaluate(values), 0) for d, holds in differences
            ):
                yield {name: values[name] for name in names}
        except (ArithmeticError, KeyError):
            continue


def _declared(facts: Facts, name: str, value: int) -> bool:
    low, high = facts.declared.get(name, (1, None))
    return (low is None or value >= low) and (high is None or value <= high)


def _related(facts: Facts, names: frozenset[str]) -> tuple[frozenset[str], list[RelationLike]]:
    """The symbols that relations tie to the named ones, and these relations."""
    left = [(difference(relation).symbols(), relation) for relation in facts.relations]
    used = []
    while True:
        near = [pair for pair in left if not names.isdisjoint(pair[0])]
        if not near:
            break
        left = [pair for pair in left if names.isdisjoint(pair[0])]
        for symbols, relation in near:
            names |= symbols
            used.append(relation)
    return frozenset(sorted(names)), used


def _by_sum(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """All index tuples, those with a small sum first."""
    if not sizes:
        yield ()
        return
    for total in range(sum(sizes) - len(sizes) + 1):
        yield from _of_sum(sizes, total)


def _of_sum(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    room = sum(sizes[1:]) - len(sizes) + 1
    for first in range(max(0, total - room), min(sizes[0] - 1, total) + 1):
        for rest in _of_sum(sizes[1:], total - first):
            yield (first, *rest)


def seen_signs(facts: Facts, d: Dim, of_zero: bool = True) -> set[int]:
    """Which of negative, zero and positive a dim was seen to be, on a few small values.

    of_zero: stop as soon as both zero and something else were seen; else as soon as both a negative
        and another value were seen.
    """
    signs: set[int] = set()
    stop = 0 if of_zero else -1
    for values in islice(admitted(facts, d.symbols()), QUICK_ADMITTED):
        try:
            value = d.evaluate(values)
        except ArithmeticError:
            continue
        signs.add((value > 0) - (value < 0))
        if stop in signs and len(signs) > 1:
            break
    return signs


def witness(facts: Facts, left: Dim | int, right: Dim | int) -> Witness | None:
    """The smallest admitted values found of both kinds; None where none were found at all."""
    d = (left if isinstance(left, Dim) else Dim.of(left)) - right
    shown_names = sorted(d.symbols(), key=lambda name: rank(symbol_atom(name)))
    equal: list[Values] = []
    differ: list[Values] = []
    for values in islice(admitted(facts, d.symbols()), THOROUGH_ADMITTED):
        try:
            kind = differ if d.evaluate(values) else equal
        except ArithmeticError:
            continue
        if len(kind) < 12:
            kind.append({name: values[name] for name in shown_names})
    if not equal and not differ:
        return None
    if not equal or not differ:
        return Witness(equal[0] if equal else None, differ[0] if differ else None)
    return Witness(*min(_pairs(equal, differ), key=_distance))


def _pairs(equal: list[Values], differ: list[Values]) -> Iterator[tuple[Values, Values]]:
    for one in equal:
        for other in differ:
            yield one, other


def _distance(pair: tuple[Values, Values]) -> tuple[int, int]:
    """Few symbols that change, then small numbers."""
    one, other = pair
    changed = sum(one[name] != other[name] for name in one)
    return changed, sum(map(abs, one.values())) + sum(map(abs, other.values()))
