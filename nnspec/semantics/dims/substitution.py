"""Putting dims or numbers in place of symbols."""

from __future__ import annotations

from collections.abc import Mapping

from nnspec.semantics.budget import budget
from nnspec.semantics.dims.atoms import MAX_BITS, Atom, DimLimit, Floor, Maximum, Power, Symbol
from nnspec.semantics.dims.floors import floor_div
from nnspec.semantics.dims.maxima import maximum
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.powers import power


def substitute(dim: Dim, mapping: Mapping[str, Dim | int]) -> Dim:
    """Replace all symbols that the mapping names, at once."""
    names = frozenset(mapping)
    memo: dict[Atom, Dim] = {}

    def replace(atom: Atom) -> Dim | None:
        if names.isdisjoint(atom.symbols):
            return None
        found = memo.get(atom)
        if found is None:
            found = memo[atom] = _replaced(atom)
        return found

    def _replaced(atom: Atom) -> Dim:
        match atom:
            case Symbol():
                value = mapping[atom.name]
                return value if isinstance(value, Dim) else Dim.of(value)
            case Floor():
                return floor_div(atom.numerator.rebuild(replace), atom.denominator.rebuild(replace))
            case Maximum():
                return maximum([part.rebuild(replace) for part in atom.operands])
            case Power():
                return power(atom.base.rebuild(replace), atom.exponent.rebuild(replace))
            case _:
                raise AssertionError(atom)

    return dim.rebuild(replace)


def evaluate(dim: Dim, values: Mapping[str, int]) -> int:
    """The value of a dim; KeyError for a missing symbol, ArithmeticError where it is undefined."""
    total = 0
    budget.think(len(dim.terms))
    for mono, product in dim.terms.items():
        for atom in mono:
            product *= values[atom.name] if isinstance(atom, Symbol) else _value(atom, values)
        total += product
    return total


def _value(atom: Atom, values: Mapping[str, int]) -> int:
    match atom:
        case Floor():
            return evaluate(atom.numerator, values) // evaluate(atom.denominator, values)
        case Maximum():
            return max(evaluate(part, values) for part in atom.operands)
        case Power():
            base, exponent = evaluate(atom.base, values), evaluate(atom.exponent, values)
            if exponent < 0:
                raise ArithmeticError("negative exponent")
            if exponent * abs(base).bit_length() > MAX_BITS:
                raise DimLimit("a number is too large")
            return int(base**exponent)
        case _:
            raise AssertionError(atom)
