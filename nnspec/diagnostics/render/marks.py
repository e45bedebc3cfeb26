"""What a label marks: characters of one line, or a bracket over several lines."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Label
from nnspec.diagnostics.render.columns import printable
from nnspec.record import Record, replaced
from nnspec.source import Source


class Mark(Record, eq=False):
    """The characters `start` to `end` (exclusive, from 0) of one line, and the role that colors them."""

    start: int
    end: int
    message: str
    primary: bool
    role: str

    @property
    def tick(self) -> str:
        """The character that underlines."""
        return "^" if self.primary else "-"


class Bracket(Record, eq=False):
    """From character `start` of the line `first` to `end` (exclusive) of the line `last`: a bar beside the lines.

    depth: its column among the bars, from 0, outer ones first.
    """

    first: int
    last: int
    start: int
    end: int
    message: str
    primary: bool
    role: str
    depth: int = 0

    @property
    def tick(self) -> str:
        """The character at either end of the bar."""
        return "^" if self.primary else "-"


def sort_out(
    source: Source, labels: Iterable[tuple[Label, bool]], severity: str
) -> tuple[dict[int, list[Mark]], list[Bracket]]:
    """Marks by line, and brackets with their columns.

    labels: all in `source`, each with whether it is the primary one.
    severity: the role of the primary one.
    """
    marks: dict[int, list[Mark]] = {}
    brackets: list[Bracket] = []
    text = source.text
    for label, primary in labels:
        start = min(max(label.span.start, 0), len(text))
        end = min(max(label.span.end, start), len(text))
        if "\n" in text[start:end]:
            end = start + len(text[start:end].rstrip())
        role = severity if primary else "second"
        message = printable(label.message)
        line, column = source.position(start)
        last, after = source.position(end)
        if line == last:
            mark = Mark(column - 1, after - 1, message, primary, role)
            marks.setdefault(line, []).append(mark)
        else:
            brackets.append(Bracket(line, last, column - 1, after - 1, message, primary, role))
    return marks, _side_by_side(brackets)


def _side_by_side(brackets: list[Bracket]) -> list[Bracket]:
    placed: list[Bracket] = []
    for bracket in sorted(brackets, key=lambda b: (b.first, -b.last, b.start)):
        taken = {p.depth for p in placed if p.last >= bracket.first}
        depth = min(set(range(len(taken) + 1)) - taken)
        placed.append(replaced(bracket, depth=depth))
    return placed
