"""Carets and dashes under one line, with the messages stacked so that none crosses another."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.render.canvas import Canvas
from nnspec.diagnostics.render.marks import Mark

Place = Callable[[int, int], tuple[int, int]]


def underline(canvas: Canvas, marks: list[Mark], place: Place) -> None:
    """Draw the marks of a line below its last row.

    The mark that ends last has its message beside it; the others hang theirs below, the rightmost nearest.
    place: the columns, end exclusive, of the characters from a start to an end.
    """
    if not marks:
        return
    row = len(canvas)
    at = {id(mark): place(mark.start, mark.end) for mark in marks}
    # Shorter marks over longer ones, the primary one over all.
    for mark in sorted(marks, key=lambda m: (m.primary, m.start - m.end)):
        first, after = at[id(mark)]
        canvas.put(row, first, mark.tick * (after - first), mark.role)
    last = max(marks, key=lambda m: (at[id(m)][1], at[id(m)][0], m.primary))
    beside = last if last.message and "\n" not in last.message else None
    if beside:
        canvas.put(row, at[id(beside)][1] + 1, beside.message, beside.role)
    hanging = [mark for mark in marks if mark.message and mark is not beside]
    hanging.sort(key=lambda m: (at[id(m)][0], not m.primary))
    if hanging:
        row += 1
        for mark in reversed(hanging):
            canvas.put(row, at[id(mark)][0], "|", mark.role)
    while hanging:
        mark = hanging.pop()
        for part in mark.message.split("\n"):
            row += 1
            for other in reversed(hanging):
                canvas.put(row, at[id(other)][0], "|", other.role)
            canvas.put(row, at[id(mark)][0], part, mark.role)
