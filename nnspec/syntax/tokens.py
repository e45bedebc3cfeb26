"""The tokens of a text as columns of numbers, and its logical lines."""

from __future__ import annotations

from bisect import bisect_right

from nnspec.source import Source, Span

BROKEN = -1  # stands where a mistake has been reported already; no rule accepts it

# Words that are never names.
HARD_WORDS = frozenset(
    "def if elif else while for in not and or is return pass break continue True False None".split()
)

# Words that declare something where they begin a line of a block of that kind and a name, a path or
# a string follows; anywhere else they are names.
_MEMBERS = "let param buffer const tie init freeze require"
SOFT_WORDS: dict[str, frozenset[str]] = {
    "file": frozenset("module model check type extern from".split()),
    "module": frozenset(_MEMBERS.split()),
    "extern": frozenset(f"{_MEMBERS} rule flops memory".split()),
    "check": frozenset(),
    "code": frozenset(),
}

CLOSING = {"(": ")", "[": "]", "{": "}"}

Levels = tuple[int, str, "Levels | None"]
"""The blocks around a line: column and kind of the innermost, then those around it."""


class Line:
    """A logical line: what the parser reads as one statement or as the header of a block.

    first: the index of its first token.
    levels: the blocks in which it stands; the kind of a block is a key of SOFT_WORDS.
    opened: whether it is a header whose colon has been read.
    wheres, froms: how many of these words have been read as keywords.
    """

    __slots__ = ("first", "froms", "levels", "opened", "wheres")

    def __init__(self, first: int, levels: Levels) -> None:
        self.first = first
        self.levels = levels
        self.opened = False
        self.wheres = self.froms = 0


class Tokens:
    """types[i] is the terminal of token i, which stands at starts[i]:ends[i].

    The ends of lines and blocks have no width; they stand at the end of the last token before them.
    """

    __slots__ = ("_brackets", "ends", "lines", "source", "starts", "types")

    def __init__(self, source: Source, ids: dict[str, int]) -> None:
        self.source = source
        self._brackets = {ids[opening]: 1 for opening in CLOSING}
        self._brackets |= {ids[closing]: -1 for closing in CLOSING.values()}
        self.types: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.lines: list[Line] = []

    def text(self, index: int) -> str:
        """The characters of a token."""
        return self.source.text[self.starts[index] : self.ends[index]]

    def span(self, index: int) -> Span:
        """The place of a token."""
        return Span(self.source, self.starts[index], self.ends[index])

    def line_of(self, index: int) -> Line:
        """The logical line that holds token `index`."""
        if not self.lines:
            return Line(0, (0, "file", None))
        return self.lines[max(0, bisect_right(self.lines, index, key=lambda line: line.first) - 1)]

    def cut(self, index: int) -> None:
        """Forget token `index` and all that follow."""
        del self.types[index:], self.starts[index:], self.ends[index:]
        while self.lines and self.lines[-1].first >= index:
            self.lines.pop()

    def insert(self, index: int, types: list[int]) -> None:
        """Put tokens without characters in front of token `index`."""
        offset = self.ends[index - 1] if index else 0
        self.types[index:index] = types
        self.starts[index:index] = self.ends[index:index] = [offset] * len(types)
        for line in self.lines:
            if line.first >= index:
                line.first += len(types)

    def open_brackets(self, index: int) -> list[int]:
        """The tokens before `index` in its logical line that open a bracket still open there."""
        found: list[int] = []
        for at in range(self.line_of(index).first, index):
            change = self._brackets.get(self.types[at], 0)
            if change > 0:
                found.append(at)
            elif change < 0 and found:
                found.pop()
        return found
