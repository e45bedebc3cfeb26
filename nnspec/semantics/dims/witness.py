"""Small values that the facts admit, and what dims come to for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice, product
from math import prod

from nnspec.semantics.dims.atoms import Floor, Symbol, symbol_atom
from nnspec.semantics.dims.bounds import occurs_once
from nnspec.semantics.dims.order import rank, shown
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import HOLDS, RelationLike, difference
from nnspec.semantics.dims.substitution import evaluate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nnspec.semantics.dims.facts import Bounds, Facts

Values = dict[str, int]
EMPTY: Mapping[str, int] = {}
Condition = tuple[Dim, Callable[[int, int], bool]]

# How far each symbol is from its least value, tried in this order of their sum.
STEPS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 23, 31, 63)
FAR_STEPS = (99, 127, 223, 255, 511, 767, 1023, 4095)
MAX_TRIED = 1500
MAX_EVERY = 300
SPREAD_AFTER = 15
SPREAD = 60
QUICK_ADMITTED = 30
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


def candidates(bounds: Bounds, divisor: int, far: tuple[int, ...]) -> list[int]:
    """Small values between bounds, those first that tell most: the least ones and multiples."""
    low, high = bounds
    if low is None and high is None:
        return [1, 2, 3, 0, 4, -1, 5, 7, -2, 8, 16, -5]
    if low is None:
        assert high is not None
        return [high - step for step in STEPS + far]
    values = [low + step for step in STEPS + far if high is None or low + step <= high]
    if divisor > 1:
        first = -(-low // divisor) * divisor
        multiples = [n for n in (first, first + divisor) if high is None or n <= high]
        values = [*values[:2], *multiples, *(n for n in values[2:] if n not in multiples)]
    return list(dict.fromkeys(values))


def divisors_of(d: Dim) -> dict[str, int]:
    """For the symbols under a floor with a constant divisor, their largest one."""
    found: dict[str, int] = {}
    for atom in d.atoms():
        if isinstance(atom, Floor):
            divisor = atom.denominator.as_int()
            if divisor is not None:
                for name in atom.numerator.symbols():
                    found[name] = max(divisor, found.get(name, 1))
    return found


def admitted(
    facts: Facts,
    names: frozenset[str],
    divisors: Mapping[str, int] = EMPTY,
    spread: bool = False,
) -> Iterator[Values]:
    """Values of the named symbols (and those that the facts tie to them) which the facts admit.

    At most MAX_TRIED assignments are tried, those nearest to the least values first; with `spread` only
    few of those, then many that are scattered.
    """
    names, relations = _related(facts, names)
    conditions = _conditions(relations)
    variables, solved = _variables(facts, names)
    far = FAR_STEPS if len(variables) == 1 else ()
    choices = [candidates(facts.domain(name), divisors.get(name, 1), far) for name in variables]
    sizes = [len(choice) for choice in choices]
    order: Iterator[tuple[int, ...]] = islice(_by_sum(sizes), MAX_TRIED)
    if spread and len(sizes) > 1 and all(sizes):
        order = chain(islice(order, SPREAD_AFTER), _scattered(sizes), order)
    for indices in order:
        values = {n: choice[i] for n, choice, i in zip(variables, choices, indices)}
        if _completed(values, solved) and _admits(facts, conditions, names, values):
            yield {name: values[name] for name in names}


def every_sign(facts: Facts, d: Dim) -> set[int] | None:
    """Which of negative, zero and positive a dim is, where the facts leave few values; else None."""
    d = facts.spelled_out(d)
    names, relations = _related(facts, d.symbols())
    variables, solved = _variables(facts, names)
    ranges: list[range] = []
    for name in variables:
        low, high = facts.domain(name)
        if low is None or high is None or high - low >= MAX_EVERY:
            return None
        ranges.append(range(low, high + 1))
    if prod(map(len, ranges)) > MAX_EVERY:
        return None
    conditions = _conditions(relations)
    signs: set[int] = set()
    for point in product(*ranges):
        values = dict(zip(variables, point))
        if _completed(values, solved) and _admits(facts, conditions, names, values):
            try:
                value = evaluate(d, values)
            except ArithmeticError:
                continue
            signs.add((value > 0) - (value < 0))
    return signs


def _variables(facts: Facts, names: frozenset[str]) -> tuple[list[str], dict[str, Dim]]:
    """The symbols that may be chosen, and those that follow from them."""
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
    return sorted(free, key=lambda name: (name in made_up, rank(symbol_atom(name)))), solved


def _completed(values: Values, solved: dict[str, Dim]) -> bool:
    """Add the values that follow; False where they have none."""
    try:
        for name, value in solved.items():
            values[name] = evaluate(value, values)
    except (ArithmeticError, KeyError):
        return False
    return True


def _conditions(relations: list[RelationLike]) -> list[Condition]:
    return [(difference(relation), HOLDS[relation.op]) for relation in relations]


def _admits(
    facts: Facts, conditions: list[Condition], names: frozenset[str], values: Values
) -> bool:
    try:
        return all(_declared(facts, name, values[name]) for name in names) and all(
            holds(evaluate(d, values), 0) for d, holds in conditions
        )
    except (ArithmeticError, KeyError):
        return False


def solutions(facts: Facts, d: Dim, near: list[Values]) -> Iterator[Values]:
    """Admitted values at which d is 0, made from others by changing one symbol that stands alone."""
    names, relations = _related(facts, d.symbols())
    conditions = _conditions(relations)
    alone = [
        (mono[0], c)
        for mono, c in d.terms.items()
        if len(mono) == 1 and isinstance(mono[0], Symbol) and occurs_once(mono[0], mono, d)
    ]
    for values in near:
        for symbol, c in sorted(alone, key=lambda pair: rank(pair[0])):
            try:
                rest = evaluate(d, {**values, symbol.name: 0})
            except ArithmeticError:
                continue
            if rest % c == 0:
                changed = {**values, symbol.name: -rest // c}
                if _admits(facts, conditions, names, changed):
                    yield changed


def _declared(facts: Facts, name: str, value: int) -> bool:
    low, high = facts.declared.get(name, (0 if "@" in name else 1, None))
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


def _scattered(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Index tuples all over the place, the same ones every time."""
    state = 1
    for _ in range(SPREAD):
        indices = []
        for size in sizes:
            state = (state * 1103515245 + 12345) % 2**31
            indices.append((state >> 8) % size)
        yield tuple(indices)


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
    d = facts.spelled_out(d)
    signs: set[int] = set()
    stop = 0 if of_zero else -1
    near: list[Values] = []
    for values in islice(admitted(facts, d.symbols(), divisors_of(d), spread=True), QUICK_ADMITTED):
        try:
            value = evaluate(d, values)
        except ArithmeticError:
            continue
        near.append(values)
        signs.add((value > 0) - (value < 0))
        if stop in signs and len(signs) > 1:
            return signs
    if of_zero and 0 not in signs and next(solutions(facts, d, near), None) is not None:
        signs.add(0)
    return signs


