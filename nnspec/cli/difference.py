"""How a file would change, as a unified diff."""

from __future__ import annotations

from difflib import unified_diff

from nnspec.diagnostics.render.style import Style


def difference(name: str, before: str, after: str, color: bool) -> str:
    """The diff from one text to another of the file `name`, which `patch -p0` can apply."""
    style = Style(color)
    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(_painted(line, style) for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with their ends. Newlines alone end lines here, as in `diff`."""
    lines = text.split("\n")
    ended = [line + "\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _painted(line: str, style: Style) -> str:
    if not line.endswith("\n"):
        line += "\n\\ No newline at end of file\n"
    roles = (
        ("+++", "strong"),
        ("---", "strong"),
        ("@@", "frame"),
        ("+", "added"),
        ("-", "removed"),
    )
    role = next((role for sign, role in roles if line.startswith(sign)), "")
    return style.paint(role, line[:-1]) + "\n"
