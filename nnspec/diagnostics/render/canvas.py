"""Rows of characters written at columns, each with the role that colors it."""

from __future__ import annotations

from nnspec.diagnostics.render.style import Style


class Canvas:
    """A source line and the rows below it. Column 0 is where the source begins; the frame is left of it.

    left: columns left of the source.
    """

    def __init__(self, left: int) -> None:
        self.left = left
        self._rows: list[dict[int, tuple[str, str]]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, row: int, column: int, text: str, role: str) -> None:
        """Write `text` at a row and column over what stands there, a character a column."""
        cells = self._cells(row)
        for i, char in enumerate(text, column):
            cells[i] = (char, role)

    def source(self, row: int, text: str) -> None:
        """Make `text`, of whatever width, the source that a row shows."""
        self._cells(row)[0] = (text, "")

    def _cells(self, row: int) -> dict[int, tuple[str, str]]:
        while len(self._rows) <= row:
            self._rows.append({})
        return self._rows[row]

    def lines(self, style: Style) -> list[str]:
        """The rows as text, without spaces at their ends."""
        return [self._line(cells, style) for cells in self._rows]

    def _line(self, cells: dict[int, tuple[str, str]], style: Style) -> str:
        parts: list[str] = []
        run, run_role = "", ""
        for column in range(-self.left, max(cells, default=-1) + 1):
            char, role = cells.get(column, (" ", ""))
            if role != run_role:
                parts.append(style.paint(run_role, run))
                run, run_role = "", role
            run += char
        parts.append(style.paint(run_role, run))
        return "".join(parts).rstrip()
