"""Every mistake: torch refuses it, the checker finds it where it is and says what mends it; mended, both accept it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mend import mend
from nnspec.project import Project
from tests.bugs.by_torch import refused_at
from tests.bugs.gists import FOLDER, Gist, rows, spec

FILES = sorted(path.name for path in FOLDER.glob("*.jsonl"))
ROWS = [pytest.param(row, id=row["id"]) for name in FILES for row in rows(name)]


def _check(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    path = folder / "case.nnspec"
    path.write_text(text, encoding="utf-8")
    return tuple(Project(folder).check(path).diagnostics)


def _errors(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [d for d in found if d.severity == "error"]


def _lines(diagnostic: Diagnostic) -> set[int]:
    return {label.span.line for label in diagnostic.labels}


@pytest.mark.filterwarnings(
    "ignore:enable_nested_tensor", "ignore:LSTM with projections", "ignore:Using a target size"
)
@pytest.mark.parametrize("row", ROWS)
def test_torch(row: dict[str, Any]) -> None:
    """Torch raises at the step that is said to fail (only warns where the mistake is silent), and takes the mended ones."""
    if row.get("silent"):
        with pytest.warns(UserWarning, match="target size"):
            assert refused_at(row["gist"]) is None
    else:
        refused = refused_at(row["gist"])
        assert refused is not None
        assert refused[0] == row["gist"]["fails_at_step"], refused[1]
    assert refused_at(row["fix_gist"]) is None


@pytest.mark.parametrize("row", ROWS)
def test_found(row: dict[str, Any], tmp_path: Path) -> None:
    """One error (a warning where torch is silent), at the line of the step or of its layer, that says what to type."""
    gist: Gist = row["gist"]
    text, places = spec(gist)
    found = _check(text, tmp_path)
    if not row.get("silent"):
        found = tuple(_errors(found))
    assert len(found) == 1, found
    assert places[gist["fails_at_step"]] & _lines(found[0])
    if "says" in row:
        told = (
            [found[0].help or "", *(edit.text for edit in found[0].fix.edits)]
            if found[0].fix
            else [found[0].help or ""]
        )
        assert any(row["says"] in one for one in told), (row["says"], told)


@pytest.mark.parametrize("row", ROWS)
def test_mended(row: dict[str, Any], tmp_path: Path) -> None:
    """The mended steps are accepted, without a word on a loss that broadcasts."""
    found = _check(spec(row["fix_gist"])[0], tmp_path)
    assert not found, found


@pytest.mark.parametrize("row", ROWS)
def test_fix(row: dict[str, Any], tmp_path: Path) -> None:
    """A fix mends what it is for."""
    text = spec(row["gist"])[0]
    before = _check(text, tmp_path)
    mended = mend(text, before[0].span.source.path, before, ("safe", "maybe"))
    if not mended.fixes:
        return
    after = _check(mended.text, tmp_path)
    assert not _errors(after) or _errors(after)[0].message != _errors(before)[0].message, after
