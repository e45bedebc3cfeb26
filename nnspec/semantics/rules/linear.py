"""`linear` and `bilinear`, as functions of their weights."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import origins_of, unknown
from nnspec.semantics.rules.products import axes_meet, multiply, result_dtype, same_dtype
from nnspec.semantics.values import ERROR, Tensor, Value


def linear(call: RuleCall) -> Value:
    """`linear(x, weight, bias)`: `x @ weight.mT + bias` over the last axis."""
    x, weight, bias = arguments.tensor(call), arguments.tensor(call, "weight"), call.tensor("bias")
    if not multiply(call, ("input", x), ("weight", weight)):
        return ERROR
    dtype = result_dtype(x, weight)
    if not arguments.rank_is(call, weight, (1, 2), "weight"):
        return ERROR
    if x.dims is None or weight.dims is None:
        return unknown(dtype)
    if not x.dims:
        return call.fail("E0302", "linear takes no scalar", "input")
    help = None
    if len(weight.dims) == 2 and call.settle(x.dims[-1]) == call.settle(weight.dims[0]):
        help = "linear's weight is [out_features, in_features]: transpose it, or use `x @ weight`"
    if not axes_meet(call, ("input", x, -1), ("weight", weight, -1), help):
        return ERROR
    out = weight.dims[:-1]
    if not out and bias is not None:
        return call.fail("E0302", "linear of one row of weights takes no bias", "bias")
    result = Tensor(dtype, x.dims[:-1] + out, origins_of(x)[:-1] + origins_of(weight)[:-1])
    if bias is not None and not same_dtype(call, ("weight", weight), ("bias", bias)):
        return ERROR
    if bias is not None and bias.dims is not None and not _added(call, bias, weight, result):
        return ERROR
    return result


def _added(call: RuleCall, bias: Tensor, weight: Tensor, result: Tensor) -> bool:
    """Whether a bias broadcasts to what it is added to; a vector may be added to as one row.

    One of several axes has the features of the result, where that has more than two: torch merges the others before it adds.
    """
    assert bias.dims is not None and weight.dims is not None and result.dims is not None
    message = f"linear's bias is {call.show(bias)}, its weight {call.show(weight)}"
    dims = result.dims if len(result.dims) != 1 else (1, *result.dims)
    if len(bias.dims) > (len(dims) if len(weight.dims) == 2 else 0):
        call.fail("E0302", message, "bias")
        return False
    exact = len(dims) > 2 and len(bias.dims) > 1
    if exact and not call.agree(bias.dims[-1], dims[-1], message, "bias"):
        return False
    return all(
        call.settle(size) == 1 or call.agree(size, feature, message, "bias")
        for size, feature in zip(reversed(bias.dims), reversed(dims), strict=False)
    )


def bilinear(call: RuleCall) -> Value:
    """`bilinear(x1, x2, weight, bias)`: `x1 @ W[o] @ x2` for every output o."""
    a, b = arguments.tensor(call, "input1"), arguments.tensor(call, "input2")
    weight = arguments.tensor(call, "weight")
    if not multiply(call, ("input1", a), ("input2", b), ("weight", weight)):
        return ERROR
    if not arguments.rank_is(call, weight, (3,), "weight"):
        return ERROR
    if a.dims is None or b.dims is None or weight.dims is None:
        return unknown(result_dtype(a, b))
    if len(a.dims) != len(b.dims) or not a.dims:
        return call.fail(
            "E0302", f"bilinear needs equally many axes, got {call.show(a)} and {call.show(b)}"
        )
    for i, (p, q) in enumerate(zip(a.dims[:-1], b.dims[:-1], strict=True)):
        if not call.agree(
            p, q, f"bilinear of {call.show(a)} and {call.show(b)}: axis {i} differs", "input2"
        ):
            return ERROR
    if not axes_meet(call, ("input1", a, -1), ("weight", weight, 1), None):
        return ERROR
    if not axes_meet(call, ("input2", b, -1), ("weight", weight, 2), None):
        return ERROR
    bias = call.tensor("bias")
    if bias is not None and not same_dtype(call, ("weight", weight), ("bias", bias)):
        return ERROR
    if bias is not None and bias.dims is not None:
        message = f"bilinear's bias is {call.show(bias)}, its weight {call.show(weight)}"
        if not bias.dims:
            return call.fail("E0302", message, "bias")
        if not call.agree(bias.dims[0], weight.dims[0], message, "bias") or len(bias.dims) > 1:
            return ERROR if len(bias.dims) == 1 else call.fail("E0302", message, "bias")
    return Tensor(result_dtype(a, b), (*a.dims[:-1], weight.dims[0]))
