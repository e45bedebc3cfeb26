"""Hyperparameters that are given at load: shapes for these values are checked before torch makes anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import nnspec

SPEC = """
module Block(dim: int, heads: int):
    require dim % heads == 0, f"{dim} channels cannot be shared by {heads} heads"
    fc = Linear(dim, dim)

    def forward(x: [B, T, dim]) -> [B, T, dim]:
        return fc(x.view(B, T, heads, dim // heads).flatten(2))

module Net(dim: int = 8, heads: int = 2, widths: list[int] = [8, 4], act: layer = ReLU):
    block = Block(dim, heads)
    fcs = [Linear(a, b) for a, b in zip(widths[:-1], widths[1:])]
    act = act()

    def forward(x: [B, T, dim]) -> [B, T, widths[-1]]:
        x = block(x)
        for fc in fcs:
            x = act(fc(x))
        return x

model small = Net(16, heads=4, widths=[16, 4])

def stack(dim: int, n: int) -> layer:
    return Sequential(*[Linear(dim, dim) for _ in range(n)], Linear(8, 3))
"""


@pytest.fixture()
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.nnspec"
    path.write_text(SPEC, "utf-8")
    return path


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("small", {}),
    ("small", {"heads": 8}),
    ("small", {"widths": (16, 5, 3)}),
    ("small", {"act": torch.nn.GELU}),
    ("Net", {}),
    ("Net", {"dim": 32, "widths": [32, 1]}),
    ("stack", {"dim": 8, "n": 2}),
]


@pytest.mark.parametrize(("name", "given"), RIGHT)
def test_values_that_fit_are_made(spec: Path, name: str, given: dict[str, Any]) -> None:
    model = nnspec.load(f"{spec}:{name}", **given)
    dim = given.get("dim", 16 if name == "small" else 8)
    assert model(torch.zeros(2, 3, dim)).shape[:2] == (2, 3)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("small", {"heads": 3}, "16 channels cannot be shared by 3 heads"),
    ("small", {"dim": 32}, "`fc` takes [*N, 16], but is given [B, T, 32]"),
    ("small", {"widths": [8, 4]}, "`fc` takes [*N, 8], but is given [B, T, 16]"),
    ("small", {"heads": 0}, "with heads=0"),
    ("Net", {"dim": -8}, "with dim=-8"),
    ("Net", {"dim": 4}, "`fc` takes [*N, 8], but is given [B, T, 4]"),
]


@pytest.mark.parametrize(("name", "given", "message"), WRONG)
def test_values_that_do_not_fit_are_told(
    spec: Path, name: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(nnspec.LoadError) as raised:
        nnspec.load(f"{spec}:{name}", **given)
    text = str(raised.value)
    assert message in text
    assert text.startswith(f"`{name}` cannot be made with {next(iter(given))}=")
    assert "net.nnspec:" in text


def test_checking_values_draws_no_random_numbers(spec: Path) -> None:
    before = torch.get_rng_state()
    with pytest.raises(nnspec.LoadError):
        nnspec.load(f"{spec}:small", heads=3)
    assert torch.equal(before, torch.get_rng_state())
