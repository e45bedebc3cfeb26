"""What torch makes of a configuration."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from tests.conformance.layers.config import Config, Made, Of, tensors
from tests.conformance.layers.draw import FLOATS

REFUSALS = (
    RuntimeError,
    ValueError,
    IndexError,
    TypeError,
    AssertionError,
    NotImplementedError,
    AttributeError,
    KeyError,
    OverflowError,
    ZeroDivisionError,
    UnboundLocalError,
)
# What the CPU lacks and other devices have.
_LACKING = tuple(f"not implemented for '{dtype}'" for dtype in ("Half", "BFloat16"))


# What the zeros of these tests lack, and other numbers have; and mistakes of torch, by its own words.
_OF_DATA = re.compile("Expected tensor to have size 0|INTERNAL ASSERT FAILED")


class Refused(Exception):
    """Torch raises."""


class Unknown(Exception):
    """Torch raises because of the numbers that it is given."""


def _wide(value: Any) -> Any:
    match value:
        case Of(sizes, "float16" | "bfloat16"):
            return Of(sizes)
        case torch.float16 | torch.bfloat16:
            return torch.float32
        case tuple():
            return tuple(map(_wide, value))
        case dict():
            return {k: _wide(v) for k, v in value.items()}
    return value


def real(value: Any, device: str = "cpu") -> Any:
    """A value of a configuration as torch takes it."""
    match value:
        case Of():
            return torch.zeros(value.sizes, dtype=getattr(torch, value.dtype), device=device)
        case Made():
            return made(value.name, value.args, value.kwargs, device)
        case tuple():
            return tuple(real(v, device) for v in value)
        case list():
            return [real(v, device) for v in value]
    return value


def made(name: str, args: Any, kwargs: dict[str, Any], device: str = "cpu") -> nn.Module:
    """The layer."""
    with torch.device(device):
        layer = getattr(nn, name)(
            *real(tuple(args), device), **{k: real(v, device) for k, v in kwargs.items()}
        )
    assert isinstance(layer, nn.Module)
    return layer


def outcome(config: Config) -> tuple[nn.Module, Any]:
    """The layer and what it gives. Raises Refused where torch does in both modes.

    A layer is right that computes in eval mode only.
    """
    if _crashes(config):
        raise Refused("the process ends")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer = made(config.name, config.args, config.kwargs)
        except REFUSALS as e:
            raise Refused(f"made: {e}") from None
        said = ""
        for training in (True, False) if "Norm" in config.name else (True,):
            try:
                return layer, _call(layer, config, training, "cpu")
            except REFUSALS as e:
                said = said or str(e)
                if _OF_DATA.search(said):
                    raise Unknown(said) from None
                if str(e).endswith(_LACKING) and _on_meta(config) is not None:
                    return layer, _on_meta(config)
    raise Refused(said)


def _crashes(config: Config) -> bool:
    """What ends the process: a cell with a state of another rank than its input, the maximum of no bags."""
    inputs = [x for x in tensors(config) if x.dtype != "bool"]
    if config.name.endswith("Cell"):
        return len({len(x.sizes) for x in inputs}) > 1
    last = config.name == "EmbeddingBag" and config.kwargs.get("include_last_offset") is True
    return last and any(x.sizes == (1,) for x in inputs[1:] if x.dtype not in FLOATS)


def _call(layer: nn.Module, config: Config, training: bool, device: str) -> Any:
    layer.train(training)
    return layer(
        *real(config.given, device), **{k: real(v, device) for k, v in config.named.items()}
    )


def _on_meta(config: Config) -> Any:
    """What a device gives that has more kernels, where the CPU takes the same in float32; None where it does not."""
    everything = [*config.args, *config.kwargs.values(), *config.given, *config.named.values()]
    if len({x.dtype for x in tensors(everything) if x.dtype in FLOATS}) > 1:
        raise Unknown("dtypes meet of which the CPU has no kernel")
    wide = replace(
        config,
        **{part: _wide(getattr(config, part)) for part in ("args", "kwargs", "given", "named")},
    )
    try:
        layer = made(wide.name, wide.args, wide.kwargs)
        shapes = _call(layer, wide, True, "cpu")
    except REFUSALS:
        return None
    try:
        layer = made(config.name, config.args, config.kwargs, "meta")
        return _as(shapes, _call(layer, config, True, "meta"))
    except REFUSALS as e:
        raise Unknown(str(e)) from None


def _as(value: Any, like: Any) -> Any:
    """The same shapes with the dtypes of others."""
    if isinstance(value, torch.Tensor):
        return value.to(like.dtype)
    if isinstance(value, tuple):
        return tuple(_as(v, w) for v, w in zip(value, like, strict=True))
    return value
