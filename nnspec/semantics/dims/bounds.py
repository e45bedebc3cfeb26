"""Bounds of dims under facts: intervals, and a few steps of elimination.

A dim is bounded below by intervals where every monomial is bounded on the side that counts. Where one
is not, a known inequality `g >= 0` that holds the same monomial is subtracted with the factor that
cancels it. Besides the facts themselves, every floor gives two inequalities, `q*f <= p` and
`p <= q*f + q - 1`, and every maximum one for each operand.
"""

from __future__ import annotations

from nnspec.semantics.dims.atoms import (
    Atom,
    DimLimit,
    Floor,
    Maximum,
    Mono,
    Power,
    Symbol,
    cofactor,
)
from nnspec.semantics.dims.intervals import floor_bounds, mono_bounds, quick_bounds
from nnspec.semantics.dims.polynomial import Dim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnspec.semantics.dims.facts import Facts

MAX_ELIMINATIONS = 4
MAX_NODES = 60
MAX_TURNS = 2
MAX_CHOICES = 6
MAX_TANGENT = 16


def floor_by_bounds(facts: Facts, p: Dim, q: Dim) -> int | None:
    """The value of `p // q` where bounds fix it."""
    low, high = floor_bounds(quick_bounds(facts, p), quick_bounds(facts, q))
    if low is not None and low == high:
        return low
    if q.as_int() is None and low in (0, -1) and facts.sign(q) > 0:
        # 0 <= p < q, or -q <= p < 0.
        if low == 0 and at_least(facts, q - p, 1):
            return 0
        if low == -1 and high is not None and high < 0:
            return -1
        if high is not None and high < 0 and at_least(facts, q + p, 0):
            return -1
    elif q.as_int() is None and high is not None and high < 0 and facts.sign(q) > 0:
        if at_least(facts, q + p, 0):
            return -1
    return None


def at_least(facts: Facts, dim: Dim, least: int) -> bool:
    """Whether a dim is known to be `least` or more."""
    return _at_least(facts, facts.simplify(dim), least, MAX_TURNS)


def _at_least(facts: Facts, dim: Dim, least: int, turns: int) -> bool:
    low = lower_bound(facts, dim, enough=least)
    if low is not None and low >= least:
        return True
    # A floor by a symbol is out of reach of elimination, which scales by numbers alone.
    return turns > 0 and any(
        _at_least(facts, facts.simplify(linear), 0, turns - 1)
        for linear in without_floors(facts, dim - least, by_symbol=True)
    )


def lower_bound(
    facts: Facts, dim: Dim, enough: int | None = None, depth: int = MAX_ELIMINATIONS
) -> int | None:
    """The greatest lower bound found for a dim in normal form; stops at one that is `enough`."""
    number = dim.as_int()
    if number is not None:
        return number
    low = quick_bounds(facts, dim)[0]
    if low is not None and enough is not None and low >= enough:
        return low
    key = ("lower bound", dim, enough, depth)
    found = facts.recall(key)
    if found is None:
        found = (_Search(facts, enough).run(dim, low, depth),)
        facts.remember(key, found)
    return found[0]  # type: ignore[no-any-return, index]


