"""Specs on the disk: how their text is read, and the folder that their imports may not leave."""

from __future__ import annotations

import os
from errno import EINVAL

from nnspec.source import MOST_CHARACTERS, plain_newlines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

SUFFIX = ".nnspec"


def content(path: str) -> tuple[bytes, bool]:
    """The bytes of a spec, and whether they are all of it; of one that is longer than any may be, enough to tell.

    Raises OSError where the file cannot be read, or is a pipe or a device, which may never end.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError(EINVAL, "it is no regular file", path)
    with open(path, "rb") as file:
        return bounded(file)


def bounded(file: BinaryIO) -> tuple[bytes, bool]:
    """The same of an open file."""
    # One byte more than any allowed text has tells that there are too many.
    most = 4 * MOST_CHARACTERS
    data = file.read(most + 1)
    return data, len(data) <= most


def decoded(data: bytes, whole: bool) -> str:
    """The text of a spec's bytes, of which the last character may be cut where they are not all.

    Raises UnicodeDecodeError where they are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if whole or error.start < len(data) - 3:
            raise
        return data[: error.start].decode("utf-8")


def read(path: str) -> str:
    """The text of a spec; of one that is longer than any may be, enough to tell.

    Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
    """
    return plain_newlines(decoded(*content(path)))


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
