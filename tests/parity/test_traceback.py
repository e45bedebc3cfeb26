"""Where a loaded model fails, the traceback shows the spec."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import nnspec

TEXT = """\
def halve(x: [*N]) -> [*N]:
    return x / 2

module Inner(dim: int):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        x = halve(x)
        x = x
            |> fc
            |> relu
        return x

module Net(dim: int = 4):
    inner = Inner(dim)
    table = Embedding(3, 4)

    def forward(x: [B, dim], i: int64[B]) -> [B, dim]:
        x = inner(x)
        return x + table(i)
"""


def failure(model: torch.nn.Module, *inputs: object) -> str:
    """The traceback of a call that torch refuses."""
    with pytest.raises((RuntimeError, IndexError)) as caught:
        model(*inputs)
    return "".join(traceback.format_exception(caught.value))


def assert_shows(text: str, path: Path, line: int) -> None:
    """The traceback names the spec, the line, and quotes it."""
    assert f'"{path}", line {line}' in text or f"{path}:{line}" in text, text
    assert path.read_text(encoding="utf-8").splitlines()[line - 1].strip() in text, text


def test_a_call_with_a_wrong_shape(spec: Callable[..., Path]) -> None:
    """Every frame of the way down: the outer module, then the inner one."""
    path = spec(TEXT)
    text = failure(nnspec.load(f"{path}:Net"), torch.randn(2, 5), torch.tensor([0, 1]))
    assert_shows(text, path, 19)
    shown = text.split(f'"{path}", line ')
    assert any(frame.startswith(("9,", "10,", "11,")) for frame in shown), text


def test_a_call_with_a_wrong_value(spec: Callable[..., Path]) -> None:
    path = spec(TEXT)
    text = failure(nnspec.load(f"{path}:Net"), torch.randn(2, 4), torch.tensor([0, 3]))
    assert_shows(text, path, 20)
    assert "out of range" in text


def test_lines_survive_a_second_load(spec: Callable[..., Path]) -> None:
    """An edit moves the lines of models loaded after it, not those of models loaded before."""
    path = spec(TEXT)
    before = nnspec.load(f"{path}:Net")
    spec("# A line more.\n" + TEXT)
    after = nnspec.load(f"{path}:Net")
    inputs = torch.randn(2, 4), torch.tensor([0, 3])
    assert f'"{path}", line 21' in failure(after, *inputs)
    assert f'"{path}", line 20' in failure(before, *inputs)


def test_a_text_without_a_file() -> None:
    model = nnspec.loads(TEXT)
    text = failure(model, torch.randn(2, 4), torch.tensor([0, 3]))
    assert "line 20" in text or ":20" in text, text
    assert "return x + table(i)" in text, text


def test_an_imported_spec(spec: Callable[..., Path]) -> None:
    """A failure in another file is shown there."""
    inner = spec(TEXT, "inner.nnspec")
    outer = spec(
        """from .inner import Net

module Outer:
    net = Net(4)

    def forward(x: [B, 4], i: int64[B]) -> [B, 4]:
        return net(x, i)
""",
        "outer.nnspec",
    )
    text = failure(nnspec.load(outer), torch.randn(2, 4), torch.tensor([0, 3]))
    assert_shows(text, outer, 7)
    assert_shows(text, inner, 20)
