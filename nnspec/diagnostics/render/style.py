"""Color for a terminal, or none."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_ESCAPES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "strong": "\x1b[1m",
    "frame": "\x1b[1;34m",
    "second": "\x1b[1;34m",
    "help": "\x1b[1;36m",
    "added": "\x1b[32m",
    "removed": "\x1b[31m",
}


class Style:
    """Puts a role's color around a text where color is on."""

    def __init__(self, color: bool = False) -> None:
        self.color = color

    def paint(self, role: str, text: str) -> str:
        """The text in the color of a role; a role of "" has none."""
        if not self.color or not role or not text:
            return text
        return f"{_ESCAPES[role]}{text}\x1b[0m"


def wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to color what goes to `stream`: a terminal, unless NO_COLOR is set; FORCE_COLOR stands for a terminal.

    As https://no-color.org and https://force-color.org have it: a variable that is set but empty does not count.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    if environ.get("TERM") == "dumb":
        return False
    return stream.isatty()
