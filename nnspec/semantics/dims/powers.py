"""Powers with a symbolic exponent: `2 ** i`.

Normal form: in one monomial at most one power of each base; a constant base is no power itself
(`4 ** i` is `2 ** (2 * i)`); the constant part of an exponent of a constant base is pulled out into
the coefficient as far as that stays an integer (`2 ** (i + 1)` is `2 * 2 ** i`). An exponent is
taken to be at least 0, since nothing else gives an integer.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

from nnspec.semantics.dims.atoms import (
    MAX_BITS,
    MAX_DEGREE,
    Atom,
    DimLimit,
    Floor,
    Mono,
    Power,
    cofactor,
    join,
    power_atom,
)
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts

MAX_FACTORED = 16


def power(base: Dim, exponent: Dim) -> Dim:
    """`base ** exponent`; raises ValueError for a negative constant exponent."""
    count = exponent.as_int()
    number = base.as_int()
    if count is not None:
        return _constant_power(base, number, count)
    if number is not None:
        if number == 1:
            return Dim.of(1)
        if number > 1:
            root, times = _root(number)
            return merged({(power_atom(Dim.of(root), exponent * times),): 1})
    elif len(base.terms) == 1:
        (mono, c), *_ = base.terms.items()
        if c == 1 and len(mono) == 1 and isinstance(mono[0], Power):
            inner = mono[0]
            return merged({(power_atom(inner.base, inner.exponent * exponent),): 1})
    return merged({(power_atom(base, exponent),): 1})


def _constant_power(base: Dim, number: int | None, count: int) -> Dim:
    if count < 0:
        raise ValueError(f"a dimension cannot be raised to the power {count}")
    if number is not None:
        if abs(number) > 1 and abs(number).bit_length() * count > MAX_BITS:
            raise DimLimit("a number is too large")
        return Dim.of(number**count)
    degree = max(len(mono) for mono in base.terms)
    if degree * count > MAX_DEGREE:
        raise DimLimit("a symbolic integer has too high a degree")
    result = Dim.of(1)
    while count:
        if count & 1:
            result = result * base
        count >>= 1
        if count:
            base = base * base
    return result


def _root(number: int) -> tuple[int, int]:
    """The smallest r with r ** k == number, and k."""
    for k in range(number.bit_length(), 1, -1):
        r = round(number ** (1 / k)) if number.bit_length() < 1000 else 0
        if r > 1 and r**k == number:
            return r, k
    return number, 1


def merged(terms: dict[Mono, int]) -> Dim:
    """The normal form of a sum whose monomials may hold several powers of one base."""
    result: dict[Mono, int] = {}
    found = False
    for mono, c in terms.items():
        if any(isinstance(atom, Power) for atom in mono):
            mono, c = _merge(mono, c)
            found = found or any(isinstance(atom, Power) for atom in mono)
        total = result.get(mono, 0) + c
        if total:
            result[mono] = total
        else:
            result.pop(mono, None)
    if found and any(_unsettled(mono, c) for mono, c in result.items()):
        return merged(result)
    return Dim(result, found)


def _unsettled(mono: Mono, c: int) -> bool:
    """Whether a coefficient, after adding up, can be taken into a power with a negative constant."""
    for atom in mono:
        if isinstance(atom, Power) and atom.exponent.constant < 0:
            base = atom.base.as_int()
            if base is not None and c % base == 0:
                return True
    return False


def _merge(mono: Mono, c: int) -> tuple[Mono, int]:
    exponents: dict[Dim, Dim] = {}
    rest: list[Atom] = []
    for atom in mono:
        if isinstance(atom, Power):
            before = exponents.get(atom.base)
            exponents[atom.base] = atom.exponent if before is None else before + atom.exponent
        else:
            rest.append(atom)
    result: Mono = tuple(rest)
    for base, exponent in exponents.items():
        number = base.as_int()
        if number is not None and abs(number) > 1:
            shift = exponent.constant
            if shift > 0:
                if abs(number).bit_length() * shift > MAX_BITS:
                    raise DimLimit("a number is too large")
                c *= number**shift
                exponent = exponent - shift
            while exponent.constant < 0 and c % number == 0:
                c //= number
                exponent = exponent + 1
        elif number is None and len(base.terms) == 1:
            result, exponent = _with_base(result, base, exponent)
        if exponent != 0:
            result = join(result, (power_atom(base, exponent),))
    return result, c


def _with_base(mono: Mono, base: Dim, exponent: Dim) -> tuple[Mono, Dim]:
    """`s * s ** i` for `s ** (i + 1)`, and `s ** i` for `s * s ** (i - 1)`."""
    ((factor, c),) = base.terms.items()
    if c != 1 or len(factor) != 1:
        return mono, exponent
    shift = exponent.constant
    if 0 < shift <= MAX_DEGREE:
        return join(mono, factor * shift), exponent - shift
    while exponent.constant < 0 and factor[0] in mono:
        rest = list(mono)
        rest.remove(factor[0])
        mono, exponent = tuple(rest), exponent + 1
    return mono, exponent


def over_power(p: Dim, q: Dim, least: Callable[[Dim], int | None]) -> tuple[Dim, Dim] | None:
    """(t, r) with p == q*t + r, by a power in p that is at least as high as the one in q.

    least: a lower bound of an exponent, None where there is none.
    """
    if len(q.terms) != 1:
        return None
    ((below, scale),) = q.terms.items()
    divisors = [atom for atom in below if isinstance(atom, Power)]
    if len(divisors) != 1:
        return None
    (divisor,) = divisors
    others = tuple(atom for atom in below if atom is not divisor)
    for mono, c in p.terms.items():
        for atom in mono:
            if not isinstance(atom, Power) or atom.base != divisor.base:
                continue
            rest = list(mono)
            rest.remove(atom)
            kept = cofactor(tuple(rest), others)
            times = _times(c, scale, atom.base.as_int())
            if kept is None or times is None:
                continue
            exponent = atom.exponent - divisor.exponent - times
            low = least(exponent)
            if low is not None and low >= 0:
                number = c * (atom.base.as_int() or 1) ** times // scale
                higher = power(atom.base, exponent)
                return higher * Dim({kept: number}, True), p - Dim({mono: c}, True)
    return None


def _times(c: int, scale: int, base: int | None) -> int | None:
    """How many factors of the base make c a multiple of the scale."""
    for times in range(MAX_FACTORED if base is not None else 1):
        if c % scale == 0:
            return times
        c *= base or 1
    return None


def multiple(p: Dim, number: int, least: Callable[[Dim], int]) -> tuple[Dim, Dim] | None:
    """(t, r) with p == number*t + r, by a power of which enough factors divide the number.

    least: a lower bound of an exponent: `2 ** n` is even for n >= 1.
    """
    for mono, c in p.terms.items():
        for atom in mono:
            base = atom.base.as_int() if isinstance(atom, Power) else None
            if base is None or not isinstance(atom, Power):
                continue
            product = c
            for times in range(1, min(least(atom.exponent), MAX_FACTORED) + 1):
                product *= base
                if product % number == 0:
                    rest = list(mono)
                    rest.remove(atom)
                    smaller = power_atom(atom.base, atom.exponent - times)
                    t = merged({join(tuple(rest), (smaller,)): product // number})
                    return t, p - Dim({mono: c}, True)
    return None


def without_floors(d: Dim, facts: Facts) -> Dim:
    """A multiple of d without floors whose remainder is the same for all exponents: 3**k // 2 is (3**k - 1) / 2."""
    for mono, c in d.terms.items():
        if len(mono) != 1 or not isinstance(mono[0], Floor):
            continue
        number = mono[0].denominator.as_int()
        remainder = _remainder(mono[0].numerator, number, facts) if number else None
        if number and remainder is not None:
            exact = mono[0].numerator - remainder
            return without_floors((d - Dim({mono: c})) * number + exact * c, facts)
    return d


def _remainder(p: Dim, number: int, facts: Facts) -> int | None:
    """What p leaves when a number divides it, where that is always the same."""
    total = 0
    for mono, c in p.terms.items():
        base = mono[0].base.as_int() if len(mono) == 1 and isinstance(mono[0], Power) else None
        if base is not None and isinstance(mono[0], Power):
            from nnspec.semantics.dims.intervals import quick_bounds

            exponent = mono[0].exponent
            step = gcd(*[e for part, e in exponent.terms.items() if part])
            least = max(quick_bounds(facts, exponent)[0] or 0, 0)
            least += (exponent.constant - least) % step
            c *= pow(base, least, abs(number))
            if c * (base**step - 1) % number:
                return None
        elif mono and c % number:
            return None
        total += c
    return total % number
