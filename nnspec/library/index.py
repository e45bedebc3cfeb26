"""Where each declaration of a library file stands, found without parsing."""

from __future__ import annotations

import re

# Compiled with the first file that is read: mostly there is none, as indexes are kept.
_HEAD = r"^(?:(extern) +)?(module|def|type|model) +([A-Za-z_]\w*)"
_PLACES = r"\bfrom[ ]+([A-Za-z_][\w.]*(?:,[ ]*[A-Za-z_][\w.]*)*)"


TYPE_CHECKING = False
if TYPE_CHECKING:
    Row = tuple[str, str, int, int, tuple[str, ...]]


class Entry:
    """A declaration at text[start:end].

    kind: `module` and `function` for `extern module` and `extern def`; `def`, `type`, `model`, and `layer` for
        a module written in the language.
    """

    __slots__ = ("_head", "_places", "_text", "end", "kind", "name", "start")

    def __init__(self, kind: str, name: str, text: str, start: int, head: int, end: int) -> None:
        self.kind = kind
        self.name = name
        self.start = start
        self.end = end
        self._text = text
        self._head = head
        self._places: tuple[str, ...] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """What stands behind `from`, such as `("torch.nn.functional", "torch", "Tensor")`."""
        # Few of the hundreds of declarations are ever asked for.
        if self._places is None:
            extern = self.kind in ("module", "function")
            self._places = _places(self._text, self._head, self.end) if extern else ()
        return self._places


def row_of(entry: Entry) -> Row:
    """An entry as plain values."""
    return entry.kind, entry.name, entry.start, entry.end, entry.places


def entry_of(row: Row) -> Entry:
    """The entry of such values."""
    kind, name, start, end, places = row
    entry = Entry(kind, name, "", start, start, end)
    entry._places = places
    return entry


def index(text: str) -> list[Entry]:
    """The declarations of a file in order: lines that begin, without indentation, with their words.

    What stands between two declarations counts to the first of them.
    """
    heads = list(re.finditer(_HEAD, text, re.MULTILINE))
    ends = [head.start() for head in heads[1:]]
    ends.append(len(text))
    entries: list[Entry] = []
    for head, end in zip(heads, ends, strict=True):
        extern, kind, name = head.groups()
        if extern:
            kind = "function" if kind == "def" else kind
        elif kind == "module":
            kind = "layer"
        entries.append(Entry(kind, name, text, head.start(), head.end(), end))
    return entries


def _places(text: str, start: int, end: int) -> tuple[str, ...]:
    for found in re.compile(_PLACES).finditer(text, start, end):
        line = text.rfind("\n", start, found.start()) + 1
        before = text[max(line, start) : found.start()]
        # Neither in a comment nor in a string.
        if "#" not in before and before.count('"') % 2 == 0:
            return tuple(place.strip() for place in found[1].split(","))
    return ()
