"""Mistakes in small programs, of images and patches (`vision`) and of whole models (`models`): torch refuses what is wrong, and the checker says what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.project import Project, Report
from nnspec.semantics.remedies.trial import applied
from tests.bugs import diffs
from tests.bugs.diffs import Bug

BUGS = [bug for path in sorted(diffs.FOLDER.glob("*/*.txt")) for bug in diffs.read(path)]

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")


def _check(text: str, folder: Path) -> Report:
    return Project(root=folder).check(folder / "bug.nnspec", text)


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_torch(bug: Bug) -> None:
    """Torch raises at the step, and runs the mended program."""
    assert diffs.run(bug.broken) == bug.fails
    assert diffs.run(bug.mended) is None


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_checker(bug: Bug, tmp_path: Path) -> None:
    """The checker tells it at the step with the number that mends it, and accepts the mended program."""
    text, places = diffs.spec(bug.broken)
    found = _check(text, tmp_path).errors
    assert found
    lines = {label.span.line for each in found for label in each.labels}
    assert lines & places[bug.fails]
    told = "\n".join(map(_words, found))
    assert all(part in told for part in bug.says), told
    assert _check(diffs.spec(bug.mended)[0], tmp_path).ok


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_fix(bug: Bug, tmp_path: Path) -> None:
    """The fix that is offered takes the mistake away."""
    text, _ = diffs.spec(bug.broken)
    for mistake in _check(text, tmp_path).errors:
        if mistake.fix is not None:
            left = _check(applied(text, mistake.fix.edits), tmp_path).errors
            place = mistake.code, mistake.span.line
            assert place not in [(each.code, each.span.line) for each in left]


def _words(mistake: Diagnostic) -> str:
    labels = [label.message for label in mistake.labels]
    return "\n".join([mistake.message, *labels, *mistake.notes, mistake.help or ""])
