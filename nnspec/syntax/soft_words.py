"""Words that are keywords only where they declare something, settled when their line begins or they come by."""

from __future__ import annotations

import re

from nnspec.syntax.tokens import BROKEN, SOFT_WORDS, Line
from nnspec.syntax.vocabulary import NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.syntax.lexer import Lexer

_PATH = re.compile(r"[ \t]*+([A-Za-z0-9_*]+(?:\.[A-Za-z0-9_*]+)*)")
_EQUALS = re.compile(r"[ \t]*+(=)(?!=)")
_WHENCE = re.compile(r"[ \t]++([A-Za-z0-9_.]+)")
_EXTERN_MODULE = re.compile(r"[ \t]++(module)\b")
_AFTER_SOFT_WORD = re.compile(r"[ \t]++[A-Za-z0-9_\"'(\[{~-]")


def begin_statement(lexer: Lexer, group: int, begin: int, stop: int) -> int:
    """Open a line and settle its first word; returns where to read on if it took tokens, else 0."""
    lexer.fresh = False
    tokens = lexer.tokens
    line = tokens.lines[-1] if tokens.lines else None
    if line is not None and line.opened and tokens.types[-1] == lexer.ids[":"]:
        kind = lexer.inside(line)  # the body of a block on the line of its header
    else:
        tokens.lines.append(Line(len(tokens.types), lexer.levels))
        kind = lexer.levels[1]
    if group != NAME:
        return 0
    text = lexer.source.text
    word = text[begin:stop]
    if word not in SOFT_WORDS[kind]:
        return 0
    if word in ("init", "tie", "freeze"):
        return _path_line(lexer, word, begin, stop)
    if word == "from":
        whence = _WHENCE.match(text, stop, lexer.end)
        if whence is None:
            return 0
        lexer.add_token(word, begin, stop)
        lexer.add_token("WHENCE", whence.start(1), whence.end(1))
        return whence.end()
    if _AFTER_SOFT_WORD.match(text, stop, lexer.end) is None:
        return 0
    lexer.add_token(word, begin, stop)
    if word == "extern":
        module = _EXTERN_MODULE.match(text, stop, lexer.end)
        if module is not None:
            lexer.add_token("module", module.start(1), module.end(1))
            return module.end()
    return stop


def _path_line(lexer: Lexer, word: str, begin: int, stop: int) -> int:
    text = lexer.source.text
    path = _PATH.match(text, stop, lexer.end)
    if path is None or path.start(1) == stop:
        return 0
    lexer.add_token(word, begin, stop)
    lexer.add_token("PATH", path.start(1), path.end(1))
    if word == "tie":
        equals = _EQUALS.match(text, path.end(), lexer.end)
        origin = equals and _PATH.match(text, equals.end(), lexer.end)
        if equals and origin:
            lexer.add_token("=", equals.start(1), equals.end(1))
            lexer.add_token("PATH", origin.start(1), origin.end(1))
            return origin.end()
    return path.end()


def settle(lexer: Lexer, word: str, stop: int) -> int:
    """What a word is that is a keyword only in some lines."""
    tokens, ids = lexer.tokens, lexer.ids
    if word in ("list", "dict"):
        return ids[word.upper()] if lexer.source.text.startswith("[", stop) else ids["NAME"]
    line = tokens.lines[-1]
    head = tokens.types[line.first] if line.first < len(tokens.types) else BROKEN
    in_header = not line.opened and not lexer.brackets
    if word == "where":
        # Right behind `def` it is the name of a function: torch has one that is called so.
        named = bool(tokens.types) and tokens.types[-1] == ids["def"]
        # There is one clause behind the result, in `extern` declarations one behind the places.
        taken = line.wheres > line.froms
        settled = in_header and head in (ids["def"], ids["extern"]) and not (named or taken)
        line.wheres += settled
    elif word == "from":
        settled = in_header and head == ids["extern"]
        line.froms += settled
    elif word == "import":
        settled = in_header and head == ids["from"]
    else:
        settled = head == ids["from"]
    return ids[word] if settled else ids["NAME"]
