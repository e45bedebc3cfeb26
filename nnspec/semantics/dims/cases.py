"""Proofs by cases, for what the normal form and bounds leave open.

A maximum is one of its operands; a symbol under floors with constant divisors has some remainder by
their common multiple. In each case the operation is gone, and the quick means are tried again. A case
that the facts exclude does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lcm

from nnspec.semantics.dims.atoms import Atom, Floor, Maximum, Symbol, maximum_atom
from nnspec.semantics.dims.bounds import at_least, effort
from nnspec.semantics.dims.compare import quick_answer
from nnspec.semantics.dims.intervals import quick_bounds
from nnspec.semantics.dims.order import leading, rank
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import Relation
from nnspec.semantics.dims.roots import no_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnspec.semantics.dims.facts import Facts

MAX_CASES = 144
MAX_MODULUS = 64
MAX_SPLITS = 6
MAX_NUMERATOR = 16
MAX_EFFORT = 1000

Holds = Callable[["Facts", Dim], bool]


def always_zero(facts: Facts, d: Dim) -> bool:
    """Whether d is 0 for all admitted values."""

    d = _by_positive_parts(facts.simplify(d))

    def zero(case: Facts, dim: Dim) -> bool:
        if quick_answer(case, dim) == "equal":
            return True
        return at_least(case, dim, 0) and at_least(case, -dim, 0)

    return _in_all_cases(facts, d, zero)


def never_zero(facts: Facts, d: Dim) -> bool:
    """Whether d is 0 for no admitted values."""

    def nonzero(case: Facts, dim: Dim) -> bool:
        if quick_answer(case, dim) == "different":
            return True
        return case.assume(Relation(dim, "==", 0)).impossible or no_root(case, dim)

    return _in_all_cases(facts, d, nonzero)


def always_at_least(facts: Facts, d: Dim, least: int) -> bool:
    """Whether d is `least` or more for all admitted values."""
    return _in_all_cases(facts, d, lambda case, dim: at_least(case, dim, least))


def _in_all_cases(facts: Facts, d: Dim, holds: Holds) -> bool:
    budget, limit = MAX_CASES, effort.steps + MAX_EFFORT
    pending = [(facts, d, 0)]
    while pending:
        case, dim, depth = pending.pop()
        budget -= 1
        if budget < 0 or effort.steps > limit:
            return False
        if case.impossible:
            continue
        dim = case.simplify(dim)
        if holds(case, dim):
            continue
        if depth >= MAX_SPLITS:
            return False
        split = list(_cases(case, dim))
        if not split:
            return False
        pending.extend((new, dim, depth + 1) for new in split)
    return True


def _by_positive_parts(d: Dim) -> Dim:
    """Write maxima of two as `v + max(u - v, 0)`, so that `max(u, v) + min(u, v)` comes to `u + v`."""

    def replace(atom: Atom) -> Dim | None:
        if not isinstance(atom, Maximum) or len(atom.operands) != 2:
            return None
        u, v = atom.operands
        if leading(u - v)[1] < 0:
            u, v = v, u
        return v + Dim.atom(maximum_atom((u - v, Dim({}))))

    return d.rebuild(replace)


def _cases(facts: Facts, d: Dim) -> Iterator[Facts]:
    """Facts that together cover all admitted values, each saying more than before; none if stuck."""
    operations = _operations(d)
    for atom in operations:
        if isinstance(atom, Maximum):
            for part in atom.operands:
                case = facts
                for other in atom.operands:
                    if other is not part:
                        case = case.assume(Relation(part, ">=", other))
                yield case
            return
    small = _small_numerator(facts, operations)
    if small is not None:
        name, number = small
        symbol_dim = Dim.symbol(name)
        for value in range(1, number + 1):
            yield facts.assume(Relation(symbol_dim, "==", value))
        yield facts.assume(Relation(symbol_dim, ">", number))
        return
    moduli: dict[str, int] = {}
    for atom in operations:
        if isinstance(atom, Floor):
            q = atom.denominator.as_int()
            if q is None or any(a.depth for a in atom.numerator.atoms()):
                continue
            for mono, c in atom.numerator.terms.items():
                for symbol in set(mono):
                    if isinstance(symbol, Symbol) and c % q:
                        moduli[symbol.name] = lcm(moduli.get(symbol.name, 1), q)
    if moduli:
        name = min(moduli, key=lambda n: (moduli[n], n))
        modulus = moduli[name]
        if modulus <= MAX_MODULUS:
            symbol_dim = Dim.symbol(name)
            for remainder in range(modulus):
                yield facts.assume(Relation(symbol_dim % modulus, "==", remainder))
            return
    for atom in operations:
        if isinstance(atom, Floor):
            divisor = atom.denominator
            if divisor.symbols() and divisor.depth == 0 and quick_bounds(facts, divisor)[0] == 1:
                # A stride of 1 is unlike all others.
                yield facts.assume(Relation(divisor, "==", 1))
                yield facts.assume(Relation(divisor, ">", 1))
                return


def _small_numerator(facts: Facts, operations: list[Atom]) -> tuple[str, int] | None:
    """The symbol and the number of a floor `number // symbol`, which is 0 for all but few symbols."""
    for atom in operations:
        if isinstance(atom, Floor):
            number, (mono, c) = atom.numerator.as_int(), leading(atom.denominator)
            if number is None or not 0 < number <= MAX_NUMERATOR or c != 1:
                continue
            if len(atom.denominator.terms) == len(mono) == 1 and isinstance(mono[0], Symbol):
                if facts.sign(atom.denominator) > 0:
                    return mono[0].name, number
    return None


def _operations(d: Dim) -> list[Atom]:
    """All operations in d, innermost first."""
    found: set[Atom] = set()
    pending = [d]
    while pending:
        for atom in pending.pop().atoms():
            if atom.depth and atom not in found:
                found.add(atom)
                pending.extend(_parts(atom))
    return sorted(found, key=lambda atom: (atom.depth, rank(atom)))


def _parts(atom: Atom) -> list[Dim]:
    match atom:
        case Floor():
            return [atom.numerator, atom.denominator]
        case Maximum():
            return list(atom.operands)
        case _:
            return []
