"""What mends a mistake: changes are proposed by the kind of mistake, tried, and told where they work.

A proposal may be bold, for none is told that leaves the mistake where it is or makes another: the changed
text is checked as a user's would be (`trial.Trials`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnspec.diagnostics.diagnostic import Diagnostic, Fix
from nnspec.library.catalog import Catalog
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.remedies import divisors
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, find
from nnspec.semantics.remedies.trial import Trials
from nnspec.semantics.resolved import FileScope

# What is told of one mistake, and how many changes are tried for it.
TOLD = 3
TRIED = 30

# Facts that say which values there are to choose from.
NOTES: dict[str, Callable[[Site], str | None]] = {"E0321": divisors.note}

KINDS: dict[str, tuple[Callable[[Site], Iterator[Proposal]], ...]] = {
    "E0321": (divisors.proposals,),
}


def mended(
    found: tuple[Diagnostic, ...], scope: FileScope, catalog: Catalog, recorder: Recorder
) -> tuple[Diagnostic, ...]:
    """The findings of a file, with what mends them where that could be found out."""
    if not any(d.severity == "error" and d.code in KINDS for d in found):
        return found
    trials = Trials(scope, catalog, (*scope.diagnostics, *found))
    return tuple(
        (
            _with_remedies(d, scope, recorder, trials)
            if d.severity == "error" and d.code in KINDS
            else d
        )
        for d in found
    )


def _with_remedies(
    mistake: Diagnostic, scope: FileScope, recorder: Recorder, trials: Trials
) -> Diagnostic:
    site = find(mistake, scope, recorder)
    works: list[Proposal] = []
    tried = 0
    for propose in KINDS[mistake.code]:
        for proposal in propose(site):
            tried += 1
            if trials.mends(mistake, proposal):
                works.append(proposal)
            if len(works) == TOLD or tried == TRIED:
                return _told(mistake, works, site)
    return _told(mistake, works, site)


def _told(mistake: Diagnostic, works: list[Proposal], site: Site) -> Diagnostic:
    if not works:
        return mistake
    note = NOTES[mistake.code](site) if mistake.code in NOTES else None
    first = works[0]
    fix = mistake.fix or Fix(first.text, first.edits)
    texts = [*([mistake.help] if mistake.help else ()), *(w.text for w in works)]
    return Diagnostic(
        mistake.code,
        mistake.severity,
        mistake.message,
        mistake.labels,
        (*mistake.notes, note) if note else mistake.notes,
        "\nor ".join(texts),
        fix,
    )
