"""Views of permuted, sliced and expanded tensors: a warning where torch refuses, none where it does not."""

from __future__ import annotations

import random
from math import prod

import torch

from nnspec.semantics.values import Tensor, Value
from tests.conformance import harness


def _step(draw: random.Random, real: torch.Tensor) -> tuple[str, list[object]]:
    """A method, and its arguments, that makes a view of a tensor."""
    rank = real.dim()
    name = draw.choice(["transpose", "permute", "unsqueeze", "expand", "select", "flip"])
    if name == "transpose":
        return name, [draw.randrange(rank), draw.randrange(rank)]
    if name == "permute":
        return name, draw.sample(range(rank), rank)
    if name == "unsqueeze":
        return name, [draw.randrange(rank + 1)]
    if name == "expand":
        return name, [draw.choice([2, 3]) if n == 1 else n for n in real.shape]
    if name == "select" and rank > 2:
        return name, [draw.randrange(rank), 0]
    return "flip", [0]


def _shape(draw: random.Random, count: int) -> list[int]:
    """A shape with so many elements."""
    sizes: list[int] = []
    rest = count
    while rest > 1 and len(sizes) < 4:
        size = draw.choice([d for d in range(1, rest + 1) if rest % d == 0])
        sizes.append(size)
        rest //= size
    return [*sizes, rest]


def _warned(real: torch.Tensor, steps: list[tuple[str, list[object]]], shape: list[int]) -> bool:
    checker = harness.Checker()
    value: Value = harness.abstract(real)
    for name, args in [*steps, ("view", list(shape))]:
        outcome = checker.method(name, value, args)
        assert isinstance(outcome.value, Tensor), outcome
        value = outcome.value
    return any(d.code == "W0203" for d in checker.found)


def test_views() -> None:
    draw = random.Random(7)
    refused = 0
    for _ in range(400):
        real = torch.zeros([draw.choice([1, 2, 3, 4]) for _ in range(draw.choice([2, 3, 4]))])
        start, steps = real, []
        for _ in range(draw.choice([1, 2, 3])):
            name, args = _step(draw, real)
            steps.append((name, args))
            real = getattr(real, name)(*args)
        shape = list(real.shape) if draw.random() < 0.2 else _shape(draw, prod(real.shape))
        try:
            real.view(shape)
            refuses = False
        except RuntimeError:
            refuses = True
        refused += refuses
        warned = _warned(start, steps, shape)
        # How `flip` lays out its copy is not followed, so after it nothing is said.
        if not warned and any(name == "flip" for name, _ in steps):
            continue
        assert warned == refuses, (tuple(start.shape), steps, shape)
    assert 40 < refused < 360


def test_the_fix_names_reshape() -> None:
    checker = harness.Checker()
    x = checker.method("transpose", harness.abstract(torch.zeros(2, 3, 4)), [0, 1]).value
    checker.method("view", x, [24])
    (warning,) = (d for d in checker.found if d.code == "W0203")
    assert warning.help is not None and "reshape" in warning.help
