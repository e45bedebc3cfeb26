"""Functions that work element by element: what dtype they give, and the broadcasting of several tensors."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import unknown
from nnspec.semantics.values import (
    ERROR,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Value,
)

# The kinds of dtypes that functions of one tensor do not take.
_REFUSED = {
    "ceil": "complex",
    "floor": "complex",
    "trunc": "complex",
    "fix": "complex",
    "sign": "complex",
    "isneginf": "complex",
    "isposinf": "complex",
    "deg2rad": "complex",
    "rad2deg": "complex",
    "relu": "bool complex",
    "relu6": "bool complex",
    "hardtanh": "bool complex",
    "frac": "bool",
    "tanhshrink": "bool",
    "softsign": "bool",
    "threshold": "bool complex",
    "mvlgamma": "bool",
    "multigammaln": "bool",
    "positive": "bool",
    "frexp": "bool int complex",
    "imag": "bool int low float",
}


def _taken(call: RuleCall) -> bool:
    refused = _REFUSED.get(call.decl.name.lower())
    return refused is None or takes.none_of(call, refused)


def keep(call: RuleCall) -> Value:
    """The shape and dtype of `input`."""
    x = arguments.tensor(call)
    if not _taken(call):
        return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def hardtanh(call: RuleCall) -> Value:
    """`hardtanh(x, min_val, max_val)`: unsigned numbers have no negative limits."""
    x, low = arguments.tensor(call), call.arguments["min_val"]
    if x.dtype == "uint8" and isinstance(low, (int, float)) and int(low) < 0:
        return call.fail("E0303", f"{call.name} with a negative limit takes no uint8 tensor")
    return keep(call)


def threshold(call: RuleCall) -> Value:
    """`threshold(x, threshold, value)`: both are numbers of the dtype."""
    fits = takes.numbers(call, arguments.tensor(call), "threshold", "value")
    return keep(call) if fits else ERROR


def squared(call: RuleCall) -> Value:
    """`square(x)`: of bools numbers."""
    x = arguments.tensor(call)
    return Tensor("int64" if x.dtype == "bool" else x.dtype, x.dims, x.origins)


def to_floating(call: RuleCall) -> Value:
    """exp, sin, sigmoid and their kin: integers and bools become float32."""
    x = arguments.tensor(call, "input" if "input" in call.arguments else "x")
    if not _taken(call):
        return ERROR
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else x.dtype
    return Tensor(dtype, x.dims, x.origins)


def real(call: RuleCall) -> Value:
    """abs, real, imag, angle of complex numbers are real."""
    x = arguments.tensor(call)
    if not _taken(call):
        return ERROR
    return Tensor(dtypes.real_of(x.dtype), x.dims, x.origins)


def angle(call: RuleCall) -> Value:
    """angle: integers become float32, complex numbers real."""
    x = arguments.tensor(call)
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else dtypes.real_of(x.dtype)
    return Tensor(dtype, x.dims, x.origins)


def mask(call: RuleCall) -> Value:
    """isnan, isinf, logical_not: a bool for every element."""
    x = arguments.tensor(call)
    if not _taken(call):
        return ERROR
    return Tensor("bool", x.dims, x.origins)


def bitwise_not(call: RuleCall) -> Value:
    """Integers and bools alone."""
    x = arguments.tensor(call)
    if x.dtype is not None and not dtypes.is_integral(x.dtype):
        return call.fail("E0303", f"{call.name} works on integers and bools, got {x.dtype}")
    return Tensor(x.dtype, x.dims, x.origins)


def neg(call: RuleCall) -> Value:
    """Not of bools."""
    x = arguments.tensor(call)
    if x.dtype == "bool":
        return call.fail(
            "E0303", f"{call.name} takes no bool tensor", help="`logical_not` inverts a mask"
        )
    return Tensor(x.dtype, x.dims, x.origins)


def parametric(call: RuleCall) -> Value:
    """`prelu(x, weight)`: one slope, or one for each channel (axis 1)."""
    x, weight = arguments.tensor(call), arguments.tensor(call, "weight")
    if not takes.one_dtype(call, "input", "weight"):
        return ERROR
    if weight.dims is None or x.dims is None:
        return Tensor(x.dtype, x.dims, x.origins)
    if len(weight.dims) > 1:
        return call.fail(
            "E0302", f"prelu's weight is a scalar or a vector, got {call.show(weight)}", "weight"
        )
    if weight.dims and call.settle(weight.dims[0]) != 1:
        channels = 1 if len(x.dims) < 2 else x.dims[1]
        if not call.agree(
            weight.dims[0],
            channels,
            f"prelu has {call.show(weight.dims[0])} slopes for {call.show(channels)} channels",
            "weight",
        ):
            return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def glu(call: RuleCall) -> Value:
    """`glu(x, dim)`: the one half times the sigmoid of the other."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", "glu takes no scalar")
    size = x.dims[at]
    if not call.demand(
        Relation(size % 2, "==", 0),
        f"glu halves axis {at} of {call.show(x)}, and {call.show(size)} is odd",
        others=arguments.came_from(x, at),
    ):
        return ERROR
    origins = arguments.origins_of(x)
    return Tensor(
        x.dtype,
        (*x.dims[:at], call.settle(size // 2), *x.dims[at + 1 :]),
        (*origins[:at], None, *origins[at + 1 :]),
    )


def frexp(call: RuleCall) -> Value:
    """`frexp(x)`: mantissa and exponent."""
    x = arguments.tensor(call)
    if not _taken(call):
        return ERROR
    return TupleValue(
        (Tensor(x.dtype, x.dims, x.origins), Tensor("int32", x.dims, x.origins)),
        ("mantissa", "exponent"),
    )
