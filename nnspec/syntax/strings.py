"""The values of string literals, and the fields of f-strings."""

from __future__ import annotations

import re
from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.record import Record
from nnspec.source import Source, Span
from nnspec.syntax import ast

_PREFIX = re.compile(r"[rRfF]*")
_ESCAPE = re.compile(
    r"\\(?:(\r?\n)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))"
)
_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v",
}  # fmt: skip
_BRACE = re.compile(r"\{\{|\}\}|\{|\}")
_IN_FIELD = re.compile(r"[\[({]|[\])}]|[\"']|![=]?|:=?|[=!<>]=|=|\\")


class _Field(Record, eq=False):
    """Where the parts of `{value:spec}` stand: value is text[start:stop], the closing brace at `close`."""

    start: int
    stop: int
    close: int


class StringReader:
    """Reads adjacent literals into one value, or into the parts of an f-string."""

    def __init__(
        self,
        source: Source,
        report: Callable[[Diagnostic], None],
        parse_expression: Callable[[int, int], ast.Expr | None],
    ) -> None:
        self.source = source
        self.formatted = False
        self._report = report
        self._parse = parse_expression
        self._parts: list[str | ast.Format] = []

    def value(self) -> str:
        """All literals joined, where none is an f-string."""
        return "".join(part for part in self._parts if isinstance(part, str))

    def parts(self) -> tuple[str | ast.Format, ...]:
        """The parts of the f-string, plain text joined between its fields."""
        joined: list[str | ast.Format] = []
        for part in self._parts:
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] += part
            elif part != "":
                joined.append(part)
        return tuple(joined)

    def read(self, start: int, end: int) -> None:
        """Read the literal at source.text[start:end], with its prefix and quotes."""
        text = self.source.text
        prefix = _PREFIX.match(text, start, end)
        assert prefix is not None
        quote = prefix.end()
        width = 3 if text.startswith(text[quote] * 3, quote) and end - quote >= 6 else 1
        letters = prefix[0].lower()
        body, stop = quote + width, end - width
        if "f" in letters:
            self.formatted = True
            self._read_format(body, stop, raw="r" in letters)
        else:
            self._parts.append(self._plain(body, stop, raw="r" in letters))

    def _plain(self, start: int, stop: int, raw: bool) -> str:
        text = self.source.text[start:stop]
        if raw or "\\" not in text:
            return text.replace("\r\n", "\n") if "\r" in text else text

        def resolve(found: re.Match[str]) -> str:
            newline, octal, x, u, long, other = found.groups()
            if newline:
                return ""
            if octal:
                return chr(int(octal, 8))
            if other is None:
                code = int(x or u or long, 16)
                if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                    return chr(code)
            elif other not in "xuUN":
                return _SIMPLE.get(other, found[0])
            at = start + found.start()
            self._report(mistakes.bad_escape(Span(self.source, at, start + found.end()), found[0]))
            return ""

        return _ESCAPE.sub(resolve, text).replace("\r\n", "\n")

    # --- f-strings -----------------------------------------------------------------------------------

    def _read_format(self, at: int, stop: int, raw: bool) -> None:
        text = self.source.text
        while True:
            brace = _BRACE.search(text, at, stop)
            self._parts.append(self._plain(at, brace.start() if brace else stop, raw))
            if brace is None:
                return
            if brace[0] in ("{{", "}}"):
                self._parts.append(brace[0][0])
                at = brace.end()
            elif brace[0] == "}":
                self._report(mistakes.single_brace(self._span(brace.start(), brace.end()), "}"))
                at = brace.end()
            else:
                field = self._field(brace.end(), stop)
                if field is None:
                    return
                self._add_field(field)
                at = field.close + 1

    def _add_field(self, field: _Field) -> None:
        start, stop, close = field.start, field.stop, field.close
        text = self.source.text
        if not text[start:stop].strip():
            self._report(mistakes.empty_field(self._span(start - 1, close + 1)))
            return
        value = self._parse(start, stop)
        if value is not None:
            spec = text[stop + 1 : close] if stop < close else ""
            self._parts.append(ast.Format(self._span(start - 1, close + 1), value, spec))

    def _field(self, start: int, limit: int) -> _Field | None:
        """Find the end of a field that begins at `start`, behind its brace."""
        text = self.source.text
        depth = 0
        at = start
        while True:
            found = _IN_FIELD.search(text, at, limit)
            if found is None:
                self._report(mistakes.single_brace(self._span(start - 1, start), "{"))
                return None
            mark, at = found[0], found.end()
            if mark in "\"'":
                closing = text.find(mark, at, limit)
                if closing < 0:
                    self._report(mistakes.single_brace(self._span(start - 1, start), "{"))
                    return None
                at = closing + 1
            elif mark == "\\":
                self._report(mistakes.backslash_in_field(self._span(at - 1, at)))
                return None
            elif mark in "[({":
                depth += 1
            elif mark in "])}" and depth:
                depth -= 1
            elif mark == "}":
                return _Field(start, at - 1, at - 1)
            elif depth == 0 and mark in (":", ":="):
                return self._with_spec(start, found.start(), limit)
            elif depth == 0 and mark in ("!", "="):
                closing = text.find("}", at, limit)
                rest = self._span(at - 1, max(at, closing))
                self._report(mistakes.field_conversion(self._span(at - 1, at), mark, rest))
                return _Field(start, found.start(), closing) if closing >= 0 else None

    def _with_spec(self, start: int, colon: int, limit: int) -> _Field | None:
        text = self.source.text
        closing = text.find("}", colon, limit)
        nested = text.find("{", colon, closing if closing >= 0 else limit)
        if nested >= 0:
            self._report(mistakes.nested_field(self._span(nested, nested + 1)))
            return None
        if closing < 0:
            self._report(mistakes.single_brace(self._span(start - 1, start), "{"))
            return None
        return _Field(start, colon, closing)

    def _span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)
