"""The weakest fact that would make two dims equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nnspec.semantics.dims.atoms import Atom, Floor, Maximum, Symbol
from nnspec.semantics.dims.order import rank
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import Relation

if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts

MAX_TRIED = 60


def suggest(facts: Facts, left: Dim | int, right: Dim | int) -> str | None:
    """The text of the first candidate under which the dims are provably equal, weakest first."""
    left = left if isinstance(left, Dim) else Dim.of(left)
    right = right if isinstance(right, Dim) else Dim.of(right)
    left, right = facts.display(left), facts.display(right)
    if facts.compare(left, right) != "unknown":
        return None
    tried = 0
    for relation in _candidates(left, right):
        tried += 1
        if tried > MAX_TRIED:
            break
        try:
            new = facts.assume(relation)
            if not new.impossible and new.compare(left, right) == "equal":
                return str(relation)
        except ArithmeticError:
            continue
    return None


def _candidates(left: Dim, right: Dim) -> Iterator[Relation]:
    d = left - right
    operations = sorted(_operations(d), key=lambda atom: (atom.depth, rank(atom)))
    yield from _remainders(operations)
    for atom in operations:
        if isinstance(atom, Maximum):
            for part in atom.operands:
                for other in atom.operands:
                    if other is not part:
                        yield _inequality(other - part)
    yield from _equalities(left, right, d)


def _remainders(operations: list[Atom]) -> Iterator[Relation]:
    """`H % 2 == 0`, `dim % heads == 0`, small divisors first, odd remainders after."""
    floors = [atom for atom in operations if isinstance(atom, Floor)]
    numbers: set[int] = set()
    for atom in floors:
        q = atom.denominator.as_int()
        if q is not None:
            numbers |= {n for n in range(2, q + 1) if q % n == 0}
        else:
            yield Relation(_bare(atom.numerator) % atom.denominator, "==", 0)
            if _bare(atom.numerator) != atom.numerator:
                yield Relation(atom.numerator % atom.denominator, "==", 0)
    names = sorted(
        {
            symbol
            for atom in floors
            if atom.denominator.as_int() is not None
            for mono in atom.numerator.terms
            for symbol in mono
            if isinstance(symbol, Symbol)
        },
        key=rank,
    )
    for n in sorted(numbers):
        for symbol in names:
            yield Relation(Dim.atom(symbol) % n, "==", 0)
    for n in sorted(numbers):
        for symbol in names:
            for remainder in range(1, min(n, 4)):
                yield Relation(Dim.atom(symbol) % n, "==", remainder)


def _bare(dim: Dim) -> Dim:
    """The dim without its constant."""
    return dim - dim.constant


def _inequality(d: Dim) -> Relation:
    """`d <= 0`, with what is subtracted on the right."""
    left = Dim({mono: c for mono, c in d.terms.items() if c > 0}, d.has_power)
    right = Dim({mono: -c for mono, c in d.terms.items() if c < 0}, d.has_power)
    return Relation(left, "<=", right)


def _equalities(left: Dim, right: Dim, d: Dim) -> Iterator[Relation]:
    """A symbol that equals something, and at last the equality itself."""
    for mono, c in sorted(d.terms.items(), key=lambda item: (len(item[0]), str(item[0]))):
        if len(mono) == 1 and abs(c) == 1 and isinstance(mono[0], Symbol):
            value = (Dim({mono: c}) - d).scaled(c)
            if mono[0].name not in value.symbols() and len(value.terms) <= 1:
                yield Relation(Dim.atom(mono[0]), "==", value)
    yield Relation(left, "==", right)


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
