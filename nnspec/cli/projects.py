"""The project that each spec of a command line belongs to."""

from __future__ import annotations

import os

from nnspec.files import find_root, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nnspec.cache.results import Results
    from nnspec.cli.specfiles import SpecFile
    from nnspec.diagnostics.diagnostic import Diagnostic
    from nnspec.project import Project

    ProjectFactory = Callable[[str | Path | None], Project]


class Projects:
    """Makes projects, one for each root folder, so that what several specs import is compiled once.

    make: a project from its root folder.
    results: of earlier runs, where there may be any.
    """

    def __init__(self, make: ProjectFactory, results: Results | None = None) -> None:
        self._make = make
        self._results = results
        self._made: dict[str, Project] = {}

    def of(self, spec: SpecFile) -> Project:
        """The project whose root the imports of a spec may not leave."""
        return self._under(root_of(spec))

    def check(self, spec: SpecFile) -> list[Diagnostic]:
        """What is wrong, or doubtful, in a spec: remembered from an earlier run, or found and remembered.

        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        root = root_of(spec)
        if self._results is None:
            return list(self._under(root).check(spec.name, spec.text).diagnostics)
        known = self._results.recall(spec.name, root, spec.text)
        if known is not None:
            return known
        entry = self._under(root).entry(spec.name, spec.text)
        assert entry.report is not None
        found = list(entry.report.diagnostics)
        *imported, _ = entry.closure()
        sources = [(each.path, each.source, each.module) for each in (entry, *imported)]
        self._results.keep(root, sources, found)
        return found

    def _under(self, root: str) -> Project:
        if root not in self._made:
            self._made[root] = self._make(root)
        return self._made[root]


def remembered(wanted: bool) -> Results | None:
    """The results of earlier runs; None where they are not wanted, or NNSPEC_NO_CACHE says that there are none."""
    if not wanted or os.environ.get("NNSPEC_NO_CACHE"):
        return None
    from nnspec.cache.results import Results

    return Results(read)


def root_of(spec: SpecFile) -> str:
    """The folder that the imports of a spec may not leave.

    It is the nearest folder around the spec with a `.git` or a `pyproject.toml`; where there is none, the folder
    that was named on the command line, else the working folder, else the spec's own.
    """
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
