"""Attention: shapes of queries, keys, values and masks, as torch checks them."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, masks, takes
from nnspec.semantics.rules import batch as batches
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
    if not takes.none_of(call, "bool int complex", ("query", "key", "value")):
        return ERROR
    if not arguments.within(call, "dropout_p", 0, 1):
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
        if not masks.dtype_fits(call, mask, q, "attn_mask"):
            return ERROR
        # The kernels for batches of heads ask for both axes of the scores, the plain formula broadcasts.
        if mask.dims is not None and len(mask.dims) < 2 and len(q.dims) == 4:
            return call.fail(
                "E0302",
                f"{call.name} of {call.show(q)} takes a mask of two axes or more, got {call.show(mask)}",
                "attn_mask",
                help="`[None]` in front gives it the axis of the queries",
            )
        scores = Tensor(q.dtype, (*batch, q.dims[-2], k.dims[-2]))
        if not masks.broadcasts_to(call, mask, scores):
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
    if call.arguments.get("enable_gqa") is True:
        for name, x in (("query", q), ("key", k), ("value", v)):
            if len(x.dims or ()) < 3:
                return call.fail(
                    "E0302",
                    f"with enable_gqa the heads of the {name} are its third axis from the end: {shown}",
                    name,
                )
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
    elif not all(_shared(call, name, q, x, shown) for name, x in (("key", k), ("value", v))):
        return ERROR
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


def _shared(call: RuleCall, name: str, q: Tensor, x: Tensor, shown: str) -> bool:
    """Whether the batches and heads of keys or values are certainly not others than those of the query."""
    assert q.dims is not None and x.dims is not None
    for at in range(3, min(len(q.dims), len(x.dims)) + 1):
        have, own = call.settle(x.dims[-at]), call.settle(q.dims[-at])
        if 1 in (have, own) or call.compare(have, own) != "different":
            continue
        grouped = at == 3 and isinstance(have, int) and isinstance(own, int) and own % have == 0
        call.fail(
            "E0307",
            f"query and {name} differ on axis {len(x.dims) - at}: {shown}",
            name,
            f"{call.show(have)} on axis {len(x.dims) - at}, where the query has {call.show(own)}",
            (*came_from(q, -at), *came_from(x, -at)),
            help=(
                "`enable_gqa=True` lets several heads of the query share one of the keys"
                if grouped
                else None
            ),
        )
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
        shown = f"query {call.show(q)}, key {call.show(k)}, value {call.show(v)}"
        return call.fail("E0302", f"`{call.name}` takes equally many axes of all three: {shown}")
    if not same_dtype(call, ("query", q), ("key", k), ("value", v)):
        return ERROR
    if not _features_fit(call, "key", k) or not _features_fit(call, "value", v):
        return ERROR
    batched = len(q.dims) == 3
    time = 1 if batched and first else 0
    steps, others = call.show(k.dims[time]), call.show(v.dims[time])
    if not call.agree(
        k.dims[time],
        v.dims[time],
        f"key and value of `{call.name}` differ in their length: {call.show(k)} and {call.show(v)}",
        "value",
        f"{others} on axis {time}",
        (Label(call.spans["key"], f"{steps} on axis {time}"),) if call.given("key") else (),
    ):
        return ERROR
    batch: tuple[DimLike, ...] = (q.dims[1 - time],) if batched else ()
    if batched and not all(
        batches_agree(call, ("query", q), (name, x), first)
        for name, x in (("key", k), ("value", v))
    ):
        return ERROR
    batches.look_at_order(call, "query", q, first)
    length, keys = q.dims[time], k.dims[time]
    if not _masks_fit(call, q, masks.Reading(call, ("query", q), ("key", k), first)):
        return ERROR
    extra = sum(call.arguments.get(n) is True for n in ("add_bias_kv", "add_zero_attn"))
    extra += call.tensor("bias_k") is not None
    output = Tensor(q.dtype, q.dims, q.origins, None)
    return TupleValue((output, _weights(call, q, batch, length, call.settle(keys + extra))))


def multihead_function(call: RuleCall) -> Value:
    """`multi_head_attention_forward`: the layer's sum with weights that are given, of as many features as the last one makes.

    Source: torch.nn.functional.multi_head_attention_forward.
    """
    separate, out = call.arguments["use_separate_proj_weight"], call.tensor("out_proj_weight")
    named = (("query", "q_proj_weight"), ("key", "k_proj_weight"), ("value", "v_proj_weight"))
    own = {True: tuple(name for _, name in named), False: ("in_proj_weight",)}
    for name in own.get(separate, ()):
        if call.arguments[name] is None:
            return call.fail(
                "E0401", f"{call.name} with `use_separate_proj_weight={separate}` needs `{name}`"
            )
    if (call.arguments["bias_k"] is None) != (call.arguments["bias_v"] is None):
        return call.fail("E0401", f"{call.name} takes `bias_k` and `bias_v` together")
    if call.arguments["training"] is not False and not arguments.within(call, "dropout_p", high=1):
        return ERROR
    width = call.arguments["embed_dim_to_check"]
    for name in ("key", "value") if separate is False else ():
        x = arguments.tensor(call, name)
        if x.dims is None or call.agree(
            x.dims[-1],
            width,
            f"`{call.name}` takes a {name} with {call.show(width)} features, but is given {call.show(x)}",
            name,
            f"{call.show(x.dims[-1])} on axis {len(x.dims) - 1}",
            notes=("other numbers need `use_separate_proj_weight=True`",),
        ):
            continue
        return ERROR
    if separate is True and not all(_projects(call, name, weight) for name, weight in named):
        return ERROR
    if not _static_fits(call, "static_k") or not _static_fits(call, "static_v"):
        return ERROR
    found = multihead_attention(call)
    if isinstance(found, TupleValue) and out is not None and out.dims is not None:
        result, weights = found.items
        if isinstance(result, Tensor) and result.dims is not None:
            result = Tensor(result.dtype, (*result.dims[:-1], out.dims[0]), None, None)
        return TupleValue((result, weights))
    return found


def _static_fits(call: RuleCall, name: str) -> bool:
    """Whether keys, or values, that are projected already are as many as the heads of a batch, of a head's features."""
    x, q = call.tensor(name), arguments.tensor(call, "query")
    heads, width = call.arguments["num_heads"], call.arguments["embed_dim_to_check"]
    if x is None or x.dims is None or q.dims is None or not isinstance(heads, DimLike):
        return True
    wanted = (
        heads if len(q.dims) < 3 else call.settle(q.dims[1] * heads),
        call.settle(width // heads),
    )
    message = (
        f"{call.name} takes a `{name}` of {call.show(wanted[0])} heads with {call.show(wanted[1])} features, "
        f"got {call.show(x)}"
    )
    if len(x.dims) != 3:
        call.fail("E0302", message, name)
        return False
    return call.agree(x.dims[0], wanted[0], message, name) and call.agree(
        x.dims[2], wanted[1], message, name
    )


def _projects(call: RuleCall, name: str, weight: str) -> bool:
    """Whether a weight is that of a linear layer from the features of a tensor to those of the attention."""
    x, w = arguments.tensor(call, name), arguments.tensor(call, weight)
    if not same_dtype(call, (name, x), (weight, w)):
        return False
    if x.dims is None or w.dims is None:
        return True
    wanted = (call.arguments["embed_dim_to_check"], x.dims[-1])
    message = (
        f"{call.name} takes a `{weight}` of {call.world.show_shape(wanted)}, got {call.show(w)}"
    )
    if len(w.dims) != 2:
        call.fail("E0302", message, weight)
        return False
    return all(call.agree(a, b, message, weight) for a, b in zip(w.dims, wanted, strict=True))


def _features_fit(call: RuleCall, name: str, x: Tensor) -> bool:
    """Whether keys, or values, have as many features as the layer was made for."""
    hyper = "kdim" if name == "key" else "vdim"
    wanted = call.arguments.get(name[0])
    if x.dims is None or not isinstance(wanted, DimLike):
        return True
    given = call.arguments.get(hyper) is not None
    own = "" if given else f"; `{hyper}` is for another number"
    size = call.show(x.dims[-1])
    return call.agree(
        x.dims[-1],
        wanted,
        f"`{call.name}` takes a {name} with {call.show(wanted)} features, but is given {call.show(x)}",
        name,
        f"{size} on axis {len(x.dims) - 1}, where {call.show(wanted)} is needed",
        (*call.declared(hyper if given else "embed_dim"), *came_from(x, len(x.dims) - 1)),
        (f"keys and values have the features of the query{own}",) if not given else (),
    )


def batches_agree(
    call: RuleCall, left: tuple[str, Tensor], right: tuple[str, Tensor], first: bool
) -> bool:
    """Whether two batches of sequences are of one size; reports E0301.

    first: whether the batch is axis 0.
    """
    (left_name, a), (right_name, b) = left, right
    at = 0 if first else 1
    if a.dims is None or b.dims is None or len(a.dims) < 3 or len(b.dims) < 3:
        return True
    return call.agree(
        a.dims[at],
        b.dims[at],
        f"`{call.name}` reads {left_name} {call.show(a)} and {right_name} {call.show(b)} as "
        f"{masks.layout(first)}: the batches are {call.show(a.dims[at])} and {call.show(b.dims[at])}",
        right_name,
        f"batch {call.show(b.dims[at])} on axis {at}",
        (
            (Label(call.spans[left_name], f"batch {call.show(a.dims[at])} on axis {at}"),)
            if call.given(left_name)
            else ()
        ),
    )


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


def _masks_fit(call: RuleCall, q: Tensor, read: masks.Reading) -> bool:
    padding, mask = call.tensor("key_padding_mask"), call.tensor("attn_mask")
    named = (("key_padding_mask", padding), ("attn_mask", mask))
    given = [(name, x) for name, x in named if x is not None]
    exact = call.arguments["need_weights"] is True
    if not masks.together_fit(call, given, q, exact) or not masks.hint_fits(
        call, "is_causal", "attn_mask"
    ):
        return False
    if padding is not None and not masks.padding_fits(call, "key_padding_mask", padding, read):
        return False
    heads = call.arguments["num_heads"]
    known = heads if isinstance(heads, DimLike) else None
    return mask is None or masks.attention_fits(call, "attn_mask", mask, read, known)
