"""Integer equations that have no solution."""

from __future__ import annotations

from itertools import product
from math import prod

from nnspec.semantics.dims.atoms import Atom, Symbol
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts

MODULI = (2, 3, 4, 5)
MAX_VALUES = 256
MAX_ROOT = 10_000


def no_root(facts: Facts, d: Dim) -> bool:
    """Whether a dim in normal form is 0 for no integers at all, or for none within the bounds.

    Atoms count as unknown integers, whatever they stand for.
    """
    atoms = sorted(d.atoms(), key=lambda atom: atom.serial)
    if not atoms:
        return d.constant != 0
    for modulus in MODULI:
        if modulus ** len(atoms) <= MAX_VALUES and _no_root_modulo(d, atoms, modulus):
            return True
    symbols = [atom for atom in atoms if isinstance(atom, Symbol)]
    if len(symbols) < len(atoms):
        return False
    if len(symbols) == 1:
        return _no_root_of_one(facts, d, symbols[0])
    return _no_root_near_corner(facts, d, symbols)


def _no_root_modulo(d: Dim, atoms: list[Atom], modulus: int) -> bool:
    position = {atom: i for i, atom in enumerate(atoms)}
    terms = [(c, [position[atom] for atom in mono]) for mono, c in d.terms.items()]
    for values in product(range(modulus), repeat=len(atoms)):
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
