"""Intervals of dims under facts: from the bounds of the symbols, without the other inequalities."""

from __future__ import annotations

from nnspec.semantics.dims.atoms import Atom, DimLimit, Floor, Maximum, Mono, Power, Symbol
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Bounds, Facts

MAX_EXPONENT = 64
MAX_BITS = 256
MAX_SHIFTED_TERMS = 16


def atom_bounds(facts: Facts, atom: Atom) -> Bounds:
    """The interval of an atom."""
    if isinstance(atom, Symbol):
        return facts.domain(atom.name)
    key = ("atom bounds", atom)
    found = facts.recall(key)
    if found is None:
        found = _operation_bounds(facts, atom)
        facts.remember(key, found)
    return found  # type: ignore[return-value]


def _operation_bounds(facts: Facts, atom: Atom) -> Bounds:
    match atom:
        case Floor():
            return floor_bounds(
                quick_bounds(facts, atom.numerator), quick_bounds(facts, atom.denominator)
            )
        case Maximum():
            every = [quick_bounds(facts, part) for part in atom.operands]
            lows = [low for low, _ in every if low is not None]
            highs = [high for _, high in every if high is not None]
            return (
                max(lows) if lows else None,
                max(highs) if len(highs) == len(every) else None,
            )
        case Power():
            base, exponent = quick_bounds(facts, atom.base), quick_bounds(facts, atom.exponent)
            if base[0] is None or base[0] < 1:
                return None, None
            least = min(max(exponent[0] or 0, 0), MAX_EXPONENT)
            # A bound of many digits is none that helps, and bounds of bounds would grow on.
            low = base[0] ** least if base[0].bit_length() * least <= MAX_BITS else 1
            high = None
            if base[1] is not None and exponent[1] is not None:
                most = max(exponent[1], 0)
                if base[1].bit_length() * most <= MAX_BITS:
                    high = base[1] ** most
            return low, high
        case _:
            raise AssertionError(atom)


def floor_bounds(p: Bounds, q: Bounds) -> Bounds:
    """The interval of a floor division, for a divisor that is positive."""
    (p_low, p_high), (q_low, q_high) = p, q
    if q_low is None or q_low < 1:
        return None, None
    low = high = None
    if p_low is not None:
        if p_low < 0:
            low = p_low // q_low
        else:
            low = 0 if q_high is None else p_low // q_high
    if p_high is not None:
        if p_high >= 0:
            high = p_high // q_low
        else:
            high = -1 if q_high is None else p_high // q_high
    return low, high


def quick_bounds(facts: Facts, dim: Dim) -> Bounds:
    """The interval of a dim in normal form, without elimination."""
    number = dim.as_int()
    if number is not None:
        return number, number
    key = ("bounds", dim)
    found = facts.recall(key)
    if found is None:
        low, high = _interval(facts, dim)
        if (low is None or high is None) and any(len(mono) > 1 for mono in dim.terms):
            shifted = _from_corner(facts, dim)
            low = shifted if low is None else low
            if high is None:
                negated = _from_corner(facts, -dim)
                high = None if negated is None else -negated
        found = low, high
        facts.remember(key, found)
    return found  # type: ignore[return-value]


def _interval(facts: Facts, dim: Dim) -> Bounds:
    low: int | None = 0
    high: int | None = 0
    for mono, c in dim.terms.items():
        m_low, m_high = mono_bounds(facts, mono)
        if c < 0:
            m_low, m_high = m_high, m_low
        low = None if low is None or m_low is None else low + c * m_low
        high = None if high is None or m_high is None else high + c * m_high
        if low is None and high is None:
            break
    return low, high


def mono_bounds(facts: Facts, mono: Mono) -> Bounds:
    """The interval of a monomial."""
    if len(mono) == 1:
        return atom_bounds(facts, mono[0])
    result: Bounds = (1, 1)
    for atom in dict.fromkeys(mono):
        bounds = atom_bounds(facts, atom)
        for _ in range(mono.count(atom) // 2):
            result = _product(result, _square(bounds))
        if mono.count(atom) % 2:
            result = _product(result, bounds)
    return result


def _square(bounds: Bounds) -> Bounds:
    low, high = bounds
    if low is not None and low >= 0:
        return low * low, None if high is None else high * high
    if high is not None and high <= 0:
        return high * high, None if low is None else low * low
    if low is None or high is None:
        return 0, None
    return 0, max(low * low, high * high)


def _product(a: Bounds, b: Bounds) -> Bounds:
    (a_low, a_high), (b_low, b_high) = a, b
    if a_low is not None and b_low is not None and a_low >= 0 and b_low >= 0:
        return a_low * b_low, None if a_high is None or b_high is None else a_high * b_high
    if a_low is None or a_high is None or b_low is None or b_high is None:
        # One factor of a constant sign and the other's sign known leaves one bound at 0.
        if a_low is not None and a_low >= 0 and b_high is not None and b_high <= 0:
            return None, a_low * b_high
        if b_low is not None and b_low >= 0 and a_high is not None and a_high <= 0:
            return None, b_low * a_high
        if a_high is not None and b_high is not None and a_high <= 0 and b_high <= 0:
            return a_high * b_high, None
        if a == (0, 0) or b == (0, 0):
            return 0, 0
        return None, None
    corners = (a_low * b_low, a_low * b_high, a_high * b_low, a_high * b_high)
    return min(corners), max(corners)


def _from_corner(facts: Facts, dim: Dim) -> int | None:
    """The value at the corner of all bounds, where the dim grows away from it in every direction.

    With x = low + x', x' >= 0, a polynomial whose other coefficients are all >= 0 is least at x' = 0.
    """
    if len(dim.terms) > MAX_SHIFTED_TERMS:
        return None
    moved: dict[Atom, Dim] = {}
    only_low = True
    atoms = dim.atoms()
    bases = {n for atom in atoms if isinstance(atom, Power) for n in atom.base.symbols()}
    for atom in atoms:
        low, high = atom_bounds(facts, atom)
        if isinstance(atom, Power) or not bases.isdisjoint(atom.symbols):
            # Left as they are, since powers merge with each other and with their base.
            if low is None or low < 0:
                return None
        elif low is not None:
            moved[atom] = Dim.atom(atom) + low
        elif high is not None:
            moved[atom] = high - Dim.atom(atom)
            only_low = False
        else:
            return None
    degree = max(map(len, dim.terms))
    if only_low and any(c < 0 and len(mono) == degree for mono, c in dim.terms.items()):
        # Moving leaves the terms of the highest degree as they are.
        return None
    try:
        shifted = dim.rebuild(moved.get)
    except DimLimit:
        return None
    if all(c >= 0 for mono, c in shifted.terms.items() if mono):
        return shifted.constant
    return None
