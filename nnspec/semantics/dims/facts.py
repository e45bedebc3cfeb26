"""What is known of the symbols, and the normal form under it.

Facts are immutable: `declare` and `assume` give new ones. A symbol that was never declared is at
least 1. How a relation is taken in is in `learn`; what follows from the facts in `bounds`
(inequalities) and `compare` (answers).
"""

from __future__ import annotations

from math import gcd

from nnspec.semantics.budget import budget
from nnspec.semantics.dims.atoms import (
    Atom,
    Floor,
    Maximum,
    Mono,
    Power,
    Symbol,
    cofactor,
    symbol_atom,
)
from nnspec.semantics.dims.floors import divided, floor_div, pull_out
from nnspec.semantics.dims.maxima import maximum
from nnspec.semantics.dims.polynomial import ONE, Dim, from_terms
from nnspec.semantics.dims.powers import power

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.compare import Answer
    from nnspec.semantics.dims.relation import RelationLike
    from nnspec.semantics.dims.witness import Witness

    Alternatives = tuple[tuple[RelationLike, ...], ...]

Bounds = tuple[int | None, int | None]

# How the name of a made-up symbol begins; no name in a spec does.
FRESH = "("

MAX_ROUNDS = 8
MAX_NESTED = 60
MAX_REMEMBERED = 5_000
COPY = 5


class Rule:
    """`number * mono` may be replaced by `value`, whose terms come later in the order of monomials."""

    __slots__ = ("mono", "number", "value")

    def __init__(self, number: int, mono: Mono, value: Dim) -> None:
        self.number = number
        self.mono = mono
        self.value = value


class Quotient:
    """An exact division: `numerator == denominator * name`.

    numerator, denominator: under the facts; written: (numerator, denominator) in the user's symbols.
    """

    __slots__ = ("denominator", "name", "numerator", "written")

    def __init__(self, name: str, numerator: Dim, denominator: Dim, written: tuple[Dim, Dim]):
        self.name = name
        self.numerator = numerator
        self.denominator = denominator
        self.written = written


