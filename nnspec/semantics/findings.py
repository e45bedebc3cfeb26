"""Collecting what passes find: one message for one mistake, claims turned into warnings and guards."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics import doubts
from nnspec.semantics.budget import BudgetExceeded, DimLimit, budget
from nnspec.semantics.checked import Guard
from nnspec.semantics.dims import Dim, Facts, settle
from nnspec.semantics.dims.atoms import Floor
from nnspec.semantics.evaluate.run import Claim, Doubt, Frame, Run
from nnspec.semantics.suspicions import Suspicions
from nnspec.semantics.values import DimLike, Relation, TupleValue
from nnspec.semantics.world import as_dim
from nnspec.source import Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Findings:
    """All diagnostics of a file.

    A mistake that several passes meet (in general, for a model, from several callers) is told once: the
    one with the shortest chain of calls, the general one first.
    """

    def __init__(self, covered: frozenset[ast.Node]) -> None:
        self.covered = covered
        self._passes: dict[ast.Def, int] = {}
        self._needed: dict[ast.Def, dict[Relation, set[Run]]] = {}
        self._divisors: dict[Relation, tuple[Dim, ...]] = {}
        self._found: dict[tuple[object, int, int], tuple[int, Diagnostic]] = {}
        # Errors that only a pass with answers to undecided conditions has found.
        self._decided: set[tuple[object, int, int]] = set()
        self.followed: set[ast.Node] = set()
        self.suspicions = Suspicions()
        # The claims of one pass at a place, and the def whose instances have the last word.
        self._claims: dict[
            tuple[object, int, int], tuple[list[tuple[Claim, Relation]], ast.Node | None, Run]
        ] = {}
        self._relations: dict[tuple[object, int, int], Relation] = {}
        self._doubts: dict[ast.Node, tuple[Doubt, ast.Node]] = {}

    def add(self, diagnostic: Diagnostic, depth: int, decided: bool = False) -> None:
        """Take a diagnostic that was found below `depth` calls.

        decided: whether it hangs on the answer that the pass took for a condition on hyperparameters. Where
            the same place is open with the other answer, the code is right for some values: a claim.
        """
        span = diagnostic.span
        key = (span.source, span.start, span.end)
        old = self._found.get(key)
        if decided and (old is None or key in self._decided):
            self._decided.add(key)
        elif diagnostic.severity == "error":
            self._decided.discard(key)
        if old is None or (
            diagnostic.severity == "error" and (old[1].severity != "error" or depth < old[0])
        ):
            self._found[key] = (depth, diagnostic)

    def claim(self, claim: Claim, run: Run, subject: ast.Node, per_instance: bool = False) -> None:
        """Take a relation that could not be proved.

        subject: the declaration that the pass is about; per_instance: whether it is about a module whose instances are what is checked; where there are
            any (`followed`), they have the last word.
        """
        frame = claim.frame
        own = frame is None or frame.top or (run.general and frame.definition is subject)
        if frame is not None and not own and frame.definition in self.covered:
            # The general pass of that declaration says it, in its own words.
            return
        span = claim.span
        relation, facts = claim.relation, claim.facts
        shown = _upright(_shown(relation.left, facts), relation.op, _shown(relation.right, facts))
        key = (span.source, span.start, span.end)
        provisional = frame.definition if per_instance and frame is not None else None
        if key not in self._claims or (provisional is None and self._claims[key][1] is not None):
            self._claims[key] = [(claim, shown)], provisional, run
            self._relations[key] = shown
        elif self._claims[key][2] is run:
            self._claims[key][0].append((claim, shown))
        if (
            frame is not None
            and frame.top
            and isinstance(frame.definition, ast.Def)
            and claim.always
            and _nameable(shown, frame)
        ):
            relations = self._needed.setdefault(frame.definition, {})
            relations.setdefault(shown, set()).add(run)
            self._divisors[shown] = _divisors(shown, facts, frame.definition)

    def doubt(self, doubt: Doubt, subject: ast.Node) -> None:
        """Take what the general pass of a def could not follow; the first of each def is told.

        subject: the module or def that the pass was about.
        """
        known = self._doubts.get(doubt.definition)
        if known is None or (known[0].declared is None and doubt.declared is not None):
            self._doubts[doubt.definition] = doubt, subject

    def doubts_of(self, module: ast.Module) -> bool:
        """Whether a general pass could not follow all of a module's methods."""
        return any(member in self._doubts for member in module.body)

    def uncover(self, subject: ast.Node) -> None:
        """The general pass of a module does not check its methods completely, after all."""
        members = subject.body if isinstance(subject, ast.Module) else ()
        self.covered = self.covered.difference((subject, *members))

    def settle(self, definitions: Iterable[ast.Def]) -> None:
        """What a general pass could not follow of these has been followed in another way."""
        for definition in definitions:
            self._doubts.pop(definition, None)

    def passed(self, definition: ast.Def) -> None:
        """One more general pass has followed the def."""
        self._passes[definition] = self._passes.get(definition, 0) + 1

    @property
    def guards(self) -> dict[ast.Def, tuple[Guard, ...]]:
        """What the emitted defs check when they start: the relations that every pass of the def needs.

        What only some choices of hyperparameters need would be wrong for the others; there torch's own
        check has to do.
        """
        return {
            definition: tuple(
                Guard(r, f"{r.left} {r.op} {r.right} does not hold", self._divisors[r])
                for r, runs in relations.items()
                if len(runs) == self._passes.get(definition, 0)
            )
            for definition, relations in self._needed.items()
        }

    def _unproved(self, taken: set[tuple[object, int, int]]) -> list[Diagnostic]:
        """The claims as warnings; of those in one def that one fact would prove, the first.

        taken: the places of which there is more to say.
        """
        guarded = {(node, g.relation) for node, guards in self.guards.items() for g in guards}
        told: dict[tuple[ast.Node | None, str | None], Diagnostic] = {}
        for key, (claims, definition, _) in self._claims.items():
            if key in taken or definition in self.followed:
                continue
            found = _told(claims)
            frame = claims[0][0].frame
            place = frame.definition if frame is not None else None
            if (place, self._relations[key]) in guarded:
                found = doubts.checked_first(found)
            known = told.get((place, found.help))
            if found.help is None:
                told[place, f"{len(told)}"] = found
            elif known is None or _place(found) < _place(known):
                told[place, found.help] = found
        return list(told.values())

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, in the order of the text."""
        taken = set(self._found) - (self._decided & set(self._claims))
        everything = [self._found[key][1] for key in taken]
        suspicious = {_key(d): d for d in self.suspicions.diagnostics}
        everything += self._unproved(taken | set(suspicious))
        wrong = [d.span for d in everything if d.severity == "error"]
        everything += [
            doubts.unchecked(doubt, subject)
            for definition, (doubt, subject) in self._doubts.items()
            if definition not in self.followed
            and not any(_inside(s, definition.span) for s in wrong)
        ]
        everything += [d for key, d in suspicious.items() if key not in taken]
        return tuple(sorted(everything, key=_place))


def _told(claims: list[tuple[Claim, Relation]]) -> Diagnostic:
    """Claims as a warning, in few words where to say more takes too long."""
    if budget.is_spent:
        return doubts.shortly(*claims[0])
    budget.ask()
    try:
        return doubts.unproved(claims)
    except (DimLimit, BudgetExceeded):
        return doubts.shortly(*claims[0])


def _key(diagnostic: Diagnostic) -> tuple[object, int, int]:
    span = diagnostic.span
    return span.source, span.start, span.end


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    span = diagnostic.span
    return span.source.path, span.start, span.end, diagnostic.code


def _inside(span: Span, outer: Span) -> bool:
    return span.source is outer.source and outer.start <= span.start < outer.end


def _shown(dim: DimLike, facts: Facts) -> DimLike:
    """A side of a claim by what was known there: later the claim itself is taken for a fact."""
    if isinstance(dim, Dim) and str(dim).isidentifier() and "@" not in next(iter(dim.symbols())):
        # A size by its name, which an unproved fact may have put another in place of.
        known = settle(facts.display(dim))
        return known if isinstance(known, int) else dim
    return dim if isinstance(dim, int) else settle(facts.display(dim))


def _divisors(relation: Relation, facts: Facts, definition: ast.Def) -> tuple[Dim, ...]:
    """What a relation divides by and may be 0, inner divisors first.

    An int argument may, whatever the code takes it for.
    """
    given = {param.name for param in definition.signature.params}
    found: list[Dim] = []
    pending = [as_dim(relation.left), as_dim(relation.right)]
    while pending:
        for atom in pending.pop().atoms():
            if isinstance(atom, Floor):
                pending += (atom.numerator, atom.denominator)
                known = facts.sign(facts.simplify(atom.denominator)) != 0
                if not known or atom.denominator.symbols() & given:
                    found.append(atom.denominator)
    return tuple(dict.fromkeys(sorted(found, key=lambda dim: dim.depth)))


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _upright(left: DimLike, op: str, right: DimLike) -> Relation:
    """`D >= 2` for `-D <= -2`."""
    if op in _MIRRORED and isinstance(left, Dim) and all(c < 0 for c in left.terms.values()):
        if isinstance(right, int) or all(c < 0 for c in right.terms.values()):
            return Relation(settle(-left), _MIRRORED[op], settle(-as_dim(right)))
    return Relation(left, op, right)


def _nameable(relation: Relation, frame: Frame) -> bool:
    """Whether a run-time check can be written: only dimensions and hyperparameters by their names.

    The single sizes that `*N` stands for have none.
    """
    starred = [v.items for v in frame.dims.values() if isinstance(v, TupleValue)]
    nameless = {s for items in starred for i in items if isinstance(i, Dim) for s in i.symbols()}
    sides = [s for s in (relation.left, relation.right) if isinstance(s, Dim)]
    return all(
        "@" not in s and s.isidentifier() and s not in nameless
        for side in sides
        for s in side.symbols()
    )
