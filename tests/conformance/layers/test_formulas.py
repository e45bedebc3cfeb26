"""Sizes of layers as formulas of names: torch gives them, the checker proves them and passes no others without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from nnspec.project import Project

LINES = [
    line
    for line in (Path(__file__).parent / "formulas.txt").read_text().splitlines()
    if not line.startswith("#")
]
SIZES = [
    {"B": 2, "C": 3, "N": (4, 5), "S": (6,), "T": 23, "H": 9, "W": 12},
    {"B": 1, "C": 1, "N": (), "S": (3, 4), "T": 30, "H": 14, "W": 11},
]
_TENSOR = re.compile(r"(\w*)(\[[^\]]*\])")


def _parts(line: str) -> tuple[str, str, str, str]:
    layer, sizes, wrong = line.split(" | ")
    given, result = sizes.split(" -> ")
    return layer, given, result, wrong


def _tensors(text: str, sizes: dict[str, object]) -> list[tuple[str, tuple[int, ...]]]:
    """The dtypes and sizes of the tensors in a text, with numbers for the names."""
    return [(m[1] or "float32", tuple(eval(m[2], dict(sizes)))) for m in _TENSOR.finditer(text)]


@pytest.mark.parametrize("line", LINES)
def test_torch_gives_the_formula(line: str) -> None:
    layer, given, result, _ = _parts(line)
    for sizes in SIZES:
        inputs = [
            torch.zeros(shape, dtype=getattr(torch, dtype))
            for dtype, shape in _tensors(given, dict(sizes))
        ]
        module = eval(layer, dict(vars(nn))).eval()
        found = module(*inputs)
        found = found if isinstance(found, tuple) else (found,)
        shown = [(str(x.dtype).removeprefix("torch."), tuple(x.shape)) for x in found]
        assert shown == _tensors(result, dict(sizes))


@pytest.mark.parametrize("line", LINES)
def test_the_checker_proves_it_and_no_other(line: str) -> None:
    layer, given, result, wrong = _parts(line)
    inputs = [f"x{i}: {m[0]}" for i, m in enumerate(_TENSOR.finditer(given))]
    names = ", ".join(f"x{i}" for i in range(len(inputs)))
    reports = []
    for claim in (result, wrong):
        spec = (
            f"module Net:\n    layer = {layer}\n\n"
            f"    def forward({', '.join(inputs)}) -> {claim}:\n        return layer({names})\n"
        )
        reports.append(Project().check(Path("case.nnspec"), spec))
    assert not reports[0].diagnostics, str(reports[0])
    assert reports[1].diagnostics, wrong
