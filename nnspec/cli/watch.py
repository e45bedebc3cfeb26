"""`nnspec check --watch`: check again whenever a spec, or one that it imports, is saved."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nnspec.cli.console import Console
from nnspec.cli.findings import show, strictly
from nnspec.cli.projects import Projects
from nnspec.cli.readers import without_read
from nnspec.cli.specfiles import SUFFIX, SpecFile, gather
from nnspec.cli.trouble import Trouble, at_work, reason
from nnspec.diagnostics.render.summary import counted, summary

if TYPE_CHECKING:
    from argparse import Namespace
    from types import SimpleNamespace

    from nnspec.cli.projects import ProjectFactory
    from nnspec.project import Project, Report

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_TICK = (
    500  # milliseconds; so much later, at most, a change is seen that comes while the watch begins
)


def run(arguments: Namespace | SimpleNamespace, console: Console, projects: ProjectFactory) -> int:
    """Check and show, and again after each change, until the user interrupts (KeyboardInterrupt) or nobody reads on.

    Returns the exit code. Raises Trouble where watchfiles is not installed, or a path is wrong when the watch begins.
    """
    try:
        from watchfiles import watch
    except ModuleNotFoundError as missing:
        if missing.name != "watchfiles":
            raise
        raise Trouble(
            "--watch needs the package watchfiles", hint="pip install 'nnspec[watch]'"
        ) from missing
    gc.enable()  # Unlike other commands this one stays.
    gather(arguments.paths)
    checking = _Checking(arguments, console, Projects(projects))
    checking.look()
    while not console.closed:
        folders = checking.folders()
        first = True
        # Folders and not files: an editor that saves by renaming puts another file in the place of the first.
        for changes in watch(
            *folders,
            watch_filter=_concerns_specs,
            recursive=False,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if changes or first:
                checking.look()
                if console.closed or checking.folders() != folders:
                    break
            first = False
    return 0


def _concerns_specs(change: object, path: str) -> bool:
    """Whether a change is of a spec, or perhaps of a folder of specs."""
    name = os.path.basename(path)
    return name.endswith(SUFFIX) or "." not in name


class _Checking:
    """What the specs of a command line are found to be, look by look."""

    def __init__(
        self, arguments: Namespace | SimpleNamespace, console: Console, compilers: Projects
    ) -> None:
        self._arguments = arguments
        self._console = console
        self._compilers = compilers
        self._reports: dict[str, Report] | None = None
        self._problems: list[str] = []
        self._specs: list[SpecFile] = []

    def look(self) -> None:
        """Check what is new or changed, and show all findings where anything is."""
        problems = self._gather()
        reports: dict[str, Report] = {}
        for spec in self._specs:
            try:
                with at_work(f"checking {spec.name}"):
                    reports[spec.name] = self._compilers.of(spec).check(spec.name)
            except (
                OSError,
                UnicodeDecodeError,
            ) as error:  # gone, or half written, since it was found
                why = reason(error) if isinstance(error, OSError) else "it is not UTF-8"
                problems.append(f"cannot read {spec.name}: {why}")
        before = self._reports or {}
        again = [name for name, new in reports.items() if _is_new(before.get(name), new)]
        same = before.keys() == reports.keys() and problems == self._problems
        if again or not same or self._reports is None:
            self._show(reports, problems, None if self._reports is None else again)
        self._reports, self._problems = reports, problems

    def folders(self) -> list[str]:
        """The folders in which a change may matter."""
        found: set[str] = set()
        for path in self._arguments.paths:
            if os.path.isdir(path):
                for top, below, _ in os.walk(path):
                    below[:] = [name for name in below if not name.startswith(".")]
                    found.add(os.path.abspath(top))
            else:
                found.add(os.path.dirname(os.path.abspath(path)))
        for spec in self._specs:
            found |= {os.path.dirname(each) for each in self._imported(spec)}
        # A folder that is gone is waited for in the one above.
        return sorted({_standing(folder) for folder in found})

    def _gather(self) -> list[str]:
        """Find the specs; what is wrong with paths meanwhile, a line each."""
        found: dict[str, SpecFile] = {}
        problems: list[str] = []
        for path in self._arguments.paths:
            try:
                for spec in gather([path]):
                    found.setdefault(os.path.abspath(spec.name), spec)
            except Trouble as trouble:
                problems += trouble.problems
        self._specs = list(found.values())
        return problems

    def _imported(self, spec: SpecFile) -> set[str]:
        project: Project = self._compilers.of(spec)
        found: set[str] = set()
        waiting = [spec.path]
        while waiting:
            try:
                targets = project.imports(waiting.pop())
            except (OSError, UnicodeDecodeError):
                continue
            for target in targets:
                whole = os.path.abspath(target)
                if whole not in found:
                    found.add(whole)
                    waiting.append(Path(target))
        return found

    def _show(
        self, reports: dict[str, Report], problems: list[str], again: list[str] | None
    ) -> None:
        console, form = self._console, self._arguments.format
        if console.out.isatty():
            console.write(_CLEAR)
        found = [d for report in reports.values() for d in report.diagnostics]
        with suppress(OSError, UnicodeDecodeError):  # a spec is gone since it was checked
            found = without_read(found, self._specs, self._compilers)
        found = strictly(found, self._arguments.strict)
        show(console, found, form, console.out)
        lines = [f"nnspec: {problem}\n" for problem in problems]
        if form == "human":
            lines.append(summary(found, len(reports)))
        done = ""
        if again is not None:
            names = again[0] if len(again) == 1 else counted(len(again), "file")
            done = f"{names if again else 'nothing'} checked again; "
        lines.append(f"{done}watching {counted(len(reports), 'spec')}, Ctrl-C ends\n")
        console.write("".join(lines))


def _is_new(old: Report | None, new: Report) -> bool:
    """Whether a report is of another text than the one before.

    A project gives the same report for the same texts, except where an import is wrong, as that can change with
    files that it knows nothing of.
    """
    if new is old:
        return False
    missing = any(d.code.startswith("E023") for d in new.diagnostics)
    return old is None or not missing or _told(old) != _told(new)


def _told(report: Report) -> list[tuple[str, str, str, int]]:
    return [(d.code, d.message, d.span.source.text, d.span.start) for d in report.diagnostics]


def _standing(folder: str) -> str:
    """The folder, or the nearest one above it that is there."""
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder
