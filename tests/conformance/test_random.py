"""Drawn calls, valid and invalid: where torch refuses the checker refuses, else shapes and dtypes are equal.

Layers are drawn in `layers/`.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.conformance import harness

COUNT = 300
DTYPES = [
    torch.float32,
    torch.float16,
    torch.float64,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.bool,
    torch.complex64,
]


def _tensor(
    draw: random.Random, least: int = 0, most: int = 4, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    return torch.zeros(
        [draw.choice([1, 2, 3, 4]) for _ in range(draw.randint(least, most))], dtype=dtype
    )


def _axis(draw: random.Random, x: torch.Tensor) -> int:
    return draw.randint(-x.dim() - 1, x.dim())


def _slice(draw: random.Random) -> slice:
    ends = [None, 0, 1, 2, 5, -1, -2, -6]
    return slice(draw.choice(ends), draw.choice(ends), draw.choice([None, 1, 2, 3]))


def _index(draw: random.Random, x: torch.Tensor) -> Any:
    kind = draw.choice(["int", "slice", "slice", "none", "dots", "ints", "list"])
    match kind:
        case "int":
            return draw.randint(-3, 2)
        case "slice":
            return _slice(draw)
        case "none":
            return None
        case "dots":
            return ...
        case "ints":
            return torch.zeros(
                [draw.choice([1, 2]) for _ in range(draw.randint(0, 2))], dtype=torch.int64
            )
    return [0] * draw.randint(1, 2)


def index(draw: random.Random) -> tuple[Any, Any, Any]:
    x = _tensor(draw, 1)
    items = tuple(_index(draw, x) for _ in range(draw.randint(1, 4)))
    if sum(i is ... for i in items) > 1:
        items = tuple(i for i in items if i is not ...)
    return lambda: harness.index(x, items, True), lambda: x[items], (x.shape, items)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
    "&": lambda a, b: a & b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}


def operator(draw: random.Random) -> tuple[Any, Any, Any]:
    op = draw.choice(list(OPERATORS))
    a, b = (_tensor(draw, 0, 3, draw.choice(DTYPES)) for _ in range(2))
    # Zeros have no remainder, and no negative powers.
    left: Any = a + 1 if a.dtype != torch.bool else ~a
    right: Any = b + 1 if b.dtype != torch.bool else ~b
    if draw.random() < 0.3:
        right = draw.choice([2, 1.5, True])
    if op == "@" and draw.random() < 0.8 and isinstance(right, torch.Tensor):
        right = right.to(left.dtype)
    return (
        lambda: harness.operator(op, left, right),
        lambda: OPERATORS[op](left, right),
        (op, left, right),
    )


def reshape(draw: random.Random) -> tuple[Any, Any, Any]:
    x = _tensor(draw, 0)
    shape = [draw.choice([-1, 1, 2, 3, 4, 6, 8, 12]) for _ in range(draw.randint(1, 3))]
    return lambda: harness.method("reshape", x, *shape), lambda: x.reshape(*shape), (x.shape, shape)


def reduction(draw: random.Random) -> tuple[Any, Any, Any]:
    x = _tensor(draw, 0, 4, draw.choice(DTYPES[:7]))
    name = draw.choice(
        [
            "sum",
            "mean",
            "amax",
            "std",
            "any",
            "prod",
            "argmax",
            "max",
            "cumsum",
            "norm",
            "logsumexp",
        ]
    )
    args: list[Any] = [_axis(draw, x)]
    if name in ("sum", "mean", "amax", "std") and draw.random() < 0.3:
        args = [tuple(draw.sample(range(-1, max(x.dim(), 1)), 2))] if x.dim() else args
    kwargs = {} if name in ("cumsum",) else {"keepdim": draw.random() < 0.5}
    if name == "norm":
        args = [2, *args]
    return (
        lambda: harness.method(name, x, *args, **kwargs),
        lambda: getattr(x, name)(*args, **kwargs),
        (
            name,
            x.shape,
            x.dtype,
            args,
            kwargs,
        ),
    )


def layout(draw: random.Random) -> tuple[Any, Any, Any]:
    x = _tensor(draw, 0)
    name = draw.choice(
        [
            "transpose",
            "permute",
            "squeeze",
            "unsqueeze",
            "flatten",
            "expand",
            "repeat",
            "chunk",
            "split",
            "unbind",
            "movedim",
            "flip",
            "tile",
            "unfold",
            "narrow",
            "diagonal",
            "roll",
        ]
    )
    small = [draw.randint(0, 3) for _ in range(4)]
    args: list[Any]
    match name:
        case "transpose" | "flatten" | "movedim":
            args = [_axis(draw, x), _axis(draw, x)]
        case "permute":
            args = draw.sample(range(max(x.dim(), 1)), max(x.dim(), 1))
        case "expand":
            args = [draw.choice([1, 2, 3, -1]) for _ in range(draw.randint(1, 4))]
        case "repeat" | "tile":
            args = [draw.randint(1, 3) for _ in range(draw.randint(1, 4))]
        case "chunk" | "split":
            args = [draw.randint(1, 3), _axis(draw, x)]
        case "unfold" | "narrow":
            args = [_axis(draw, x), small[0], max(small[1], 1)]
        case "diagonal":
            args = [draw.randint(-2, 2), _axis(draw, x), _axis(draw, x)]
        case "roll":
            args = [1, _axis(draw, x)]
        case _:
            args = [_axis(draw, x)]
    return (
        lambda: harness.method(name, x, *args),
        lambda: getattr(x, name)(*args),
        (name, x.shape, args),
    )


def contraction(draw: random.Random) -> tuple[Any, Any, Any]:
    letters = "abcd"
    terms = ["".join(draw.choices(letters, k=draw.randint(1, 3))) for _ in range(2)]
    sizes = {letter: draw.choice([1, 2, 3]) for letter in letters}
    operands = [
        torch.zeros([sizes[c] if draw.random() < 0.95 else 4 for c in term]) for term in terms
    ]
    result = "".join(draw.sample(letters, draw.randint(0, 3)))
    pattern = ",".join(terms) + (f"->{result}" if draw.random() < 0.7 else "")
    return (
        lambda: harness.function("einsum", pattern, *operands),
        lambda: torch.einsum(pattern, *operands),
        (pattern, [o.shape for o in operands]),
    )


FAMILIES = [index, operator, reshape, reduction, layout, contraction]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_drawn(family: Callable[[random.Random], tuple[Any, Any, Any]]) -> None:
    draw = random.Random(family.__name__)
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(COUNT):
            checked, truth, what = family(draw)
            said = harness.compare(checked, truth)
            if said is not None:
                wrong.append((what, said))
    assert wrong == []
