"""From text to tokens: lines, indentation, and words that are keywords only where they declare something."""

from __future__ import annotations

import re
from typing import Any

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.source import Source, Span
from nnspec.syntax.oddities import FOREIGN_OPERATORS, read_oddity
from nnspec.syntax.tables import Tables
from nnspec.syntax.tokens import BROKEN, CLOSING, HARD_WORDS, SOFT_WORDS, Levels, Line, Tokens

MAX_BRACKETS = 200
MAX_BLOCKS = 60
MAX_MISTAKES = 20
LONG_LINE = 150
MAX_STRING = 100_000
MAX_TOKENS = 100_000
TAB = 4

_NAME, _LINE_END, _OPEN, _CLOSE, _NUMBER, _OPERATOR, _STRING, _COMMENT, _FOREIGN = range(1, 10)

_PATH = re.compile(r"[ \t]*+([A-Za-z0-9_*]+(?:\.[A-Za-z0-9_*]+)*)")
_EQUALS = re.compile(r"[ \t]*+(=)(?!=)")
_WHENCE = re.compile(r"[ \t]++([A-Za-z0-9_.]+)")
_EXTERN_MODULE = re.compile(r"[ \t]++(module)\b")
_AFTER_SOFT_WORD = re.compile(r"[ \t]++[A-Za-z0-9_\"'(\[{~-]")
_CONTINUATION = re.compile(r"(?:where|from)\b|->")


def _pattern(name: str, number: str, string: str) -> re.Pattern[str]:
    """One alternative a group, in the order of the constants above; every character matches one."""
    return re.compile(
        r"(?:[ \t\f\r]+|\\\r?\n)*+(?:"
        rf"((?>{name})(?![\"']))"
        r"|((?:[ \t\f\r]*+(?:#[^\n]*+)?\n)++[ \t\f\r]*+)"
        r"|([(\[{])|([)\]}])"
        rf"|((?>{number})[A-Za-z0-9_]*+)"
        r"|(\.\.\.|->|\|>|(?:\*\*|//|<<|>>)=?|[<>!=]=(?!=)|[-+*/%@&|^]=|:(?!=)|&(?!&)|\|(?!\|)|<(?!>)"
        r"|=(?!==)|[>+*/%@^~.,?-])"
        rf"|({string})"
        r"|(#[^\n]*+)"
        r"|(&&|\|\||[=!]==|<>|!)"
        r"|[\s\S])"
    )


class Vocabulary:
    """What the lexer has to know of the language, shared by all parses.

    ids: the number of every terminal.
    pattern: matches one token, with one group for each kind of it.
    words: the terminals of words; BROKEN for those whose meaning hangs on their line.
    blocks: the kinds of the blocks that headers open, by their first terminal.
    """

    def __init__(self, tables: Tables) -> None:
        self.ids = ids = tables.ids
        self.pattern = _pattern(*(tables.patterns[n] for n in ("NAME", "NUMBER", "STRING")))
        self.words = {word: ids[word] for word in HARD_WORDS}
        self.words |= dict.fromkeys(("list", "dict", "where", "from", "import", "as"), BROKEN)
        self.blocks = {ids[word]: "code" for word in "def if elif else while for".split()}
        self.blocks |= {ids[word]: word for word in ("module", "check", "extern")}
        self.blocks[ids["model"]] = "module"