class Facts:
    """What is known of symbols: bounds, divisibility, equalities, inequalities.

    impossible: the facts contradict each other, so that no values are admitted. (False means only
        that no contradiction was found.)
    """

    __slots__ = (
        "_memo",
        "_nested",
        "at_least_zero",
        "declared",
        "domains",
        "either",
        "impossible",
        "not_zero",
        "quotients",
        "relations",
        "rules",
        "solved",
    )

    empty: Facts

    def __init__(self) -> None:
        # As the user declared them, and as narrowed by what was learned since.
        self.declared: dict[str, Bounds] = {}
        self.domains: dict[str, Bounds] = {}
        self.relations: tuple[RelationLike, ...] = ()
        self.solved: dict[Atom, Dim] = {}
        self.rules: tuple[Rule, ...] = ()
        self.quotients: tuple[Quotient, ...] = ()
        self.at_least_zero: tuple[Dim, ...] = ()
        self.not_zero: tuple[Dim, ...] = ()
        # Of each of these, one alternative holds: all its relations do.
        self.either: tuple[Alternatives, ...] = ()
        self.impossible = False
        self._memo: dict[object, object] = {}
        self._nested = 0

    def fork(self) -> Facts:
        """A copy that `learn` may still change."""
        new = Facts()
        # Each of them is kept: of very many symbols, copies of all that is known of each take memory without end.
        budget.spend(COPY * len(self.domains))
        new.declared = self.declared.copy()
        new.domains = self.domains.copy()
        new.relations = self.relations
        new.solved = self.solved.copy()
        new.rules = self.rules
        new.quotients = self.quotients
        new.at_least_zero = self.at_least_zero
        new.not_zero = self.not_zero
        new.either = self.either
        new.impossible = self.impossible
        return new

    def declare(self, symbol: str, low: int | None = 1, high: int | None = None) -> Facts:
        """Say between which bounds (inclusive, None for none) a symbol that has no facts yet lies."""
        # Kept, so that passes which declare the same know the same facts.
        key = ("declare", symbol, low, high)
        known = self._memo.get(key)
        if known is not None:
            assert isinstance(known, Facts)
            return known
        new = self.fork()
        new.declared[symbol] = new.domains[symbol] = (low, high)
        if low is not None and high is not None and low > high:
            new.impossible = True
        self.remember(key, new)
        return new

    def assume(self, relation: RelationLike) -> Facts:
        """Add a relation; `impossible` tells whether it contradicts the others."""
        key = ("assume", relation.left, relation.op, relation.right)
        found = self._memo.get(key)
        if found is None:
            from nnspec.semantics.dims.learn import learn

            found = self.fork()
            learn(found, relation)
            self.remember(key, found)
        assert isinstance(found, Facts)
        return found

    def assume_either(self, alternatives: Alternatives) -> Facts:
        """Add that one of several alternatives holds, each of which is some relations."""
        new = self.fork()
        new.either = (*self.either, alternatives)
        return new

    def domain(self, symbol: str) -> Bounds:
        """The bounds of a symbol by declaration and by facts on it alone."""
        found = self.domains.get(symbol)
        if found is None:
            # A quotient by facts that hold elsewhere may be anything here, a size that the data decide 0.
            found = (None, None) if symbol.startswith(FRESH) else (0 if "@" in symbol else 1, None)
        return found

    def simplify(self, dim: Dim) -> Dim:
        """The normal form under the facts. It may hold fresh symbols: see `display`."""
        found = self._memo.get(dim)
        if found is not None:
            assert isinstance(found, Dim)
            return found
        if self._nested > MAX_NESTED:
            # Several rules may bring each other back inside operations.
            return dim
        self._nested += 1
        try:
            result = self._simplified(dim)
        finally:
            self._nested -= 1
        self.remember(dim, result)
        self._memo[result] = result
        return result

    def _simplified(self, dim: Dim) -> Dim:
        for _ in range(MAX_ROUNDS):
            before = dim
            dim = dim.rebuild(self._replacement)
            if self.rules:
                dim = self._by_rules(dim)
            if dim == before:
                break
        return dim

    def forget(self) -> None:
        """Drop remembered results; for `learn`, which changes facts in the making."""
        self._memo.clear()

    def _replacement(self, atom: Atom) -> Dim | None:
        """What stands for an atom under the facts, None where it stays."""
        if isinstance(atom, Symbol):
            return self.solved.get(atom)
        memo = self._memo
        if atom in memo:
            return memo[atom]  # type: ignore[return-value]
        result = self._operation(atom)
        if self.solved:
            only = _only_atom(result)
            if only is not None:
                result = self.solved.get(only, result)
        new = None if result.terms == {(atom,): 1} else result
        memo[atom] = new
        return new

    def _operation(self, atom: Atom) -> Dim:
        match atom:
            case Floor():
                p, q = self.simplify(atom.numerator), self.simplify(atom.denominator)
                return floor_div(p, q, self.sign, self._known_quotient)
            case Maximum():
                return maximum([self.simplify(part) for part in atom.operands], self._least)
            case Power():
                return power(self.simplify(atom.base), self.simplify(atom.exponent))
            case _:
                raise AssertionError(atom)

    def _least(self, dim: Dim) -> int | None:
        from nnspec.semantics.dims.bounds import lower_bound

        return lower_bound(self, dim, 0)

    def _known_quotient(self, p: Dim, q: Dim) -> tuple[Dim, Dim] | None:
        """(t, r) with p // q == t + r // q, by an exact division or by bounds."""
        for quotient in self.quotients:
            if not quotient.numerator.terms:
                continue  # 0 // q says nothing of other dims
            if q == quotient.denominator:
                times = ONE
            elif len(q.terms) == 1 and len(quotient.denominator.terms) == 1:
                times, left = pull_out(quotient.denominator, q)
                if left.terms:
                    continue
            else:
                continue
            numerator, value = quotient.numerator, Dim.symbol(quotient.name)
            solved = self.solved.get(symbol_atom(quotient.name))
            if solved is not None and solved.terms:
                # Half of the numerator is half of an even quotient.
                g = gcd(*numerator.terms.values(), *solved.terms.values())
                numerator, value = divided(numerator, (), g), divided(solved, (), g)
            t, left = pull_out(p, numerator)
            if t.terms and len(left.terms) < len(p.terms):
                return t * times * value, left
        for rule in self.rules:
            # What is written as a product divides by each of its factors.
            (mono, c), *more = q.terms.items()
            rest = None if more or rule.number % c else cofactor(rule.mono, mono)
            if rest is not None and rule.value.terms:
                t, left = pull_out(p, rule.value)
                if t.terms and len(left.terms) < len(p.terms):
                    return t * from_terms({rest: rule.number // c}, q.has_power), left
        if p.has_power:
            from nnspec.semantics.dims.powers import multiple, over_power

            divisor = q.as_int()
            if divisor is not None:
                found = multiple(p, divisor, lambda exponent: self._least(exponent) or 0)
            else:
                found = over_power(p, q, self._least) if q.has_power else None
            if found is not None:
                return found
        from nnspec.semantics.dims.bounds import floor_by_bounds

        number = floor_by_bounds(self, p, q)
        return None if number is None else (Dim.of(number), Dim({}))

    def _by_rules(self, dim: Dim) -> Dim:
        for _ in range(MAX_ROUNDS):
            changed = False
            for rule in self.rules:
                for mono, c in dim.terms.items():
                    times = _toward_zero(c, rule.number)
                    rest = cofactor(mono, rule.mono) if times else None
                    if rest is not None:
                        old = from_terms({mono: times * rule.number}, dim.has_power)
                        new = from_terms({rest: times}, dim.has_power) * rule.value
                        dim = dim - old + new
                        changed = True
                        break
            if not changed:
                break
        return dim

    def sign(self, dim: Dim) -> int:
        """1 or -1 where a dim in normal form is known to be positive or negative, else 0."""
        number = dim.as_int()
        if number is None:
            from nnspec.semantics.dims.intervals import quick_bounds

            low, high = quick_bounds(self, dim)
            return 1 if low is not None and low > 0 else -1 if high is not None and high < 0 else 0
        return (number > 0) - (number < 0)

    def remember(self, key: object, value: object) -> None:
        """Keep a result that depends on the facts alone."""
        if len(self._memo) > MAX_REMEMBERED:
            self._memo.clear()
        self._memo[key] = value

    def recall(self, key: object) -> object:
        """A result that `remember` kept, or None."""
        return self._memo.get(key)

    def display(self, dim: Dim) -> Dim:
        """The simplest form in the user's own symbols."""
        key = ("display", dim)
        found = self._memo.get(key)
        if found is None:
            from nnspec.semantics.dims.display import display

            found = display(self, dim)
            self.remember(key, found)
        assert isinstance(found, Dim)
        return found

    def spelled_out(self, dim: Dim) -> Dim:
        """The dim with what `simplify` made up undone, for looking at values."""
        names = dim.symbols()
        if not any(quotient.name in names for quotient in self.quotients):
            return dim
        from nnspec.semantics.dims.display import exactly

        return exactly(self, dim)

    def bounds(self, dim: Dim) -> Bounds:
        """The least and the greatest value, None where no bound is known."""
        from nnspec.semantics.dims.bounds import lower_bound

        dim = self.simplify(dim)
        low, negated = lower_bound(self, dim), lower_bound(self, -dim)
        return low, None if negated is None else -negated

    def compare(self, left: Dim | int, right: Dim | int) -> Answer:
        """`equal` or `different` where that holds for all admitted values, else `unknown`."""
        from nnspec.semantics.dims.compare import compare

        found = compare(self, left, right)
        if found == "unknown" and self.either:
            from nnspec.semantics.dims.alternatives import agreed

            return agreed(self, lambda case: case.compare(left, right)) or found
        return found

    def prove(self, relation: RelationLike) -> bool | None:
        """Whether a relation holds for all admitted values (True), for none (False), or neither is known."""
        from nnspec.semantics.dims.compare import prove

        found = prove(self, relation)
        if found is None and self.either:
            from nnspec.semantics.dims.alternatives import agreed

            return agreed(self, lambda case: case.prove(relation))
        return found

    def witness(self, left: Dim | int, right: Dim | int) -> Witness | None:
        """Small admitted values for which two dims are equal, and others for which they differ."""
        key = ("witness", left, right)
        if key not in self._memo:
            from nnspec.semantics.dims.witness import witness

            self.remember(key, witness(self, left, right))
        return self._memo[key]  # type: ignore[return-value]

    def suggest(self, left: Dim | int, right: Dim | int) -> str | None:
        """The weakest fact found, as text for `where`, under which two dims are equal."""
        from nnspec.semantics.dims.suggest import suggest

        return suggest(self, left, right)


def _only_atom(dim: Dim) -> Atom | None:
    if len(dim.terms) == 1:
        ((mono, c),) = dim.terms.items()
        if c == 1 and len(mono) == 1:
            return mono[0]
    return None


def _toward_zero(c: int, d: int) -> int:
    return c // d if (c >= 0) == (d > 0) else -(-c // d)


Facts.empty = Facts()
