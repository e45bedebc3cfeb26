"""`nnspec check --fix` and `--diff`: specs with the fixes of their findings applied."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nnspec.cli.findings import failed, show, strictly
from nnspec.cli.projects import Projects
from nnspec.cli.readers import without_read
from nnspec.cli.trouble import Trouble, at_work, reason
from nnspec.cli.writing import replace_files
from nnspec.diagnostics.mend import mend
from nnspec.diagnostics.render.summary import counted, fixed_summary
from nnspec.files import content, decoded
from nnspec.record import Record

if TYPE_CHECKING:
    from argparse import Namespace
    from types import SimpleNamespace

    from nnspec.cli.console import Console
    from nnspec.cli.projects import ProjectFactory
    from nnspec.cli.specfiles import SpecFile
    from nnspec.diagnostics.diagnostic import Applicability, Diagnostic

# How often a spec is looked at again. A fix may bring the next one to light, but two that undo each other
# would go on for ever.
ROUNDS = 100


class Draft(Record, frozen=False, eq=False):
    """A spec on its way to being mended.

    before: what the file, or standard input, held; text: with the fixes so far; fixes: how many these are.
    kept: the text and the count of the last round after which the spec could be parsed.
    finished: why no more fixes are applied, where that is not for want of them.
    """

    spec: SpecFile
    before: str
    text: str
    fixes: int = 0
    kept: tuple[str, int] | None = None
    finished: str = ""
    found: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether mending has changed the text."""
        return self.text != self.before


def run(
    specs: Sequence[SpecFile],
    arguments: Namespace | SimpleNamespace,
    console: Console,
    projects: ProjectFactory,
) -> int:
    """Mend specs in memory until nothing more can be mended; then write them, or show how they would change.

    A spec from standard input goes mended to standard output, and findings then to standard error.
    Returns the exit code. Raises Trouble where a file cannot be read or written, or has changed meanwhile.
    """
    wanted: tuple[Applicability, ...] = ("safe", "maybe") if arguments.unsafe_fixes else ("safe",)
    drafts = [_read(spec) for spec in specs]
    _mend(drafts, Projects(projects), wanted)
    found = strictly((d for draft in drafts for d in draft.found), arguments.strict)
    changed = [draft for draft in drafts if draft.changed]
    fixes = sum(draft.fixes for draft in changed)
    for draft in drafts:
        if draft.finished:
            console.write(f"nnspec: {draft.spec.name}: {draft.finished}\n", console.err)
    if arguments.diff:
        from nnspec.cli.difference import difference

        color = console.colored()
        console.write("".join(difference(d.spec.name, d.before, d.text, color) for d in changed))
        summary = fixed_summary(fixes, len(changed), found, len(drafts), would=True)
        console.write(summary, console.err)
        return 1 if changed or failed(found) else 0
    _write([draft for draft in changed if draft.spec.text is None])
    stream: TextIO = console.out
    for draft in drafts:
        if draft.spec.text is not None:
            console.write(draft.text)
            stream = console.err
    show(console, found, arguments.format, stream)
    human = arguments.format == "human"
    summary = fixed_summary(fixes, len(changed), found, len(drafts))
    console.write(summary, stream if human else console.err)
    return 1 if failed(found) else 0


def _read(spec: SpecFile) -> Draft:
    if spec.text is not None:
        return Draft(spec, spec.text, spec.text)
    try:
        text = decoded(*content(spec.name))
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is not UTF-8"
        raise Trouble(f"cannot read {spec.name}: {why}") from error
    return Draft(spec, text, text)


def _mend(drafts: Sequence[Draft], compilers: Projects, wanted: Collection[Applicability]) -> None:
    """Apply fixes to all specs in turn until there are none, as what one gives may mend those that import it."""
    edited: dict[str, str] = {}
    for _ in range(ROUNDS):
        moved = False
        for draft in drafts:
            _check(draft, drafts, compilers, edited)
            moved |= _step(draft, wanted)
            if draft.changed:
                edited[os.path.realpath(draft.spec.name)] = draft.text
        if not moved:
            return
    for draft in drafts:
        _check(draft, drafts, compilers, edited)
        if mend(draft.text, draft.spec.name, draft.found, wanted).fixes and not draft.finished:
            draft.finished = f"fixes were still changing it after {counted(ROUNDS, 'round')}"


def _check(
    draft: Draft, drafts: Sequence[Draft], compilers: Projects, edited: Mapping[str, str]
) -> None:
    project = compilers.of(draft.spec)
    project.edited = edited
    with at_work(f"checking {draft.spec.name}"):
        found = project.check(draft.spec.name, draft.text).diagnostics
        draft.found = tuple(without_read(found, [each.spec for each in drafts], compilers))


def _step(draft: Draft, wanted: Collection[Applicability]) -> bool:
    """Apply the fixes of what was found; whether that has changed the text."""
    if draft.finished:
        return False
    if _parsed(draft.found):
        draft.kept = draft.text, draft.fixes
    elif draft.kept is not None:
        draft.text, draft.fixes = draft.kept
        draft.finished = "a fix would have broken the syntax, and was not applied"
        return True
    mended = mend(draft.text, draft.spec.name, draft.found, wanted)
    if mended.text == draft.text:
        return False
    draft.text = mended.text
    draft.fixes += len(mended.fixes)
    return True


def _parsed(found: Collection[Diagnostic]) -> bool:
    return not any(d.code.startswith(("E00", "E01")) for d in found)


def _write(drafts: Sequence[Draft]) -> None:
    contents: dict[Path, bytes] = {}
    for draft in drafts:
        path = Path(os.path.realpath(draft.spec.name))
        if _read(draft.spec).before != draft.before:
            raise Trouble(f"{draft.spec.name} was changed while it was mended; nothing is written")
        contents[path] = draft.text.encode()
    replace_files(contents)
