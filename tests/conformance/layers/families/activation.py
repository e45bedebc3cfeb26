"""Activations, and what else keeps the shape."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers

_OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "ReLU": {"inplace": (False, True)},
    "ReLU6": {"inplace": (False, True)},
    "LeakyReLU": {"negative_slope": (0.1, 1, 0.0), "inplace": (False, True)},
    "RReLU": {"lower": (0.1, 0.0), "upper": (0.3, 1), "inplace": (False, True)},
    "ELU": {"alpha": (1.0, 2, 0.5), "inplace": (False, True)},
    "SELU": {"inplace": (False, True)},
    "CELU": {"alpha": (1.0, 2, 0.5), "inplace": (False, True)},
    "GELU": {"approximate": ("none", "tanh")},
    "SiLU": {"inplace": (False, True)},
    "Mish": {"inplace": (False, True)},
    "Sigmoid": {},
    "LogSigmoid": {},
    "Tanh": {},
    "Tanhshrink": {},
    "Hardsigmoid": {"inplace": (False, True)},
    "Hardswish": {"inplace": (False, True)},
    "Hardshrink": {"lambd": (0.5, 1, 0.0)},
    "Softshrink": {"lambd": (0.5, 1, 0.0)},
    "Softplus": {"beta": (1.0, 2, 0.5), "threshold": (20.0, 5)},
    "Softsign": {},
}
_EXACT = {"Sigmoid", "Tanh", "Tanhshrink", "Softsign", "ReLU", "ReLU6"}


@layers(*_OPTIONS)
def elementwise(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = {option: draw.one(*values) for option, values in _OPTIONS[name].items() if draw.coin()}
    dtype = draw.any_dtype() if name in _EXACT else draw.floating()
    return made, {"input": Of(draw.shape(), dtype)}


@layers("Hardtanh")
def clipped(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(
        min_val=lambda: draw.one(-2.0, 0, 0.5), max_val=lambda: draw.one(2.0, 1), inplace=draw.coin
    )
    return made, {"input": Of(draw.shape(), draw.any_dtype())}


@layers("Threshold")
def threshold(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"threshold": draw.one(0.1, 1), "value": draw.one(20, 0.5)}
    made.update(draw.some(inplace=draw.coin))
    return made, {"input": Of(draw.shape(), draw.any_dtype())}


@layers("PReLU")
def parametric(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    x = Of(draw.shape(), draw.floating())
    made: dict[str, Any] = {}
    if draw.coin():
        made["num_parameters"] = x.sizes[1] if len(x.sizes) > 1 else 1
        made.update(draw.some(init=lambda: draw.one(0.25, 1, 0.0)))
    return made, {"input": x}


@layers("GLU")
def gated(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes = list(draw.shape(1))
    dim = draw.int(-len(sizes), len(sizes) - 1)
    made = {"dim": dim} if draw.coin() else {}
    sizes[made.get("dim", -1)] *= 2
    return made, {"input": Of(tuple(sizes), draw.floating())}


@layers("Softmax", "Softmin", "LogSoftmax")
def normalised(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes = draw.shape(0)
    last = max(len(sizes), 1)
    made: dict[str, Any] = {}
    if not draw.seldom():
        made["dim"] = (
            draw.one(None, *range(-last, last)) if draw.seldom() else draw.int(-last, last - 1)
        )
    return made, {"input": Of(sizes, draw.floating())}


@layers("Softmax2d")
def of_channels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"input": Of((*draw.batch(), *draw.sizes(3)), draw.floating())}
