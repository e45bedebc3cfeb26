"""Errors that hang on the answer to a condition which the module that a pass is about has not written.

A layer's declaration may ask something of its hyperparameters (`MultiheadAttention` makes other parameters
where `kdim` is `embed_dim`), and a general pass then goes one way after the other. What is wrong on one of
the ways alone is not wrong for all hyperparameters: it is open, as it would be without the question.
"""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.record import Record, field
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import conditions
from nnspec.semantics.evaluate.decisions import Fork
from nnspec.semantics.evaluate.run import Claim, Doubt, Frame, Recorder, Run, new_run
from nnspec.semantics.values import Relation
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nnspec.semantics.findings import Findings

Place = tuple[Span, str]


class Held(Record, frozen=False, eq=False):
    """The errors of one pass behind its first foreign fork or claim that torch does not need.

    errors: each with its depth, and the code and the place where it would be open.
    """

    run: Run
    errors: dict[Place, tuple[Diagnostic, int, Frame | None, Span]] = field(default_factory=dict)


class Forks:
    """The passes of one module with one set of choices."""

    def __init__(self) -> None:
        self._passes: list[Held] = []

    def follow(self, run: Run, findings: Findings) -> None:
        """Hold the errors of a pass back that may not be errors for all hyperparameters and dimensions."""
        held = Held(run)
        self._passes.append(held)

        def sink(found: Diagnostic, depth: int) -> None:
            if found.severity == "error" and (run.decisions.foreign or run.world.leaned):
                # What is wrong inside a call is open at the call.
                at = min(1, len(run.frames) - 1) if run.chain else -1
                frame = run.frames[at] if run.frames else None
                span = run.sites[0] if run.chain and run.sites else found.span
                held.errors.setdefault((found.span, found.code), (found, depth, frame, span))
            else:
                findings.add(found, depth, bool(run.decisions.taken))

        run.sink = sink

    def look_again(self, run: Run, follow: Callable[[Run], None]) -> None:
        """Follow a pass once more where its errors may rest on what is claimed and torch does not need.

        What is wrong only as two sizes were taken for equal, say, is open, and the claims tell so.
        """
        held = next(held for held in self._passes if held.run is run)
        if not (run.world.leaned and held.errors):
            return
        wrong: set[Place] = set()
        again = new_run(
            run.catalog,
            Recorder(home=run.recorder.home),
            lambda found, depth: wrong.add((found.span, found.code)),
            True,
            run.covered,
            list(run.decisions.taken),
        )
        again.world.trusting = False
        follow(again)
        open_places = {place[0] for place in held.errors if place not in wrong}
        held.errors = {place: error for place, error in held.errors.items() if place in wrong}
        run.claims += [claim for claim in again.claims if claim.span in open_places]

    def settle(self, findings: Findings) -> None:
        """Hand over what was held back: errors that every answer has, and claims for the others."""
        # What is open at a place on another way says more than the way that is wrong.
        open_places = {claim.span for held in self._passes for claim in held.run.claims}
        for held in self._passes:
            for place, (found, depth, frame, span) in held.errors.items():
                fork = self._spared(held, place)
                if fork is None:
                    findings.add(found, depth, bool(held.run.decisions.taken))
                elif found.span not in open_places:
                    _open(fork, span, frame, held.run)

    def _spared(self, held: Held, place: Place) -> Fork | None:
        """The fork of which the other answer leads to no such error."""
        path = held.run.decisions
        for other in self._passes:
            if other is held or place in other.errors:
                continue
            pairs = zip(path.taken, other.run.decisions.taken)
            at = next((i for i, (here, there) in enumerate(pairs) if here is not there), None)
            if at is not None and at in path.foreign:
                return path.foreign[at]
        return None


def _open(fork: Fork, span: Span, frame: Frame | None, run: Run) -> None:
    """What would have to hold for the error not to arise, as something that is not proved."""
    needed = conditions.negate(fork.condition)
    if isinstance(needed, Relation) and not _is_of_a_loop(needed):
        if fork.facts.assume(needed).compare(needed.left, needed.right) == "equal":
            # `p <= 0` where p is 0 or more.
            needed = Relation(needed.left, "==", needed.right)
        run.claims.append(Claim(frame, needed, span, fork.facts, always=False))
    elif frame is not None and frame.definition is not None:
        run.doubts.append(Doubt(frame.definition, span))


def _is_of_a_loop(relation: Relation) -> bool:
    """Whether a relation is about a round, or about something else that no hyperparameter names."""
    sides = [side for side in (relation.left, relation.right) if isinstance(side, Dim)]
    return any("@" in symbol for side in sides for symbol in side.symbols())
