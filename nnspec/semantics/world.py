"""One line of reasoning: the facts that hold in it, the sizes found for `_`, and where findings go."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic, Fix, Label
from nnspec.record import Record, field
from nnspec.semantics.budget import budget
from nnspec.semantics.dims import Dim, DimLimit, Facts, settle
from nnspec.semantics.values import DimLike, Relation
from nnspec.source import Span

HOLE = "?"


class World(Record, frozen=False, eq=False):
    """Facts and found sizes, which grow while a module is followed.

    facts: what is known of the symbols.
    holes: the size found for each `_`, by the name of its symbol (`?7`).
    report: takes every finding.
    claimed: called with each relation that could not be proved and is assumed from then on; or with several,
        of which one has to hold.
    suspect: called with a code, a place, and what is suspicious there or None: see `semantics/suspicions`.
    trusting: whether what is claimed, and torch itself does not need, is assumed; leaned: how often it was.
    parts: int hyperparameters of which only a sum is a size so far (`5 + classes`): its bound is all they have.
    """

    facts: Facts
    report: Callable[[Diagnostic], None]
    claimed: Callable[..., None] = lambda *about, **told: None
    suspect: Callable[[str, Span, Diagnostic | None], None] = lambda code, span, found: None
    holes: dict[str, DimLike] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    counter: int = 0
    trusting: bool = True
    leaned: int = 0

    def settle(self, dim: DimLike) -> DimLike:
        """The dim with found holes put in and facts applied; an int where it is constant."""
        if isinstance(dim, int):
            return dim
        budget.ask()
        try:
            return self._settled(dim)
        except DimLimit:
            # Too large to reason about: a size equal to itself alone.
            return self.new_size("n")

    def _settled(self, dim: Dim) -> DimLike:
        if self.holes:
            for _ in range(len(self.holes) + 1):
                found = {s: self.holes[s] for s in dim.symbols() if s in self.holes}
                if not found:
                    break
                dim = dim.substitute(found)
        return self._plain(self.facts.simplify(dim))

    def _plain(self, dim: Dim) -> DimLike:
        """A simplified dim in the spec's own symbols: those that facts bring in end with the facts."""
        if any(s.startswith("(") for s in dim.symbols()):
            dim = self.facts.display(dim)
        return settle(dim)

    def compare(self, left: DimLike, right: DimLike) -> str:
        """`equal`, `different` or `unknown`; an open `_` on either side takes the other side's size."""
        if left is right or (isinstance(left, int) and isinstance(right, int)):
            return "equal" if left == right else "different"
        left, right = self.settle(left), self.settle(right)
        if isinstance(left, int) and isinstance(right, int):
            return "equal" if left == right else "different"
        if left == right:
            return "equal"
        if self.solve(left, right) or self.solve(right, left):
            return "equal"
        return self.facts.compare(as_dim(left), as_dim(right))

    def solve(self, hole: DimLike, size: DimLike) -> bool:
        """Give an open hole the size, if `hole` is one, or a known multiple of one."""
        try:
            return self._solve(hole, size)
        except ArithmeticError:
            # A size of 0 tried in a divisor, or sizes too large to follow: not solved.
            return False

    def _solve(self, hole: DimLike, size: DimLike) -> bool:
        if isinstance(hole, int):
            return False
        names = [s for s in hole.symbols() if s.startswith(HOLE)]
        if len(names) != 1:
            return False
        name = names[0]
        symbol = Dim.symbol(name)
        if not isinstance(size, int) and name in size.symbols():
            return False
        if hole == symbol:
            self.holes[name] = size
            return True
        rest = settle(hole.substitute({name: 0}))
        slope = settle(hole - as_dim(rest) if not isinstance(rest, int) else hole - rest)
        factor = settle(as_dim(slope).substitute({name: 1}))
        if settle(as_dim(slope) - as_dim(factor) * symbol) != 0 or factor == 0:
            return False
        total = as_dim(size) - rest
        found = self._plain(self.facts.simplify(total // factor))
        if self.facts.compare(as_dim(found) * factor, total) != "equal":
            return False
        self.holes[name] = found
        return True

    def is_open(self, dim: DimLike) -> bool:
        """Whether a `_` without a size yet takes part in the dim."""
        dim = self.settle(dim)
        return not isinstance(dim, int) and any(s.startswith(HOLE) for s in dim.symbols())

    def prove(self, relation: Relation) -> bool | None:
        """True or False where the relation is settled for all admitted values, None where it is not."""
        if relation.op in ("==", "!="):
            answer = self.compare(relation.left, relation.right)
            if answer == "unknown":
                return None
            return (answer == "equal") == (relation.op == "==")
        left, right = self.settle(relation.left), self.settle(relation.right)
        if isinstance(left, int) and isinstance(right, int):
            return {
                "<": left < right,
                "<=": left <= right,
                ">": left > right,
                ">=": left >= right,
            }[relation.op]
        return self.facts.prove(Relation(as_dim(left), relation.op, as_dim(right)))

    def assume(self, relation: Relation) -> None:
        """Add a fact."""
        left, right = self.settle(relation.left), self.settle(relation.right)
        if isinstance(left, int) and isinstance(right, int):
            return
        settled = Relation(as_dim(left), relation.op, as_dim(right))
        # Facts that stay the same object let equal calls be followed once.
        if relation.op in ("==", "!=") or self.facts.prove(settled) is not True:
            self.facts = self.facts.assume(settled)

    def assume_either(self, alternatives: tuple[tuple[Relation, ...], ...]) -> None:
        """Add that of several alternatives one holds, each of which is some relations."""
        self.facts = self.facts.assume_either(
            tuple(tuple(map(self._in_facts, relations)) for relations in alternatives)
        )

    def one_holds(self, relations: tuple[Relation, ...]) -> bool:
        """Whether one of some relations is known to hold."""
        from nnspec.semantics.dims.alternatives import one_holds

        return one_holds(self.facts, [self._in_facts(relation) for relation in relations])

    def _in_facts(self, relation: Relation) -> Relation:
        left, right = self.settle(relation.left), self.settle(relation.right)
        return Relation(as_dim(left), relation.op, as_dim(right))

    def assume_size(self, dim: Dim) -> None:
        """Take a dim that an axis has for 1 or more."""
        free = {s for s in dim.symbols() if self.facts.domain(s)[0] is None}
        self.assume(Relation(dim, ">=", 1))
        self.parts |= {s for s in free if self.facts.domain(s)[0] is not None}

    def used_as_sizes(self, relation: Relation) -> bool:
        """An int hyperparameter is any int until it is used as a size: then it is 1 or more.

        Takes the relation as met where that settles it.
        """
        before = self.facts
        for side in (relation.left, relation.right):
            for symbol in sorted(side.symbols()) if isinstance(side, Dim) else ():
                low = before.domain(symbol)[0]
                if "@" not in symbol and (low is None or (low < 1 and symbol in self.parts)):
                    self.assume(Relation(Dim.symbol(symbol), ">=", 1))
        if self.facts is not before and self.prove(relation) is True:
            return True
        self.facts = before
        return False

    def new_size(self, name: str, low: int = 0) -> Dim:
        """A dimension that only the data decide: equal to itself alone, at least `low`."""
        self.counter += 1
        symbol = f"{name}@{self.counter}"
        if low != 0:
            # Without a declaration such a symbol is 0 or more.
            self.facts = self.facts.declare(symbol, low)
        return Dim.symbol(symbol)

    def is_vague(self, dims: tuple[DimLike, ...]) -> bool:
        """Whether sizes hang on a count of rounds or on several things that no name tells, so that the
        shape says little."""
        unnamed = [s for d in dims if isinstance(d, Dim) for s in d.symbols() if "@" in s]
        return len(unnamed) > 1 or any(s.startswith("i@") for s in unnamed)

    def show(self, dim: DimLike) -> str:
        """The dim in the user's words."""
        dim = self.settle(dim)
        try:
            return str(dim) if isinstance(dim, int) else str(self.facts.display(dim))
        except DimLimit:
            return str(dim)

    def show_shape(self, dims: tuple[DimLike, ...] | None) -> str:
        """`[B, 3, H // 2]`; `[...]` where the rank is not known."""
        if dims is None:
            return "[...]"
        return "[" + ", ".join(self.show(d) for d in dims) + "]"


def as_dim(dim: DimLike) -> Dim:
    """The same size as a Dim."""
    return Dim.of(dim) if isinstance(dim, int) else dim


def error(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    others: tuple[Label, ...] = (),
    notes: tuple[str, ...] = (),
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic with its primary label; a code that begins with W makes a warning."""
    severity = "warning" if code.startswith("W") else "error"
    primary = Label(span, label, primary=True)
    return Diagnostic(code, severity, message, (primary, *others), notes, help, fix)  # type: ignore[arg-type]
