"""Products of sums that a multiplied-out polynomial came from."""

from __future__ import annotations

from math import gcd

from nnspec.semantics.dims.atoms import Atom, Mono, cofactor
from nnspec.semantics.dims.floors import common_mono, divided, pull_out
from nnspec.semantics.dims.order import leading, rank
from nnspec.semantics.dims.polynomial import Dim


def factors(dim: Dim) -> tuple[int, list[tuple[Dim, int]]] | None:
    """A number and sums with their multiplicities whose product is the dim; None where it is a plain sum."""
    number = gcd(*dim.terms.values())
    mono = common_mono([dim])
    rest = divided(dim, mono, number)
    if leading(rest)[1] < 0 and all(c < 0 for key, c in rest.terms.items() if key):
        rest, number = -rest, -number
    sums: list[Dim] = []
    while True:
        split = _split(rest)
        if split is None:
            break
        linear, rest = split
        sums.append(linear)
    if rest.as_int() is None:
        sums.append(rest)
    elif rest != 1:
        number *= rest.constant
    if not mono and len(sums) < 2:
        return None
    parts: dict[Dim, int] = {}
    for part in [*map(Dim.atom, mono), *sums]:
        parts[part] = parts.get(part, 0) + 1
    return number, list(parts.items())


def _split(dim: Dim) -> tuple[Dim, Dim] | None:
    """(x + r, p) with (x + r) * p == dim, for an atom x; None where there is no such x."""
    if len(dim.terms) < 2:
        return None
    for atom in sorted(dim.atoms(), key=rank):
        by_degree = _coefficients(dim, atom)
        degree = max(by_degree)
        slope, constant = by_degree[degree], by_degree.get(0, Dim({}))
        if degree == 1:
            if slope.as_int() is not None and abs(slope.constant) != 1:
                continue
            root, left = pull_out(constant, slope)
            if not left.terms and constant.terms and slope.as_int() is None:
                return Dim.atom(atom) + root, slope
        elif degree == 2 and 1 in by_degree:
            root, left = pull_out(by_degree[1], slope * 2)
            if not left.terms and constant == slope * root * root:
                return Dim.atom(atom) + root, slope * (Dim.atom(atom) + root)
    return None


def _coefficients(dim: Dim, atom: Atom) -> dict[int, Dim]:
    """The dim as a polynomial in one atom."""
    by_degree: dict[int, dict[Mono, int]] = {}
    for mono, c in dim.terms.items():
        degree = mono.count(atom)
        rest = cofactor(mono, (atom,) * degree)
        assert rest is not None
        by_degree.setdefault(degree, {})[rest] = c
    return {degree: Dim(terms, dim.has_power) for degree, terms in by_degree.items()}
