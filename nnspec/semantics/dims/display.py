"""From the normal form under facts back to the user's symbols."""

from __future__ import annotations

from math import gcd

from nnspec.semantics.dims.atoms import Atom, Floor, Mono, Symbol, cofactor, symbol_atom
from nnspec.semantics.dims.floors import common_mono, floor_div
from nnspec.semantics.dims.polynomial import Dim, from_terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts


def display(facts: Facts, dim: Dim) -> Dim:
    """The dim under the facts with every fresh symbol written as the quotient that it is."""
    return _cancelled(facts, _without_fresh(facts, dim, readable=True))


def exactly(facts: Facts, dim: Dim) -> Dim:
    """The same by divisions that are exact: `(H - 1) // 2` for an odd H, where `H // 2` has that value."""
    return _without_fresh(facts, dim, readable=False)


def _without_fresh(facts: Facts, dim: Dim, readable: bool) -> Dim:
    dim = facts.simplify(dim)
    for quotient in reversed(facts.quotients):
        if quotient.name in dim.symbols():
            symbol = symbol_atom(quotient.name)
            dim = _written(dim, symbol, *quotient.written, readable)
    return dim


def _cancelled(facts: Facts, dim: Dim) -> Dim:
    """The dim with what cancels in products with exact quotients: `2 * (dim // (2 * heads))` is `dim // heads`."""
    exact: dict[Atom, tuple[Dim, Dim]] = {}
    for quotient in facts.quotients:
        whole = floor_div(*quotient.written)
        for mono, c in whole.terms.items():
            if len(whole.terms) == len(mono) == c == 1:
                exact[mono[0]] = quotient.written
    for _ in range(len(exact)):
        total = Dim({})
        for mono, c in dim.terms.items():
            ways = (_smaller(atom, *exact[atom], mono, c) for atom in mono if atom in exact)
            less = next((way for way in ways if way is not None), None)
            total = total + (from_terms({mono: c}, dim.has_power) if less is None else less)
        if total == dim:
            break
        dim = total
    return dim


def _smaller(atom: Atom, p: Dim, q: Dim, mono: Mono, c: int) -> Dim | None:
    """`c * mono`, of which one factor is `p // q`, with a smaller divisor; None where nothing cancels."""
    rest = cofactor(mono, (atom,))
    if rest is None or len(q.terms) != 1:
        return None
    ((divisor, scale),) = q.terms.items()
    common = common_mono([Dim({rest: 1}, True), Dim({divisor: 1}, True)])
    g = gcd(c, scale)
    above, below = cofactor(rest, common), cofactor(divisor, common)
    if above is None or below is None or (g == 1 and not common):
        return None
    return floor_div(p, Dim({below: scale // g}, True)) * Dim({above: c // g}, True)


def _written(dim: Dim, symbol: Symbol, p: Dim, q: Dim, readable: bool) -> Dim:
    whole = _readable(p, q) if readable else floor_div(p, q)
    replacement = {symbol.name: whole}

    def inside(atom: Atom) -> Dim | None:
        if symbol.name not in atom.symbols:
            return None
        if isinstance(atom, Floor):
            # Products inside a floor cancel like those outside: `dim // (kv * (heads // kv))` is `dim // heads`.
            above = _written(atom.numerator, symbol, p, q, readable)
            return floor_div(above, _written(atom.denominator, symbol, p, q, readable))
        return Dim.atom(atom).substitute(replacement)

    total = Dim({})
    for mono, c in dim.terms.items():
        if symbol not in mono:
            total = total + from_terms({mono: c}, dim.has_power).rebuild(inside)
            continue
        rest = cofactor(mono, (symbol,))
        assert rest is not None
        total = total + _term(rest, c, p, q, whole, readable).rebuild(inside)
    return total


def _readable(p: Dim, q: Dim) -> Dim:
    """`p // q`, which is exact; a constant in p goes out of the floor: `(H - 1) // 2` is `H // 2`."""
    number = q.as_int()
    if number is None or number == 1 or not p.constant:
        return floor_div(p, q)
    # p = base + c with base = number*x - c, so that base // number = x + (-c) // number.
    return floor_div(p - p.constant, q) - -p.constant // number


def _term(rest: Mono, c: int, p: Dim, q: Dim, whole: Dim, readable: bool) -> Dim:
    """`c * rest * (p // q)`, where the division is exact, with what cancels cancelled."""
    number = q.as_int()
    if number is not None:
        g = gcd(c, number)
        smaller = Dim.of(number // g)
        quotient = _readable(p, smaller) if readable else floor_div(p, smaller)
        return quotient * Dim({rest: c // g}, True)
    if len(q.terms) == 1:
        ((mono, scale),) = q.terms.items()
        left = cofactor(rest, mono)
        if left is not None and c % scale == 0:
            return p * Dim({left: c // scale}, True)
    return whole * Dim({rest: c}, True)
