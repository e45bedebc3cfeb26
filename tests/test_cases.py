"""The cases: one Markdown file a behaviour, with the spec, the diagnostics and the Python side by side.

A case holds a block ```` ```nnspec ````, perhaps further files as ```` ```nnspec other.nnspec ```` (those below
`installed` are of installed packages), and what the compiler says of it: ```` ```diagnostics ```` (empty where there are none) and, where the spec
has no errors, ```` ```python ````. `pytest tests/test_cases.py --update` writes these two anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.render import choose
from nnspec.project import Project

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.rglob("*.md"))
# What no short text can show: a file that is too large, one that is not UTF-8, a nesting of some hundred levels; what
# a build finds where an older torch is installed.
UNSHOWN = {"E0001", "E0006", "E0237", "W0219"}
BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _compile(text: str, folder: Path) -> dict[str, str]:
    """The outputs of a case by the name of their block."""
    folder = folder / "specs"
    main = folder / "case.nnspec"
    for kind, name, content in BLOCK.findall(text):
        if kind == "nnspec":
            path = folder / (name.strip() or "case.nnspec")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    report = Project(folder).check(main)
    said = choose("human")(list(report.diagnostics), color=False) if report.diagnostics else ""
    outputs = {"diagnostics": said.replace(f"{folder}/", "").replace(str(folder), ".").strip("\n")}
    if report.ok:
        built = Project(folder).build(main)
        outputs["python"] = (
            built.text.replace(f"{folder}/", "").replace(str(folder), ".").strip("\n")
        )
    return outputs


def _updated(text: str, outputs: dict[str, str]) -> str:
    """The case with its outputs written anew, behind the last block of the spec."""
    kept = BLOCK.sub(lambda m: m.group(0) if m.group(1) == "nnspec" else "", text).rstrip() + "\n"
    for kind, content in outputs.items():
        kept += f"\n```{kind}\n{content}{chr(10) if content else ''}```\n"
    return kept


@pytest.mark.parametrize("path", CASES, ids=lambda p: str(p.relative_to(FOLDER))[:-3])
def test_case(path: Path, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the compiler says and writes is what the case shows."""
    monkeypatch.syspath_prepend(tmp_path / "specs" / "installed")
    text = path.read_text(encoding="utf-8")
    outputs = _compile(text, tmp_path)
    expected = {k: c.strip("\n") for k, _, c in BLOCK.findall(text) if k != "nnspec"}
    if update and outputs != expected:
        path.write_text(_updated(text, outputs), encoding="utf-8")
        return
    assert outputs == expected


def test_every_code_has_a_case() -> None:
    """Each code of the registry is shown by a case."""
    shown = {
        code
        for path in CASES
        for kind, _, content in BLOCK.findall(path.read_text(encoding="utf-8"))
        if kind == "diagnostics"
        for code in re.findall(r"[EW]0\d{3}", content)
    }
    assert set(CODES) - shown == UNSHOWN
