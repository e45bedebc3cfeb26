"""Models of images, shapes and scenes, against hand-written PyTorch."""

from __future__ import annotations

import pytest

import nnspec

from .cases_vision import VISION
from .harness import SPECS, BuiltSpecs, Case, assert_parity

PATHS = sorted({case.path for case in VISION})


@pytest.mark.parametrize("path", PATHS)
def test_spec_is_correct(path: str) -> None:
    report = nnspec.check(SPECS / path)
    assert report.ok and not report.warnings, str(report)


@pytest.mark.parametrize("case", VISION, ids=str)
def test_in_memory(case: Case) -> None:
    assert_parity(case.load, case)


@pytest.mark.parametrize("case", VISION, ids=str)
def test_built(case: Case, built: BuiltSpecs) -> None:
    assert_parity(lambda: built.make(case), case)
