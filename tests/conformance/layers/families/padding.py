"""Paddings, negative ones too."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers

_RANKS = "123"
_KINDS = ["Constant", "Zero", "Reflection", "Replication", "Circular"]


@layers(*(f"{kind}Pad{rank}d" for kind in _KINDS for rank in _RANKS))
def pads(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    low = draw.one(0, 0, -2)
    made: dict[str, Any] = {
        "padding": draw.int(low, 3) if draw.coin() else draw.sizes(2 * rank, low, 3)
    }
    free = name.startswith(("Constant", "Zero"))
    if name.startswith("Constant"):
        made["value"] = draw.one(0.0, 1, -2.5)
    front = draw.shape(0, 3) if free else (*draw.batch(), draw.int(1, 3))
    dtype = draw.any_dtype() if free else draw.floating()
    return made, {"input": Of((*front, *draw.sizes(rank, 2, 6)), dtype)}
