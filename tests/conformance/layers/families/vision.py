"""Resizing, shuffling, and the layers of shapes."""

from __future__ import annotations

from math import prod
from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers

_MODES = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}


@layers("Upsample")
def upsample(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = draw.int(1, 3)
    made: dict[str, Any] = {}
    if draw.coin():
        made["size"] = draw.each(rank, 1, 9)
    else:
        factor = draw.one(2, 2.0, 1.5, 0.5, 3)
        made["scale_factor"] = draw.one(
            factor, tuple(draw.one(2, 1.5, factor) for _ in range(rank))
        )
    mode = draw.one("nearest", "nearest-exact", *_MODES[rank])
    if mode != "nearest" or draw.coin():
        made["mode"] = mode
    if mode in _MODES[rank] and draw.coin():
        made["align_corners"] = draw.one(True, False, None)
    if "scale_factor" in made and draw.seldom():
        made["recompute_scale_factor"] = draw.one(True, False, None)
    x = Of((*draw.sizes(2, 1, 3), *draw.sizes(rank, 2, 6)), draw.floating())
    return made, {"input": x}


@layers("UpsamplingNearest2d", "UpsamplingBilinear2d")
def of_images(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {}
    if draw.coin():
        made["size"] = draw.each(2, 1, 9)
    else:
        made["scale_factor"] = draw.one(2, 2.0, 1.5, (2, 3), (1.5, 2))
    return made, {"input": Of((*draw.sizes(2, 1, 3), *draw.sizes(2, 2, 6)), draw.floating())}


@layers("PixelShuffle", "PixelUnshuffle")
def pixels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    factor = draw.int(1, 3)
    c, h, w = draw.sizes(3, 1, 3)
    sizes = (c * factor**2, h, w) if name == "PixelShuffle" else (c, h * factor, w * factor)
    made = {"upscale_factor" if name == "PixelShuffle" else "downscale_factor": factor}
    return made, {"input": Of((*draw.shape(0, 2), *sizes), draw.any_dtype())}


@layers("ChannelShuffle")
def channels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    groups = draw.int(1, 3)
    sizes = (draw.int(1, 3), groups * draw.int(1, 3), *draw.sizes(draw.int(1, 3)))
    return {"groups": groups}, {"input": Of(sizes, draw.any_dtype())}


@layers("Flatten")
def flatten(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes = draw.shape(1)
    made = draw.some(
        start_dim=lambda: draw.int(-len(sizes), len(sizes) - 1),
        end_dim=lambda: draw.int(-len(sizes), len(sizes) - 1),
    )
    return made, {"input": Of(sizes, draw.any_dtype())}


@layers("Unflatten")
def unflatten(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = list(draw.sizes(draw.int(1, 3)))
    sizes = list(draw.shape(1))
    dim = draw.int(-len(sizes), len(sizes) - 1)
    sizes[dim] = prod(parts)
    if draw.seldom():
        parts[draw.int(0, len(parts) - 1)] = -1
    made: dict[str, Any] = {"dim": dim, "unflattened_size": draw.one(tuple(parts), parts)}
    return made, {"input": Of(tuple(sizes), draw.any_dtype())}
