"""Paths as a service knows them that shows findings in a repository: from its top."""

from __future__ import annotations

import os


def from_top(path: str) -> str | None:
    """A path from the top of the repository in which the process works, with `/`; None where it lies outside.

    path: relative to the working folder, or absolute. Without a repository, the working folder is the top.
    """
    top = _top()
    whole = os.path.abspath(path)
    if not whole.startswith(top.rstrip(os.sep) + os.sep):
        whole = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
        if not whole.startswith(top.rstrip(os.sep) + os.sep):
            return None
    return os.path.relpath(whole, top).replace(os.sep, "/")


def _top() -> str:
    here = folder = os.path.realpath(os.curdir)
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return here
    return folder