class Effort:
    """How many steps of elimination were taken so far, for those who stop when it gets too much."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = 0


effort = Effort()


class _Search:
    """Depth-first elimination with a budget."""

    __slots__ = ("best", "enough", "facts", "nodes", "pool", "seen")

    def __init__(self, facts: Facts, enough: int | None) -> None:
        self.facts = facts
        self.enough = enough
        self.best: int | None = None
        self.nodes = MAX_NODES
        self.pool: list[Dim] = list(facts.at_least_zero)
        self.seen: set[Atom] = set()

    def run(self, dim: Dim, low: int | None, depth: int) -> int | None:
        self.best = low
        for fact in self.facts.at_least_zero:
            self._add_atoms(fact)
        self._add_atoms(dim)
        if self.pool:
            self._step(dim, 1, depth)
        return self.best

    def _add_atoms(self, dim: Dim) -> None:
        """Take the inequalities of floors and maxima into the pool."""
        for atom in dim.atoms():
            if isinstance(atom, Symbol) or atom in self.seen:
                continue
            self.seen.add(atom)
            for inequality in atom_inequalities(self.facts, atom):
                self.pool.append(inequality)
                self._add_atoms(inequality)

    def _done(self) -> bool:
        return self.nodes <= 0 or (
            self.enough is not None and self.best is not None and self.best >= self.enough
        )

    def _step(self, dim: Dim, scale: int, depth: int) -> None:
        """`scale` times what is asked is at least `dim`."""
        self.nodes -= 1
        effort.steps += 1
        low = quick_bounds(self.facts, dim)[0]
        if low is not None:
            bound = -(-low // scale)
            if self.best is None or bound > self.best:
                self.best = bound
        if depth == 0 or self._done():
            return
        for mono, c in self._pivots(dim, low):
            choices = 0
            for inequality in self.pool:
                for other, e in inequality.terms.items():
                    if not other or (c > 0) != (e > 0):
                        continue
                    rest = cofactor(mono, other)
                    if rest is None or not self._not_negative(rest):
                        continue
                    try:
                        smaller = dim.scaled(abs(e)) - Dim({rest: abs(c)}) * inequality
                    except DimLimit:
                        continue
                    self._step(smaller, scale * abs(e), depth - 1)
                    choices += 1
                    break
                if self._done():
                    return
                if choices >= MAX_CHOICES:
                    break

    def _pivots(self, dim: Dim, low: int | None) -> list[tuple[Mono, int]]:
        """The monomials to cancel: those that leave the dim without a bound, else all operations."""
        terms = [(mono, c) for mono, c in dim.terms.items() if mono]
        if low is None:
            unbounded = [
                (mono, c)
                for mono, c in terms
                if mono_bounds(self.facts, mono)[0 if c > 0 else 1] is None
            ]
            return unbounded[:1] if len(unbounded) == 1 else unbounded[:3]
        return terms[:8]

    def _not_negative(self, mono: Mono) -> bool:
        if not mono:
            return True
        low = mono_bounds(self.facts, mono)[0]
        return low is not None and low >= 0


def atom_inequalities(facts: Facts, atom: Atom) -> list[Dim]:
    """Dims that are at least 0 by what an operation means."""
    value = Dim.atom(atom)
    if isinstance(atom, Floor) and facts.sign(atom.denominator) > 0:
        try:
            rest = atom.numerator - atom.denominator * value
        except DimLimit:
            return []
        found = [rest, atom.denominator - 1 - rest]
        low = quick_bounds(facts, atom.denominator)[0]
        if atom.denominator.depth == 0 and atom.denominator.as_int() is None and low != 1:
            least = quick_bounds(facts, atom.numerator)[0]
            if low is not None and least is not None and least >= 0:
                # p // q <= p // low(q), which says it without the product q * (p // q).
                found.append(atom.numerator - value * low)
        return found
    if isinstance(atom, Power):
        low = quick_bounds(facts, atom.base)[0]
        if low is None or low < 2:
            return []
        # b**e >= b**m * (1 + (e - m) * (b - 1)) for e >= m >= 0, and no e below 0 is admitted.
        low = min(low, MAX_TANGENT)
        least = min(max(quick_bounds(facts, atom.exponent)[0] or 0, 0), MAX_TANGENT)
        tangent = (1 + (atom.exponent - least) * (low - 1)) * low**least
        return [value - tangent, atom.exponent]
    if isinstance(atom, Maximum):
        return [value - part for part in atom.operands]
    return []


def without_floors(facts: Facts, dim: Dim, by_symbol: bool = False) -> Iterator[Dim]:
    """The inequality `dim >= 0` without a floor that is a term of its own, for each such floor.

    f + k >= 0 for f = p//q means p + q*k >= 0, and k - f >= 0 means q*k + q - 1 - p >= 0.
    """
    for mono, c in dim.terms.items():
        if len(mono) == 1 and abs(c) == 1 and isinstance(mono[0], Floor):
            atom = mono[0]
            if by_symbol and atom.denominator.as_int() is not None:
                continue
            if facts.sign(atom.denominator) <= 0 or not occurs_once(atom, mono, dim):
                continue
            rest = dim - Dim({mono: c})
            if c > 0:
                yield atom.numerator + atom.denominator * rest
            else:
                yield atom.denominator * (rest + 1) - 1 - atom.numerator


def occurs_once(atom: Atom, own: Mono, dim: Dim) -> bool:
    """Whether an atom is in no other term, and inside no operation."""
    for mono in dim.terms:
        if mono is own:
            continue
        for other in mono:
            if other is atom or (other.depth and _inside(atom, other)):
                return False
    return True


def _inside(atom: Atom, other: Atom) -> bool:
    if isinstance(atom, Symbol):
        return atom.name in other.symbols
    return not atom.symbols.isdisjoint(other.symbols) and other.depth > atom.depth
