"""What the lexer knows of the language: one pattern for all tokens, and the terminals of words."""

from __future__ import annotations

import re

from nnspec.syntax.tables import Tables
from nnspec.syntax.tokens import BROKEN, HARD_WORDS

# The groups of the pattern, one for each kind of token.
NAME, LINE_END, OPEN, CLOSE, NUMBER, OPERATOR, STRING, COMMENT, FOREIGN = range(1, 10)


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
