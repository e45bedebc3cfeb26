"""What to do when a token fits nowhere: say why once, and go on with the next line that can be read."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import brackets, characters, syntax
from nnspec.source import Span
from nnspec.syntax.driver import Driver
from nnspec.syntax.explain import Mistake, explain
from nnspec.syntax.lexer import MAX_MISTAKES, Lexer
from nnspec.syntax.lines import header_words
from nnspec.syntax.tokens import BROKEN, CLOSING, Line

# What stands in for a header with a mistake, so that the block below it is read all the same. The
# tokens have no characters, and what has no name is left out of the tree.
_STAND_INS = {
    ("file", "module"): ("module", "NAME", ":", "_NEWLINE"),
    ("file", "model"): ("model", "NAME", "=", "NAME", ":", "_NEWLINE"),
    ("file", "def"): ("def", "NAME", "(", ")", ":", "_NEWLINE"),
    ("module", "def"): ("def", "NAME", "(", ")", ":", "_NEWLINE"),
    ("extern", "def"): ("def", "NAME", "(", ")", ":", "_NEWLINE"),
    ("code", ""): ("if", "NAME", ":", "_NEWLINE"),
}

_BLOCK_NAMES = {
    "module": "the body of the module",
    "model": "what is to follow the `:`",
    "extern": "the body of the declaration",
    "def": "the body of the def",
    "check": "what the check compares",
}


class Recovery:
    """Called by the driver with the index of a token that fits nowhere; returns where to go on.

    gave_up: whether so many mistakes were found that the rest was not read.
    """

    def __init__(self, lexer: Lexer, driver: Driver, report: Callable[[Diagnostic], None]) -> None:
        self._lexer = lexer
        self._tokens = lexer.tokens
        self._ids = lexer.ids
        self._driver = driver
        self._report = report
        self._count = 0
        self._faulty: list[Line] = []
        self._reserved: set[str] = set()
        self._silent = -1  # the first token of a line that has had its message

    def __call__(self, at: int) -> int:
        tokens, ids = self._tokens, self._ids
        kind = tokens.types[at]
        self._count += 1
        if self._count > 2 * MAX_MISTAKES or (kind == ids["$END"] and at + 1 > len(tokens.types)):
            return -1
        if kind == ids["_INDENT"]:
            return self._unexpected_block(at)
        if at and tokens.types[at - 1] == ids["_NEWLINE"] and self._driver.accepts(ids["_INDENT"]):
            return self._missing_block(at)
        inserted = not tokens.text(at) and kind not in (
            ids["_NEWLINE"],
            ids["_DEDENT"],
            ids["$END"],
        )
        if kind == BROKEN or inserted or tokens.starts[at] in self._lexer.excused:
            if self._lexer.gave_up:
                return -1
            return self._skip(at)
        mistake = Mistake(self._driver, tokens, ids, at)
        if mistake.first == self._silent or mistake.has_broken_token():
            return self._skip(at)
        self._silent = mistake.first
        if mistake.head in ("else", "elif") and self._belongs_to_mistake(mistake.line):
            return self._skip(at)
        self._faulty.append(mistake.line)
        if mistake.brackets:
            point = self._unclosed(mistake)
            if point is not None:
                return point
        found = explain(mistake)
        if found.code == "E0112":
            self._reserved.add(mistake.text)
        elif mistake.text in self._reserved:
            return self._skip(at)  # A use of what was declared under that name.
        self._report(found)
        return self._skip(at)

    def _belongs_to_mistake(self, line: Line) -> bool:
        """Whether an `else` or `elif` follows an `if` that has had its message."""
        for earlier in reversed(self._tokens.lines):
            if earlier.first < line.first and earlier.levels[0] <= line.levels[0]:
                if self._tokens.text(earlier.first) not in ("if", "elif", "else"):
                    return False
                self._faulty.append(line)
                return earlier in self._faulty
        return False

    # --- brackets ------------------------------------------------------------------------------------

    def _unclosed(self, mistake: Mistake) -> int | None:
        """Where the mistake is a bracket that was never closed: close it, and read on from there."""
        tokens, ids = self._tokens, self._ids
        at = mistake.at
        if mistake.is_("_NEWLINE"):
            point = at  # the end of the file, inside brackets
        elif mistake.text == ":" and self._ends_line(at) and not mistake.line.opened:
            point = at
        elif mistake.text == "->":
            point = at
        else:
            point = self._start_of_physical_line(at)
            if point <= mistake.first or not tokens.open_brackets(point):
                return None
            column = tokens.starts[point] - self._line_start(tokens.starts[point])
            if column > mistake.line.levels[0]:
                return None
        opened = tokens.open_brackets(point)
        innermost = opened[-1]
        bracket = tokens.text(innermost)
        before = tokens.span(point) if tokens.text(point) else None
        self._report(
            brackets.unclosed_bracket(
                tokens.span(innermost),
                bracket,
                CLOSING[bracket],
                before,
                characters.end_of(tokens.span(point - 1)),
                tuple((tokens.span(at), CLOSING[tokens.text(at)]) for at in opened[:-1]),
            )
        )
        if tokens.text(point):
            self._lexer.reread(point)
        if point != at:
            return self._skip(point)
        tokens.insert(at, [ids[CLOSING[tokens.text(opening)]] for opening in reversed(opened)])
        return at if self._driver.accepts(tokens.types[at]) else self._skip(at)

    def _ends_line(self, at: int) -> bool:
        text, end = self._lexer.source.text, self._tokens.ends[at]
        stop = text.find("\n", end)
        rest = text[end : stop if stop >= 0 else len(text)].strip()
        return not rest or rest.startswith("#")

    def _line_start(self, offset: int) -> int:
        return self._lexer.source.text.rfind("\n", 0, offset) + 1

    def _start_of_physical_line(self, at: int) -> int:
        """The first token of the line of text in which token `at` stands."""
        start = self._line_start(self._tokens.starts[at])
        while at > 0 and self._tokens.starts[at - 1] >= start:
            at -= 1
        return at

    # --- blocks --------------------------------------------------------------------------------------

    def _missing_block(self, at: int) -> int:
        """A header without a block: it gets an empty one."""
        tokens, ids = self._tokens, self._ids
        line = tokens.line_of(at - 1)
        head = tokens.text(line.first)
        what = _BLOCK_NAMES.get(head, f"the block of `{head}`")
        self._report(syntax.missing_block(tokens.span(line.first).to(tokens.span(at - 2)), what))
        tokens.insert(at, [ids[t] for t in ("_INDENT", "pass", "_NEWLINE", "_DEDENT")])
        return at

    def _unexpected_block(self, at: int) -> int:
        """An indented line below one that opens no block."""
        line = self._tokens.line_of(at - 1)
        header = header_words(*(self._tokens.text(line.first + i) for i in (0, 1)))
        if header is not None and at:
            end = self._tokens.ends[at - 1]
            self._report(syntax.missing_colon(Span(self._lexer.source, end, end), header))
            return self._end_of_block(at) + 1
        stop = self._end_of_block(at)
        indentation = self._indentation(at)
        block = Span(self._lexer.source, indentation.start, self._tokens.ends[stop - 1])
        self._report(characters.unexpected_indent(indentation, block, line.levels[0]))
        # What the block was meant to be nobody knows, so its lines would only be found fault with.
        return stop + 1

    def _indentation(self, at: int) -> Span:
        tokens = self._tokens
        stop = tokens.starts[at + 1]
        return Span(self._lexer.source, self._line_start(stop), stop)

    def _end_of_block(self, at: int) -> int:
        """The DEDENT that belongs to the INDENT at `at`."""
        types, indent, dedent = self._tokens.types, self._ids["_INDENT"], self._ids["_DEDENT"]
        depth = 0
        while at < len(types):
            depth += (types[at] == indent) - (types[at] == dedent)
            if not depth:
                break
            at += 1
        return at

    # --- lines ---------------------------------------------------------------------------------------

    def _skip(self, at: int) -> int:
        """Forget the line with token `at`, and read the block below it if there is one."""
        tokens, ids = self._tokens, self._ids
        line = tokens.line_of(at)
        self._driver.back_to(tokens.starts[line.first])
        newline = ids["_NEWLINE"]
        while at < len(tokens.types) and tokens.types[at] not in (newline, ids["$END"]):
            at += 1
        if at >= len(tokens.types):
            return -1
        if tokens.types[at] == ids["$END"]:
            return at if self._driver.accepts(ids["$END"]) else -1
        at += 1
        if tokens.types[at] == ids["_INDENT"]:
            stand_in = self._stand_in(line.levels[1], tokens.text(line.first), at)
            behind = tokens.text(self._end_of_block(at) + 1)
            if stand_in is None or behind in CLOSING.values():
                # Of a block that ends with a bracket, the opening one is missing: it is no block.
                at = self._end_of_block(at) + 1
            else:
                tokens.insert(at, [ids[terminal] for terminal in stand_in])
        if tokens.types[at] == ids["_DEDENT"] and not self._driver.accepts(ids["_DEDENT"]):
            tokens.insert(at, [ids["pass"], newline])  # the block had no other line
        return at

    def _stand_in(self, kind: str, head: str, indent: int) -> tuple[str, ...] | None:
        if kind == "code":
            # Only a header's block is read; below a broken line stand pieces of it.
            if self._tokens.text(indent - 2) != ":" and head not in (
                "if",
                "elif",
                "else",
                "for",
                "while",
            ):
                return None
            return _STAND_INS["code", ""]
        return _STAND_INS.get((kind, head))
