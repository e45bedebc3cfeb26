"""The table of codes: complete, sorted, each code and name once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnspec.diagnostics.registry import CODES

PACKAGE = Path(__file__).resolve().parents[2] / "nnspec"
PAGES = PACKAGE / "diagnostics" / "pages"


def test_codes_are_sorted_and_names_are_single() -> None:
    assert list(CODES) == sorted(CODES)
    assert len({code.name for code in CODES.values()}) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_entry_is_well_formed(code: str) -> None:
    entry = CODES[code]
    assert re.fullmatch(r"[EW]0[0-9]{3}", code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name)
    assert entry.severity == ("warning" if code.startswith("W") else "error")
    assert entry.summary.endswith(".") and re.match("[A-Z`]", entry.summary)


def test_every_code_that_is_reported_is_registered() -> None:
    used = set()
    for path in PACKAGE.rglob("*.py"):
        used.update(re.findall(r'"([EW]0\d{3})"', path.read_text("utf-8")))
    assert used and used <= set(CODES), sorted(used - set(CODES))


def test_pages_are_headed_by_their_code_and_belong_to_one() -> None:
    for path in PAGES.glob("*.md"):
        code = CODES[path.stem]
        assert path.read_text("utf-8").startswith(f"# {code.code}: {code.name}\n\n{code.summary}\n")
