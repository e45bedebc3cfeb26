"""Where the characters of a text stand on a terminal: tabs, wide and combining characters, unprintable ones."""

from __future__ import annotations

TAB = 4
CUT = "..."
# Of more characters without a width of their own than any script stacks, the rest are not printed.
STACKED = 8

# Right-to-left and isolate controls would show a line in another order than it is read.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The text with what could steer a terminal (escapes, direction marks, lone surrogates) made visible.

    Newlines and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in "\n\t" or not _steers(c) else "\ufffd" for c in text)


def _steers(char: str) -> bool:
    code = ord(char)
    return (
        code < 32
        or 127 <= code < 160
        or 0xD800 <= code < 0xE000
        or char in _BIDI
        or char in "\u2028\u2029"
    )


def _width(char: str) -> int:
    """Columns that a printable character takes: 0 for combining and format ones, 2 for wide ones."""
    # Not at the top: a spec in ASCII, the usual case, needs no character tables.
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


class ShownLine:
    """A source line as it is shown, with the display column of every character.

    text: what is printed.
    """

    def __init__(self, raw: str) -> None:
        self._starts: list[int] | None = None
        if raw.isascii() and raw.isprintable():
            self.text = raw
            self._pieces: list[str] | str = raw
            return
        column = stacked = 0
        starts, pieces = [], []
        widths = {char: _width(char) for char in set(raw)}
        for char in raw:
            starts.append(column)
            if char == "\t":
                piece = " " * (TAB - column % TAB)
                width = len(piece)
            elif _steers(char):
                piece, width = "\ufffd", 1
            else:
                piece, width = char, widths[char]
            stacked = stacked + 1 if width == 0 else 0
            if stacked > STACKED:
                piece = ""
            pieces.append(piece)
            column += width
        starts.append(column)
        self._starts = starts
        self._pieces = pieces
        self.text = "".join(pieces)

    @property
    def width(self) -> int:
        """Columns of the whole line."""
        return self.column(len(self._pieces))

    def column(self, index: int) -> int:
        """The display column, from 0, at which the character with this index begins (or past the end)."""
        last = len(self._pieces)
        if index > last:
            return self.column(last) + index - last
        return index if self._starts is None else self._starts[index]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Display columns, end exclusive and at least one apart, of the characters `start` to `end`."""
        first, after = self.column(start), self.column(end)
        if first == after and self._starts is not None and end > start and start > 0:
            # A combining mark alone is shown on the character that carries it.
            while start > 0 and self.column(start) == first:
                start -= 1
            first = self.column(start)
        return first, max(after, first + 1)

    def window(self, first: int, width: int) -> tuple[str, int, int]:
        """The part of the line from display column `first`, `width` columns at most, with dots where it is cut.

        Returns the text, by how much columns of the line exceed columns of the text, and the columns of the text.
        """
        count = len(self._pieces)
        a = 0
        while a < count and self.column(a) < first:
            a += 1
        lead = CUT if a else ""
        begin = self.column(a)
        room = width - len(lead)
        b = count
        if self.width - begin > room:
            room -= len(CUT)
            b = a
            while self.column(b + 1) - begin <= room:
                b += 1
        text = lead + "".join(self._pieces[a:b]) + (CUT if b < count else "")
        columns = len(lead) + self.column(b) - begin + (len(CUT) if b < count else 0)
        return text, begin - len(lead), columns