class Lexer:
    """Reads a source into tokens; may be set back to read on from the middle in another way.

    end: the offset where to stop.
    """

    def __init__(self, source: Source, vocabulary: Vocabulary, end: int | None = None) -> None:
        self.source = source
        self.end = len(source.text) if end is None else end
        self.tokens = Tokens(source)
        self.diagnostics: list[Diagnostic] = []
        self.gave_up = False  # a limit was passed, the rest was not read
        self.excused: set[int] = set()  # where tokens begin that have had a message already
        self.foreign_names: set[str] = set()  # those that have had their message
        self.may_be_deep = False  # a line so long, or so many branches, that the tree may be too deep
        self._branches = 0
        self.ids = vocabulary.ids
        self._vocabulary = vocabulary
        self._levels: Levels = (0, "file", None)
        self.brackets: list[str] = []
        self._fresh = True  # the next token begins a statement
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
        self._fresh = False
        self.brackets = ["("]
        self._read(start)
        self._add("$END", self.end, self.end)

    def reread(self, index: int) -> None:
        """Read anew from token `index`, the first on its physical line, as if no bracket were open."""
        tokens = self.tokens
        self._levels = tokens.line_of(index - 1).levels
        tokens.cut(index)
        offset = tokens.ends[-1]
        self.diagnostics = [d for d in self.diagnostics if d.span.start < offset]
        self.brackets = []
        self._fresh = self.gave_up = False
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
                at = read_oddity(self, found.end() - 1)
                match = scanner(text, at, end).match
                continue
            begin, stop = found.span(group)
            if group == _LINE_END:
                if not brackets:
                    self._end_line(begin, stop)
                continue
            if group == _COMMENT:
                continue
            if self._fresh:
                at = self._begin_statement(group, begin, stop)
                if at:
                    match = scanner(text, at, end).match
                    continue
            if group == _NAME:
                word = found[1]
                kind = words.get(word, name_id)
                if kind == BROKEN:
                    kind = self._settle(word, stop)
            elif group == _OPERATOR:
                kind = ids[found[_OPERATOR]]
                if len(starts) > MAX_TOKENS:
                    self._too_long()
                if kind == colon and not brackets:
                    self._end_header()
            elif group == _OPEN:
                brackets.append(found[_OPEN])
                kind = ids[found[_OPEN]]
                if len(brackets) > MAX_BRACKETS:
                    self.give_up(
                        mistakes.nested_too_deeply(
                            self._span(begin, stop), "brackets", MAX_BRACKETS
                        )
                    )
            elif group == _CLOSE:
                kind = self._close(found[_CLOSE], begin, stop)
            elif group == _NUMBER:
                kind = number_id
            elif group == _STRING:
                kind = string_id
                if stop - begin > MAX_STRING:
                    self.report(mistakes.string_too_long(self._span(begin, begin + 1), MAX_STRING))
            else:
                meant = FOREIGN_OPERATORS[found[_FOREIGN]]
                self.report(
                    mistakes.foreign_operator(self._span(begin, stop), found[_FOREIGN], meant)
                )
                kind = ids[meant]
            add_type(kind)
            add_start(begin)
            add_end(stop)

    # --- statements ----------------------------------------------------------------------------------

    def _begin_statement(self, group: int, begin: int, stop: int) -> int:
        """Open a line and settle its first word; returns where to read on if it took tokens, else 0."""
        self._fresh = False
        tokens = self.tokens
        line = tokens.lines[-1] if tokens.lines else None
        if line is not None and line.opened and tokens.types[-1] == self.ids[":"]:
            kind = self._inside(line)  # the body of a block on the line of its header
        else:
            tokens.lines.append(Line(len(tokens.types), self._levels))
            kind = self._levels[1]
        if group != _NAME:
            return 0
        text = self.source.text
        word = text[begin:stop]
        if word not in SOFT_WORDS[kind]:
            return 0
        if word in ("init", "tie", "freeze"):
            return self._path_line(word, begin, stop)
        if word == "from":
            whence = _WHENCE.match(text, stop, self.end)
            if whence is None:
                return 0
            self._add(word, begin, stop)
            self._add("WHENCE", whence.start(1), whence.end(1))
            return whence.end()
        if _AFTER_SOFT_WORD.match(text, stop, self.end) is None:
            return 0
        self._add(word, begin, stop)
        if word == "extern":
            module = _EXTERN_MODULE.match(text, stop, self.end)
            if module is not None:
                self._add("module", module.start(1), module.end(1))
                return module.end()
        return stop

    def _path_line(self, word: str, begin: int, stop: int) -> int:
        text = self.source.text
        path = _PATH.match(text, stop, self.end)
        if path is None or path.start(1) == stop:
            return 0
        self._add(word, begin, stop)
        self._add("PATH", path.start(1), path.end(1))
        if word == "tie":
            equals = _EQUALS.match(text, path.end(), self.end)
            origin = equals and _PATH.match(text, equals.end(), self.end)
            if equals and origin:
                self._add("=", equals.start(1), equals.end(1))
                self._add("PATH", origin.start(1), origin.end(1))
                return origin.end()
        return path.end()

    def _settle(self, word: str, stop: int) -> int:
        """What a word is that is a keyword only in some lines."""
        tokens, ids = self.tokens, self.ids
        if word in ("list", "dict"):
            return ids[word.upper()] if self.source.text.startswith("[", stop) else ids["NAME"]
        line = tokens.lines[-1]
        head = tokens.types[line.first] if line.first < len(tokens.types) else BROKEN
        in_header = not line.opened and not self.brackets
        if word == "where":
            # Right behind `def` it is the name of a function: torch has one that is called so.
            named = bool(tokens.types) and tokens.types[-1] == ids["def"]
            # There is one clause behind the result, in `extern` declarations one behind the places.
            types = tokens.types[line.first :]
            taken = types.count(ids["where"]) > types.count(ids["from"])
            settled = in_header and head in (ids["def"], ids["extern"]) and not (named or taken)
        elif word == "from":
            settled = in_header and head == ids["extern"]
        elif word == "import":
            settled = in_header and head == ids["from"]
        else:
            settled = head == ids["from"]
        return ids[word] if settled else ids["NAME"]

    def _end_header(self) -> None:
        """A colon outside brackets: the end of a header, if this line is one."""
        tokens = self.tokens
        line = tokens.lines[-1]
        if line.opened or line.first >= len(tokens.types):
            return
        if tokens.types[line.first] in self._vocabulary.blocks:
            line.opened = self._fresh = True

    def _inside(self, line: Line) -> str:
        """The kind of the block that a line opens."""
        return self._vocabulary.blocks.get(self.tokens.types[line.first], line.levels[1])

    def _close(self, bracket: str, begin: int, stop: int) -> int:
        span = self._span(begin, stop)
        if not self.brackets:
            self.report(mistakes.stray_bracket(span, bracket))
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
            self.report(mistakes.wrong_bracket(span, bracket, expected, where))
            if where is not None and "\n" in self.source.text[where.start : begin]:
                return BROKEN  # Too far from the bracket that it would close to be meant for it.
        self.brackets.pop()
        return self.ids[expected]

    def _close_forgotten(self, span: Span) -> None:
        """The bracket at `span` closes one around the innermost, which was forgotten."""
        opening = self.tokens.open_brackets(len(self.tokens.types))[-1]
        bracket = self.brackets.pop()
        closing = CLOSING[bracket]
        self.report(mistakes.unclosed_bracket(self.tokens.span(opening), bracket, closing, span))
        self._add(closing, span.start, span.start)

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
        return ids["where"] in tokens.types[line.first :]

    def new_line(self) -> None:
        """End the logical line."""
        types, ids = self.tokens.types, self.ids
        if len(types) > MAX_TOKENS:
            self._too_long()
        if types:
            first = self.tokens.lines[-1].first
            self._branches += types[first] == ids["elif"]
            self.may_be_deep |= len(types) - first > LONG_LINE or self._branches > LONG_LINE
        if types and types[-1] not in (ids["_NEWLINE"], ids["_INDENT"], ids["_DEDENT"]):
            at = self.tokens.ends[-1]
            self._add("_NEWLINE", at, at)
        self._fresh = True

    def _indent(self, begin: int, stop: int) -> None:
        """Open or close blocks for a line whose indentation is text[begin:stop]."""
        if stop >= self.end or self.source.text[stop] == "#":
            return  # The last line, which has nothing but a comment, or nothing.
        indent = self.source.text[begin:stop]
        if "\t" in indent:
            self._tabs.append(self._span(begin, stop))
        column = indent.expandtabs(TAB).count(" ")
        tokens, levels = self.tokens, self._levels
        if column > levels[0]:
            kind = self._inside(tokens.lines[-1]) if tokens.lines else "file"
            self._levels = levels = (column, kind, levels)
            at = tokens.ends[-1] if tokens.ends else begin
            self._add("_INDENT", at, at)
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
                self._levels = (column, levels[1], levels[2])
                return
            levels = levels[2]
            at = tokens.ends[-1]
            self._add("_DEDENT", at, at)
        self._levels = levels

    def _finish(self) -> None:
        tokens = self.tokens
        at = tokens.ends[-1] if tokens.ends else self.end
        if self.gave_up:
            tokens.types.append(BROKEN)
            tokens.starts.append(at)
            tokens.ends.append(at)
        self.new_line()
        levels: Levels | None = self._levels[2]
        while levels is not None:
            self._add("_DEDENT", at, at)
            levels = levels[2]
        self._add("$END", at, at)
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
        if self._fresh:
            self._begin_statement(0, begin, stop)
        self.tokens.types.append(terminal)
        self.tokens.starts.append(begin)
        self.tokens.ends.append(stop)

    def _add(self, terminal: str, begin: int, stop: int) -> None:
        self.tokens.types.append(self.ids[terminal])
        self.tokens.starts.append(begin)
        self.tokens.ends.append(stop)

    def _span(self, begin: int, stop: int) -> Span:
        return Span(self.source, begin, stop)
