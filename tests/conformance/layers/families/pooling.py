"""Poolings."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


def _input(draw: Draw, rank: int, low: int = 4, high: int = 9) -> Of:
    return Of((*draw.batch(), *draw.sizes(1, 1, 3), *draw.sizes(rank, low, high)), draw.floating())


def _window(draw: Draw, rank: int) -> dict[str, Any]:
    made: dict[str, Any] = {"kernel_size": draw.each(rank, 1, 4)}
    if draw.coin():
        made["stride"] = draw.one(None, draw.each(rank, 1, 3), draw.each(rank, 1, 3))
    return made


@layers("MaxPool1d", "MaxPool2d", "MaxPool3d")
def maxima(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    made = _window(draw, rank)
    made.update(
        draw.some(
            padding=lambda: draw.each(rank, 0, 2),
            dilation=lambda: draw.each(rank, 1, 2),
            return_indices=draw.coin,
            ceil_mode=draw.coin,
        )
    )
    return made, {"input": _input(draw, rank)}


@layers("AvgPool1d", "AvgPool2d", "AvgPool3d")
def means(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    made = _window(draw, rank)
    made.update(
        draw.some(
            padding=lambda: draw.each(rank, 0, 2), ceil_mode=draw.coin, count_include_pad=draw.coin
        )
    )
    if rank > 1 and draw.seldom():
        made["divisor_override"] = draw.one(None, 1, 5)
    return made, {"input": _input(draw, rank)}


@layers("LPPool1d", "LPPool2d", "LPPool3d")
def norms(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    made: dict[str, Any] = {"norm_type": draw.one(2, 1, 1.5, 3.0)}
    made.update(_window(draw, rank))
    made.update(draw.some(ceil_mode=draw.coin))
    return made, {"input": _input(draw, rank)}


@layers(
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
)
def adaptive(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    size: Any = draw.each(rank, 1, 9)
    if rank > 1 and draw.seldom():
        size = tuple(draw.one(None, draw.int(1, 9)) for _ in range(rank))
    made: dict[str, Any] = {"output_size": size}
    if "Max" in name:
        made.update(draw.some(return_indices=draw.coin))
    return made, {"input": _input(draw, rank, 1)}


@layers("FractionalMaxPool2d", "FractionalMaxPool3d")
def fractional(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    made: dict[str, Any] = {"kernel_size": draw.each(rank, 1, 3)}
    if draw.coin():
        made["output_size"] = draw.each(rank, 1, 5)
    else:
        ratio = draw.one(0.5, 0.6, 0.25)
        made["output_ratio"] = draw.one(ratio, (ratio,) * rank)
    made.update(draw.some(return_indices=draw.coin))
    return made, {"input": _input(draw, rank, 5)}


@layers("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d")
def inverse(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    made = _window(draw, rank)
    made.update(draw.some(padding=lambda: draw.each(rank, 0, 1)))
    x = _input(draw, rank, 2, 4)
    given: dict[str, Any] = {"input": x, "indices": Of(x.sizes, "int64")}
    if draw.seldom():
        window = made["kernel_size"]
        stride = made.get("stride") or window
        if isinstance(window, int) and isinstance(stride, int):
            padding = made.get("padding", 0)
            pads = (padding,) * rank if isinstance(padding, int) else padding
            sizes = [
                (s - 1) * stride - 2 * p + window + draw.int(-2, 2)
                for s, p in zip(x.sizes[-rank:], pads, strict=True)
            ]
            given["output_size"] = [*draw.one((), x.sizes[:-rank]), *sizes]
    return made, given