def witness(facts: Facts, left: Dim | int, right: Dim | int) -> Witness | None:
    """The smallest admitted values found of both kinds; None where none were found at all."""
    d = facts.spelled_out((left if isinstance(left, Dim) else Dim.of(left)) - right)
    # Symbols that cancel do not matter, unless all of them do.
    names = d.symbols()
    if not names:
        names = names.union(*[side.symbols() for side in (left, right) if isinstance(side, Dim)])
    shown_names = sorted(names, key=lambda name: rank(symbol_atom(name)))
    equal: list[Values] = []
    differ: list[Values] = []
    near: list[Values] = []
    for values in islice(admitted(facts, names, divisors_of(d)), THOROUGH_ADMITTED):
        try:
            kind = differ if evaluate(d, values) else equal
        except ArithmeticError:
            continue
        near.append(values)
        if len(kind) < 12:
            kind.append({name: values[name] for name in shown_names})
    if not equal:
        for values in islice(solutions(facts, d, near), 12):
            equal.append({name: values[name] for name in shown_names})
    if not equal and not differ:
        return None
    if not equal or not differ:
        return Witness(equal[0] if equal else None, differ[0] if differ else None)
    return Witness(*min(_pairs(equal, differ), key=_distance))


def _pairs(equal: list[Values], differ: list[Values]) -> Iterator[tuple[Values, Values]]:
    for one in equal:
        for other in differ:
            yield one, other


def _distance(pair: tuple[Values, Values]) -> tuple[int, int, int]:
    """Sizes that somebody would choose, then few symbols that change, then small numbers."""
    one, other = pair
    values = [*one.values(), *other.values()]
    changed = sum(one[name] != other[name] for name in one)
    return sum(value < 1 for value in values), changed, sum(map(abs, values))
