"""A spec's text and places in it."""

from __future__ import annotations

from bisect import bisect_right

from nnspec.record import Record

# How many characters of a text are read; more are a mistake.
MOST_CHARACTERS = 1_000_000


class Source:
    """One text with the name under which it is reported.

    path: how the file is named in messages (as the user wrote it), or `<string>`.
    text: the whole text, newlines as `\\n`.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._line_starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        if self._line_starts is None:
            starts = self._line_starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
        return self._line_starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its newline; empty past the end."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


class Span(Record):
    """A stretch of a source, `start` to `end` (exclusive), in characters."""

    source: Source
    start: int
    end: int

    def __init__(self, source: Source, start: int, end: int) -> None:
        # Of spans there are as many as of all other records together.
        put = object.__setattr__
        put(self, "source", source)
        put(self, "start", start)
        put(self, "end", end)

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line on which the span begins, from 1."""
        return self.source.position(self.start)[0]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, other.end)


def plain_newlines(text: str) -> str:
    """A text as a `Source` wants it: a newline alone ends each line, whatever did."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def displayed(span: Span) -> list[Span]:
    """The places of the items of a display such as `[a, f(b, c)]`; none where it is another expression, or has stars."""
    text = span.text
    if text[:1] not in ("[", "(") or text[-1:] not in ("]", ")"):
        return []
    found: list[Span] = []
    depth, quote, start = 0, "", 1
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[({":
            depth += 1
        elif sign in "])}":
            depth -= 1
        if depth == 0 and at < len(text) - 1:
            # `[a][0] + [b]` is no display.
            return []
        if (sign == "," and depth == 1 and not quote) or at == len(text) - 1:
            item = text[start:at]
            left = start + len(item) - len(item.lstrip())
            if item.strip():
                found.append(
                    Span(span.source, span.start + left, span.start + left + len(item.strip()))
                )
            start = at + 1
    plain = all(
        not s.text.startswith("*") and " for " not in s.text and "#" not in s.text for s in found
    )
    return found if plain else []
