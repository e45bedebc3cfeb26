"""The project that each spec of a command line belongs to."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from nnspec.cli.specfiles import SpecFile

if TYPE_CHECKING:
    from pathlib import Path

    from nnspec.project import Project

    ProjectFactory = Callable[[str | Path | None], Project]


class Projects:
    """Makes projects, one for each root folder, so that what several specs import is compiled once.

    make: a project from its root folder.
    """

    def __init__(self, make: ProjectFactory) -> None:
        self._make = make
        self._made: dict[str, Project] = {}

    def of(self, spec: SpecFile) -> Project:
        """The project whose root the imports of a spec may not leave."""
        root = root_of(spec)
        if root not in self._made:
            self._made[root] = self._make(root)
        return self._made[root]


def root_of(spec: SpecFile) -> str:
    """The folder that the imports of a spec may not leave.

    It is the nearest folder around the spec with a `.git` or a `pyproject.toml`; where there is none, the folder
    that was named on the command line, else the working folder, else the spec's own.
    """
    from nnspec.project import find_root

    own = os.path.dirname(os.path.realpath(spec.name))
    marked = find_root(spec.name)
    if marked != own:
        return marked
    if spec.inside is not None:
        return os.path.realpath(spec.inside)
    if any(os.path.exists(os.path.join(own, mark)) for mark in (".git", "pyproject.toml")):
        return own
    here = os.path.realpath(os.curdir)
    return here if (own + os.sep).startswith(here.rstrip(os.sep) + os.sep) else own
