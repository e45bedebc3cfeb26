"""`nnspec stub --compare`: declarations against the Python that they are of, arguments and parameters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnspec.cli.main import main

PYTHON = """
from torch import Tensor, nn


class Gate(nn.Module):
    def __init__(self, dim: int, bias: bool = True, *, rate: float = 0.1, act=nn.GELU, **rest) -> None:
        super().__init__()
        self.proj = nn.Linear(dim, 2 * dim, bias=bias)
        self.parts = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])

    def forward(self, x: Tensor, mask=None) -> Tensor:
        return x


def double(x: Tensor, factor: float = 2.0) -> Tensor:
    return 2 * x
"""
RIGHT = """
extern module Gate(dim: int, bias: bool = True, *, rate: float = 0.1, depth: int = 2) from compared.layers:
    proj = Linear(dim, 2 * dim, bias=bias)
    parts = [LayerNorm(dim) for _ in range(2)]

    def forward(x: [*N, dim]) -> [*N, dim]

extern def double(x: [*N], factor: float = 2) -> [*N] from compared.layers

model gate = Gate(4, rate=0.5)
model bare = Gate(4, False)
"""
WRONG = """
extern module Gate(bias: bool = False, dim: int = 3, rate: float = 0.1, act: layer = ReLU) from compared.layers:
    param weight: [dim, dim]
    proj = Linear(dim, dim)

    def forward(y: [*N, dim]) -> [*N, dim]
    def backward(y: [*N, dim]) -> [*N, dim]

extern def double(factor: float = 3, *more: int) -> [] from compared.layers

model gate = Gate(dim=4, rate=0.5)
"""
SAID = """
2:33: the default of `bias` of `Gate` is True in Python
2:20: `bias` is argument 2 of `Gate` in Python, and 1 here
2:51: `dim` of `Gate` has no default in Python
2:40: `dim` is argument 1 of `Gate` in Python, and 2 here
2:54: `rate` of `Gate` is given by name alone in Python
2:73: `act` of `Gate` is given by name alone in Python
2:86: the default of `act` of `Gate` is GELU in Python
6:17: `Gate.forward` has no argument `y` in Python
6:9: `Gate.forward` needs `x` in Python, which is not declared
7:9: `Gate` has no method `backward` in Python
9:35: the default of `factor` of `double` is 2.0 in Python
9:19: `factor` is argument 2 of `double` in Python, and 1 here
9:38: `double` takes no further arguments by place in Python
11:7: `gate` has a parameter `parts.0.bias` [4] in Python, which is not declared
11:7: `gate` has a parameter `parts.0.weight` [4] in Python, which is not declared
11:7: `gate` has a parameter `parts.1.bias` [4] in Python, which is not declared
11:7: `gate` has a parameter `parts.1.weight` [4] in Python, which is not declared
11:7: `proj.bias` of `gate` is [8] in Python, and [4] here
11:7: `proj.weight` of `gate` is [8, 4] in Python, and [4, 4] here
11:7: `gate` has no parameter `weight` in Python
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package in the working folder."""
    (tmp_path / "compared").mkdir()
    (tmp_path / "compared" / "layers.py").write_text(PYTHON)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [name for name in sys.modules if name.startswith("compared")]:
        del sys.modules[name]


def compared(text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """The exit code, what is written, and what goes to standard error."""
    Path("attn.nnspec").write_text(text)
    code = main(["stub", "--compare", "attn.nnspec"])
    return code, *capsys.readouterr()


def test_declarations_that_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(RIGHT, capsys) == (
        0,
        "2 declarations compared with Python, no disagreement\n",
        "",
    )


def test_declarations_that_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    code, found, _ = compared(WRONG, capsys)
    assert code == 1
    assert found.replace("attn.nnspec:", "") == SAID.lstrip()


@pytest.mark.parametrize(
    "text, said",
    [
        ("extern def f(x: tensor) from compared.nothing\n", "cannot import compared.nothing: ModuleNotFoundError"),
        ("extern def f(x: tensor) from compared.layers\n", "compared.layers has no f"),
        ("extern def f(x: tensor from compared.layers\n", "attn.nnspec has errors\n  try: nnspec check attn.nnspec"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, error = compared(text, capsys)
    assert code == 2 and said in error


def test_there_is_one_thing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stub"]) == 2 and main(["stub", "a:b", "--compare", "attn.nnspec"]) == 2
    assert main(["stub", "--compare", "gone.nnspec"]) == 2
    assert "cannot read gone.nnspec: no such file or directory" in capsys.readouterr().err
