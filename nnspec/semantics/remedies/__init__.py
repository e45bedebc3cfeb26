"""What mends a mistake: changes are proposed by the kind of mistake, tried, and told where they work.

A proposal may be bold, for none is told that leaves the mistake where it is or makes another: the changed
text is checked as a user's would be (`trial.Trials`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from nnspec.diagnostics.diagnostic import Diagnostic, Fix
from nnspec.library.catalog import Catalog
from nnspec.semantics.budget import BudgetExceeded, budget
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.remedies import (
    agreement,
    batches,
    declared,
    divisors,
    dtypes,
    emptied,
    features,
    gathered,
    joins,
    kinds,
    named_axes,
    parts,
    products,
    ranks,
    regrouped,
    reordered,
    requirements,
    returned,
    sequences,
    targets,
    together,
    uncalled,
    unpacking,
)
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, find, tensors
from nnspec.semantics.remedies.trial import Trials
from nnspec.semantics.resolved import FileScope

# What is told of one mistake, and how many changes are tried for it.
TOLD = 3
TRIED = 60
OF_A_GROUP = 2

# Proposals by the code of the mistake.
KINDS: dict[str, tuple[Callable[[Site], Iterator[Proposal]], ...]] = {
    "E0301": (
        ranks.siblings,
        gathered.proposals,
        reordered.proposals,
        features.proposals,
        sequences.proposals,
        products.proposals,
        parts.proposals,
        batches.proposals,
        batches.made,
        agreement.proposals,
        targets.proposals,
        joins.proposals,
        targets.declared,
        declared.proposals,
    ),
    "E0302": (
        gathered.proposals,
        ranks.proposals,
        sequences.proposals,
        products.proposals,
        agreement.proposals,
        targets.proposals,
        targets.declared,
        declared.proposals,
    ),
    "E0303": (dtypes.proposals,),
    "E0304": (emptied.proposals,),
    "E0305": (named_axes.proposals,),
    "E0306": (batches.proposals, regrouped.proposals),
    "E0307": (
        reordered.proposals,
        products.proposals,
        batches.made,
        agreement.proposals,
        targets.proposals,
        joins.proposals,
        agreement.tables,
        targets.declared,
    ),
    "E0308": (requirements.proposals,),
    "E0312": (returned.missing, returned.proposals),
    "E0320": (ranks.siblings, sequences.proposals, requirements.proposals),
    "E0321": (divisors.proposals, requirements.proposals),
    "E0402": (together.proposals,),
    "E0403": (together.proposals,),
    "E0405": (kinds.proposals, together.tensors, unpacking.proposals),
    "E0419": (unpacking.names,),
    "E0420": (uncalled.proposals,),
    "E0427": (unpacking.proposals,),
    "W0205": (agreement.proposals,),
    "W0301": (
        features.moved,
        joins.resized,
        sequences.proposals,
        products.proposals,
        batches.made,
        agreement.proposals,
    ),
}
# What is proposed only where nothing else has been found.
LAST = frozenset((targets.declared, declared.proposals))
# Changes whose numbers are found by trying.
SOUGHT: dict[str, Callable[[Site], Proposal | None]] = {"E0304": emptied.least_image}
# Mistakes whose rules give the very numbers; others say in general what to do, where nothing better is found.
EXACT = frozenset(("E0306", "W0301"))
# Fixes of a spelling are right even where they bring the next mistake to light.
SPELLED = frozenset(("E0427",))
# Facts that say how the numbers come about, or which there are to choose from.
NOTES: dict[str, Callable[[Site], str | None]] = {"E0307": joins.note, "E0321": divisors.note}


def mended(
    found: tuple[Diagnostic, ...], scope: FileScope, catalog: Catalog, recorder: Recorder
) -> tuple[Diagnostic, ...]:
    """The findings of a file, with what mends them where that could be found out."""
    if not any(d.code in KINDS for d in found):
        return found
    trials = Trials(scope, catalog, (*scope.diagnostics, *found))
    done = list(found)
    try:
        for i, each in enumerate(found):
            if each.code in KINDS:
                done[i] = _with_remedies(each, scope, recorder, trials)
    except BudgetExceeded:
        # The other findings stand without what mends them.
        budget.lift()
    return tuple(done)


def _with_remedies(
    mistake: Diagnostic, scope: FileScope, recorder: Recorder, trials: Trials
) -> Diagnostic:
    if mistake.code in SPELLED and mistake.fix is not None:
        return mistake
    site = find(mistake, scope, recorder, trials)
    if any(0 in (value.dims or ()) for _, value in tensors(site)):
        # Sizes are worked out in ratio to those that there are.
        return mistake
    works: list[Proposal] = []
    if mistake.code in SOUGHT:
        sought = SOUGHT[mistake.code](site)
        works += [sought] if sought is not None else []
    own = (mistake.fix.edits,) if mistake.fix is not None else ()
    tried = 0
    groups = Counter(w.group for w in works)
    for propose in KINDS[mistake.code]:
        if works and propose in LAST:
            break
        for proposal in propose(site):
            if len(works) == TOLD or tried == TRIED:
                break
            if proposal.group and groups[proposal.group] == OF_A_GROUP:
                continue
            if proposal.edits in own or any(w.edits == proposal.edits for w in works):
                continue
            tried += 1
            if trials.mends(mistake, proposal):
                works.append(proposal)
                groups[proposal.group] += 1
    note = NOTES[mistake.code](site) if mistake.code in NOTES else None
    return _told(mistake, works, note, trials)


def _told(
    mistake: Diagnostic, works: list[Proposal], note: str | None, trials: Trials
) -> Diagnostic:
    """The mistake with the changes that mend it; a fix of the rule's own that does not is left out."""
    help, fix = mistake.help, mistake.fix
    if fix is not None and mistake.code not in SPELLED:
        if not trials.mends(mistake, Proposal(fix.edits, fix.title, local=True), apart=True):
            help = fix = None
    # A change that leaves nothing open is better than to demand what is.
    first = [w for w in works if w.first or mistake.code == "W0301"]
    if first or (works and fix is None):
        fix = Fix((first or works)[0].text, (first or works)[0].edits)
    exact = mistake.fix is not None or mistake.code in EXACT
    own = [help] if help and (exact or not works) else []
    rest = [w for w in works if w not in first]
    texts = [*(w.text + w.more for w in first), *own, *(w.text + w.more for w in rest)]
    if (help, fix, note) == (mistake.help, mistake.fix, None) and not works:
        return mistake
    return Diagnostic(
        mistake.code,
        mistake.severity,
        mistake.message,
        mistake.labels,
        (*mistake.notes, note) if note else mistake.notes,
        "\nor ".join(dict.fromkeys(texts)) or None,
        fix,
    )
