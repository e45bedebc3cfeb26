"""A fix shown as the lines that it takes out and puts in."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.diagnostics.render.columns import CUT, ShownLine, printable
from nnspec.diagnostics.render.style import Style
from nnspec.diagnostics.render.summary import counted
from nnspec.source import Source

MOST = 8  # places that are shown of a fix

LONGEST = 500  # characters of a line


def patch(fix: Fix, home: Source, digits: int, style: Style) -> list[str]:
    """The fix as a small diff: its title, then the lines with their numbers.

    home: the source of the diagnostic; parts in other sources begin with their path.
    digits: columns for line numbers.
    """
    word = "fix" if fix.applicability == "safe" else "possible fix"
    out = [f"{style.paint('help', word)}: {printable(fix.title)}"]
    sources = {id(e.span.source): e.span.source for e in fix.edits}
    for source in sorted(sources.values(), key=lambda s: (s is not home, s.path)):
        edits = [e for e in fix.edits if e.span.source is source]
        if source is not home:
            out.append(style.paint("frame", " " * digits + "::: ") + printable(source.path))
        out.append(style.paint("frame", " " * digits + " |"))
        changes = _changes(source, edits)
        for first, old, new in changes[:MOST]:
            for sign, role, lines in (("-", "removed", old), ("+", "added", new)):
                for number, line in enumerate(lines, first):
                    head = style.paint("frame", f"{number:>{digits}} ")
                    body = f"{sign} {_cut(line)}".rstrip()
                    out.append(head + style.paint(role, body))
        if len(changes) > MOST:
            rest = counted(len(changes) - MOST, "more place")
            out.append(style.paint("frame", "..." + " " * (digits - 2)) + f" and {rest}")
    return out


def _cut(line: str) -> str:
    """A line as it is shown, without the end of a very long one."""
    shown = ShownLine(line[:LONGEST]).text
    return shown if len(line) <= LONGEST else shown + CUT


def _changes(source: Source, edits: list[Edit]) -> list[tuple[int, list[str], list[str]]]:
    """Runs of whole lines that edits change: the first line's number, the lines before, the lines after."""
    runs: list[tuple[int, int, list[Edit]]] = (
        []
    )  # first and last line, edits from the end to the start
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        first = source.position(edit.span.start)[0]
        last = source.position(edit.span.end)[0]
        if runs and first <= runs[-1][1]:
            before = runs.pop()
            runs.append((before[0], max(before[1], last), [edit, *before[2]]))
        else:
            runs.append((first, last, [edit]))
    changes = []
    for first, last, inside in runs:
        start = source.line_starts[first - 1]
        stop = source.line_starts[last] - 1 if last < len(source.line_starts) else len(source.text)
        old = new = source.text[start:stop]
        for edit in inside:
            new = new[: edit.span.start - start] + edit.text + new[edit.span.end - start :]
        before_lines, after_lines = old.split("\n"), new.split("\n")
        while before_lines and after_lines and before_lines[0] == after_lines[0]:
            before_lines, after_lines, first = before_lines[1:], after_lines[1:], first + 1
        while before_lines and after_lines and before_lines[-1] == after_lines[-1]:
            before_lines, after_lines = before_lines[:-1], after_lines[:-1]
        if last == len(source.line_starts) and before_lines == [""]:
            before_lines = []
        changes.append((first, before_lines, after_lines))
    return changes
