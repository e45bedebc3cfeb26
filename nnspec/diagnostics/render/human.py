"""Diagnostics for a person at a terminal, in the manner of rustc and Elm."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.diagnostics.render.columns import printable
from nnspec.diagnostics.render.order import ordered
from nnspec.diagnostics.render.patch import patch
from nnspec.diagnostics.render.snippet import WIDTH, snippet
from nnspec.diagnostics.render.style import Style
from nnspec.diagnostics.render.summary import counted
from nnspec.source import Source

LIMIT = 20  # errors, and likewise warnings, that are shown in full


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """Each diagnostic with its source lines, an empty line after each; at most `LIMIT` of a severity, then a count."""
    style = Style(color)
    out: list[str] = []
    seen = {"error": 0, "warning": 0}
    for diagnostic in ordered(diagnostics):
        seen[diagnostic.severity] += 1
        if seen[diagnostic.severity] <= LIMIT:
            out += _diagnostic(diagnostic, style)
            out.append("")
    for severity, count in seen.items():
        if count > LIMIT:
            rest = counted(count - LIMIT, f"more {severity}")
            out += [f"... and {rest} (`--format short` lists all of them)", ""]
    return "".join(line + "\n" for line in out)


def _diagnostic(diagnostic: Diagnostic, style: Style) -> list[str]:
    severity = diagnostic.severity
    first, *more = printable(diagnostic.message).split("\n")
    head = style.paint(severity, f"{severity}[{diagnostic.code}]")
    out = [f"{head}: {style.paint('strong', first)}", *(f"    {line}".rstrip() for line in more)]
    home = diagnostic.span.source
    digits = len(str(_last_line(diagnostic)))
    groups: dict[int, tuple[Source, list[tuple[Label, bool]]]] = {id(home): (home, [])}
    for i, label in enumerate(diagnostic.labels):
        source = label.span.source
        groups.setdefault(id(source), (source, []))[1].append((label, i == 0 or label.primary))
    for source, labels in groups.values():
        line, column = source.position(labels[0][0].span.start)
        arrow = "-->" if source is home else ":::"
        place = f"{printable(source.path)}:{line}:{column}"
        out.append(style.paint("frame", " " * digits + arrow) + " " + place)
        out += snippet(source, labels, digits, severity, style)
    if diagnostic.notes or diagnostic.help or diagnostic.fix:
        out.append(style.paint("frame", " " * digits + " |"))
    for note in diagnostic.notes:
        out += _remark("note", "strong", note, digits, style)
    if diagnostic.help:
        out += _remark("help", "help", diagnostic.help, digits, style)
    if diagnostic.fix:
        lines = patch(diagnostic.fix, home, digits, style)
        out += lines[1:] if diagnostic.fix.title == diagnostic.help else lines
    return out


def _remark(word: str, role: str, text: str, digits: int, style: Style) -> list[str]:
    indent = " " * (digits + 3 + len(word) + 2)
    lines = printable(text).split("\n")
    first, *more = [part for line in lines for part in _wrapped(line, WIDTH - len(indent))]
    frame = style.paint("frame", " " * digits + " =")
    out = [f"{frame} {style.paint(role, word)}: {first}"]
    return out + [(indent + line).rstrip() for line in more]


def _wrapped(line: str, room: int) -> list[str]:
    """A line that shows a way (`[B, 3] → fc → [B, 8]`), broken before arrows where it is too long."""
    first, *steps = line.split(" → ")
    out = [first]
    for step in steps:
        if len(out[-1]) + len(step) + 3 > room:
            out.append(f"→ {step}")
        else:
            out[-1] += f" → {step}"
    return out


def _last_line(diagnostic: Diagnostic) -> int:
    """The highest line number that is shown, which sets the width of the frame."""
    spans = [label.span for label in diagnostic.labels]
    if diagnostic.fix:
        spans += [edit.span for edit in diagnostic.fix.edits]
    last = max(span.source.position(span.end)[0] for span in spans)
    if diagnostic.fix:
        last += sum(edit.text.count("\n") for edit in diagnostic.fix.edits)
    return last
