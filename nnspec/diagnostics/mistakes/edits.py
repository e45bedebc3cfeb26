"""The edits that fixes of syntax are made of."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Applicability, Edit, Fix
from nnspec.source import Span


def replace(title: str, span: Span, text: str, applicability: Applicability = "safe") -> Fix:
    """A fix that is one edit."""
    return Fix(title, (Edit(span, text),), applicability)


def enclose(
    title: str, span: Span, before: str, after: str, applicability: Applicability = "safe"
) -> Fix:
    """A fix that puts texts around a span."""
    start, end = (Span(span.source, at, at) for at in (span.start, span.end))
    return Fix(title, (Edit(start, before), Edit(end, after)), applicability)


def requote(title: str, span: Span, before: str, after: str, applicability: Applicability) -> Fix:
    """A fix that writes others for the first and the last character of a span."""
    first = Span(span.source, span.start, span.start + 1)
    last = Span(span.source, span.end - 1, span.end)
    return Fix(title, (Edit(first, before), Edit(last, after)), applicability)


def remove_lines(title: str, span: Span, applicability: Applicability) -> Fix | None:
    """A fix that removes the lines of a span with their newlines; None where something else is on them."""
    source, text = span.source, span.source.text
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    start = source.line_starts[first - 1]
    stop = source.line_starts[last] if last < len(source.line_starts) else len(text)
    rest = text[span.end : stop].strip()
    if text[start : span.start].strip() or (rest and not rest.startswith("#")):
        return None
    return Fix(title, (Edit(Span(source, start, stop), ""),), applicability)


def shift_lines(title: str, span: Span, columns: int) -> Fix | None:
    """A fix that takes spaces from the beginning of each line of a span, as many as `columns`; None where it cannot."""
    source = span.source
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    edits = []
    for number in range(first, last + 1):
        line, start = source.line(number), source.line_starts[number - 1]
        if line.strip() and line[: max(columns, 1)] != " " * columns:
            return None
        if line.strip():
            edits.append(Edit(Span(source, start, start + columns), ""))
    return Fix(title, tuple(edits), "maybe")


def lift_line(title: str, moved: Span, below: Span) -> Fix | None:
    """A fix that moves the line of a span above the statement of another one; None where it has several lines.

    Both are taken to be statements of one block, which are indented alike.
    """
    source, text, starts = moved.source, moved.source.text, moved.source.line_starts
    last, first = source.position(moved.start)[0], source.position(below.start)[0]
    line = source.line(last)
    indent = _indent(line)
    beyond = source.line(last + 1) if last < len(starts) else ""
    goes_on = _indent(beyond) > indent if beyond.strip() else False
    if goes_on or any(line.count(a) != line.count(b) for a, b in ("()", "[]", "{}")):
        return None
    while first > 1 and (_indent(source.line(first)) > indent or not source.line(first).strip()):
        first -= 1
    if (
        first >= last
        or _indent(source.line(first)) != indent
        or source.line(first).strip()[0] in ")]}"
    ):
        return None
    stop = starts[last] if last < len(starts) else len(text)
    place = Span(source, starts[first - 1], starts[first - 1])
    return Fix(
        title, (Edit(place, line + "\n"), Edit(Span(source, starts[last - 1], stop), "")), "maybe"
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
