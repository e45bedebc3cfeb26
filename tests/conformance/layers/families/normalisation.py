"""Normalisations."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


def _eps(draw: Draw) -> float:
    return draw.one(1e-5, 1e-3, 1)


@layers(
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "SyncBatchNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
)
def of_channels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"num_features": draw.int(1, 5)}
    made.update(
        draw.some(
            eps=lambda: _eps(draw),
            momentum=lambda: draw.one(0.1, 1, *([] if name.startswith("Instance") else [None])),
            affine=draw.coin,
            track_running_stats=draw.coin,
        )
    )
    if draw.seldom():
        made["bias"] = draw.coin()
    channels = made["num_features"]
    if name == "SyncBatchNorm":
        sizes = (draw.int(2, 3), channels, *draw.sizes(draw.int(0, 3), 1, 4))
    elif name == "BatchNorm1d":
        sizes = (draw.int(2, 3), channels, *draw.sizes(draw.int(0, 1), 1, 4))
    else:
        front = draw.sizes(1, 1, 3) if name.startswith("Batch") else draw.batch()
        sizes = (*front, channels, *draw.sizes(int(name[-2]), 1, 4))
    return made, {"input": Of(sizes, draw.floating())}


@layers("LayerNorm", "RMSNorm")
def of_last_axes(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    shape = draw.sizes(draw.int(1, 3), 2, 5)
    made: dict[str, Any] = {"normalized_shape": draw.one(shape, list(shape))}
    if len(shape) == 1 and draw.coin():
        made["normalized_shape"] = shape[0]
    made.update(draw.some(eps=lambda: _eps(draw), elementwise_affine=draw.coin))
    if name == "LayerNorm":
        made.update(draw.some(bias=draw.coin))
    elif draw.seldom():
        made["eps"] = None
    x = Of((*draw.shape(0, 3), *shape), draw.floating())
    return made, {"x" if name == "RMSNorm" else "input": x}


@layers("GroupNorm")
def of_groups(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    groups = draw.int(1, 3)
    made: dict[str, Any] = {"num_groups": groups, "num_channels": groups * draw.int(1, 3)}
    made.update(draw.some(eps=lambda: _eps(draw), affine=draw.coin))
    if draw.seldom():
        made["bias"] = draw.coin()
    sizes = (draw.int(1, 3), made["num_channels"], *draw.sizes(draw.int(0, 3)))
    return made, {"input": Of(sizes, draw.floating())}


@layers("LocalResponseNorm", "CrossMapLRN2d")
def of_neighbours(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"size": draw.int(1, 5)}
    made.update(
        draw.some(
            alpha=lambda: draw.one(1e-4, 1),
            beta=lambda: draw.one(0.75, 1),
            k=lambda: draw.one(1.0, 2),
        )
    )
    rank = 2 if name == "CrossMapLRN2d" else draw.int(1, 3)
    dtype = draw.one("float32", "float64") if rank == 2 else draw.floating()
    return made, {"input": Of((*draw.sizes(2, 1, 4), *draw.sizes(rank)), dtype)}
