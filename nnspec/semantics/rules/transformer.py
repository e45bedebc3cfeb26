"""The Transformer's layers: encoders, decoders, and stacks of them."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, batch, masks
from nnspec.semantics.rules.arguments import came_from
from nnspec.semantics.rules.attention import batches_agree
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Layer, Tensor, Unknown, Value
from nnspec.syntax import ast

_USUAL = {
    "encoder_layer": "TransformerEncoderLayer",
    "decoder_layer": "TransformerDecoderLayer",
    "custom_encoder": "TransformerEncoder",
    "custom_decoder": "TransformerDecoder",
}
_DECODED = "tgt_mask memory_mask tgt_key_padding_mask memory_key_padding_mask".split()
_DECODED_HINTS = ("tgt_is_causal", "memory_is_causal")


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
    """TransformerEncoder: the shape of `src`, whose features are those of its layers; then its norm."""
    x = arguments.tensor(call, "src")
    if not _features_agree(call, x, "encoder_layer", "src"):
        return ERROR
    if not _self_masks(call, ("src", x), "mask", "src_key_padding_mask"):
        return ERROR
    named = {"src_mask": "mask", "src_key_padding_mask": "src_key_padding_mask"}
    return _stacked(call, "encoder_layer", ("src",), named, ("is_causal",))


def decoder_stack(call: RuleCall) -> Value:
    """TransformerDecoder: as its layers; then its norm."""
    if not _features_agree(call, arguments.tensor(call, "tgt"), "decoder_layer", "tgt"):
        return ERROR
    if isinstance(decoder_layer(call), ErrorValue):
        return ERROR
    named = {name: name for name in _DECODED}
    return _stacked(call, "decoder_layer", ("tgt", "memory"), named, _DECODED_HINTS)


def _stacked(
    call: RuleCall,
    made_of: str,
    inputs: tuple[str, ...],
    masked: dict[str, str],
    hints: tuple[str, ...],
) -> Value:
    """What the layers of a stack and its norm give.

    made_of: the argument with the layer; inputs: what the first layer gets by position, of which its result takes the place
        of the first for the next one; masked: by the names that layers have for them; hints: what they get beside, bools.
    """
    layer, count = call.arguments.get(made_of), call.arguments.get("num_layers")
    value: Value = arguments.tensor(call, inputs[0])
    # Torch's own layers keep the shape, and their masks have been looked at.
    if isinstance(layer, Layer) and layer.type_name != _USUAL[made_of]:
        if not _goes_into_stack(call, made_of, layer, (*masked, *hints)):
            return ERROR
        named = {name: call.arguments[of] for name, of in masked.items()}
        named.update({name: Unknown("bool") for name in hints})
        others = [call.arguments[name] for name in inputs[1:]]
        # What keeps the shape in the second round keeps it in all.
        for _ in range(min(count, 2) if isinstance(count, int) else 2):
            value = call.handed_over(made_of, value, *others, **named)
        if isinstance(value, ErrorValue):
            return value
    elif call.arguments.get("norm") is None:
        return call.result
    if isinstance(call.arguments.get("norm"), Layer):
        return call.handed_over("norm", value)
    return value


def _goes_into_stack(call: RuleCall, made_of: str, layer: Layer, names: Iterable[str]) -> bool:
    """Whether a layer has what torch's stack reads of it, and takes what that gives by name."""
    if "self_attn" in layer.body.members:
        return _takes(call, made_of, layer, names)
    message = f"`{call.name}` reads `self_attn.batch_first` of its layers, and {layer.type_name} has no `self_attn`"
    call.fail("E0427", message, others=call.declared(made_of), help=_usual(made_of))
    return False


def _takes(call: RuleCall, given_as: str, layer: Layer, names: Iterable[str]) -> bool:
    """Whether a layer that is handed over takes arguments of these names."""
    for member in layer.body.decl.body:
        if isinstance(member, ast.Def) and member.name == "forward":
            params = member.signature.params
            missing = set(names) - {param.name for param in params}
            if missing and all(param.kind != "double" for param in params):
                first = next(name for name in names if name in missing)
                message = f"`{call.name}` gives `{first}` to its `{given_as}`, and {layer.type_name} does not take that"
                call.fail("E0404", message, others=call.declared(given_as), help=_usual(given_as))
                return False
    return True


def _usual(given_as: str) -> str:
    return f"a `{_USUAL[given_as]}` is meant"


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
    """Transformer: the shape of `tgt`, or what a decoder of one's own gives."""
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
    return _of_ones_own(call, source[1], target[1])


def _of_ones_own(call: RuleCall, source: Tensor, target: Tensor) -> Value:
    """What comes of an encoder and a decoder that are handed over; torch's own keep the shapes."""
    encoder, decoder = call.arguments.get("custom_encoder"), call.arguments.get("custom_decoder")
    memory: Value = source
    if isinstance(encoder, Layer):
        padding = call.arguments["src_key_padding_mask"]
        named = {"mask": call.arguments["src_mask"], "src_key_padding_mask": padding}
        named["is_causal"] = Unknown("bool")
        if not _takes(call, "custom_encoder", encoder, named):
            return ERROR
        memory = call.handed_over("custom_encoder", source, **named)
    if not isinstance(decoder, Layer) or isinstance(memory, ErrorValue):
        return ERROR if isinstance(memory, ErrorValue) else call.result
    named = {name: call.arguments[name] for name in _DECODED}
    named.update(dict.fromkeys(_DECODED_HINTS, Unknown("bool")))
    if not _takes(call, "custom_decoder", decoder, named):
        return ERROR
    return call.handed_over("custom_decoder", target, memory, **named)
