"""Taking a relation into facts that are being made.

Equalities are solved for a symbol, divisibility becomes a product with a fresh symbol, inequalities on
one symbol narrow its domain; what is left is kept for elimination. When a symbol is solved, everything
known before is looked at again without it.
"""

from __future__ import annotations

from math import gcd

from nnspec.semantics.budget import budget
from nnspec.semantics.dims.atoms import Atom, Floor, Symbol
from nnspec.semantics.dims.bounds import at_least, occurs_once, without_floors
from nnspec.semantics.dims.divide import divides, quotient_again, remainder_pattern
from nnspec.semantics.dims.factor import without_nonzero_factors
from nnspec.semantics.dims.floors import common_mono, divided
from nnspec.semantics.dims.intervals import mono_bounds, quick_bounds
from nnspec.semantics.dims.order import leading, rank, shown
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.relation import RelationLike, at_least_zero, difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.facts import Facts

MAX_STEPS = 200
# What a condition counts, besides the arithmetic that it takes to learn from it.
LESSON = 10
MAX_PROPAGATIONS = 3
EQUAL, AT_LEAST, NOT_EQUAL = "= 0", ">= 0", "!= 0"


class Learner:
    """Works through what follows from a new relation. Stopping early only loses knowledge."""

    __slots__ = ("facts", "favoured", "queue")

    def __init__(self, facts: Facts, favoured: list[Atom]) -> None:
        self.facts = facts
        self.favoured = favoured
        self.queue: list[tuple[str, Dim]] = []

    def run(self) -> None:
        """Work off the queue."""
        facts = self.facts
        before = set(facts.at_least_zero)
        for _ in range(MAX_STEPS):
            if not self.queue or facts.impossible:
                break
            budget.think(LESSON)
            kind, dim = self.queue.pop(0)
            dim = facts.simplify(dim)
            if kind == EQUAL:
                self._equal(dim)
            elif kind == AT_LEAST:
                self._at_least(dim)
            else:
                self._not_equal(dim)
        # A contradiction among inequalities has to involve one that is new.
        if any(at_least(facts, -fact, 1) for fact in facts.at_least_zero if fact not in before):
            facts.impossible = True

    def add(self, kind: str, dim: Dim) -> None:
        """Put a condition into the queue."""
        self.queue.append((kind, dim))

    def contradiction(self) -> None:
        """No values are admitted."""
        self.facts.impossible = True

    def _equal(self, dim: Dim) -> None:
        facts = self.facts
        primitive = _primitive(facts, dim)
        if primitive is None or primitive.as_int() not in (None, 0):
            return self.contradiction()
        dim = primitive
        if not dim.terms:
            return None
        low, high = quick_bounds(facts, dim)
        if (low is not None and low > 0) or (high is not None and high < 0):
            return self.contradiction()
        pattern = remainder_pattern(facts, dim)
        if pattern is not None:
            return divides(self, *pattern)
        target = self._target(dim)
        if target is not None:
            return self.solve(target, dim)
        return self.keep_equality(dim)

    def keep_equality(self, dim: Dim) -> None:
        """Keep an equality that no symbol can be solved from, as a rule for its leading term."""
        from nnspec.semantics.dims.facts import Rule

        facts = self.facts
        mono, c = leading(dim)
        rest = dim - Dim({mono: c}, dim.has_power)
        names = {name for atom in mono for name in atom.symbols}
        if any(
            set(mono) <= set(other) or any(a.depth and names & a.symbols for a in other)
            for other in rest.terms
            if other
        ):
            # What is replaced must not come back with the replacement.
            facts.at_least_zero = (*facts.at_least_zero, dim, -dim)
        else:
            facts.rules = (*facts.rules, Rule(abs(c), mono, rest if c < 0 else -rest))
            facts.forget()
            for quotient in facts.quotients:
                quotient_again(self, quotient)
        facts.forget()

    def _target(self, dim: Dim) -> Atom | None:
        """The atom to express by the others: one that stands alone, with coefficient 1 or -1."""
        alone = [
            mono[0]
            for mono, c in dim.terms.items()
            if len(mono) == 1 and abs(c) == 1 and occurs_once(mono[0], mono, dim)
        ]
        if not alone:
            return None
        symbols = [atom for atom in alone if isinstance(atom, Symbol)]
        if not symbols:
            return min(alone, key=rank)
        for atom in self.favoured:
            if atom in symbols:
                return atom
        return min(symbols, key=_reluctance)

    def solve(self, atom: Atom, dim: Dim) -> None:
        """Use `dim == 0` to replace an atom everywhere."""
        c = dim.terms[(atom,)]
        rest = dim - Dim({(atom,): c}, dim.has_power)
        self.replace(atom, rest if c < 0 else -rest)

    def replace(self, atom: Atom, value: Dim) -> None:
        """Put `value` in place of an atom, in all that is known too."""
        facts = self.facts
        if isinstance(atom, Symbol):
            low, high = facts.domain(atom.name)
            if low is not None:
                self.add(AT_LEAST, value - low)
            if high is not None:
                self.add(AT_LEAST, high - value)
        elif isinstance(atom, Floor) and facts.sign(atom.denominator) > 0:
            remainder = atom.numerator - atom.denominator * value
            self.add(AT_LEAST, remainder)
            self.add(AT_LEAST, atom.denominator - 1 - remainder)
        facts.forget()
        facts.solved[atom] = value
        for other, old in list(facts.solved.items()):
            if other is not atom:
                facts.solved[other] = facts.simplify(old)
        self._look_again()
        facts.forget()

    def _look_again(self) -> None:
        """Queue what was kept and changes under a new replacement."""
        facts = self.facts
        for fact in facts.at_least_zero:
            self.add(AT_LEAST, fact)
        for fact in facts.not_zero:
            self.add(NOT_EQUAL, fact)
        for rule in facts.rules:
            self.add(EQUAL, Dim({rule.mono: rule.number}, True) - rule.value)
        facts.at_least_zero = facts.not_zero = facts.rules = ()
        facts.forget()
        for quotient in facts.quotients:
            quotient_again(self, quotient)

    def _at_least(self, dim: Dim) -> None:
        facts = self.facts
        dim = _tightened(dim)
        linear = next(without_floors(facts, dim), None)
        if linear is not None:
            # The two are the same, but each is found in places where the other is not.
            self.add(AT_LEAST, linear)
        low, high = quick_bounds(facts, dim)
        if high is not None and high < 0:
            return self.contradiction()
        if low is not None and low >= 0:
            return None
        if self._narrows(dim):
            return None
        self._narrows_factors(dim)
        if dim in facts.at_least_zero:
            return None
        for fact in facts.at_least_zero:
            gap = (dim + fact).as_int()
            if gap is not None and gap < 0:
                return self.contradiction()
            if gap == 0:
                return self.add(EQUAL, dim)
        facts.at_least_zero = (*facts.at_least_zero, dim)
        facts.forget()
        self._propagate()
        return None

    def _propagate(self) -> None:
        """Narrow domains by inequalities in which all other terms are bounded."""
        for _ in range(MAX_PROPAGATIONS):
            before = dict(self.facts.domains)
            for fact in self.facts.at_least_zero:
                for mono, c in fact.terms.items():
                    if len(mono) == 1 and isinstance(mono[0], Symbol):
                        others = fact - Dim({mono: c}, fact.has_power)
                        high = quick_bounds(self.facts, others)[1]
                        if high is not None:
                            self._narrows(Dim({mono: c}) + high)
            if self.facts.impossible or self.facts.domains == before:
                break

    def _narrows(self, dim: Dim) -> bool:
        """Take `c*x + k >= 0` into the domain of a symbol x; False where it is not of that form."""
        if len(dim.terms) > 1 + (() in dim.terms):
            return False
        mono, c = next((mono, c) for mono, c in dim.terms.items() if mono)
        if len(mono) != 1 or not isinstance(mono[0], Symbol):
            return False
        low, high = self.facts.domain(mono[0].name)
        if c > 0:
            limit = -(dim.constant // c)
            low = limit if low is None else max(low, limit)
        else:
            limit = dim.constant // -c
            high = limit if high is None else min(high, limit)
        self._set_domain(mono[0], low, high)
        return True

    def _narrows_factors(self, dim: Dim) -> None:
        """Where a product is positive and all its factors but one are not negative, each is 1 or more."""
        if len(dim.terms) != 2 or dim.constant >= 0:
            return
        mono, c = next((mono, c) for mono, c in dim.terms.items() if mono)
        if c < 0 or len(set(mono)) != len(mono):
            return
        lows = [(atom, quick_bounds(self.facts, Dim.atom(atom))[0]) for atom in mono]
        if sum(low is None or low < 0 for _, low in lows) <= 1:
            for atom, low in lows:
                if isinstance(atom, Symbol) and (low is None or low < 1):
                    self._set_domain(atom, 1, self.facts.domain(atom.name)[1])

    def _set_domain(self, symbol: Symbol, low: int | None, high: int | None) -> None:
        facts = self.facts
        if low is not None and high is not None and low > high:
            return self.contradiction()
        if (low, high) == facts.domain(symbol.name):
            return None
        facts.domains[symbol.name] = (low, high)
        facts.forget()
        again = [fact for fact in facts.not_zero if len(fact.terms) <= 2]
        for fact in again:
            self.add(NOT_EQUAL, fact)
        for fact in facts.at_least_zero:
            if any(symbol in mono and len(mono) > 1 for mono in fact.terms):
                self.add(AT_LEAST, fact)
        if low is not None and low == high:
            self.add(EQUAL, Dim.atom(symbol) - low)
        return None

    def _not_equal(self, dim: Dim) -> None:
        facts = self.facts
        number = dim.as_int()
        if number is not None:
            return None if number else self.contradiction()
        if len(dim.terms) == 1 + (() in dim.terms):
            mono, c = next((mono, c) for mono, c in dim.terms.items() if mono)
            if len(mono) == 1 and isinstance(mono[0], Symbol) and abs(c) == 1:
                low, high = facts.domain(mono[0].name)
                value = -dim.constant * c
                if value == low:
                    return self._set_domain(mono[0], low + 1, high)
                if value == high:
                    return self._set_domain(mono[0], low, high - 1)
        for side in (dim, -dim):
            if at_least(facts, side, 0):
                return self.add(AT_LEAST, side - 1)
        if dim not in facts.not_zero and -dim not in facts.not_zero:
            facts.not_zero = (*facts.not_zero, dim)
            facts.forget()
        return None


def learn(facts: Facts, relation: RelationLike) -> None:
    """Take a relation into facts that nobody else sees yet."""
    facts.relations = (*facts.relations, relation)
    facts.forget()
    favoured = [
        atom
        for side in (relation.left, relation.right)
        if isinstance(side, Dim) and len(side.terms) == 1
        for mono in side.terms
        if len(mono) == 1
        for atom in mono
    ]
    favoured.sort(key=lambda atom: not _is_open(atom))
    learner = Learner(facts, favoured)
    if relation.op == "==":
        learner.add(EQUAL, difference(relation))
    elif relation.op == "!=":
        learner.add(NOT_EQUAL, difference(relation))
    else:
        learner.add(AT_LEAST, at_least_zero(relation))
    learner.run()
    facts.forget()


def _is_open(atom: Atom) -> bool:
    """Whether an atom is a size that is still to be found."""
    return isinstance(atom, Symbol) and atom.name.startswith("?")


def _reluctance(atom: Symbol) -> tuple[object, ...]:
    """Which symbol to give up first: one still to be found, then one made up, then by name, last first."""
    name = shown(atom.name)
    return (
        not _is_open(atom),
        name == atom.name,
        name[:1].isupper(),
        [-ord(letter) for letter in name],
        atom.name,
    )


def _primitive(facts: Facts, dim: Dim) -> Dim | None:
    """The equality without common factors that are not 0; None where it cannot hold."""
    g = gcd(*[c for mono, c in dim.terms.items() if mono])
    if g > 1:
        if dim.constant % g:
            return None
        dim = divided(dim, (), g)
    common = common_mono([dim]) if dim.terms else ()
    nonzero = tuple(atom for atom in common if _never_zero(facts, atom))
    return without_nonzero_factors(facts, divided(dim, nonzero, 1) if nonzero else dim)


def _never_zero(facts: Facts, atom: Atom) -> bool:
    low, high = mono_bounds(facts, (atom,))
    return (low is not None and low > 0) or (high is not None and high < 0)


def _tightened(dim: Dim) -> Dim:
    """The inequality with the greatest common factor taken out, rounded to the integer."""
    g = gcd(*[c for mono, c in dim.terms.items() if mono])
    if g <= 1:
        return dim
    return Dim({mono: c // g for mono, c in dim.terms.items() if c // g}, dim.has_power)
