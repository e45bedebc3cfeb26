"""The Transformer's layers: encoders, decoders, and stacks of them."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, batch, masks
from nnspec.semantics.rules.arguments import came_from
from nnspec.semantics.rules.attention import batches_agree
from nnspec.semantics.values import ERROR, DimLike, Layer, Tensor, Value


def _self_masks(
    call: RuleCall,
    x: tuple[str, Tensor],
    mask: str,
    padding: str,
    memory: tuple[str, Tensor] | None = None,
) -> bool:
    """The masks of one attention inside a Transformer layer; memory: what is attended to, if not `x`."""
    source, first = memory or x, _batch_first(call)
    if x[1].dims is None or source[1].dims is None or first is None:
        return True
    batch.look_at_order(call, x[0], x[1], first)
    read = masks.Reading(call, x, source, first)
    given, ignored = call.tensor(mask), call.tensor(padding)
    named = [(n, one) for n, one in ((mask, given), (padding, ignored)) if one is not None]
    if not masks.together_fit(call, named, x[1]):
        return False
    hint = mask.removesuffix("mask").removeprefix("src_") + "is_causal"
    if not masks.hint_fits(
        call, "src_is_causal" if "src_is_causal" in call.arguments else hint, mask
    ):
        return False
    if given is not None and not masks.attention_fits(call, mask, given, read, _heads(call)):
        return False
    return ignored is None or masks.padding_fits(call, padding, ignored, read)


def _of_layers(call: RuleCall, name: str) -> Value:
    """A hyperparameter of the layer itself, or of the layers that a stack was made of."""
    value = call.arguments.get(name)
    for made_of in ("encoder_layer", "decoder_layer"):
        inner = call.arguments.get(made_of)
        if value is None and isinstance(inner, Layer):
            value = inner.body.arguments.get(name)
    return value


def _batch_first(call: RuleCall) -> bool | None:
    value = _of_layers(call, "batch_first")
    return value if isinstance(value, bool) else None


def _heads(call: RuleCall) -> DimLike | None:
    value = _of_layers(call, "nhead")
    return value if isinstance(value, DimLike) else None


def _batches_agree(call: RuleCall, x: str, memory: str) -> bool:
    first = _batch_first(call)
    left, right = ((name, arguments.tensor(call, name)) for name in (x, memory))
    return first is None or batches_agree(call, left, right, first)


def encoder_layer(call: RuleCall) -> Value:
    """TransformerEncoderLayer: the shape of `src`."""
    x = arguments.tensor(call, "src")
    if not _self_masks(call, ("src", x), "src_mask", "src_key_padding_mask"):
        return ERROR
    return call.result


def decoder_layer(call: RuleCall) -> Value:
    """TransformerDecoderLayer, TransformerDecoder: the shape of `tgt`."""
    x, memory = (
        ("tgt", arguments.tensor(call, "tgt")),
        ("memory", arguments.tensor(call, "memory")),
    )
    if not _batches_agree(call, "tgt", "memory"):
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
    if not _self_masks(call, ("src", x), "mask", "src_key_padding_mask"):
        return ERROR
    return call.result


def decoder_stack(call: RuleCall) -> Value:
    """TransformerDecoder: as its layers."""
    if not _features_agree(call, arguments.tensor(call, "tgt"), "decoder_layer", "tgt"):
        return ERROR
    return decoder_layer(call)


def _features_agree(call: RuleCall, x: Tensor, made_of: str, name: str) -> bool:
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
        f"{call.show(x.dims[-1])} on axis {len(x.dims) - 1}, where {call.show(width)} is needed",
        others=came_from(x, -1),
    )


def transformer(call: RuleCall) -> Value:
    """Transformer: the shape of `tgt`."""
    source, target = (
        ("src", arguments.tensor(call, "src")),
        ("tgt", arguments.tensor(call, "tgt")),
    )
    if not _batches_agree(call, "src", "tgt"):
        return ERROR
    if not _self_masks(call, source, "src_mask", "src_key_padding_mask"):
        return ERROR
    if not _self_masks(call, target, "tgt_mask", "tgt_key_padding_mask"):
        return ERROR
    if not _self_masks(call, target, "memory_mask", "memory_key_padding_mask", source):
        return ERROR
    return call.result
