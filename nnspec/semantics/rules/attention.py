"""Attention: shapes of queries, keys, values and masks, as torch checks them."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import came_from, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.products import same_dtype
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Value,
)


def scaled_dot_product_attention(call: RuleCall) -> Value:
    """`softmax(q @ k.mT + mask) @ v`: `[*, L, E]`, `[*, S, E]`, `[*, S, V]` give `[*, L, V]`.

    With enable_gqa the number of query heads (axis -3) is a multiple of that of keys and values.
    """
    q, k, v = (arguments.tensor(call, n) for n in ("query", "key", "value"))
    if not same_dtype(call, ("query", q), ("key", k), ("value", v)):
        return ERROR
    if q.dims is None or k.dims is None or v.dims is None:
        return unknown(q)
    for name, x in (("query", q), ("key", k), ("value", v)):
        assert x.dims is not None
        if len(x.dims) < 2:
            return call.fail(
                "E0302", f"{name} has two axes or more, time and features; got {call.show(x)}", name
            )
    shown = f"query {call.show(q)}, key {call.show(k)}, value {call.show(v)}"
    if not call.agree(
        q.dims[-1],
        k.dims[-1],
        f"query and key differ in their features: {shown}",
        "key",
        others=(*came_from(q, -1), *came_from(k, -1)),
    ):
        return ERROR
    if not call.agree(
        k.dims[-2], v.dims[-2], f"key and value differ in their length: {shown}", "value"
    ):
        return ERROR
    batch = _batch(call, q, k, v, shown)
    if isinstance(batch, ErrorValue):
        return batch
    dims = (*batch, q.dims[-2], v.dims[-1])
    mask = call.tensor("attn_mask")
    if mask is not None:
        if not _mask_dtype(call, mask, q, "attn_mask"):
            return ERROR
        scores = Tensor(q.dtype, (*batch, q.dims[-2], k.dims[-2]))
        if not _broadcasts_to(call, mask, scores):
            return ERROR
        if call.arguments.get("is_causal") is True:
            return call.fail("E0401", "give either attn_mask or is_causal=True", "is_causal")
    # In what order the elements lie depends on the kernel that torch picks.
    return Tensor(q.dtype, dims, contiguous=None)


def _batch(
    call: RuleCall, q: Tensor, k: Tensor, v: Tensor, shown: str
) -> tuple[DimLike, ...] | ErrorValue:
    """The axes before the last two: equal, or stretched, or grouped."""
    assert q.dims is not None and k.dims is not None and v.dims is not None
    if call.arguments.get("enable_gqa") is True and min(map(len, (q.dims, k.dims, v.dims))) >= 3:
        heads = q.dims[-3]
        for name, x in (("key", k), ("value", v)):
            assert x.dims is not None
            if not call.demand(
                Relation(heads % x.dims[-3], "==", 0),
                f"the {call.show(heads)} heads of the query are not a multiple of the "
                f"{call.show(x.dims[-3])} of the {name}: {shown}",
                name,
            ):
                return ERROR
        cut = -3
    else:
        cut = -2
    named = [
        (n, Tensor(x.dtype, (x.dims or ())[:cut]))
        for n, x in (("query", q), ("key", k), ("value", v))
    ]
    found = broadcast(call, named)
    if isinstance(found, ErrorValue) or found is None:
        return found or ()
    return (*found[0], q.dims[-3]) if cut == -3 else found[0]


def _mask_dtype(call: RuleCall, mask: Tensor, like: Tensor, name: str) -> bool:
    from nnspec.semantics.rules.products import alike

    if mask.dtype == "bool" or alike(mask.dtype, like.dtype) or mask.dtype == "float32":
        return True
    call.fail(
        "E0303",
        f"{name} is bool, or of the dtype of the query ({like.dtype}); got {mask.dtype}",
        name,
        help="`.bool()` makes a mask of it",
    )
    return False


def _broadcasts_to(call: RuleCall, mask: Tensor, scores: Tensor) -> bool:
    """Whether the mask stretches to the scores, without stretching them."""
    if mask.dims is None or scores.dims is None:
        return True
    message = f"attn_mask {call.show(mask)} does not broadcast to the scores, {call.show(scores)}"
    if len(mask.dims) > len(scores.dims):
        call.fail("E0307", message, "attn_mask")
        return False
    for size, wanted in zip(mask.dims[::-1], scores.dims[::-1], strict=False):
        if call.settle(size) != 1 and not call.agree(
            size, wanted, message, "attn_mask", code="E0307"
        ):
            return False
    return True


# --- multi-head attention ----------------------------------------------------------------------------


def multihead_attention(call: RuleCall) -> Value:
    """`mha(query, key, value, ...)`: the output, and the weights (averaged over heads) or None.

    Batched as `[T, B, E]`, or `[B, T, E]` with batch_first; unbatched as `[T, E]`. Source of the masks'
    shapes: torch.nn.functional.multi_head_attention_forward.
    """
    q, k, v = (arguments.tensor(call, n) for n in ("query", "key", "value"))
    first = call.arguments.get("batch_first", False)
    if q.dims is None or k.dims is None or v.dims is None or not isinstance(first, bool):
        return TupleValue((unknown(q), unknown(q)))
    if not len(q.dims) == len(k.dims) == len(v.dims):
        return call.fail(
            "E0302",
            f"query, key and value have equally many axes, got {call.show(q)}, {call.show(k)}, {call.show(v)}",
        )
    if not same_dtype(call, ("query", q), ("key", k), ("value", v)):
        return ERROR
    batched = len(q.dims) == 3
    time = 1 if batched and first else 0
    layout = "[batch, time, features]" if first else "[time, batch, features]"
    hint = None if first else "batch_first=True takes [batch, time, features]"
    if not call.agree(
        k.dims[time],
        v.dims[time],
        f"key and value differ in their length: {call.show(k)} and {call.show(v)}",
        "value",
    ):
        return ERROR
    batch: tuple[DimLike, ...] = ()
    if batched:
        batch = (q.dims[1 - time],)
        for name, x in (("key", k), ("value", v)):
            assert x.dims is not None
            if not call.agree(
                batch[0],
                x.dims[1 - time],
                f"query is {call.show(q)} and {name} {call.show(x)}, read as {layout}: the batches differ",
                name,
                help=hint,
            ):
                return ERROR
    length, keys = q.dims[time], k.dims[time]
    if not _masks_fit(call, q, batch, length, keys):
        return ERROR
    extra = sum(call.arguments.get(n) is True for n in ("add_bias_kv", "add_zero_attn"))
    output = Tensor(q.dtype, q.dims, q.origins, None)
    return TupleValue((output, _weights(call, q, batch, length, call.settle(keys + extra))))


def _weights(
    call: RuleCall, q: Tensor, batch: tuple[DimLike, ...], length: DimLike, keys: DimLike
) -> Value:
    needed, averaged = call.arguments["need_weights"], call.arguments["average_attn_weights"]
    if needed is False:
        return None
    if needed is not True or averaged not in (True, False):
        return unknown(q)
    heads = () if averaged else (call.arguments["num_heads"],)
    return Tensor(q.dtype, (*batch, *heads, length, keys))


def _masks_fit(
    call: RuleCall, q: Tensor, batch: tuple[DimLike, ...], length: DimLike, keys: DimLike
) -> bool:
    padding, mask = call.tensor("key_padding_mask"), call.tensor("attn_mask")
    for name, x in (("key_padding_mask", padding), ("attn_mask", mask)):
        if x is not None and not _mask_dtype(call, x, q, name):
            return False
    if padding is not None and not _has_shape(call, "key_padding_mask", padding, (*batch, keys)):
        return False
    if mask is None or mask.dims is None:
        return True
    if len(mask.dims) == 2:
        return _has_shape(call, "attn_mask", mask, (length, keys))
    heads = call.arguments["num_heads"]
    if not isinstance(heads, DimLike):
        return True
    rows = call.settle(heads * batch[0]) if batch else heads
    return _has_shape(call, "attn_mask", mask, (rows, length, keys))


def _has_shape(call: RuleCall, name: str, x: Tensor, wanted: tuple[DimLike, ...]) -> bool:
    if x.dims is None:
        return True
    message = f"{name} is {call.show(x)}, but {call.world.show_shape(wanted)} is needed"
    if len(x.dims) != len(wanted):
        call.fail("E0302", message, name)
        return False
    hint = None
    if name == "attn_mask" and call.arguments.get("batch_first") is True:
        hint = "with batch_first=True the input is [batch, time, features]: are its axes in that order?"
    elif name in ("attn_mask", "key_padding_mask"):
        hint = "without batch_first=True the input is [time, batch, features]"
    return all(
        call.agree(a, b, message, name, help=hint) for a, b in zip(x.dims, wanted, strict=True)
    )


# --- the Transformer's layers ------------------------------------------------------------------------


def _self_masks(
    call: RuleCall, x: Tensor, mask: str, padding: str, memory: Tensor | None = None
) -> bool:
    """The masks of one attention inside a Transformer layer."""
    if x.dims is None:
        return True
    source = memory if memory is not None else x
    if source.dims is None:
        return True
    first = _batch_first(call)
    if first is None:
        return True
    batched = len(x.dims) == 3
    time = 1 if batched and first else 0
    batch = (x.dims[1 - time],) if batched else ()
    given, ignored = call.tensor(mask), call.tensor(padding)
    for name, one in ((mask, given), (padding, ignored)):
        if one is not None and not _mask_dtype(call, one, x, name):
            return False
    if given is not None and given.dims is not None and len(given.dims) == 2:
        if not _has_shape(call, mask, given, (x.dims[time], source.dims[time])):
            return False
    return ignored is None or _has_shape(call, padding, ignored, (*batch, source.dims[time]))


def _batch_first(call: RuleCall) -> bool | None:
    """Of the layer itself, or of the layers that a stack was made of."""
    from nnspec.semantics.values import Layer

    value = call.arguments.get("batch_first")
    if value is None:
        for name in ("encoder_layer", "decoder_layer"):
            inner = call.arguments.get(name)
            if isinstance(inner, Layer):
                value = inner.body.arguments.get("batch_first")
    return value if isinstance(value, bool) else None


def _batches_agree(call: RuleCall, x: Tensor, memory: Tensor, name: str) -> bool:
    if x.dims is None or memory.dims is None or len(x.dims) < 3:
        return True
    first = _batch_first(call)
    if first is None:
        return True
    at = 0 if first else 1
    layout = "[batch, time, features]" if first else "[time, batch, features]"
    return call.agree(
        x.dims[at],
        memory.dims[at],
        f"the batches differ: {call.show(x)} and {call.show(memory)}, read as {layout}",
        name,
        help=None if first else "batch_first=True takes [batch, time, features]",
    )


def encoder_layer(call: RuleCall) -> Value:
    """TransformerEncoderLayer: the shape of `src`."""
    x = arguments.tensor(call, "src")
    if not _self_masks(call, x, "src_mask", "src_key_padding_mask"):
        return ERROR
    return call.result


def decoder_layer(call: RuleCall) -> Value:
    """TransformerDecoderLayer, TransformerDecoder: the shape of `tgt`."""
    x, memory = arguments.tensor(call, "tgt"), arguments.tensor(call, "memory")
    if not _batches_agree(call, x, memory, "memory"):
        return ERROR
    if not _self_masks(call, x, "tgt_mask", "tgt_key_padding_mask"):
        return ERROR
    if not _self_masks(call, x, "memory_mask", "memory_key_padding_mask", memory):
        return ERROR
    return call.result


def encoder_stack(call: RuleCall) -> Value:
    """TransformerEncoder: the shape of `src`, whose features are those of its layers."""
    x = arguments.tensor(call, "src")
    if not _features_agree(call, x, "encoder_layer", "src"):
        return ERROR
    if not _self_masks(call, x, "mask", "src_key_padding_mask"):
        return ERROR
    return call.result


def decoder_stack(call: RuleCall) -> Value:
    """TransformerDecoder: as its layers."""
    if not _features_agree(call, arguments.tensor(call, "tgt"), "decoder_layer", "tgt"):
        return ERROR
    return decoder_layer(call)


def _features_agree(call: RuleCall, x: Tensor, made_of: str, name: str) -> bool:
    from nnspec.semantics.values import Layer

    inner = call.arguments.get(made_of)
    if x.dims is None or not isinstance(inner, Layer):
        return True
    width = inner.body.arguments.get("d_model")
    if not isinstance(width, DimLike):
        return True
    return call.agree(
        x.dims[-1],
        width,
        f"`{call.name}` is made of layers with d_model={call.show(width)}, but is given {call.show(x)}",
        name,
        others=came_from(x, -1),
    )


def transformer(call: RuleCall) -> Value:
    """Transformer: the shape of `tgt`."""
    source, target = arguments.tensor(call, "src"), arguments.tensor(call, "tgt")
    if not _batches_agree(call, target, source, "src"):
        return ERROR
    if not _self_masks(call, source, "src_mask", "src_key_padding_mask"):
        return ERROR
    if not _self_masks(call, target, "tgt_mask", "tgt_key_padding_mask"):
        return ERROR
    if not _self_masks(call, target, "memory_mask", "memory_key_padding_mask", source):
        return ERROR
    return call.result
