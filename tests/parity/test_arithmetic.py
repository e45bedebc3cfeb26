"""Shapes of random convolutions and poolings, as the checker and as torch work them out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from torch import nn

from nnspec.project import Project, Report

from .harness import leaves

Shape = tuple[int, ...]
Question = tuple[str, Shape]

REFUSALS = (ValueError, RuntimeError)


def pick(rng: random.Random, rank: int, choices: Sequence[int]) -> int | tuple[int, ...]:
    """One number for all axes, or one for each."""
    if rng.random() < 0.5:
        return rng.choice(choices)
    return tuple(rng.choice(choices) for _ in range(rank))


def call(name: str, *args: object, **options: object) -> str:
    """The text of a call, the same in a spec and in Python."""
    parts = [repr(arg) for arg in args] + [f"{key}={value!r}" for key, value in options.items()]
    return f"{name}({', '.join(parts)})"


def convolution(rng: random.Random) -> Question:
    """A convolution of one, two or three axes, and an input of the right number of channels."""
    rank = rng.choice([1, 2, 2, 2, 3])
    groups = rng.choice([1, 1, 2, 3])
    channels = groups * rng.choice([1, 2, 3])
    options: dict[str, object] = {}
    if rng.random() < 0.6:
        options["stride"] = pick(rng, rank, [1, 2, 3])
    if rng.random() < 0.7:
        options["padding"] = rng.choice([*[pick(rng, rank, [0, 1, 2])] * 5, "valid", "same"])
    if rng.random() < 0.5:
        options["dilation"] = pick(rng, rank, [1, 2, 3])
    if groups > 1:
        options["groups"] = groups
    if rng.random() < 0.3:
        options["bias"] = False
    if rng.random() < 0.3:
        options["padding_mode"] = rng.choice(["zeros", "replicate"])
    kernel = pick(rng, rank, [1, 2, 3, 4, 5])
    layer = call(f"Conv{rank}d", channels, groups * rng.choice([1, 2]), kernel, **options)
    batch = [rng.randint(1, 4)] if rng.random() < 0.8 else []
    if rng.random() < 0.05:
        channels += 1  # which torch refuses
    return layer, (*batch, channels, *(rng.randint(4, 19) for _ in range(rank)))


def pooling(rng: random.Random) -> Question:
    """A max pooling and an input."""
    options: dict[str, object] = {}
    if rng.random() < 0.6:
        options["stride"] = pick(rng, 2, [1, 2, 3, 4])
    if rng.random() < 0.5:
        options["padding"] = pick(rng, 2, [0, 1, 2])
    if rng.random() < 0.4:
        options["dilation"] = pick(rng, 2, [1, 2, 3])
    if rng.random() < 0.5:
        options["ceil_mode"] = True
    if rng.random() < 0.3:
        options["return_indices"] = True
    layer = call("MaxPool2d", pick(rng, 2, [1, 2, 3, 4]), **options)
    batch = [rng.randint(1, 4)] if rng.random() < 0.8 else []
    return layer, (*batch, rng.randint(1, 5), rng.randint(3, 19), rng.randint(3, 19))


def answer(layer: str, shape: Shape) -> list[torch.Tensor]:
    """What torch says, without computing a value; raises one of REFUSALS where torch refuses."""
    with torch.device("meta"):
        module = eval(f"nn.{layer}", {"nn": nn})  # the text is this file's own
        return list(leaves(module(torch.empty(shape))))


def typed(tensors: list[torch.Tensor], change: int = 0) -> str:
    """The type of a result as a check writes it; `change` is added to the last size."""
    shapes = []
    for tensor in tensors:
        sizes = [*tensor.shape[:-1], tensor.shape[-1] + change]
        prefix = "" if tensor.is_floating_point() else "int64"
        shapes.append(prefix + str(sizes))
    return shapes[0] if len(shapes) == 1 else f"({', '.join(shapes)})"


def any_result(layer: str, shape: Shape) -> str:
    """A type that every result of the layer has, so that no claim fails but the call itself."""
    sizes = f"[{', '.join('_' * len(shape))}]"
    return f"({sizes}, int64{sizes})" if "return_indices" in layer else sizes


def draw(make: Callable[[random.Random], Question], valid: bool, count: int) -> list[Question]:
    """The first questions that torch answers, or refuses."""
    rng = random.Random(f"{make.__name__} {valid}")
    found: list[Question] = []
    while len(found) < count:
        question = make(rng)
        try:
            answer(*question)
        except REFUSALS:
            accepted = False
        else:
            accepted = True
        if accepted is valid:
            found.append(question)
    return found


def check(text: str) -> Report:
    """What the compiler says about a text."""
    return Project().check(Path("arithmetic.nnspec"), text)


def question_text(layer: str, shape: Shape, result: str, name: str = "layer0") -> str:
    """A spec with one model and one claim about it."""
    return f"model {name} = {layer}\n\ncheck {name}:\n    forward({list(shape)}) -> {result}\n"


@pytest.mark.parametrize("make", [convolution, pooling])
def test_shapes_are_torchs(make: Callable[[random.Random], Question]) -> None:
    text = "\n".join(
        question_text(layer, shape, typed(answer(layer, shape)), f"layer{i}")
        for i, (layer, shape) in enumerate(draw(make, valid=True, count=120))
    )
    report = check(text)
    assert report.ok, str(report)


@pytest.mark.parametrize("make", [convolution, pooling])
def test_wrong_shapes_are_found(make: Callable[[random.Random], Question]) -> None:
    missed = [
        text
        for layer, shape in draw(make, valid=True, count=25)
        if check(text := question_text(layer, shape, typed(answer(layer, shape), change=1))).ok
    ]
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize("make", [convolution, pooling])
def test_what_torch_refuses_is_an_error(make: Callable[[random.Random], Question]) -> None:
    """Windows larger than their input, `same` with a stride, padding of more than half a window."""
    missed = [
        text
        for layer, shape in draw(make, valid=False, count=25)
        if check(text := question_text(layer, shape, any_result(layer, shape))).ok
    ]
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize(
    "kernel, stride, padding, dilation, height",
    [(3, 1, 1, 1, 17), (5, 2, 0, 1, 17), (3, 3, 4, 2, 18)],
)
def test_formula_with_symbols(
    kernel: int, stride: int, padding: int, dilation: int, height: int
) -> None:
    """The textbook's formula is proved for every kernel, and holds with numbers.

    height: one for which the wrong formula gives another size.
    """
    module = """
module Net(k: int, s: int, p: int, d: int):
    require k >= 1 and s >= 1 and p >= 0 and d >= 1
    conv = Conv2d(2, 4, k, stride=s, padding=p, dilation=d)

    def forward(x: [B, 2, H, W]) -> [B, 4, (H + 2 * p - d * (k - 1) - 1) // s + 1, _]
        where H + 2 * p > d * (k - 1), W + 2 * p > d * (k - 1):
        return conv(x)
"""
    net = nn.Conv2d(2, 4, kernel, stride, padding, dilation, device="meta")
    expected = typed([net(torch.empty(3, 2, height, 12, device="meta"))])
    target = f"Net({kernel}, {stride}, {padding}, {dilation})"
    report = check(f"{module}\ncheck {target}:\n    forward([3, 2, {height}, 12]) -> {expected}\n")
    assert report.ok and not report.warnings, str(report)
    wrong = module.replace("- 1) // s + 1, _", "- 2) // s + 1, _")
    assert not check(
        f"{wrong}\ncheck {target}:\n    forward([3, 2, {height}, 12]) -> {expected}\n"
    ).ok
