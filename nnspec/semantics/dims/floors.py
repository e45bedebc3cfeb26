"""The normal form of floor division.

Rules, each of which holds for all integers where the sign of the divisor is known as far as the rule
needs it:

- multiples of the divisor leave the floor: `(q*t + r) // q = t + r // q`;
- common factors cancel: `(g*p) // (g*q) = p // q`;
- nested floors become one: `(p//a + k) // b = (p + a*k) // (a*b)` for b > 0;
- a negative numerator is turned: `(-p) // q = -((p - 1) // q) - 1` for q > 0, so that
  `ceil(p/q)`, written `-((-p) // q)`, and `(p - 1) // q + 1` are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

from nnspec.semantics.dims.atoms import Atom, Floor, Mono, cofactor, floor_atom
from nnspec.semantics.dims.order import leading
from nnspec.semantics.dims.polynomial import ONE, Dim, from_terms

MAX_STEPS = 100

# The sign of a dim as far as it is known: 1, -1, or 0 where it is not.
Sign = Callable[[Dim], int]
# What more is known of p // q: (t, r) with p // q == t + r // q, or None.
Known = Callable[[Dim, Dim], "tuple[Dim, Dim] | None"]


def constant_sign(dim: Dim) -> int:
    """The sign of a constant; 0 for everything else."""
    number = dim.as_int()
    return 0 if number is None else (number > 0) - (number < 0)


def floor_div(p: Dim, q: Dim, sign: Sign = constant_sign, known: Known | None = None) -> Dim:
    """`p // q` in normal form; raises ZeroDivisionError where q is the constant 0."""
    outer, factor = Dim({}), 1
    for _ in range(MAX_STEPS):
        if q.as_int() == 0:
            raise ZeroDivisionError("division by zero")
        direction = sign(q)
        if direction < 0 or (direction == 0 and _looks_negative(q)):
            p, q, direction = -p, -q, -direction
        if q == ONE:
            return outer + p.scaled(factor)
        quotient, p = pull_out(p, q)
        if quotient.terms:
            outer = outer + quotient.scaled(factor)
        if not p.terms or (p.as_int() is not None and q.as_int() is not None):
            # What is left of a constant is less than a constant divisor.
            return outer
        step = _cancelled(p, q, direction > 0) or (_unnested(p, q, sign) if direction > 0 else None)
        if step is not None:
            p, q = step
            continue
        if direction > 0 and all(c < 0 for mono, c in p.terms.items() if mono or len(p.terms) == 1):
            p, outer, factor = -p - 1, outer - factor, -factor
            continue
        more = known(p, q) if known is not None else None
        if more is None:
            break
        outer, p = outer + more[0].scaled(factor), more[1]
    return outer + Dim({(floor_atom(p, q),): factor})


def _looks_negative(q: Dim) -> bool:
    """A choice between q and -q that is the same for both."""
    return leading(q)[1] < 0


def _truncated(c: int, d: int) -> int:
    """The quotient rounded towards zero: what is left keeps its sign, and stays readable."""
    return c // d if (c >= 0) == (d > 0) else -(-c // d)


def pull_out(p: Dim, q: Dim) -> tuple[Dim, Dim]:
    """(t, r) with p == q*t + r, where r has no term that is a multiple of q's leading term."""
    divisor = q.as_int()
    if divisor is not None:
        quotient: dict[Mono, int] = {}
        rest: dict[Mono, int] = {}
        for mono, c in p.terms.items():
            t = _truncated(c, divisor) if mono else c // divisor
            if t:
                quotient[mono] = t
            if c - t * divisor:
                rest[mono] = c - t * divisor
        if not quotient:
            return Dim({}), p
        return from_terms(quotient, p.has_power), from_terms(rest, p.has_power)
    lead, scale = leading(q)
    total = Dim({})
    for _ in range(MAX_STEPS):
        for mono, c in p.terms.items():
            left = cofactor(mono, lead)
            if left is not None and abs(c) >= abs(scale):
                break
        else:
            return total, p
        t_dim = Dim({left: _truncated(c, scale)}, p.has_power)
        total = total + t_dim
        p = p - t_dim * q
    return total, p


def common_mono(dims: list[Dim]) -> Mono:
    """The greatest monomial that divides all terms of all the dims."""
    common: list[Atom] | None = None
    for dim in dims:
        for mono in dim.terms:
            if common is None:
                common = list(mono)
                continue
            rest = list(mono)
            kept = []
            for atom in common:
                if atom in rest:
                    rest.remove(atom)
                    kept.append(atom)
            common = kept
            if not common:
                return ()
    return tuple(common or ())


def divided(dim: Dim, mono: Mono, number: int) -> Dim:
    """The dim without a factor that all its terms have."""
    terms: dict[Mono, int] = {}
    for key, c in dim.terms.items():
        rest = cofactor(key, mono)
        assert rest is not None
        terms[rest] = c // number
    return Dim(terms, dim.has_power)


def _cancelled(p: Dim, q: Dim, positive: bool) -> tuple[Dim, Dim] | None:
    """The fraction without common factors."""
    # A constant need not be divisible: floor((g*p + c) / (g*q)) = floor((p + c//g) / q) for q > 0.
    constant = p.constant
    g = gcd(*q.terms.values(), *[c for mono, c in p.terms.items() if mono])
    if g > 1 and not positive:
        g = gcd(g, constant)
    if g > 1 and len(p.terms) > (constant != 0):
        kept = {mono: c // g for mono, c in p.terms.items() if mono or c // g}
        return Dim(kept, p.has_power), divided(q, (), g)
    if q.as_int() is not None:
        return None
    common = common_mono([q, p])
    if common:
        return divided(p, common, 1), divided(q, common, 1)
    if len(p.terms) > 1 and len(q.terms) >= len(p.terms):
        t, rest = pull_out(q, p)
        if not rest.terms:
            return Dim.of(1), t
    return None


def _unnested(p: Dim, q: Dim, sign: Sign) -> tuple[Dim, Dim] | None:
    """One floor for two, where the inner one is a term of its own."""
    inner: tuple[Floor, int] | None = None
    for mono, c in p.terms.items():
        if len(mono) == 1 and abs(c) == 1 and isinstance(mono[0], Floor):
            if inner is not None:
                return None
            inner = mono[0], c
    if inner is None:
        return None
    atom, c = inner
    rest = p - Dim({(atom,): c})
    if c > 0:
        return atom.numerator + rest * atom.denominator, q * atom.denominator
    if sign(atom.denominator) <= 0:
        return None
    # -(n // d) = (d - 1 - n) // d for d > 0.
    turned = atom.denominator - 1 - atom.numerator
    return turned + rest * atom.denominator, q * atom.denominator
