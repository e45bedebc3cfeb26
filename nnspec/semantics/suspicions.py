"""Things that torch computes without a word, and that are hardly meant: each weighed over all passes of a file.

A place may be suspicious for some hyperparameters and right for others; then the warning says for which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.source import Span

# What a pass has found at a place: a code and where it was asked for; None where all was well.
Looks = dict[tuple[str, Span], Diagnostic | None]
# The bools, strings and absent values of the hyperparameters in a pass.
Choices = Mapping[str, object]


class Suspicions:
    """What the passes over a file have found suspicious, and where they looked."""

    def __init__(self) -> None:
        self._suspicious: dict[tuple[str, Span], list[tuple[Diagnostic, Choices]]] = {}
        self._well: dict[tuple[str, Span], list[Choices]] = {}

    def note(self, looks: Looks, choices: Choices) -> None:
        """Take what one pass has found."""
        for key, found in looks.items():
            if found is None:
                self._well.setdefault(key, []).append(choices)
            else:
                self._suspicious.setdefault(key, []).append((found, choices))

    @property
    def diagnostics(self) -> Iterator[Diagnostic]:
        """One warning for each suspicious place."""
        for key, suspicious in self._suspicious.items():
            first = suspicious[0][0]
            well = self._well.get(key, [])
            told = _apart([choices for _, choices in suspicious], well) if well else {}
            notes, fix = first.notes, first.fix
            if told:
                # The other choices are right as they are.
                fix = None
                where = " and ".join(f"`{name}` is {value!r}" for name, value in told.items())
                notes = (*notes, f"this is so where {where}")
            yield Diagnostic(
                first.code,
                first.severity,
                first.message,
                first.labels,
                notes,
                first.help,
                fix,
            )


def _apart(suspicious: list[Choices], well: list[Choices]) -> Choices:
    """What all suspicious passes have chosen, where none of the others has chosen the same; empty where that is nothing."""
    common = dict(suspicious[0])
    for choices in suspicious[1:]:
        common = {n: v for n, v in common.items() if n in choices and choices[n] is v}
    apart = {n: v for n, v in common.items() if any(c.get(n) is not v for c in well)}
    if any(all(c.get(n) is v for n, v in apart.items()) for c in well):
        return {}
    return apart
