"""Rows of cells as aligned columns that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

GAP = "  "
# A blank at which a cell is not folded.
HELD = "\xa0"
# What a folded name goes on with.
HANGING = {0: "  "}
Cells = tuple[str, ...]
# The columns that may be folded, in the order in which they are made narrower, and how wide they stay: long results,
# formulas, names, shapes.
FOLDED = (((1,), 30), ((3, 4), 0), ((0,), 0), ((1,), 0))
# Columns of numbers stand to the right.
NUMBERS = frozenset({2, 3, 4})


def aligned(rows: Sequence[Cells], width: int) -> list[str]:
    """The rows as lines; cells are folded between words where all columns together are wider than `width`."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    room = width - len(GAP) * (len(widths) - 1)
    for columns, kept in FOLDED:
        least = {
            i: max(kept, *(len(p) for row in rows for p in folded(row, i, 1))) for i in columns
        }
        while sum(widths) > room:
            wider = [i for i in columns if widths[i] > least[i]]
            if not wider:
                break
            widths[max(wider, key=lambda i: widths[i])] -= 1
    # What stands between two words may leave a column narrower than it had to be.
    widths = [
        max(len(part) for row in rows for part in folded(row, i, widths[i]))
        for i in range(len(widths))
    ]
    return [line.replace(HELD, " ") for row in rows for line in _lines(row, widths)]


def folded(row: Cells, column: int, width: int) -> list[str]:
    """A cell as lines of at most `width` characters, but for words that are longer."""
    cell = row[column]
    if len(cell) <= width:
        return [cell]
    text = cell.lstrip()
    indent = cell[: len(cell) - len(text)]
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + HANGING.get(column, ""),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(cells: Cells, widths: Sequence[int]) -> Iterator[str]:
    columns = [folded(cells, i, width) for i, width in enumerate(widths)]
    for at in range(max(map(len, columns))):
        parts = [column[at] if at < len(column) else "" for column in columns]
        padded = [
            part.rjust(width) if i in NUMBERS else part.ljust(width)
            for i, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        yield GAP.join(padded).rstrip()
