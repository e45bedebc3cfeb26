"""`nnspec stub`: what Python's signature says stands in the declaration, and the declaration checks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nnspec
from nnspec.cli.main import main

PACKAGE = """
from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable, Literal, Optional, Sequence

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from nowhere import Thing


class Attention(nn.Module):
    def __init__(
        self,
        dim: int,
        heads: int = 8,
        *,
        causal: bool = False,
        scale: float | None = None,
        mode: Literal["full", "local"] = "full",
        act: type[nn.Module] = nn.GELU,
        norm=partial(nn.LayerNorm, eps=1e-6),
        window: tuple[int, int] = (7, 7),
        sizes: Sequence[int] = (),
        drop: int | float = 0,
        **kwargs,
    ):
        super().__init__()

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, chunk: int = 64) -> tuple[Tensor, Tensor]:
        return x, x


class Late(nn.Module):
    def __init__(self, thing: Thing, depth: int, width=3, *layers: nn.Module):
        super().__init__()

    def forward(self, x, y=None):
        return x


class Plain:
    pass


def smooth(x: Tensor, width: int = 3, limit=float("inf"), *, key: Callable[[int], int] = abs) -> Tensor:
    return x


number = 3
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package in the working folder."""
    (tmp_path / "stubbed_pkg").mkdir()
    (tmp_path / "stubbed_pkg" / "attn.py").write_text(PACKAGE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield "stubbed_pkg.attn"
    for name in [name for name in sys.modules if name.startswith("stubbed_pkg")]:
        del sys.modules[name]


def declaration(target: str, capsys: pytest.CaptureFixture[str], folder: Path) -> str:
    """What the command writes, which has to be a spec without mistakes."""
    assert main(["stub", target]) == 0
    text = capsys.readouterr().out
    spec = folder / "stub.nnspec"
    spec.write_text(text)
    report = nnspec.check(spec)
    assert not report.diagnostics, report.diagnostics
    return text


def test_a_class(package: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert declaration(f"{package}:Attention", capsys, tmp_path) == """\
extern module Attention(
    dim: int,
    heads: int = 8,
    *,
    causal: bool = False,
    scale: float? = None,
    mode: "full" | "local" = "full",
    act: layer = GELU,
    norm: any? = None,  # functools.partial(<class 'torch.nn.modules.normalization.LayerNorm'>, eps=1e-06) in Python
    window: (int, int) = (7, 7),
    sizes: list[int] = [],
    drop: float = 0,
    # **kwargs: declare those that you use, one by one
) from stubbed_pkg.attn:
    # declare the parameters, for counts and paths: param weight: [dim, 4 * dim]
    # say the shapes: [B, T, dim] in place of tensor, and `where` for what they must meet
    def forward(x: tensor, mask: tensor? = None, chunk: int = 64) -> (tensor, tensor)
"""


def test_annotations_that_cannot_be_evaluated(
    package: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = declaration(f"{package}:Late", capsys, tmp_path)
    assert "    thing: any,  # Thing in Python\n    depth: int,\n    width: int = 3,\n" in text
    assert "def forward(x: tensor, y: tensor? = None) -> tensor" in text


def test_a_function(package: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = declaration(f"{package}:smooth", capsys, tmp_path)
    assert "extern def smooth(" in text and "limit: float = inf" in text
    assert "key: layer? = None,  # <built-in function abs> in Python" in text and text.endswith(
        " -> tensor from stubbed_pkg.attn\n"
    )


@pytest.mark.parametrize("name", ["Conv2d", "LSTM", "TransformerEncoderLayer", "Linear"])
def test_layers_of_torch(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert f"extern module {name}(" in declaration(f"torch.nn:{name}", capsys, tmp_path)


@pytest.mark.parametrize(
    "target, said",
    [
        ("stubbed_pkg.attn", "is not of the form MODULE:NAME"),
        ("stubbed_pkg.atn:X", "cannot import stubbed_pkg.atn: ModuleNotFoundError"),
        ("stubbed_pkg.attn:Atention", "has no Atention; did you mean Attention?"),
        ("stubbed_pkg.attn:Plain", "Plain has no forward"),
        ("stubbed_pkg.attn:number", "number is neither a class nor a function"),
        ("torch:relu", "no signature found"),
    ],
)
def test_what_cannot_be_declared(
    package: str, target: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stub", target]) == 2
    assert said in capsys.readouterr().err
