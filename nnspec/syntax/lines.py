"""What a line that fits nowhere was meant to be, told by its first words."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import constructors, habits
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.diagnostics.suggest import nearest
from nnspec.source import Span
from nnspec.syntax.build_code import PYTHON_STATEMENTS
from nnspec.syntax.tokens import HARD_WORDS, SOFT_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.syntax.explain import Mistake

_HEADERS = {
    "module": "the module's header",
    "model": "the model's value",
    "def": "the def's header",
    "check": "the target of the check",
    "if": "the condition",
    "elif": "the condition",
    "while": "the condition",
    "else": "`else`",
    "for": "the loop's header",
}

_PLACES = {
    "file": "at the top level of a file",
    "module": "in the body of a module",
    "extern": "in an `extern` declaration",
    "check": "in a check",
    "code": "in code",
}

_CODE_WORDS = frozenset("if elif else while for return break continue".split())
_MEMBER_HELP = "declare it in the body of a module"


def header_words(head: str, second: str) -> str | None:
    """How messages name the header that begins with these words; None where it is none."""
    if head == "extern":
        head = second
    return _HEADERS.get(head)


def explain_line_start(m: Mistake) -> Diagnostic | None:
    """The mistake where it shows in the first or second word of a line."""
    if m.at > m.first + 1:
        return None
    first = m.tokens.span(m.first)
    second = m.text_at(m.first + 1)
    named = m.is_("NAME", m.first) or m.is_("STRING", m.first) or m.head in HARD_WORDS
    second_is_name = m.first + 1 < len(m.tokens.types) and m.is_("NAME", m.first + 1)
    if m.head == "class" and second_is_name:
        return constructors.python_class(first, second)
    if m.head == "@" and m.at == m.first:
        return habits.decorator(first, first.to(m.tokens.span(m.last())))
    if m.head == "import" and second_is_name and m.kind != "check":
        return habits.python_import(first.to(m.tokens.span(m.last())))
    if m.head in PYTHON_STATEMENTS and second not in ("=", ".", ",") and m.kind != "check":
        return habits.python_statement(first, m.head)
    if m.head in HARD_WORDS and second == "=":
        return mistakes.reserved_word(first, m.head)
    if m.at == m.first and m.head in ("else", "elif"):
        return _else(m, first)
    if m.kind == "file" and m.at == m.first:
        return _top_level(m, first, second, second_is_name)
    if m.kind in ("module", "extern") and named:
        return _member(m, first, second, second_is_name)
    if m.kind == "check" and m.at == m.first and m.head in ("(", "["):
        return mistakes.check_without_method(first, first.to(m.tokens.span(m.last())))
    if m.kind == "check" and second != "=" and m.is_("NAME", m.first):
        if m.head == "fails":
            return mistakes.fails_without_code(m.span)
        return mistakes.check_line(first, first.text)
    if m.kind == "code" and named:
        return _code(m, first, second_is_name)
    return None


def _else(m: Mistake, first: Span) -> Diagnostic:
    column = m.line.levels[0]
    for line in reversed(m.tokens.lines):
        if line.first < m.first and line.levels[0] <= column:
            word = m.tokens.text(line.first)
            if line.levels[0] == column and word in ("for", "while"):
                return habits.loop_else(first, word)
            break
    return habits.stray_else(first, m.head)


def _top_level(m: Mistake, first: Span, second: str, second_is_name: bool) -> Diagnostic:
    place = _PLACES["file"]
    if m.head in _CODE_WORDS:
        return mistakes.misplaced(first, f"`{m.head}`", place, "code stands in a `def`")
    if m.head in SOFT_WORDS["module"] and second_is_name:
        return mistakes.misplaced(first, f"`{m.head}`", place, _MEMBER_HELP)
    if m.is_("STRING", m.first):
        return mistakes.misplaced(
            first, "a text", place, "only the first line of a file can be its docstring"
        )
    if m.head in SOFT_WORDS["file"]:
        return mistakes.unexpected(
            m.tokens.span(m.first + 1), _shown(m, m.first + 1), "a name", f"after `{m.head}`"
        )
    if m.is_("NAME", m.first) and second == "=":
        return mistakes.assignment_in_file(first.to(m.tokens.span(m.first + 1)), m.head)
    near: list[str] = []
    if m.is_("NAME", m.first) and second_is_name:
        blocks = ("module", "def", "check", "extern")
        near = nearest(m.head, blocks if m.last_text() == ":" else ("model", "type", "from"), 1)
        near = near or nearest(m.head, SOFT_WORDS["file"], 1)
    return mistakes.unknown_declaration(first, first.text, near[0] if near else None)


def _member(m: Mistake, first: Span, second: str, second_is_name: bool) -> Diagnostic | None:
    place = _PLACES[m.kind]
    if m.at == m.first and m.head in _CODE_WORDS:
        help = "code stands in a `def`; a layer that may be absent is `name = Layer() if cond else None`"
        if m.head == "for":
            help = "write a list of layers: `name = [Layer() for i in range(n)]`"
        return mistakes.misplaced(first, f"`{m.head}`", place, help)
    if m.is_("STRING", m.first):
        help = "a docstring is the first line of the body"
        return mistakes.misplaced(first, "a text", place, help)
    if m.at != m.first + 1:
        return None
    words = [*SOFT_WORDS[m.kind], "def"]
    if m.head in SOFT_WORDS["file"] and second_is_name:
        help = "end the block first: declarations begin at the left margin"
        return mistakes.misplaced(first, f"`{m.head}`", place, help)
    if second == "." and _assigns(m):
        target_end = m.first
        while m.text_at(target_end + 1) in (".",) or m.is_("NAME", target_end + 1):
            target_end += 1
        name = m.text_at(target_end)
        return habits.attribute_target(first.to(m.tokens.span(target_end)), name)
    if second == ",":
        return habits.several_members(first.to(m.tokens.span(m.first + 1)))
    if second == ":":
        return mistakes.annotated_member(first, m.head)
    if second_is_name:
        near = nearest(m.head, words, 1)
        if near:
            return mistakes.unknown_member(first, m.head, near[0])
    if second in ("(", ".", "[") and m.head not in HARD_WORDS:
        help = "what is computed in each call stands in a `def`"
        if second == "." and m.text_at(m.first + 2) in ("append", "extend", "insert", "update"):
            help = f"write all of it at once: `{m.head} = [Layer() for i in range(n)]`, or a sum of lists"
        return mistakes.misplaced(first, "an expression", place, help)
    return None


def _code(m: Mistake, first: Span, second_is_name: bool) -> Diagnostic | None:
    place = _PLACES["code"]
    if m.at == m.first and m.head == "def":
        return mistakes.misplaced(first, "a `def`", place, "write it beside this one")
    if m.at == m.first + 1 and second_is_name:
        if m.head == "let":
            return mistakes.needless_let(
                Span(first.source, first.start, m.tokens.starts[m.first + 1])
            )
        if m.head in SOFT_WORDS["module"] or m.head in SOFT_WORDS["file"]:
            return mistakes.misplaced(first, f"`{m.head}`", place, _MEMBER_HELP)
    return None


def _assigns(m: Mistake) -> bool:
    """Whether the line has an `=` outside brackets."""
    depth = 0
    for at in range(m.first, m.last() + 1):
        text = m.tokens.text(at)
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if text == "=" and depth == 0:
            return True
    return False


def _shown(m: Mistake, at: int) -> str:
    text = m.text_at(at)
    return f"`{text}`" if text else "the end of the line"
