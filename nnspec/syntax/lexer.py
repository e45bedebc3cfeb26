"""From text to tokens: lines, indentation, and words that are keywords only where they declare something."""

from __future__ import annotations

import re

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import brackets as bracket_mistakes
from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.source import Source, Span
from nnspec.syntax import oddities
from nnspec.syntax.soft_words import begin_statement, settle
from nnspec.syntax.tokens import BROKEN, CLOSING, Levels, Line, Tokens
from nnspec.syntax.vocabulary import (
    CLOSE,
    COMMENT,
    FOREIGN,
    LINE_END,
    NAME,
    NUMBER,
    OPEN,
    OPERATOR,
    STRING,
    Vocabulary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BRACKETS = 200
MAX_BLOCKS = 60
MAX_MISTAKES = 20
LONG_LINE = 150
MAX_STRING = 100_000
MAX_TOKENS = 100_000
TAB = 4


_CONTINUATION = re.compile(r"(?:where|from)\b|->")


class Lexer:
    """Reads a source into tokens; may be set back to read on from the middle in another way.

    end: the offset where to stop.
    """

    def __init__(self, source: Source, vocabulary: Vocabulary, end: int | None = None) -> None:
        self.source = source
        self.end = len(source.text) if end is None else end
        self.tokens = Tokens(source, vocabulary.ids)
        self.diagnostics: list[Diagnostic] = []
        self.gave_up = False  # a limit was passed, the rest was not read
        self.excused: set[int] = set()  # where tokens begin that have had a message already
        self.foreign_names: set[str] = set()  # those that have had their message
        self.may_be_deep = (
            False  # a line so long, or so many branches, that the tree may be too deep
        )
        self._branches = 0
        self.ids = vocabulary.ids
        self._vocabulary = vocabulary
        self.levels: Levels = (0, "file", None)
        self.brackets: list[str] = []
        self.fresh = True  # the next token begins a statement
        self._tabs: list[Span] = []

    def read(self, start: int) -> None:
        """Read a file, or declarations, from offset `start`, which begins a line."""
        if self.source.text.startswith("\ufeff", start):
            start += 1
        blank = re.compile(r"(?:[ \t\f\r]*+(?:#[^\n]*+)?\n)*+([ \t\f\r]*+)").match(
            self.source.text, start, self.end
        )
        assert blank is not None
        self._indent(blank.start(1), blank.end(1))
        self._read(blank.end())
        self._finish()

    def read_expression(self, start: int) -> None:
        """Read one expression from offset `start`; newlines and indentation do not count."""
        self.tokens.lines.append(Line(0, (0, "code", None)))
        self.fresh = False
        self.brackets = ["("]
        self._read(start)
        self.add_token("$END", self.end, self.end)

    def reread(self, index: int) -> None:
        """Read anew from token `index`, the first on its physical line, as if no bracket were open."""
        tokens = self.tokens
        self.levels = tokens.line_of(index - 1).levels
        tokens.cut(index)
        offset = tokens.ends[-1]
        self.diagnostics = [d for d in self.diagnostics if d.span.start < offset]
        self.brackets = []
        self.fresh = self.gave_up = False
        self._tabs = [span for span in self._tabs if span.start < offset]
        self._read(offset)
        self._finish()

    # --- the loop ------------------------------------------------------------------------------------

    def _read(self, start: int) -> None:
        text, end, ids, words = self.source.text, self.end, self.ids, self._vocabulary.words
        starts = self.tokens.starts
        add_type = self.tokens.types.append
        add_start = starts.append
        add_end = self.tokens.ends.append
        name_id, number_id, string_id, colon = ids["NAME"], ids["NUMBER"], ids["STRING"], ids[":"]
        brackets = self.brackets
        scanner: Any = self._vocabulary.pattern.scanner  # type: ignore[attr-defined]
        match = scanner(text, start, end).match
        while not self.gave_up:
            found = match()
            if found is None:
                break
            group = found.lastindex
            if group is None:
                at = oddities.read_oddity(self, found.end() - 1)
                match = scanner(text, at, end).match
                continue
            begin, stop = found.span(group)
            if group == LINE_END:
                if not brackets:
                    self._end_line(begin, stop)
                continue
            if group == COMMENT:
                continue
            if self.fresh:
                at = begin_statement(self, group, begin, stop)
                if at:
                    match = scanner(text, at, end).match
                    continue
            if group == NAME:
                word = found[1]
                kind = words.get(word, name_id)
                if kind == BROKEN:
                    kind = settle(self, word, stop)
            elif group == OPERATOR:
                kind = ids[found[OPERATOR]]
                if len(starts) > MAX_TOKENS:
                    self._too_long()
                if kind == colon and not brackets:
                    self._end_header()
            elif group == OPEN:
                brackets.append(found[OPEN])
                kind = ids[found[OPEN]]
                if len(brackets) > MAX_BRACKETS:
                    self.give_up(
                        mistakes.nested_too_deeply(
                            self._span(begin, stop), "brackets", MAX_BRACKETS
                        )
                    )
            elif group == CLOSE:
                kind = self._close(found[CLOSE], begin, stop)
            elif group == NUMBER:
                kind = number_id
            elif group == STRING:
                kind = string_id
                if stop - begin > MAX_STRING:
                    self.report(mistakes.string_too_long(self._span(begin, begin + 1), MAX_STRING))
            else:
                meant = oddities.FOREIGN_OPERATORS[found[FOREIGN]]
                self.report(
                    mistakes.foreign_operator(self._span(begin, stop), found[FOREIGN], meant)
                )
                kind = ids[meant]
            add_type(kind)
            add_start(begin)
            add_end(stop)

    # --- statements --------------------------------------------------------------------------------

    def _end_header(self) -> None:
        """A colon outside brackets: the end of a header, if this line is one."""
        tokens = self.tokens
        line = tokens.lines[-1]
        if line.opened or line.first >= len(tokens.types):
            return
        if tokens.types[line.first] in self._vocabulary.blocks:
            line.opened = self.fresh = True

    def inside(self, line: Line) -> str:
        """The kind of the block that a line opens."""
        return self._vocabulary.blocks.get(self.tokens.types[line.first], line.levels[1])

    def _close(self, bracket: str, begin: int, stop: int) -> int:
        span = self._span(begin, stop)
        if not self.brackets:
            self.report(bracket_mistakes.stray_bracket(span, bracket))
            return BROKEN
        if (
            len(self.brackets) > 1
            and CLOSING[self.brackets[-1]] != bracket == CLOSING[self.brackets[-2]]
        ):
            self._close_forgotten(span)
        expected = CLOSING[self.brackets[-1]]
        if bracket != expected:
            opening = self.tokens.open_brackets(len(self.tokens.types))
            where = self.tokens.span(opening[-1]) if opening else None
            self.report(bracket_mistakes.wrong_bracket(span, bracket, expected, where))
            if where is not None and "\n" in self.source.text[where.start : begin]:
                return BROKEN  # Too far from the bracket that it would close to be meant for it.
        self.brackets.pop()
        return self.ids[expected]

    def _close_forgotten(self, span: Span) -> None:
        """The bracket at `span` closes one around the innermost, which was forgotten."""
        opening = self.tokens.open_brackets(len(self.tokens.types))[-1]
        bracket = self.brackets.pop()
        closing = CLOSING[bracket]
        where = self.tokens.span(opening)
        end = self._span(self.tokens.ends[-1], self.tokens.ends[-1])
        self.report(bracket_mistakes.unclosed_bracket(where, bracket, closing, span, end))
        self.add_token(closing, span.start, span.start)

    # --- lines and blocks ----------------------------------------------------------------------------

    def _end_line(self, begin: int, stop: int) -> None:
        """A newline outside brackets; `stop` is where the text of the next line that has any begins."""
        if self._continues(stop):
            return
        self.new_line()
        self._indent(self.source.text.rfind("\n", begin, stop) + 1, stop)

    def _continues(self, stop: int) -> bool:
        """Whether the line that begins at `stop` goes on with the one before."""
        text, tokens, ids = self.source.text, self.tokens, self.ids
        if text.startswith("|>", stop):
            return True
        line = tokens.lines[-1] if tokens.lines else None
        if (
            line is None
            or line.opened
            or tokens.types[line.first] not in (ids["def"], ids["extern"])
        ):
            return False
        column = stop - text.rfind("\n", 0, stop) - 1
        if column > line.levels[0] and _CONTINUATION.match(text, stop):
            return True
        if tokens.types[-1] != ids[","]:
            return False
        return line.wheres > 0

    def new_line(self) -> None:
        """End the logical line."""
        types, ids = self.tokens.types, self.ids
        if len(types) > MAX_TOKENS:
            self._too_long()
        if types and self.tokens.lines:
            first = self.tokens.lines[-1].first
            self._branches += types[first] == ids["elif"]
            self.may_be_deep |= len(types) - first > LONG_LINE or self._branches > LONG_LINE
        if types and types[-1] not in (ids["_NEWLINE"], ids["_INDENT"], ids["_DEDENT"]):
            at = self.tokens.ends[-1]
            self.add_token("_NEWLINE", at, at)
        self.fresh = True

    def _indent(self, begin: int, stop: int) -> None:
        """Open or close blocks for a line whose indentation is text[begin:stop]."""
        if stop >= self.end or self.source.text[stop] == "#":
            return  # The last line, which has nothing but a comment, or nothing.
        indent = self.source.text[begin:stop]
        if "\t" in indent:
            self._tabs.append(self._span(begin, stop))
        column = indent.expandtabs(TAB).count(" ")
        tokens, levels = self.tokens, self.levels
        if column > levels[0]:
            kind = self.inside(tokens.lines[-1]) if tokens.lines else "file"
            self.levels = levels = (column, kind, levels)
            at = tokens.ends[-1] if tokens.ends else begin
            self.add_token("_INDENT", at, at)
            depth = 0
            outer: Levels | None = levels
            while outer is not None:
                outer = outer[2]
                depth += 1
            if depth > MAX_BLOCKS:
                self.give_up(
                    mistakes.nested_too_deeply(self._span(begin, stop), "blocks", MAX_BLOCKS)
                )
            return
        while column < levels[0]:
            assert levels[2] is not None
            if column > levels[2][0]:
                self.report(
                    mistakes.inconsistent_dedent(
                        self._span(begin, stop), column, levels[0], levels[2][0]
                    )
                )
                self.levels = (column, levels[1], levels[2])
                return
            levels = levels[2]
            at = tokens.ends[-1]
            self.add_token("_DEDENT", at, at)
        self.levels = levels

    def _finish(self) -> None:
        tokens = self.tokens
        at = tokens.ends[-1] if tokens.ends else self.end
        if self.gave_up:
            tokens.types.append(BROKEN)
            tokens.starts.append(at)
            tokens.ends.append(at)
        self.new_line()
        levels: Levels | None = self.levels[2]
        while levels is not None:
            self.add_token("_DEDENT", at, at)
            levels = levels[2]
        self.add_token("$END", at, at)
        if self._tabs:
            self.diagnostics.append(mistakes.tab_indentation(self._tabs, TAB))

    def _too_long(self) -> None:
        if self.gave_up:
            return
        at = self.tokens.ends[-1]
        self.give_up(mistakes.file_too_long(self._span(at, at), MAX_TOKENS))

    # --- small parts ---------------------------------------------------------------------------------

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a mistake; after too many the rest is not read."""
        self.diagnostics.append(diagnostic)
        if len(self.diagnostics) >= MAX_MISTAKES:
            self.gave_up = True

    def give_up(self, diagnostic: Diagnostic) -> None:
        """Note that a limit was passed, and read no further."""
        self.diagnostics.append(diagnostic)
        self.gave_up = True

    def add(self, terminal: int, begin: int, stop: int) -> None:
        """Append a token that the pattern did not find."""
        if self.fresh:
            begin_statement(self, 0, begin, stop)
        self.tokens.types.append(terminal)
        self.tokens.starts.append(begin)
        self.tokens.ends.append(stop)

    def add_token(self, terminal: str, begin: int, stop: int) -> None:
        self.tokens.types.append(self.ids[terminal])
        self.tokens.starts.append(begin)
        self.tokens.ends.append(stop)

    def _span(self, begin: int, stop: int) -> Span:
        return Span(self.source, begin, stop)
