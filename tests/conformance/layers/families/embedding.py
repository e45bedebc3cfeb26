"""Tables of vectors."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


def _numbers(draw: Draw) -> str:
    return draw.one("int64", "int64", "int32")


def _padding(draw: Draw, rows: int) -> int:
    return draw.int(-rows, rows - 1)


@layers("Embedding")
def embedding(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = draw.int(1, 9)
    made: dict[str, Any] = {"num_embeddings": rows, "embedding_dim": draw.int(1, 5)}
    made.update(
        draw.some(
            padding_idx=lambda: draw.one(None, _padding(draw, rows)),
            max_norm=lambda: draw.one(None, 1.0, 2),
            norm_type=lambda: draw.one(2.0, 1),
            scale_grad_by_freq=draw.coin,
            sparse=draw.coin,
        )
    )
    return made, {"input": Of(draw.shape(), _numbers(draw))}


@layers("EmbeddingBag")
def bag(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = draw.int(1, 9)
    mode = draw.one("mean", "sum", "max")
    made: dict[str, Any] = {"num_embeddings": rows, "embedding_dim": draw.int(1, 5)}
    made.update(
        draw.some(
            max_norm=lambda: draw.one(None, 1.0, 2),
            norm_type=lambda: draw.one(2.0, 1),
            scale_grad_by_freq=lambda: mode != "max" and draw.coin(),
        )
    )
    if mode != "mean" or draw.coin():
        made["mode"] = mode
    made.update(
        draw.some(
            sparse=lambda: mode != "max" and draw.coin(),
            include_last_offset=draw.coin,
            padding_idx=lambda: draw.one(None, _padding(draw, rows)),
        )
    )
    dtype = _numbers(draw)
    x = Of(draw.sizes(draw.int(1, 2), 1, 5), dtype)
    given: dict[str, Any] = {"input": x}
    if len(x.sizes) == 1:
        least = 2 if made.get("include_last_offset") else 1
        given["offsets"] = Of((draw.int(least, 4),), draw.one(dtype, _numbers(draw)))
    elif draw.seldom():
        given["offsets"] = None
    if mode == "sum" and draw.coin():
        given["per_sample_weights"] = Of(x.sizes)
    return made, given
