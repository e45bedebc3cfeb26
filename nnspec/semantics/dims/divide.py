"""Divisibility: `p % q == 0` writes p as `q * k` with a fresh symbol k."""

from __future__ import annotations

from math import gcd

from nnspec.semantics.dims.atoms import Floor, Symbol, cofactor
from nnspec.semantics.dims.display import exactly
from nnspec.semantics.dims.floors import common_mono, divided, pull_out
from nnspec.semantics.dims.intervals import floor_bounds, quick_bounds
from nnspec.semantics.dims.order import leading, rank, spelled
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts, Quotient
    from nnspec.semantics.dims.learn import Learner


def remainder_pattern(facts: Facts, dim: Dim) -> tuple[Dim, Dim] | None:
    """(p, q) where `dim == 0` says that q divides p.

    A remainder p % q stands as p - q*(p//q), so that an equation with q*(n//q) in it and otherwise the
    terms of n says what the remainder of n is.
    """
    for mono, c in dim.terms.items():
        for atom in mono:
            if not isinstance(atom, Floor):
                continue
            q = atom.denominator
            lead, scale = leading(q)
            around = cofactor(mono, (atom,))
            if around != lead or abs(c) != abs(scale):
                continue
            turn = 1 if c == -scale else -1
            # turn * dim == n - q*(n//q) - r
            r = atom.numerator - q * Dim.atom(atom) - dim.scaled(turn)
            if not r.terms or _is_remainder(facts, r, q):
                return atom.numerator - r, q
    return None


def _is_remainder(facts: Facts, r: Dim, q: Dim) -> bool:
    """Whether a remainder by q can be r only where r is its remainder.

    n % q == r means that q divides n - r, and also that 0 <= r < q, which must be known.
    """
    if r.depth:
        return False
    low, beyond = quick_bounds(facts, r)[0], quick_bounds(facts, q - r)[0]
    return low is not None and low >= 0 and beyond is not None and beyond > 0


def divides(learner: Learner, p: Dim, q: Dim) -> None:
    """Learn that q divides p."""
    facts = learner.facts
    p, q = _reduced(facts, p, q)
    if not p.terms or q in (1, -1):
        return
    if p.as_int() is not None and facts.sign(q) > 0:
        from nnspec.semantics.dims.learn import AT_LEAST

        # A positive divisor of a number is at most that number.
        learner.add(AT_LEAST, abs(p.constant) - q)
    modulus = q.as_int()
    if modulus is not None:
        modulus = abs(modulus)
        g = gcd(modulus, *[c for mono, c in p.terms.items() if mono])
        if p.constant % g:
            return learner.contradiction()
        target = _invertible(p, modulus)
        if target is not None:
            return _by_inverse(learner, p, target, modulus)
    name = _quotient(learner, p, q)
    fresh = Dim.symbol(name)
    low, high = floor_bounds(quick_bounds(facts, p), quick_bounds(facts, q))
    if low == 0 and (quick_bounds(facts, p)[0] or 0) > 0:
        low = 1
    facts.domains[name] = (low, high)
    equation = p - q * fresh
    target = _solvable(p, q)
    if target is not None:
        learner.solve(target, equation)
    else:
        learner.keep_equality(equation)


def _reduced(facts: Facts, p: Dim, q: Dim) -> tuple[Dim, Dim]:
    """The same condition without multiples of q and common factors."""
    number = q.as_int()
    if number is not None:
        p = Dim({m: c % number for m, c in p.terms.items() if c % number}, p.has_power)
    else:
        p = pull_out(p, q)[1]
    return _without_common_factors(p, q)


def _without_common_factors(p: Dim, q: Dim) -> tuple[Dim, Dim]:
    if not p.terms:
        return p, q
    g = gcd(*p.terms.values(), *q.terms.values())
    if g > 1:
        p, q = divided(p, (), g), divided(q, (), g)
    common = common_mono([p, q])
    if common:
        p, q = divided(p, common, 1), divided(q, common, 1)
    return p, q


def _alone(p: Dim) -> list[Symbol]:
    """The symbols of p that stand alone in one term and are nowhere else in it, by name."""
    found = []
    for mono in p.terms:
        if len(mono) == 1 and isinstance(mono[0], Symbol):
            name = mono[0].name
            if not any(name in a.symbols for other in p.terms if other is not mono for a in other):
                found.append(mono[0])
    return sorted(found, key=rank)


def _invertible(p: Dim, modulus: int) -> Symbol | None:
    """A symbol whose coefficient has an inverse."""
    for symbol in _alone(p):
        if gcd(p.terms[(symbol,)], modulus) == 1:
            return symbol
    return None


def _by_inverse(learner: Learner, p: Dim, symbol: Symbol, modulus: int) -> None:
    """c*x + rest = 0 (mod m) gives x = m*k - rest/c (mod m)."""
    facts = learner.facts
    c = p.terms[(symbol,)]
    rest = p - Dim({(symbol,): c})
    inverse = pow(c, -1, modulus)
    offset = {m: (-e * inverse) % modulus for m, e in rest.terms.items()}
    rest = Dim({m: e for m, e in offset.items() if e}, p.has_power)
    exact = Dim.atom(symbol) - rest
    number = Dim.of(modulus)
    name = _quotient(learner, exact, number)
    low, high = quick_bounds(facts, exact)
    facts.domains[name] = (
        None if low is None else -(-low // modulus),
        None if high is None else high // modulus,
    )
    learner.replace(symbol, number * Dim.symbol(name) + rest)


def _solvable(p: Dim, q: Dim) -> Symbol | None:
    for symbol in _alone(p):
        if abs(p.terms[(symbol,)]) == 1 and symbol.name not in q.symbols():
            return symbol
    return None


def _quotient(learner: Learner, p: Dim, q: Dim) -> str:
    """The symbol for `p // q`, which is exact. Its name is the same wherever that division is."""
    from nnspec.semantics.dims.facts import FRESH, Quotient

    facts = learner.facts
    written = _written(facts, p, q)
    looks = f"{facts.display(p)} // {facts.display(q)}"
    name = f"{FRESH}{looks})@{spelled(written[0])}//{spelled(written[1])}"
    facts.quotients = (*facts.quotients, Quotient(name, p, q, written))
    facts.forget()
    return name


def _written(facts: Facts, p: Dim, q: Dim) -> tuple[Dim, Dim]:
    """The same exact division in the user's symbols; one for a quotient of a quotient."""
    base = p - p.constant
    for quotient in facts.quotients:
        if base == Dim.symbol(quotient.name):
            numerator, denominator = quotient.written
            return numerator + p.constant * denominator, denominator * exactly(facts, q)
    return exactly(facts, p), exactly(facts, q)


def quotient_again(learner: Learner, quotient: Quotient) -> None:
    """Bring an exact division up to date after a replacement."""
    from nnspec.semantics.dims.facts import Quotient

    facts = learner.facts
    p, q = facts.simplify(quotient.numerator), facts.simplify(quotient.denominator)
    smaller = _without_common_factors(p, q)
    if smaller[1] != 1:
        p, q = smaller
    new = Quotient(quotient.name, p, q, quotient.written)
    facts.quotients = tuple(new if old is quotient else old for old in facts.quotients)
    facts.forget()
    whole, rest = pull_out(p, q)
    if whole.terms and rest.terms and len(q.terms) == 1:
        # (h + 1) // h is 1 + 1 // h, which is looked at no more as a division of h + 1.
        from nnspec.semantics.dims.learn import EQUAL

        learner.add(EQUAL, whole + rest // q - Dim.symbol(quotient.name))
