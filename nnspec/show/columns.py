"""Rows of cells as aligned columns that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

GAP = "  "
Cells = tuple[str, ...]
# The columns that may be folded, in the order in which they are made narrower: formulas, names, shapes.
FOLDED = ((3, 4), (0,), (1,))
# Columns of numbers stand to the right.
NUMBERS = frozenset({2, 3, 4})


def aligned(rows: Sequence[Cells], width: int) -> list[str]:
    """The rows as lines; cells are folded between words where all columns together are wider than `width`."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    room = width - len(GAP) * (len(widths) - 1)
    for columns in FOLDED:
        while sum(widths) > room:
            wider = [i for i in columns if widths[i] > _least(rows, i)]
            if not wider:
                break
            widths[max(wider, key=lambda i: widths[i])] -= 1
    # What stands between two words may leave a column narrower than it had to be.
    widths = [
        max(len(part) for row in rows for part in folded(row[i], widths[i]))
        for i in range(len(widths))
    ]
    return [line for row in rows for line in _lines(row, widths)]


def _least(rows: Sequence[Cells], column: int) -> int:
    return max(len(part) for row in rows for part in folded(row[column], 1))


def folded(cell: str, width: int) -> list[str]:
    """A cell as lines of at most `width` characters, but for words that are longer; the first line's indent stays."""
    if len(cell) <= width:
        return [cell]
    text = cell.lstrip()
    indent = cell[: len(cell) - len(text)]
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(cells: Cells, widths: Sequence[int]) -> Iterator[str]:
    columns = [folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for at in range(max(map(len, columns))):
        parts = [column[at] if at < len(column) else "" for column in columns]
        padded = [
            part.rjust(width) if i in NUMBERS else part.ljust(width)
            for i, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        yield GAP.join(padded).rstrip()
