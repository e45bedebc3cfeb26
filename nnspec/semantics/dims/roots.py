"""Integer equations that have no solution."""

from __future__ import annotations

from itertools import product
from math import isqrt, prod

from nnspec.semantics.dims.atoms import Atom, Mono, Power, Symbol, cofactor
from nnspec.semantics.dims.intervals import mono_bounds, quick_bounds
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import Relation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nnspec.semantics.dims.facts import Facts

MODULI = (2, 3, 4, 5)
MAX_VALUES = 256
MAX_ROOT = 10_000
MAX_FACTORED = 100_000


def no_root(facts: Facts, d: Dim) -> bool:
    """Whether a dim in normal form is 0 for no integers at all, or for none within the bounds.

    Atoms count as unknown integers, whatever they stand for.
    """
    atoms = sorted(d.atoms(), key=lambda atom: atom.serial)
    if not atoms:
        return d.constant != 0
    for modulus in MODULI:
        if modulus ** len(atoms) <= MAX_VALUES and _no_root_modulo(facts, d, atoms, modulus):
            return True
    if len(atoms) > 1 and _no_root_of_factors(facts, d):
        return True
    symbols = [atom for atom in atoms if isinstance(atom, Symbol)]
    if len(symbols) < len(atoms):
        return False
    if len(symbols) == 1:
        return _no_root_of_one(facts, d, symbols[0])
    return _no_root_near_corner(facts, d, symbols)


def _residues(facts: Facts, atom: Atom, modulus: int) -> Iterable[int]:
    """What an atom may be modulo a number."""
    base = atom.base.as_int() if isinstance(atom, Power) else None
    if base is None or not isinstance(atom, Power):
        return range(modulus)
    least = max(quick_bounds(facts, atom.exponent)[0] or 0, 0)
    return {pow(base, least + more, modulus) for more in range(modulus)}


def _no_root_modulo(facts: Facts, d: Dim, atoms: list[Atom], modulus: int) -> bool:
    position = {atom: i for i, atom in enumerate(atoms)}
    terms = [(c, [position[atom] for atom in mono]) for mono, c in d.terms.items()]
    for values in product(*[_residues(facts, atom, modulus) for atom in atoms]):
        total = 0
        for c, places in terms:
            for place in places:
                c *= values[place]
            total += c
        if total % modulus == 0:
            return False
    return True


def _no_root_of_one(facts: Facts, d: Dim, symbol: Symbol) -> bool:
    """A root divides the last coefficient, once the symbol itself is divided out."""
    by_degree = {len(mono): c for mono, c in d.terms.items()}
    lowest = min(by_degree)
    low, high = facts.domain(symbol.name)
    if lowest > 0 and (low is None or low <= 0) and (high is None or high >= 0):
        return False
    last = abs(by_degree[lowest])
    if last > MAX_ROOT * MAX_ROOT:
        return False
    divisors = [n for n in range(1, min(last, MAX_ROOT) + 1) if last % n == 0]
    for n in {*divisors, *(last // n for n in divisors)}:
        for root in (n, -n):
            if (low is not None and root < low) or (high is not None and root > high):
                continue
            if sum(c * root ** (degree - lowest) for degree, c in by_degree.items()) == 0:
                return False
    return True


def _no_root_of_factors(facts: Facts, d: Dim) -> bool:
    """a*u*v + b*u + c*v + e is 0 where (a*u + c) * (a*v + b) is b*c - a*e, which has few factors."""
    product_of = max(d.terms, key=len)
    parts = [mono for mono in d.terms if mono and mono is not product_of]
    if not 1 <= len(parts) <= 2 or len(d.terms) > 4:
        return False
    first = parts[0]
    second = cofactor(product_of, first)
    if not second or set(first) & set(second) or (len(parts) == 2 and parts[1] != second):
        return False
    a, b, c = d.terms[product_of], d.terms[first], d.terms.get(second, 0)
    total = b * c - a * d.constant
    if not 0 < abs(total) <= MAX_FACTORED:
        return False
    for n in range(1, isqrt(abs(total)) + 1):
        if total % n:
            continue
        for factor in {n, -n, total // n, -(total // n)}:
            u, over_u = divmod(factor - c, a)
            v, over_v = divmod(total // factor - b, a)
            if not (over_u or over_v) and _admits(facts, first, u) and _admits(facts, second, v):
                if not _excluded(facts, ((first, u), (second, v))):
                    return False
    return True


def _admits(facts: Facts, mono: Mono, value: int) -> bool:
    low, high = mono_bounds(facts, mono)
    if (low is not None and value < low) or (high is not None and value > high):
        return False
    return len(set(mono)) > 1 or _is_power(abs(value), len(mono))


def _is_power(value: int, degree: int) -> bool:
    near = round(value ** (1 / degree))
    return value in ((near - 1) ** degree, near**degree, (near + 1) ** degree)


def _excluded(facts: Facts, values: tuple[tuple[Mono, int], ...]) -> bool:
    """Whether the facts contradict that these monomials have these values."""
    for mono, value in values:
        if len(mono) == 1:
            facts = facts.assume(Relation(Dim({mono: 1}), "==", value))
    return facts.impossible


def _no_root_near_corner(facts: Facts, d: Dim, symbols: list[Symbol]) -> bool:
    """A dim that grows in all symbols can be 0 only near their least values: `2*a + 3*b == 6`."""
    lows: dict[str, int] = {}
    for symbol in symbols:
        low = facts.domain(symbol.name)[0]
        if low is None:
            return False
        lows[symbol.name] = low
    moved = d.substitute({name: Dim.symbol(name) + low for name, low in lows.items()})
    if moved.constant > 0:
        moved = -moved
    if any(c < 0 for mono, c in moved.terms.items() if mono):
        return False
    ranges: list[range] = []
    values = dict.fromkeys(lows, 0)
    for name in lows:
        least = 0
        while moved.evaluate({**values, name: least}) <= 0:
            least += 1
            if least > MAX_VALUES:
                return False
        ranges.append(range(least))
    if prod(map(len, ranges)) > 4 * MAX_VALUES:
        return False
    return all(moved.evaluate(dict(zip(lows, point))) for point in product(*ranges))
