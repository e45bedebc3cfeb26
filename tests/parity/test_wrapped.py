"""Wrapped layers against torch's own: keys, initial values, outputs and gradients bit for bit, in memory and built."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import orthogonal, spectral_norm, weight_norm
from torch.utils.flop_counter import FlopCounterMode

import nnspec
from nnspec.cli.main import main

SPEC = """
module Critic(dim: int = 8, spectral: bool = True):
    let wrap = spectral_norm if spectral else weight_norm
    stem = weight_norm(Conv1d(_, dim, 5, padding=2), dim=None)
    convs = [wrap(ConvTranspose1d(dim, dim, 3, padding=1)) for _ in range(2)]
    rnn = weight_norm(LSTM(dim, dim, batch_first=True), "weight_hh_l0")
    rotate = orthogonal(Linear(dim, dim, bias=False))
    wide = orthogonal(Linear(dim, 2 * dim), orthogonal_map="cayley")
    free = orthogonal(Linear(2 * dim, dim), use_trivialization=False)
    head = spectral_norm(weight_norm(Linear(dim, 1)), n_power_iterations=2)
    init stem.bias = zeros
    init stem.parametrizations.weight.original1 = normal(std=0.02)
    freeze head.parametrizations.weight.original0

    def forward(x: [B, 3, T]) -> [B, T, 1]:
        x = stem(x)
        for conv in convs:
            x = conv(x) |> leaky_relu(0.1)
        x, _ = x |> transpose(1, 2) |> rnn
        return x |> rotate |> wide |> free |> head
"""


class Twin(nn.Module):
    def __init__(self, dim: int = 8, spectral: bool = True) -> None:
        super().__init__()
        wrap = spectral_norm if spectral else weight_norm
        self.stem = weight_norm(nn.Conv1d(3, dim, 5, padding=2), dim=None)  # type: ignore[arg-type]
        self.convs = nn.ModuleList(
            [wrap(nn.ConvTranspose1d(dim, dim, 3, padding=1)) for _ in range(2)]
        )
        self.rnn = weight_norm(nn.LSTM(dim, dim, batch_first=True), "weight_hh_l0")
        self.rotate = orthogonal(nn.Linear(dim, dim, bias=False))
        self.wide = orthogonal(nn.Linear(dim, 2 * dim), orthogonal_map="cayley")
        self.free = orthogonal(nn.Linear(2 * dim, dim), use_trivialization=False)
        self.head = spectral_norm(weight_norm(nn.Linear(dim, 1)), n_power_iterations=2)
        self.head.parametrizations.weight.original0.requires_grad_(False)
        nn.init.zeros_(self.stem.bias)
        nn.init.normal_(self.stem.parametrizations.weight.original1, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.1)
        x, _ = self.rnn(x.transpose(1, 2))
        return self.head(self.free(self.wide(self.rotate(x))))


@pytest.mark.parametrize("spectral", [True, False])
def test_wrapped_layers(spectral: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "critic.nnspec"
    path.write_text(SPEC)
    assert main(["build", str(path), "-o", str(tmp_path / f"built_{spectral}")]) == 0
    monkeypatch.syspath_prepend(tmp_path)
    built = import_module(f"built_{spectral}.critic").Critic
    results = []
    for make in (lambda **kw: nnspec.load(path, **kw), built, Twin):
        torch.manual_seed(0)
        model = make(spectral=spectral)
        y = model(torch.randn(2, 3, 6))
        y.square().sum().backward()
        results.append((model, y))
    *ours, (twin, expected) = results
    for model, y in ours:
        assert torch.equal(y, expected)
        assert list(model.state_dict()) == list(twin.state_dict())
        for name, each in twin.state_dict().items():
            assert torch.equal(model.state_dict()[name], each), name
        for (name, one), (_, other) in zip(model.named_parameters(), twin.named_parameters()):
            assert one.requires_grad == other.requires_grad
            assert (one.grad is None) == (other.grad is None), name
            assert one.grad is None or torch.equal(one.grad, other.grad), name


@pytest.mark.parametrize("spectral", [True, False])
def test_counts(spectral: bool, tmp_path: Path) -> None:
    """Parameters, and the operations of a call as torch counts them; of an LSTM it counts none."""
    spec = SPEC.replace("x, _ = x |> transpose(1, 2) |> rnn", "x = x |> transpose(1, 2)")
    twin = Twin(spectral=spectral)
    twin.rnn = nn.Sequential()  # type: ignore[assignment]
    twin.forward = lambda x: _without_rnn(twin, x)  # type: ignore[method-assign]
    counter = FlopCounterMode(display=False)
    with counter:
        twin(torch.randn(2, 3, 6))
    path = tmp_path / "critic.nnspec"
    rnn = next(line for line in spec.splitlines() if "rnn = " in line)
    path.write_text(spec.replace(rnn + "\n", "") + f"""
check Critic(spectral={spectral}):
    params == {sum(p.numel() for p in twin.parameters())}
    flops(x=[2, 3, 6]) == {counter.get_total_flops()}
""")
    report = nnspec.check(path)
    assert report.ok, report


def test_rows_of_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "critic.nnspec"
    path.write_text(SPEC)
    assert main(["show", f"{path}:Critic", "--format", "json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["layers"]}
    assert rows["head"]["type"] == "spectral_norm(weight_norm(Linear))"
    assert (rows["convs.0-1"]["type"], rows["convs.0-1"]["params"]) == (
        "spectral_norm(ConvTranspose1d)",
        200,
    )
    assert rows["stem"]["params"] == 8 + 1 + 8 * 3 * 5


def _without_rnn(twin: Twin, x: Tensor) -> Tensor:
    x = twin.stem(x)
    for conv in twin.convs:
        x = F.leaky_relu(conv(x), 0.1)
    return twin.head(twin.free(twin.wide(twin.rotate(x.transpose(1, 2)))))
