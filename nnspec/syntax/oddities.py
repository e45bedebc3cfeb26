"""Characters that begin no token: told apart, reported, and passed over so that little else is lost."""

from __future__ import annotations

import re

from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.source import Span
from nnspec.syntax.tokens import BROKEN, CLOSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.syntax.lexer import Lexer

# Operators of other languages, with the terminal that is meant.
FOREIGN_OPERATORS = {"&&": "and", "||": "or", "===": "==", "!==": "!=", "<>": "!=", "!": "not"}

# What word processors and web pages make of the characters of a program.
_LOOKALIKES = {
    "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "·": "*", "∗": "*", "÷": "/",
    "−": "-", "–": "-", "—": "-", "…": "...", "，": ",", "：": ":", "（": "(", "）": ")",
    "∧": "and", "∨": "or", "¬": "not", "∈": "in",
}  # fmt: skip
_QUOTES = "“”„‟«»‘’‚‛`´"

_WORD = re.compile(r"\w+")
_SAME = re.compile(r"([\s\S])\1*")
_STRING_PREFIX = re.compile(r"([A-Za-z_]\w*)([\"'])")


def read_oddity(lexer: Lexer, at: int) -> int:
    """Report what stands at offset `at`; returns the offset where to read on."""
    text = lexer.source.text
    character = text[at]
    if character in "\"'":
        return _unterminated_string(lexer, at)
    if character.isascii() and (character.isalpha() or character == "_"):
        prefix = _STRING_PREFIX.match(text, at, lexer.end)
        assert prefix is not None  # the only way in which a letter begins no token
        stop = prefix.end(1)
        raw = {"r", "f", "rf", "fr"}
        if prefix[1].lower() in raw:
            return _unterminated_string(lexer, at)
        lexer.report(mistakes.string_prefix(Span(lexer.source, at, stop), prefix[1]))
        return stop
    if character.isalnum():
        return _foreign_name(lexer, at)
    if character in _LOOKALIKES:
        meant = _LOOKALIKES[character]
        lexer.report(mistakes.lookalike(_span(lexer, at, at + 1), character, meant))
        # Brackets are left to the counting of brackets, which sees only ASCII.
        lexer.excused.add(at)
        lexer.add(BROKEN if meant in "()" else lexer.ids[meant], at, at + 1)
        return at + 1
    if character in _QUOTES:
        closing = re.compile(f"[{_QUOTES}\n]").search(text, at + 1, lexer.end)
        stop = closing.end() if closing and closing[0] != "\n" else at + 1
        string = _span(lexer, at, stop) if stop > at + 1 else None
        lexer.report(mistakes.lookalike(_span(lexer, at, at + 1), character, '"', string))
        lexer.add(BROKEN, at, stop)
        return stop
    if character.isspace():
        lexer.report(mistakes.odd_space(_span(lexer, at, at + 1), character))
        return at + 1
    if character == ";":
        return _semicolon(lexer, at)
    if text.startswith(":=", at):
        lexer.report(mistakes.walrus(_span(lexer, at, at + 2)))
        lexer.add(BROKEN, at, at + 2)
        return at + 2
    same = _SAME.match(text, at, lexer.end)
    assert same is not None
    lexer.report(mistakes.odd_character(_span(lexer, at, same.end()), character))
    lexer.add(BROKEN, at, same.end())
    return same.end()


def _unterminated_string(lexer: Lexer, at: int) -> int:
    """A quote without its partner: the rest of the line, or of the file, belongs to it."""
    text = lexer.source.text
    quote = at
    while text[quote] not in "\"'":
        quote += 1
    triple = text.startswith(text[quote] * 3, quote)
    if lexer.diagnostics and lexer.diagnostics[-1].span.end == at:
        lexer.diagnostics.pop()  # What seemed to be a prefix stood behind an earlier string's end.
    if triple:
        stop = lexer.end
        lexer.report(mistakes.unterminated_string(_span(lexer, at, quote + 3), text[quote] * 3))
    else:
        stop = text.find("\n", at, lexer.end)
        stop = lexer.end if stop < 0 else stop
        lexer.report(mistakes.unterminated_string(_span(lexer, at, stop), text[quote]))
        # Brackets that the string was not meant to swallow are closed, so that the line ends here.
        for character in text[quote:stop]:
            if lexer.brackets and character == CLOSING[lexer.brackets[-1]]:
                lexer.brackets.pop()
    lexer.add(BROKEN, at, stop)
    return stop


def _foreign_name(lexer: Lexer, at: int) -> int:
    tokens = lexer.tokens
    word = _WORD.match(lexer.source.text, at, lexer.end)
    assert word is not None
    glued = bool(tokens.ends) and tokens.ends[-1] == at and tokens.text(-1).isidentifier()
    begin = tokens.starts[-1] if glued else at
    name = lexer.source.text[begin : word.end()]
    if name not in lexer.foreign_names:
        lexer.foreign_names.add(name)
        lexer.report(mistakes.foreign_name(_span(lexer, begin, word.end())))
    if glued:
        tokens.types[-1] = lexer.ids["NAME"]
        tokens.ends[-1] = word.end()
    else:
        lexer.add(lexer.ids["NAME"], at, word.end())
    return word.end()


def _semicolon(lexer: Lexer, at: int) -> int:
    text = lexer.source.text
    stop = text.find("\n", at, lexer.end)
    rest = text[at + 1 : lexer.end if stop < 0 else stop].strip()
    last = not rest or rest.startswith("#")
    if lexer.brackets and not last:
        lexer.report(mistakes.semicolon_in_brackets(_span(lexer, at, at + 1)))
        lexer.add(lexer.ids[","], at, at + 1)
        return at + 1
    inline = bool(lexer.tokens.lines) and lexer.tokens.lines[-1].opened
    indent = None if inline else lexer.levels[0]
    lexer.report(mistakes.semicolon(_span(lexer, at, at + 1), last, indent))
    if not last:
        lexer.new_line()
    return at + 1


def _span(lexer: Lexer, begin: int, stop: int) -> Span:
    return Span(lexer.source, begin, stop)
