"""The state of nnspec's own files, so that nothing which other code has made is ever taken for ours."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What is made of a text follows from these: code, declarations of the library, the grammar.
_SUFFIXES = (".py", ".nnspec", ".lark")
# The model library is input like any other; Python keeps its own cache beside the code.
_LEFT_OUT = ("specs", "pages", "__pycache__")


def code_state(*parts: str) -> str | None:
    """This Python and every file of the package with its size and time; None where they are no files (a zip).

    parts: folders and modules of the package, where only these count.
    """
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        files: list[str] = []
        for path in [_place(top, part) for part in parts or (".", "grammar")]:
            files += [_file(path, os.stat(path))] if path.endswith(".py") else _files(path)
        files.sort()
    except OSError:
        return None
    return "\n".join((sys.version, sys.implementation.cache_tag or "", *files))


def _place(top: str, part: str) -> str:
    """Where a part of the package is: in a checkout the grammar stands beside it."""
    path = os.path.join(top, part)
    return path if os.path.exists(path) else os.path.join(os.path.dirname(top), part)


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(_SUFFIXES):
                yield _file(entry.path, entry.stat())
            elif "." not in name and name not in _LEFT_OUT and entry.is_dir():
                yield from _files(entry.path)


def _file(path: str, about: os.stat_result) -> str:
    return f"{path} {about.st_size} {about.st_mtime_ns}"
