"""Specs on the disk: how their text is read, and the folder that their imports may not leave."""

from __future__ import annotations

import os

from nnspec.source import plain_newlines

SUFFIX = ".nnspec"
MOST = 2_000_000  # characters of one file


def read(path: str) -> str:
    """The text of a spec; of one that is longer than any may be, enough to tell.

    Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
    """
    with open(path, "rb") as file:
        # One byte more than any allowed text has tells that there are too many.
        data = file.read(4 * MOST + 1)
    return plain_newlines(data.decode("utf-8", "ignore" if len(data) > 4 * MOST else "strict"))


def find_root(name: str) -> str:
    """The folder that imports of a file may not leave: the nearest one with `.git` or `pyproject.toml`, else its own."""
    own = os.path.dirname(os.path.realpath(name))
    folder = own
    while True:
        for mark in (".git", "pyproject.toml"):
            if os.path.exists(os.path.join(folder, mark)):
                return folder
        above = os.path.dirname(folder)
        if above == folder:
            return own
        folder = above
