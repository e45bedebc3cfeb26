"""Affine maps and dropouts."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


@layers("Identity")
def identity(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"args": draw.one((), (54,), (1, 0.5, "a"))}
    return made, {"input": Of(draw.shape(), draw.any_dtype())}


@layers("Linear")
def linear(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"in_features": draw.int(1, 6), "out_features": draw.int(1, 6)}
    made.update(draw.some(bias=draw.coin))
    return made, {"input": Of((*draw.shape(0, 3), made["in_features"]), draw.floating())}


@layers("Bilinear")
def bilinear(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {
        "in1_features": draw.int(1, 4),
        "in2_features": draw.int(1, 4),
        "out_features": draw.int(1, 4),
    }
    made.update(draw.some(bias=draw.coin))
    front, dtype = draw.shape(0, 3), draw.floating()
    return made, {
        "input1": Of((*front, made["in1_features"]), dtype),
        "input2": Of((*front, made["in2_features"]), dtype),
    }


@layers("Dropout", "AlphaDropout", "FeatureAlphaDropout", "Dropout1d", "Dropout2d", "Dropout3d")
def dropout(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(p=lambda: draw.one(0.5, 0, 1, 0.1, 1.0), inplace=draw.coin)
    if name.endswith("d"):
        sizes = (*draw.batch(), *draw.sizes(1 + int(name[-2])))
    else:
        sizes = draw.shape(2 if name.startswith("Feature") else 0)
    return made, {"input": Of(sizes, draw.floating())}
