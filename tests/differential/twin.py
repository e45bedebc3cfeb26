"""Running the PyTorch of a description."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils.checkpoint import checkpoint

REFUSALS = (
    RuntimeError,
    ValueError,
    IndexError,
    TypeError,
    AssertionError,
    NotImplementedError,
    ZeroDivisionError,
    OverflowError,
    AttributeError,
    KeyError,
)


# What torch lets pass with a warning, and a checker should not.
WARNED = ("does not match num_features", "dropout2d: Received", "dropout1d: Received")


class Mismatch(ValueError):
    """A tensor has not the shape that the description states."""


def expect(x: torch.Tensor, dims: tuple[int, ...]) -> None:
    """Raise where a tensor has another shape than stated."""
    if not isinstance(x, torch.Tensor) or tuple(x.shape) != dims:
        raise Mismatch(f"{getattr(x, 'shape', x)} is not {dims}")


def demand(*facts: bool) -> None:
    """Raise where a fact does not hold that callers must meet."""
    if not all(facts):
        raise Mismatch("a fact that callers must meet does not hold")


class Watch(TorchFunctionMode):
    """Notes whether anything was empty on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.empty = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for each in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(each, torch.Tensor) and each.numel() == 0:
                self.empty = True
        return result


@dataclass
class Run:
    """What torch made of a net: a result, or the exception that refused it."""

    result: Any = None
    refusal: BaseException | None = None
    empty: bool = False
    warned: bool = False
    model: nn.Module | None = field(default=None, repr=False)


def namespace() -> dict[str, Any]:
    """The names that twins use."""
    return {
        "nn": nn,
        "F": F,
        "torch": torch,
        "expect": expect,
        "demand": demand,
        "checkpoint": checkpoint,
    }


def classes(text: str) -> dict[str, Any]:
    """The classes of a twin's text."""
    names = namespace()
    exec(compile(text, "<twin>", "exec"), names)
    return names


# A dtype and a shape for each input, None for one that is not given.
Inputs = list[tuple[str, tuple[int, ...]] | None]


def tensors(
    inputs: Inputs, seed: int | None = None, device: str = "cpu"
) -> list[torch.Tensor | None]:
    """Input tensors: zeros without a seed (0 is an index of anything), else random ones."""
    draw = None if seed is None else torch.Generator().manual_seed(seed)
    made: list[torch.Tensor | None] = []
    for given in inputs:
        if given is None:
            made.append(None)
            continue
        dtype, dims = given
        kind = getattr(torch, dtype)
        if draw is None:
            made.append(torch.zeros(dims, dtype=kind, device=device))
        elif kind.is_floating_point:
            made.append(torch.randn(dims, generator=draw).to(kind))
        else:
            made.append(torch.randint(0, 2, dims, generator=draw).to(kind))
    return made


def seed(number: int) -> None:
    """Seed the generator of the CPU alone: to seed those of all devices takes longer than a layer."""
    torch.default_generator.manual_seed(number)


def run(
    make: Any,
    inputs: Inputs,
    model: nn.Module | None = None,
    device: str = "cpu",
) -> Run:
    """Make a model and run it on zeros; device: `cpu`, or `meta`, which follows shapes and no values."""
    outcome = Run()
    try:
        with (
            warnings.catch_warnings(record=True) as said,
            torch.device(device),
            Watch() as watch,
            torch.no_grad(),
        ):
            warnings.simplefilter("always")
            seed(0)
            outcome.model = model if model is not None else make()
            outcome.model.eval()
            outcome.result = outcome.model(*tensors(inputs, device=device))
    except REFUSALS as refusal:
        outcome.refusal = refusal
    outcome.empty = watch.empty
    outcome.warned = any(text in str(w.message) for w in said for text in WARNED)
    return outcome


def equal(one: Any, other: Any) -> bool:
    """Bit for bit, NaN being itself."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        one, other = one.detach(), other.detach()
        if one.shape != other.shape or one.dtype != other.dtype:
            return False
        return bool(((one == other) | ((one != one) & (other != other))).all())
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and one == other


def flat(result: Any) -> list[torch.Tensor]:
    """The tensors of a result, in order."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [t for each in result for t in flat(each)] if isinstance(result, (tuple, list)) else []
