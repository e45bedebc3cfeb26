"""Convolutions, their transposes, and the patches that they see."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


def _input(draw: Draw, channels: int, rank: int, low: int = 3, high: int = 9) -> Of:
    return Of((*draw.batch(), channels, *draw.sizes(rank, low, high)), draw.floating())


@layers("Conv1d", "Conv2d", "Conv3d")
def convolution(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    groups = draw.one(1, 1, 1, 2, 3)
    made: dict[str, Any] = {
        "in_channels": groups * draw.int(1, 3),
        "out_channels": groups * draw.int(1, 3),
        "kernel_size": draw.each(rank, 1, 3),
    }
    same = draw.seldom()
    if not same:
        made.update(draw.some(stride=lambda: draw.each(rank, 1, 3)))
    if same or draw.coin():
        made["padding"] = "same" if same else draw.one("valid", *[draw.each(rank, 0, 3)] * 4)
    made.update(draw.some(dilation=lambda: draw.each(rank, 1, 2)))
    if groups > 1 or draw.coin():
        made["groups"] = groups
    made.update(draw.some(bias=draw.coin))
    if draw.seldom():
        made["padding_mode"] = draw.one("zeros", "reflect", "replicate", "circular")
    return made, {"input": _input(draw, made["in_channels"], rank)}


@layers("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")
def transposed(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rank = int(name[-2])
    groups = draw.one(1, 1, 1, 2, 3)
    made: dict[str, Any] = {
        "in_channels": groups * draw.int(1, 3),
        "out_channels": groups * draw.int(1, 3),
        "kernel_size": draw.each(rank, 1, 4),
    }
    made.update(
        draw.some(
            stride=lambda: draw.each(rank, 1, 3),
            padding=lambda: draw.each(rank, 0, 1),
            output_padding=lambda: draw.each(rank, 0, 1),
        )
    )
    if groups > 1:
        made["groups"] = groups
    made.update(draw.some(bias=draw.coin, dilation=lambda: draw.each(rank, 1, 2)))
    if draw.seldom():
        made["padding_mode"] = "zeros"
    x = _input(draw, made["in_channels"], rank, 2, 5)
    given: dict[str, Any] = {"input": x}
    if draw.seldom():
        stride = made.get("stride", 1)
        sizes = [4 + stride * s for s in x.sizes[-rank:]] if isinstance(stride, int) else []
        if sizes:
            front = draw.one((), x.sizes[:-rank])
            given["output_size"] = [*front, *(s + draw.int(-3, 2) for s in sizes)]
    return made, given


@layers("Unfold")
def unfold(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"kernel_size": draw.each(2, 1, 3)}
    made.update(
        draw.some(
            dilation=lambda: draw.each(2, 1, 2),
            padding=lambda: draw.each(2, 0, 2),
            stride=lambda: draw.each(2, 1, 3),
        )
    )
    return made, {"input": _input(draw, draw.int(1, 3), 2)}


@layers("Fold")
def fold(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {
        "output_size": draw.each(2, 4, 8),
        "kernel_size": draw.each(2, 1, 3),
    }
    made.update(
        draw.some(
            dilation=lambda: draw.each(2, 1, 2),
            padding=lambda: draw.each(2, 0, 1),
            stride=lambda: draw.each(2, 1, 2),
        )
    )
    both = {k: (v, v) if isinstance(v, int) else v for k, v in made.items()}
    columns = 1
    for at in range(2):
        d, p, s = (
            both.get(k, (o, o))[at] for k, o in (("dilation", 1), ("padding", 0), ("stride", 1))
        )
        columns *= (
            both["output_size"][at] + 2 * p - d * (both["kernel_size"][at] - 1) - 1
        ) // s + 1
    rows = both["kernel_size"][0] * both["kernel_size"][1] * draw.int(1, 3)
    return made, {"input": Of((*draw.batch(), rows, max(columns, 1)), draw.floating())}
