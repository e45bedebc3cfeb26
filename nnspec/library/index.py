"""Where each declaration of a library file stands, found without parsing."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = re.compile(r"^(?:(extern) +)?(module|def|type|model) +([A-Za-z_]\w*)", re.MULTILINE)
_PLACES = re.compile(r"\bfrom[ ]+([A-Za-z_][\w.]*(?:,[ ]*[A-Za-z_][\w.]*)*)")


class Entry(NamedTuple):
    """A declaration at text[start:end].

    kind: `module` and `function` for `extern module` and `extern def`; `def`, `type`, `model`, and `layer` for
        a module written in the language.
    places: what stands behind `from`, such as `("torch.nn.functional", "torch", "Tensor")`.
    """

    name: str
    kind: str
    places: tuple[str, ...]
    start: int
    end: int


def index(text: str) -> list[Entry]:
    """The declarations of a file in order: lines that begin, without indentation, with their words.

    What stands between two declarations counts to the first of them.
    """
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    entries: list[Entry] = []
    for head, end in zip(heads, ends):
        extern, word, name = head.groups()
        if extern:
            kind = "function" if word == "def" else word
            places = _places(text, head.end(), end)
        else:
            kind = "layer" if word == "module" else word
            places = ()
        entries.append(Entry(name, kind, places, head.start(), end))
    return entries


def _places(text: str, start: int, end: int) -> tuple[str, ...]:
    for found in _PLACES.finditer(text, start, end):
        line = text.rfind("\n", start, found.start()) + 1
        if "#" not in text[max(line, start) : found.start()]:
            return tuple(place.strip() for place in found[1].split(","))
    return ()
