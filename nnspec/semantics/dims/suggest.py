"""The weakest fact that would make two dims equal."""

from __future__ import annotations

from itertools import islice
from math import gcd

from nnspec.semantics.dims.atoms import Atom, Floor, Maximum, Symbol
from nnspec.semantics.dims.compare import quick_answer
from nnspec.semantics.dims.order import rank, shown
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import Relation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnspec.semantics.dims.facts import Facts

MAX_TRIED = 60
MAX_DIVISOR = 256
# No person would state a fact that is longer.
MAX_LENGTH = 80


def suggest(facts: Facts, left: Dim | int, right: Dim | int) -> str | None:
    """The text of the first candidate under which the dims are provably equal, weakest first.

    Several facts are joined by commas. None where the dims need no fact, or no fact was found that can
    be written in the user's names.
    """
    left = left if isinstance(left, Dim) else Dim.of(left)
    right = right if isinstance(right, Dim) else Dim.of(right)
    left, right = facts.display(left), facts.display(right)
    if facts.compare(left, right) != "unknown":
        return None
    names = (left - right).symbols()
    if len({shown(name) for name in names}) < len(names):
        return None
    for relations in islice(_candidates(left, right), MAX_TRIED):
        try:
            new = facts
            for relation in relations:
                new = new.assume(relation)
            if not new.impossible and _is_proved(new, left, right, relations):
                text = ", ".join(map(str, relations))
                if len(text) <= MAX_LENGTH:
                    return text
        except ArithmeticError:
            continue
    return None


def _is_proved(facts: Facts, left: Dim, right: Dim, by: list[Relation]) -> bool:
    if quick_answer(facts, left - right) == "equal":
        return True
    # Where two symbols are one, halves of halves are left, which take a longer proof; there are few such candidates.
    alike = len(by) == 1 and by[0].op == "==" and _is_symbol(by[0].left) and _is_symbol(by[0].right)
    return alike and facts.compare(left, right) == "equal"


def _is_symbol(side: Dim | int) -> bool:
    return isinstance(side, Dim) and str(side).isidentifier()


def _candidates(left: Dim, right: Dim) -> Iterator[list[Relation]]:
    d = left - right
    operations = sorted(_operations(d), key=lambda atom: (atom.depth, rank(atom)))
    floors = [atom for atom in operations if isinstance(atom, Floor)]
    yield from _by_symbols(floors)
    yield from _by_numbers(floors)
    for atom in operations:
        if isinstance(atom, Maximum):
            for part in atom.operands:
                for other in atom.operands:
                    if other is not part:
                        yield [_inequality(other - part)]
    yield from _alike(floors)
    yield from _equalities(left, right, d)


def _by_symbols(floors: list[Floor]) -> Iterator[list[Relation]]:
    """`dim % heads == 0`, one by one and all together."""
    every = []
    for atom in floors:
        p, q = atom.numerator, atom.denominator
        if q.as_int() is None:
            if p.as_int() is None:
                every.append(Relation((p - p.constant) % q, "==", 0))
                yield every[-1:]
            if p.constant:
                yield [Relation(p % q, "==", 0)]
    if len(every) > 1:
        yield every


def _by_numbers(floors: list[Floor]) -> Iterator[list[Relation]]:
    """`H % 2 == 0`, small divisors first, then the same for all symbols, then other remainders."""
    numbers: set[int] = set()
    symbols: set[Symbol] = set()
    for atom in floors:
        q = atom.denominator.as_int()
        if q is not None:
            numbers |= {n for n in range(2, min(q, MAX_DIVISOR) + 1) if q % n == 0}
            for mono in atom.numerator.terms:
                symbols |= {symbol for symbol in mono if isinstance(symbol, Symbol)}
    names = [Dim.atom(symbol) for symbol in sorted(symbols, key=rank)]
    divisors = sorted(numbers)
    for n in divisors:
        for name in names:
            yield [Relation(name % n, "==", 0)]
    if len(names) > 1:
        for n in divisors:
            yield [Relation(name % n, "==", 0) for name in names]
    for n in divisors:
        for name in names:
            for remainder in range(1, min(n, 4)):
                yield [Relation(name % n, "==", remainder)]


def _alike(floors: list[Floor]) -> Iterator[list[Relation]]:
    """`H == W`, where one side is divided by another: a window as large as the image."""
    for atom in floors:
        over = [s for s in atom.denominator.symbols() if "@" not in s]
        under = [s for s in atom.numerator.symbols() if "@" not in s and s not in over]
        if len(over) == len(under) == 1:
            yield [Relation(Dim.symbol(under[0]), "==", Dim.symbol(over[0]))]


def _inequality(d: Dim) -> Relation:
    """`d <= 0`, with what is subtracted on the right."""
    left = Dim({mono: c for mono, c in d.terms.items() if c > 0}, d.has_power)
    right = Dim({mono: -c for mono, c in d.terms.items() if c < 0}, d.has_power)
    return Relation(right, ">=", left) if left.as_int() is not None else Relation(left, "<=", right)


def _equalities(left: Dim, right: Dim, d: Dim) -> Iterator[list[Relation]]:
    """A symbol that equals something, and at last the equality itself."""
    common = gcd(*d.terms.values())
    if common > 1:
        d = Dim({mono: c // common for mono, c in d.terms.items()}, d.has_power)
    for mono, c in sorted(d.terms.items(), key=lambda item: (len(item[0]), *map(rank, item[0]))):
        if len(mono) == 1 and abs(c) == 1 and isinstance(mono[0], Symbol):
            value = (Dim({mono: c}) - d).scaled(c)
            if mono[0].name not in value.symbols() and len(value.terms) <= 1:
                yield [Relation(Dim.atom(mono[0]), "==", value)]
    if common > 1 or len(d.terms) < len(left.terms) + len(right.terms):
        positive = {mono: c for mono, c in d.terms.items() if c > 0}
        negative = {mono: -c for mono, c in d.terms.items() if c < 0}
        left, right = Dim(positive, d.has_power), Dim(negative, d.has_power)
    yield [Relation(left, "==", right) if left.terms else Relation(right, "==", left)]


def _operations(d: Dim) -> set[Atom]:
    found: set[Atom] = set()
    pending = [d]
    while pending:
        for atom in pending.pop().atoms():
            if atom.depth and atom not in found:
                found.add(atom)
                if isinstance(atom, Floor):
                    pending += [atom.numerator, atom.denominator]
                elif isinstance(atom, Maximum):
                    pending += atom.operands
    return found
