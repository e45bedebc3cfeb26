"""Attention and the Transformer's layers."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Made, Of
from tests.conformance.layers.draw import Draw, layers

_LENGTHS = (2, 4)


def _layout(batch: tuple[int, ...], length: int, width: int, first: bool, dtype: str) -> Of:
    """A sequence: without a batch, with one in front, or with one behind the steps."""
    front = (*batch, length) if first else (length, *batch)
    return Of((*front, width), dtype)


def _mask(draw: Draw, rows: int, columns: int, heads: tuple[int, ...], dtype: str) -> Of:
    front = draw.one((), heads)
    return Of((*front, rows, columns), draw.one("bool", dtype))


def _padding(draw: Draw, batch: tuple[int, ...], length: int, dtype: str) -> Of:
    return Of((*batch, length), draw.one("bool", "bool", dtype))


def _dtype(draw: Draw) -> str:
    return draw.one("float32", "float32", "float32", "float64")


@layers("MultiheadAttention")
def attention(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    heads = draw.int(1, 3)
    width = heads * draw.int(1, 3)
    made: dict[str, Any] = {"embed_dim": width, "num_heads": heads}
    made.update(
        draw.some(
            dropout=lambda: draw.one(0.0, 0.5),
            bias=draw.coin,
            add_bias_kv=draw.seldom,
            add_zero_attn=draw.seldom,
            kdim=lambda: draw.one(None, draw.int(1, 6)),
            vdim=lambda: draw.one(None, draw.int(1, 6)),
            batch_first=draw.coin,
        )
    )
    batch, (query, key) = draw.batch(), draw.sizes(2, *_LENGTHS)
    first, dtype = made.get("batch_first", False), _dtype(draw)
    k, v = made.get("kdim") or width, made.get("vdim") or width
    given: dict[str, Any] = {
        "query": _layout(batch, query, width, first, dtype),
        "key": _layout(batch, key, k, first, dtype),
        "value": _layout(batch, key, v, first, dtype),
    }
    rows = tuple(b * heads for b in batch) or (heads,)
    if draw.seldom():
        given["key_padding_mask"] = _padding(draw, batch, key, dtype)
    given.update(draw.some(need_weights=draw.coin))
    if draw.seldom():
        given["attn_mask"] = _mask(draw, query, key, rows, dtype)
    given.update(draw.some(average_attn_weights=draw.coin))
    if "attn_mask" in given and draw.seldom():
        given["is_causal"] = True
    return made, given


def _options(draw: Draw) -> tuple[int, int, dict[str, Any]]:
    """Heads, width, and the arguments that all layers of a Transformer share."""
    heads = draw.int(1, 3)
    width = heads * draw.int(1, 3)
    options: dict[str, Any] = {"dim_feedforward": draw.int(1, 8)}
    options.update(
        draw.some(
            dropout=lambda: draw.one(0.1, 0.0, 0),
            activation=lambda: draw.one("relu", "gelu"),
        )
    )
    return heads, width, options


def _rest(draw: Draw) -> dict[str, Any]:
    return draw.some(
        layer_norm_eps=lambda: draw.one(1e-5, 1e-3),
        batch_first=draw.coin,
        norm_first=draw.coin,
        bias=draw.coin,
    )


def _of_source(
    draw: Draw, batch: tuple[int, ...], length: int, heads: int, dtype: str, mask: str, padding: str
) -> dict[str, Any]:
    """Masks of an attention of a sequence to itself."""
    rows = tuple(b * heads for b in batch) or (heads,)
    given: dict[str, Any] = {}
    if draw.seldom():
        given[mask] = _mask(draw, length, length, rows, dtype)
    if draw.seldom():
        given[padding] = _padding(draw, batch, length, dtype)
    return given


@layers("TransformerEncoderLayer", "TransformerEncoder")
def encoder(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    heads, width, options = _options(draw)
    made: dict[str, Any] = {"d_model": width, "nhead": heads, **options, **_rest(draw)}
    batch, length = draw.batch(), draw.int(*_LENGTHS)
    first, dtype = made.get("batch_first", False), _dtype(draw)
    stack = name == "TransformerEncoder"
    given: dict[str, Any] = {"src": _layout(batch, length, width, first, dtype)}
    mask = "mask" if stack else "src_mask"
    given.update(_of_source(draw, batch, length, heads, dtype, mask, "src_key_padding_mask"))
    if mask in given and draw.seldom():
        given["is_causal"] = True
    if not stack:
        return made, given
    outer: dict[str, Any] = {
        "encoder_layer": Made("TransformerEncoderLayer", (), made),
        "num_layers": draw.int(1, 3),
    }
    outer.update(
        draw.some(
            norm=lambda: draw.one(None, Made("LayerNorm", (width,))),
            enable_nested_tensor=draw.coin,
            mask_check=draw.coin,
        )
    )
    return outer, given


@layers("TransformerDecoderLayer", "TransformerDecoder")
def decoder(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    heads, width, options = _options(draw)
    made: dict[str, Any] = {"d_model": width, "nhead": heads, **options, **_rest(draw)}
    batch, (length, memory) = draw.batch(), draw.sizes(2, *_LENGTHS)
    first, dtype = made.get("batch_first", False), _dtype(draw)
    given: dict[str, Any] = {
        "tgt": _layout(batch, length, width, first, dtype),
        "memory": _layout(batch, memory, width, first, dtype),
    }
    masks = _of_source(draw, batch, length, heads, dtype, "tgt_mask", "tgt_key_padding_mask")
    if draw.seldom():
        masks["memory_mask"] = Of((length, memory), draw.one("bool", dtype))
    if draw.seldom():
        masks["memory_key_padding_mask"] = _padding(draw, batch, memory, dtype)
    given.update(masks)
    if name == "TransformerDecoderLayer":
        return made, given
    outer: dict[str, Any] = {
        "decoder_layer": Made("TransformerDecoderLayer", (), made),
        "num_layers": draw.int(1, 3),
    }
    outer.update(draw.some(norm=lambda: draw.one(None, Made("LayerNorm", (width,)))))
    return outer, given


@layers("Transformer")
def transformer(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    heads, width, options = _options(draw)
    made: dict[str, Any] = {
        "d_model": width,
        "nhead": heads,
        "num_encoder_layers": draw.int(1, 2),
        "num_decoder_layers": draw.int(1, 2),
        **options,
        **_rest(draw),
    }
    batch, (source, target) = draw.batch(), draw.sizes(2, *_LENGTHS)
    first, dtype = made.get("batch_first", False), _dtype(draw)
    given: dict[str, Any] = {
        "src": _layout(batch, source, width, first, dtype),
        "tgt": _layout(batch, target, width, first, dtype),
    }
    given.update(_of_source(draw, batch, source, heads, dtype, "src_mask", "src_key_padding_mask"))
    given.update(_of_source(draw, batch, target, heads, dtype, "tgt_mask", "tgt_key_padding_mask"))
    if draw.seldom():
        given["memory_mask"] = Of((target, source), draw.one("bool", dtype))
    if draw.seldom():
        given["memory_key_padding_mask"] = _padding(draw, batch, source, dtype)
    return made, given
