"""Products of sums that a multiplied-out polynomial came from."""

from __future__ import annotations

from math import gcd, isqrt

from nnspec.semantics.dims.atoms import Atom, Mono, cofactor
from nnspec.semantics.dims.floors import common_mono, divided, pull_out
from nnspec.semantics.dims.intervals import quick_bounds
from nnspec.semantics.dims.order import leading, rank
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts

MAX_TERMS = 12


def factors(dim: Dim, squares: bool = False) -> tuple[int, list[tuple[Dim, int]]] | None:
    """A number and sums with their multiplicities whose product is the dim; None where it is a plain sum.

    squares: whether to take `x**2 - y**2` apart, which reads better as it stands.
    """
    number = gcd(*dim.terms.values())
    mono = common_mono([dim])
    rest = divided(dim, mono, number)
    if leading(rest)[1] < 0 and all(c < 0 for key, c in rest.terms.items() if key):
        rest, number = -rest, -number
    sums: list[Dim] = []
    while True:
        split = _split(rest, squares)
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


def without_nonzero_factors(facts: Facts, dim: Dim) -> Dim:
    """The product of the factors that may be 0: `x - y` for `x**2 - y**2` of positive x and y."""
    if not 1 < len(dim.terms) <= MAX_TERMS or max(map(len, dim.terms)) < 2:
        return dim
    found = factors(dim, squares=True)
    if found is None:
        return dim
    kept = Dim.of(1)
    for part, _ in found[1]:
        low, high = quick_bounds(facts, part)
        if (low is None or low <= 0) and (high is None or high >= 0):
            kept = kept * part
    return kept


def _split(dim: Dim, squares: bool) -> tuple[Dim, Dim] | None:
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
        elif degree == 2 and squares:
            square, left = pull_out(-constant, slope)
            r = None if left.terms else _square_root(square)
            if r is not None:
                return Dim.atom(atom) - r, slope * (Dim.atom(atom) + r)
    return None


def _square_root(dim: Dim) -> Dim | None:
    """The root of a term that is a square."""
    if len(dim.terms) != 1:
        return None
    mono, c = leading(dim)
    if c < 0 or isqrt(c) ** 2 != c or any(mono.count(atom) % 2 for atom in mono):
        return None
    # A monomial is sorted, so that equal atoms stand together.
    return Dim({mono[::2]: isqrt(c)})


def _coefficients(dim: Dim, atom: Atom) -> dict[int, Dim]:
    """The dim as a polynomial in one atom."""
    by_degree: dict[int, dict[Mono, int]] = {}
    for mono, c in dim.terms.items():
        degree = mono.count(atom)
        rest = cofactor(mono, (atom,) * degree)
        assert rest is not None
        by_degree.setdefault(degree, {})[rest] = c
    return {degree: Dim(terms, dim.has_power) for degree, terms in by_degree.items()}
