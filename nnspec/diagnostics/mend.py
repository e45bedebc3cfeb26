"""Applying the fixes of diagnostics to a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from nnspec.diagnostics.diagnostic import Applicability, Diagnostic, Edit, Fix
from nnspec.diagnostics.render.order import ordered
from nnspec.source import Source, plain_newlines


class Mended(NamedTuple):
    """A text with fixes applied to it, and these fixes."""

    text: str
    fixes: tuple[Fix, ...]


def mend(
    text: str, path: str, diagnostics: Iterable[Diagnostic], wanted: Collection[Applicability]
) -> Mended:
    """Apply the fixes of a text's diagnostics, each of them whole or not at all.

    Of fixes that overlap the first in the text is applied. The others are left for a second look at the new text,
    as what they were meant for may be gone. A fix that would also change another file is left out.

    text: as the file has it, with whatever ends its lines; a line that an edit brings ends as most of them do.
    path: the source that is mended, as spans name it.
    wanted: the applicabilities of fixes to apply.
    """
    plain = plain_newlines(text)
    taken: list[Edit] = []
    fixes: list[Fix] = []
    ours: dict[Source, bool] = {}
    for diagnostic in ordered(diagnostics):
        fix = diagnostic.fix
        if fix is None or fix.applicability not in wanted or not fix.edits:
            continue
        sources = {edit.span.source for edit in fix.edits}
        for source in sources.difference(ours):
            ours[source] = source.path == path and source.text == plain
        if not all(ours[source] for source in sources):
            continue
        if fix in fixes or any(_collide(new, old) for new in fix.edits for old in taken):
            continue
        taken += fix.edits
        fixes.append(fix)
    return Mended(_edited(text, plain, taken), tuple(fixes))


def _collide(left: Edit, right: Edit) -> bool:
    """Whether two edits change the same characters, or which comes first is not clear."""
    a, b = left.span, right.span
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end


def _edited(text: str, plain: str, edits: list[Edit]) -> str:
    """The text with edits, whose spans count a `\\r\\n` as one character."""
    at: Sequence[int] = range(len(text) + 1)
    newline = "\n"
    if text != plain:
        at = [i for i, char in enumerate(text) if char != "\n" or text[i - 1 : i] != "\r"]
        at.append(len(text))
        pairs = text.count("\r\n")
        counts = {
            "\r\n": pairs,
            "\n": text.count("\n") - pairs,
            "\r": text.count("\r") - pairs,
        }
        newline = max(counts, key=lambda ending: counts[ending])
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        parts += (text[done : at[edit.span.start]], edit.text.replace("\n", newline))
        done = at[edit.span.end]
    return "".join([*parts, text[done:]])
