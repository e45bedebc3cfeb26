"""Source lines with marks under them, in the manner of rustc."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Label
from nnspec.diagnostics.render.canvas import Canvas
from nnspec.diagnostics.render.columns import CUT, ShownLine
from nnspec.diagnostics.render.marks import Bracket, Mark, sort_out
from nnspec.diagnostics.render.style import Style
from nnspec.diagnostics.render.underline import underline
from nnspec.source import Source

WIDTH = 120  # columns of a source line; a longer one is cut around its marks
_MARGIN = 20  # columns kept left of the marks of a line that is cut
_ENDS = 2  # lines shown at either end of a bracket over many


def snippet(
    source: Source,
    labels: Iterable[tuple[Label, bool]],
    digits: int,
    severity: str,
    style: Style,
) -> list[str]:
    """The lines of one source that labels stand on, each label marked, its message beside or below it.

    labels: all in `source`, each with whether it is the primary one.
    digits: columns for line numbers.
    severity: "error" or "warning", which colors the primary mark.
    """
    marks, brackets = sort_out(source, labels, severity)
    frame = _Frame(source, brackets, digits)
    numbers = set(marks)
    for b in brackets:
        numbers.update(range(b.first, min(b.first + _ENDS, b.last + 1)))
        numbers.update(range(max(b.last - _ENDS + 1, b.first), b.last + 1))
    out = [style.paint("frame", " " * digits + " |")]
    previous = min(numbers) - 1
    for number in sorted(numbers):
        # One line left out takes no less room than the dots that would stand for it.
        if number == previous + 2:
            out += frame.line(number - 1, []).lines(style)
        elif number > previous + 1:
            out += frame.gap(previous).lines(style)
        out += frame.line(number, marks.get(number, [])).lines(style)
        previous = number
    return out


class _Frame:
    """Line numbers, and the bars of brackets between them and the source."""

    def __init__(self, source: Source, brackets: list[Bracket], digits: int) -> None:
        self.source = source
        self.brackets = brackets
        self.digits = digits
        self.gutter = max((b.depth + 2 for b in brackets), default=0)

    def gap(self, after: int) -> Canvas:
        """The row that stands for lines left out."""
        canvas = self._canvas()
        canvas.put(0, -canvas.left, "...", "frame")
        for b in self.brackets:
            if b.first <= after < b.last:
                self._bar(canvas, 0, b)
        return canvas

    def line(self, number: int, marks: list[Mark]) -> Canvas:
        """A line of the source and the rows of marks below it."""
        raw = self.source.line(number)
        opening = [b for b in self.brackets if b.first == number]
        closing = [b for b in self.brackets if b.last == number]
        places = [(m.start, m.end) for m in sorted(marks, key=lambda m: not m.primary)]
        places += [(b.start, b.start + 1) for b in opening] + [(b.end - 1, b.end) for b in closing]
        view = _View(ShownLine(raw), places)
        canvas = self._canvas()
        self._edge(canvas, str(number))
        canvas.source(0, view.text)
        running = [b for b in self.brackets if b.first < number <= b.last]
        for b in running:
            self._bar(canvas, 0, b)
        for b in opening:
            if not raw[: b.start].strip():
                self._bar(canvas, 0, b, "/")
                running.append(b)
        underline(canvas, marks, view.place)
        for row in range(1, len(canvas)):
            self._edge(canvas, "", row)
            for b in running:
                self._bar(canvas, row, b)
        for b in opening:
            if b not in running:
                self._reach(canvas, b, view.place(b.start, b.start + 1)[0], running)
                running.append(b)
        for b in reversed(closing):
            row = len(canvas)
            at = view.place(b.end - 1, b.end)[0]
            self._reach(canvas, b, at, running)
            running.remove(b)
            for part in b.message.split("\n") if b.message else ():
                if row == len(canvas):
                    self._edge(canvas, "", row)
                    for other in running:
                        self._bar(canvas, row, other)
                canvas.put(row, at + 2, part, b.role)
                row += 1
        return canvas

    def _canvas(self) -> Canvas:
        return Canvas(self.digits + 3 + self.gutter)

    def _edge(self, canvas: Canvas, number: str, row: int = 0) -> None:
        canvas.put(row, -canvas.left, f"{number:>{self.digits}} |", "frame")

    def _bar(self, canvas: Canvas, row: int, bracket: Bracket, char: str = "|") -> None:
        canvas.put(row, bracket.depth - self.gutter, char, bracket.role)

    def _reach(self, canvas: Canvas, bracket: Bracket, at: int, running: list[Bracket]) -> None:
        """A row in which a bracket reaches from its bar to the column where it begins or ends."""
        row = len(canvas)
        self._edge(canvas, "", row)
        canvas.put(
            row,
            bracket.depth + 1 - self.gutter,
            "_" * (at + self.gutter - bracket.depth - 1),
            bracket.role,
        )
        for other in running:
            self._bar(canvas, row, other)
        canvas.put(row, at, bracket.tick, bracket.role)


class _View:
    """The part of a line that is shown, and where characters stand in it.

    places: the stretches of characters that matter, the most important one first.
    text: what is shown.
    """

    def __init__(self, line: ShownLine, places: list[tuple[int, int]]) -> None:
        self._line = line
        self.text, self._cut, self._columns = line.text, 0, line.width + 1
        if line.width <= WIDTH:
            return
        columns = [line.stretch(*place) for place in places] or [(0, 0)]
        begin = min(first for first, _ in columns)
        if max(after for _, after in columns) - begin > WIDTH - 2 * _MARGIN:
            begin = columns[0][0]
        begin = min(begin - _MARGIN, line.width - WIDTH + len(CUT))
        self.text, self._cut, self._columns = line.window(max(begin, 0), WIDTH)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The columns, end exclusive and at least one apart, of the characters `start` to `end`."""
        first, after = self._line.stretch(start, end)
        first = min(max(first - self._cut, 0), self._columns - 1)
        return first, max(min(after - self._cut, self._columns), first + 1)
