"""Collecting what passes find: one message for one mistake, claims turned into warnings and guards."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.checked import Guard
from nnspec.semantics.dims import Dim, settle
from nnspec.semantics.evaluate.run import Claim, Run
from nnspec.semantics.values import DimLike, Relation
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span
from nnspec.syntax import ast


class Findings:
    """All diagnostics of a file.

    A mistake that several passes meet (in general, for a model, from several callers) is told once: the
    one with the shortest chain of calls, the general one first.
    """

    def __init__(self, covered: frozenset[ast.Node]) -> None:
        self.covered = covered
        self._passes: dict[ast.Def, int] = {}
        self._needed: dict[ast.Def, dict[Relation, set[Run]]] = {}
        self._found: dict[tuple[object, int, int], tuple[int, Diagnostic]] = {}
        # Errors that only a pass with answers to undecided conditions has found.
        self._decided: set[tuple[object, int, int]] = set()
        self.followed: set[ast.Node] = set()
        self._claims: dict[tuple[object, int, int], tuple[Diagnostic, ast.Node | None]] = {}
        self._relations: dict[tuple[object, int, int], Relation] = {}

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

    def claim(self, claim: Claim, run: Run, per_instance: bool = False) -> None:
        """Take a relation that could not be proved.

        per_instance: whether it is about a module whose instances are what is checked; where there are
            any (`followed`), they have the last word.
        """
        frame = claim.frame
        if frame is not None and not frame.top and frame.definition in self.covered:
            # The general pass of that def says it, in its own words.
            return
        span = claim.span
        shown = _upright(
            _shown(claim.relation.left, run), claim.relation.op, _shown(claim.relation.right, run)
        )
        key = (span.source, span.start, span.end)
        provisional = frame.definition if per_instance and frame is not None else None
        if key not in self._claims or (provisional is None and self._claims[key][1] is not None):
            self._claims[key] = _unproved(claim, shown, run, span), provisional
            self._relations[key] = shown
        if (
            frame is not None
            and frame.top
            and isinstance(frame.definition, ast.Def)
            and claim.always
            and _nameable(shown)
        ):
            relations = self._needed.setdefault(frame.definition, {})
            relations.setdefault(shown, set()).add(run)

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
                Guard(r, f"{r.left} {r.op} {r.right} does not hold")
                for r, runs in relations.items()
                if len(runs) == self._passes.get(definition, 0)
            )
            for definition, relations in self._needed.items()
        }

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, in the order of the text."""
        taken = set(self._found) - (self._decided & set(self._claims))
        everything = [self._found[key][1] for key in taken]
        guarded = {g.relation for guards in self.guards.values() for g in guards}
        everything += [
            _checked_first(claimed) if self._relations[key] in guarded else claimed
            for key, (claimed, definition) in self._claims.items()
            if key not in taken and definition not in self.followed
        ]
        return tuple(sorted(everything, key=_place))


def _checked_first(claimed: Diagnostic) -> Diagnostic:
    """The warning about a claim that the emitted def checks when it starts."""
    first, *rest = claimed.labels
    return Diagnostic(
        claimed.code,
        claimed.severity,
        claimed.message,
        (Label(first.span, "checked when it runs", primary=True), *rest),
        claimed.notes,
        claimed.help,
        claimed.fix,
    )


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    span = diagnostic.span
    return span.source.path, span.start, span.end, diagnostic.code


def _shown(dim: DimLike, run: Run) -> DimLike:
    return dim if isinstance(dim, int) else settle(run.world.facts.display(dim))


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _upright(left: DimLike, op: str, right: DimLike) -> Relation:
    """`D >= 2` for `-D <= -2`."""
    if op in _MIRRORED and isinstance(left, Dim) and all(c < 0 for c in left.terms.values()):
        if isinstance(right, int) or all(c < 0 for c in right.terms.values()):
            return Relation(settle(-left), _MIRRORED[op], settle(-as_dim(right)))
    return Relation(left, op, right)


def _nameable(relation: Relation) -> bool:
    """Whether a run-time check can be written: only dimensions and hyperparameters by their names."""
    sides = [s for s in (relation.left, relation.right) if isinstance(s, Dim)]
    return all("@" not in s and s.isidentifier() for side in sides for s in side.symbols())


def _unproved(claim: Claim, shown: Relation, run: Run, span: Span) -> Diagnostic:
    left, right = as_dim(claim.relation.left), as_dim(claim.relation.right)
    shown = _told_apart(shown)
    notes: tuple[str, ...] = ()
    help = None
    if claim.relation.op == "==":
        vague = claim.is_about_unknown
        witness = None if vague else claim.facts.witness(left, right)
        if witness is not None:
            notes = (str(witness),)
        fact = None if vague else claim.facts.suggest(left, right)
        if fact is not None:
            help = f"state it: `where {fact}` in the signature, or `require {fact}` in the module"
        message = f"{_equality(shown)} here, which is not proved"
    else:
        fact = f"{shown.left} {shown.op} {shown.right}"
        help = None if claim.is_about_unknown else f"state it: `where {fact}` in the signature"
        message = f"{fact} must hold here, which is not proved"
    return error("W0301", message, span, "not proved", notes=notes, help=help)


def _told_apart(relation: Relation) -> Relation:
    """The relation with names of their own for sizes that would read alike."""
    sides = [as_dim(relation.left), as_dim(relation.right)]
    names: dict[str, Dim] = {}
    taken = {s for side in sides for s in side.symbols() if "@" not in s}
    for symbol in (s for side in sides for s in sorted(side.symbols())):
        if "@" in symbol and symbol not in names:
            plain = symbol.partition("@")[0]
            name, number = plain, 1
            while name in taken:
                number += 1
                name = f"{plain}{number}"
            names[symbol] = Dim.symbol(name)
            taken.add(name)
    left, right = (settle(side.substitute(names)) for side in sides)
    return Relation(left, relation.op, right)


def _equality(shown: Relation) -> str:
    left, right = shown.left, shown.right
    dividend, percent, divisor = str(left).rpartition(" % ")
    if right == 0 and percent and (divisor.isidentifier() or divisor.isdigit()):
        plain = dividend[1:-1] if dividend.startswith("(") else dividend
        return f"`{plain}` must be a multiple of {divisor}"
    return f"{_text(left)} and {_text(right)} must be equal"


def _text(dim: DimLike) -> str:
    return f"`{dim}`" if isinstance(dim, Dim) else str(dim)
