"""The fixes of all findings of all cases and pages: each mends what it is offered for, and safe ones harm nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic, Fix
from nnspec.diagnostics.mend import mend
from nnspec.diagnostics.render.order import ordered
from nnspec.project import Project

TESTS = Path(__file__).resolve().parent
PAGES = TESTS.parent / "nnspec" / "diagnostics" / "pages"
BLOCK = re.compile(r"^```nnspec[ ]?([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROUNDS = 10


def specs() -> Iterator[tuple[str, dict[str, str], str]]:
    """The cases and the wrong specs of pages: a name, files by their names, and which of these is checked."""
    for path in sorted((TESTS / "cases").rglob("*.md")):
        blocks = BLOCK.findall(path.read_text("utf-8"))
        files = {name.strip() or "case.nnspec": text for name, text in blocks}
        yield str(path.relative_to(TESTS)), files, "case.nnspec"
    for path in sorted(PAGES.glob("*.md")):
        blocks = dict(BLOCK.findall(path.read_text("utf-8")))
        if "wrong" in blocks:
            yield path.stem, {"wrong.nnspec": blocks["wrong"]}, "wrong.nnspec"


SPECS = list(specs())


class Checked:
    """A spec among its files, and what is found in it."""

    def __init__(self, folder: Path, name: str, text: str) -> None:
        self.folder, self.path, self.text = folder, str(folder / name), text
        self.name = name
        self.found = ordered(Project(folder).check(self.path, text).diagnostics)

    @property
    def told(self) -> Counter[tuple[str, str]]:
        """The codes and messages."""
        return Counter((d.code, d.message) for d in self.found)

    @property
    def parsed(self) -> bool:
        """Whether its syntax is right, so that more than syntax was looked at."""
        return not any(d.code.startswith(("E00", "E01")) for d in self.found)

    def mended(self, *findings: Diagnostic) -> Checked:
        """The spec with the fixes of some findings."""
        result = mend(self.text, self.path, findings, ("safe", "maybe"))
        assert result.fixes, f"nothing was applied of {findings}"
        return Checked(self.folder, self.name, result.text)


@pytest.fixture
def checked(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Checked:
    """The spec of a parameter, its files on the disk."""
    monkeypatch.syspath_prepend(tmp_path / "installed")
    _, files, name = request.param
    for each, text in files.items():
        path = tmp_path / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Checked(tmp_path, name, files[name])


of_all_specs = pytest.mark.parametrize("checked", SPECS, ids=[s[0] for s in SPECS], indirect=True)


@of_all_specs
def test_each_fix_mends_its_finding(checked: Checked) -> None:
    """A safe fix brings nothing new, unless the whole file can be parsed with it and could not be before."""
    before = checked.told
    for finding in checked.found:
        if finding.fix is None:
            continue
        _orderly(finding.fix)
        after = checked.mended(finding)
        key = finding.code, finding.message
        assert after.told[key] < before[key], f"{key} stays after: {finding.fix.title}"
        if finding.fix.applicability == "safe" and (checked.parsed or not after.parsed):
            new = after.told - before
            assert not new, f"{key} is mended by {finding.fix.title}, which brings {dict(new)}"


@of_all_specs
def test_all_safe_fixes_together_come_to_an_end(checked: Checked) -> None:
    for _ in range(ROUNDS):
        safe = [d for d in checked.found if d.fix is not None and d.fix.applicability == "safe"]
        if not safe:
            return
        checked = checked.mended(*safe)
    pytest.fail(f"still to be fixed after {ROUNDS} rounds: {safe}")


def test_there_are_fixes_of_both_kinds(tmp_path: Path) -> None:
    """The other tests would pass without any."""
    kinds: Counter[str] = Counter()
    for _, files, name in SPECS:
        if name == "wrong.nnspec":
            found = Checked(tmp_path, name, files[name]).found
            kinds.update(d.fix.applicability for d in found if d.fix is not None)
    assert kinds["safe"] >= 10 and kinds["maybe"] >= 20


def _orderly(fix: Fix) -> None:
    """The edits of a fix lie in their texts, each changes something, and no two begin at one place."""
    for edit in fix.edits:
        assert 0 <= edit.span.start <= edit.span.end <= len(edit.span.source.text)
        assert edit.span.text != edit.text, f"{edit} changes nothing"
    assert len({edit.span.start for edit in fix.edits}) == len(fix.edits)
