"""Class numbers to vectors: one_hot, bags of embeddings."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import is_size, unknown
from nnspec.semantics.values import ERROR, DType, Tensor, Value


def one_hot(call: RuleCall) -> Value:
    """`one_hot(x, num_classes)`: a last axis of classes; -1 lets the data decide how many."""
    x, classes = arguments.tensor(call), call.arguments["num_classes"]
    if x.dims is None:
        return unknown("int64")
    if isinstance(classes, int) and classes != -1 and classes < 1:
        return call.fail(
            "E0304",
            f"one_hot has nothing to say of {call.show(classes)} classes",
            "num_classes",
            help="-1 makes as many as the tensor has",
        )
    if classes == -1 or not is_size(classes):
        classes = call.new_size("classes")
    return Tensor("int64", (*x.dims, classes), (*arguments.origins_of(x), None))


def embedding_bag(call: RuleCall) -> Value:
    """`embedding_bag(x, weight, offsets)`: rows of numbers, or one row cut at offsets, to one vector each."""
    x, offsets = arguments.tensor(call), call.tensor("offsets")
    weight = call.tensor("weight")
    if weight is not None:
        dtype, width = weight.dtype, weight.dims[-1] if weight.dims else None
    else:
        made = call.arguments.get("dtype")
        dtype = made.name if isinstance(made, DType) else "float"
        width = call.arguments.get("embedding_dim")
    if x.dims is None or width is None or not is_size(width):
        return unknown(dtype)
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    weights = call.tensor("per_sample_weights")
    if weights is not None:
        mode = call.arguments.get("mode")
        if mode != "sum" and isinstance(mode, str):
            return call.fail(
                "E0402",
                f"`{call.name}` weighs its vectors in mode sum only, and not in mode {mode}",
                "per_sample_weights",
            )
        dtype = weights.dtype
    if len(x.dims) == 2:
        if offsets is not None:
            return call.fail(
                "E0302", "offsets go with a vector of numbers, not with rows", "offsets"
            )
        return Tensor(dtype, (x.dims[0], width))
    if offsets is None or offsets.dims is None:
        return call.fail(
            "E0401", "a vector of numbers needs `offsets`, where each bag begins", "input"
        )
    bags = offsets.dims[0]
    if call.arguments.get("include_last_offset") is True:
        bags = call.settle(bags - 1)
    return Tensor(dtype, (bags, width))
