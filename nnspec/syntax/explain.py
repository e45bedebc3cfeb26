"""Which mistake it is when a token fits nowhere."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters, habits
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.source import Span
from nnspec.syntax.build_code import PYTHON_STATEMENTS
from nnspec.syntax.driver import Driver
from nnspec.syntax.lines import explain_line_start, header_words
from nnspec.syntax.tokens import BROKEN, HARD_WORDS, Line, Tokens

_OPERATORS = frozenset("+ - * / // % ** @ & | ^ << >>".split())
_LOOSER = frozenset("= , : return if else and or not in is == != < <= > >=".split())
_BEFORE_A_NAME = frozenset("def module model type let param buffer const . * , (".split())
_BEHIND_A_NAME = frozenset("= : , ) ( .".split())


class Mistake:
    """A token that fits nowhere, and its surroundings.

    at: its index; line: its logical line; text: its characters, empty for the end of a line or block.
    before: the characters of the token in front of it in its line.
    """

    def __init__(self, driver: Driver, tokens: Tokens, ids: dict[str, int], at: int) -> None:
        self.driver = driver
        self.tokens = tokens
        self.ids = ids
        self.at = at
        self.line: Line = tokens.line_of(at)
        self.first = self.line.first
        self.text = tokens.text(at)
        self.before = tokens.text(at - 1) if at > self.first else ""
        self.head = tokens.text(self.first)
        self.brackets = tokens.open_brackets(at)

    @property
    def span(self) -> Span:
        """The place of the token."""
        return self.tokens.span(self.at)

    @property
    def end_before(self) -> Span:
        """The empty span behind the token in front."""
        return characters.end_of(self.tokens.span(self.at - 1))

    @property
    def kind(self) -> str:
        """The kind of the block in which the line stands."""
        return self.line.levels[1]

    def is_(self, terminal: str, at: int | None = None) -> bool:
        """Whether the token, or that at `at`, is of a terminal."""
        return self.tokens.types[self.at if at is None else at] == self.ids[terminal]

    def accepts(self, *terminals: str) -> bool:
        """Whether each of these terminals would fit."""
        return all(self.driver.accepts(self.ids[terminal]) for terminal in terminals)

    def text_at(self, at: int) -> str:
        """The characters of another token of the line; empty outside it."""
        if not self.first <= at < len(self.tokens.types):
            return ""
        return self.tokens.text(at)

    def last(self) -> int:
        """The last token of the line."""
        at = self.at
        ends = (self.ids["_NEWLINE"], self.ids["$END"])
        while self.tokens.types[at] not in ends:
            at += 1
        return at - 1

    def has_broken_token(self) -> bool:
        """Whether something in the line has had its message already."""
        return BROKEN in self.tokens.types[self.first : self.last() + 1]

    def last_text(self) -> str:
        """The characters of the last token of the line."""
        return self.text_at(self.last())

    def glued(self, at: int) -> bool:
        """Whether nothing separates token `at` from the one in front of it."""
        return at > 0 and self.tokens.ends[at - 1] == self.tokens.starts[at]


def explain(mistake: Mistake) -> Diagnostic:
    """The diagnostic for a token that fits nowhere."""
    found = (
        explain_line_start(mistake)
        or _foreign(mistake)
        or _header(mistake)
        or _assignment(mistake)
        or _expression(mistake)
        or _word(mistake)
    )
    return found if found is not None else _general(mistake)


def _foreign(m: Mistake) -> Diagnostic | None:
    """Habits of other languages in the middle of a line."""
    tokens = m.tokens
    if m.before == "lambda":
        return habits.anonymous_function(tokens.span(m.at - 1))
    if m.before in PYTHON_STATEMENTS and (m.is_("NAME") or m.text in ("def", "for", "not")):
        return habits.python_statement(tokens.span(m.at - 1), m.before)
    if (
        m.is_("_NEWLINE")
        and m.before in ("+", "-")
        and m.text_at(m.at - 2) == m.before
        and m.glued(m.at - 1)
    ):
        return habits.increment(tokens.span(m.at - 2).to(tokens.span(m.at - 1)), m.before * 2)
    if m.before == "else" and m.text == "if":
        return habits.else_if(tokens.span(m.at - 1).to(m.span))
    if m.head in PYTHON_STATEMENTS and m.text_at(m.first + 1) == ":":
        return habits.python_statement(tokens.span(m.first), m.head)
    if m.kind == "check" and m.brackets and m.text == ":" and m.is_("NAME", m.at - 1):
        return mistakes.colon_in_check(m.span, m.before)
    if m.text == "*" and m.before == "import":
        return mistakes.star_import(m.span)
    return None


def _header(m: Mistake) -> Diagnostic | None:
    """The first line of a block."""
    if m.text_at(m.at - 2) == "def" and m.is_("NAME", m.at - 1) and m.text != "(":
        return mistakes.missing_parentheses(m.end_before)
    header = header_words(m.head, m.text_at(m.first + 1))
    if header is None or m.head == "model" or m.line.opened or m.brackets or not m.accepts(":"):
        return None
    starts_statement = m.is_("NAME") or m.text in ("return", "pass", "break", "continue")
    if m.is_("_NEWLINE") or (starts_statement and m.head not in ("def", "extern")):
        return mistakes.missing_colon(m.end_before, header)
    return None


def _assignment(m: Mistake) -> Diagnostic | None:
    """An `=` that fits nowhere."""
    if m.text != "=" or m.brackets:
        return None
    if m.head in ("if", "elif", "while", "require", "where", "return") or m.kind == "check":
        return habits.equals_in_condition(m.span)
    if m.head == "def" and "where" in (m.text_at(at) for at in range(m.first, m.at)):
        return habits.equals_in_condition(m.span)
    return None


def _expression(m: Mistake) -> Diagnostic | None:
    """Mistakes inside expressions and types."""
    if m.accepts("else") and not m.accepts("elif") and m.text != "if":
        return mistakes.missing_else(m.end_before)
    if m.is_("NUMBER") and m.text.startswith(".") and m.glued(m.at):
        return mistakes.dot_number(m.span, m.text[1:])
    if m.text == "[" and m.is_("PATH", m.at - 1):
        number = m.text_at(m.at + 1).isdigit() and m.text_at(m.at + 2) == "]"
        return mistakes.path_index(m.span, m.span.to(m.tokens.span(m.at + 2)) if number else None)
    if m.text in _OPERATORS and _in_pipe_target(m):
        start = m.tokens.span(_pipeline_start(m))
        return mistakes.pipe_goes_on(m.span, m.text, start.to(m.tokens.span(m.at - 1)))
    starts_value = m.is_("NAME") or m.is_("NUMBER") or m.is_("STRING")
    if starts_value and m.brackets and m.accepts(","):
        return mistakes.missing_operator(m.tokens.span(m.at - 1), m.span)
    return None


def _in_pipe_target(m: Mistake) -> bool:
    depth = 0
    for at in range(m.at - 1, m.first - 1, -1):
        text = m.text_at(at)
        if text in (")", "]", "}"):
            depth += 1
        elif text in ("(", "[", "{"):
            depth -= 1
        elif text == "|>" and depth == 0:
            return True
        elif depth == 0 and text in _OPERATORS:
            return False
        if depth < 0:
            return False
    return False


def _pipeline_start(m: Mistake) -> int:
    """The first token of the pipeline in whose target the mistake is: behind what binds less tightly."""
    depth = 0
    for at in range(m.at - 1, m.first - 1, -1):
        text = m.text_at(at)
        depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
        if depth < 0 or (depth == 0 and text in _LOOSER):
            return at + 1
    return m.first


def _word(m: Mistake) -> Diagnostic | None:
    """A keyword in the place of a name."""
    if m.text not in HARD_WORDS or not m.accepts("NAME"):
        return None
    behind = m.text_at(m.at + 1)
    if m.before in _BEFORE_A_NAME and (behind in _BEHIND_A_NAME or m.before in ("def", ".")):
        return mistakes.reserved_word(m.span, m.text)
    return None


# --- the general case ----------------------------------------------------------------------------------

_SINGLES = (
    "module",
    "def",
    ":",
    "=",
    "->",
    "(",
    ")",
    "]",
    "}",
    ",",
    "in",
    "import",
    "from",
    "else",
)


def _general(m: Mistake) -> Diagnostic:
    expected: list[str] = []
    if m.accepts("{"):
        expected.append("a value")
    elif m.accepts("LIST"):
        expected.append("a type")
    elif m.accepts("NAME"):
        expected.append("a name")
    elif m.accepts("PATH"):
        expected.append("a path such as `h.*.weight`")
    closing = {")", "]", "}"}
    if m.accepts("*", "/"):
        expected.append("an operator")
    if "a value" not in expected:
        for single in _SINGLES:
            if m.accepts(single) and _worth_naming(m, single, expected):
                expected.append(f"`{single}`")
        if m.accepts("_NEWLINE"):
            expected.append("the end of the line")
        if m.accepts("$END") and not m.accepts("_NEWLINE"):
            expected.append("the end of the expression")
    else:
        expected += [f"`{c}`" for c in sorted(closing) if m.accepts(c)]
    if not expected:
        expected.append("something else")
    names = {
        m.ids["_NEWLINE"]: "the end of the line",
        m.ids["_INDENT"]: "an indented line",
        m.ids["_DEDENT"]: "the end of the block",
        m.ids["$END"]: "the end of the text",
    }
    found = names.get(m.tokens.types[m.at]) or f"`{_short(m.text)}`"
    listed = expected[0]
    if len(expected) > 1:
        listed = f"{', '.join(expected[:-1])} or {expected[-1]}"
    after = f"after `{_short(m.before)}`" if m.before else ""
    return mistakes.unexpected(m.span, found, listed, after)


def _worth_naming(m: Mistake, single: str, expected: list[str]) -> bool:
    """Whether a terminal that would fit is likely to be the one that is missing."""
    if single == "(":
        return not expected
    if single == "in":
        return not m.accepts("<")
    if "an operator" in expected and not m.brackets:
        if single == "=":
            return m.head == "let"
        return single == ":" and m.head != "model" and header_words(m.head, "") is not None
    return True


def _short(text: str, width: int = 30) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= width and line == text else f"{line[:width]}…"
