"""Emitted modules against hand-written ones: the same work should take the same time."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

import nnspec
from tests.parity.twins import lenet, resnet, simple_cnn

SPECS = Path(__file__).resolve().parent.parent / "specs"
RUNS = 100


def forward_and_backward(model: nn.Module, x: Tensor) -> tuple[float, float]:
    """Seconds of one forward and of the backward after it."""
    model.zero_grad(set_to_none=True)
    start = time.perf_counter()
    output = model(x)
    between = time.perf_counter()
    output.sum().backward()
    return between - start, time.perf_counter() - between


def compare(title: str, emitted: nn.Module, written: nn.Module, x: Tensor, runs: int) -> None:
    """Print the medians of both modules, which take turns, and that of the ratios of neighbours."""
    written.load_state_dict(emitted.state_dict())
    if not torch.equal(emitted(x), written(x)):
        raise SystemExit(f"{title}: the two modules compute different things")
    times: dict[str, list[tuple[float, float]]] = {"emitted": [], "written": []}
    pair = [("emitted", emitted), ("written", written)]
    for turn in range(runs + 3):
        for name, model in pair if turn % 2 else reversed(pair):
            seconds = forward_and_backward(model, x)
            if turn >= 3:
                times[name].append(seconds)
    for index, direction in enumerate(("forward", "backward")):
        ours, theirs = ([t[index] for t in times[name]] for name in ("emitted", "written"))
        ratio = median(a / b for a, b in zip(ours, theirs))
        print(
            f"  {title:<10} {direction:<9}"
            f" {median(ours) * 1000:9.2f} ms {median(theirs) * 1000:9.2f} ms {ratio:8.3f}"
        )


def report(runs: int = RUNS) -> None:
    """Print forward and backward of emitted and hand-written modules on the CPU, on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"Emitted against hand-written modules on the CPU, medians of {runs} interleaved steps")
    print(f"  {'':<20} {'emitted':>12} {'hand-written':>12} {'ratio':>8}")
    emitted = nnspec.load(SPECS / "vision" / "lenet.nnspec")
    compare("LeNet", emitted, lenet.LeNet(), torch.randn(32, 3, 32, 32), runs)
    emitted = nnspec.load(SPECS / "basics" / "simple_cnn.nnspec", dropout=0.0)
    written = simple_cnn.SimpleCNN(dropout=0.0)
    compare("SimpleCNN", emitted, written, torch.randn(32, 1, 28, 28), runs)
    emitted = nnspec.load(f"{SPECS / 'vision' / 'resnet.nnspec'}:resnet18")
    compare("ResNet-18", emitted, resnet.resnet18(), torch.randn(2, 3, 64, 64), runs)
