"""Functions that work element by element: what dtype they give, and the broadcasting of several tensors."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import unknown
from nnspec.semantics.rules.broadcast import combine, result_dtype, stretch
from nnspec.semantics.rules.products import same_dtype
from nnspec.semantics.values import (
    ERROR,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)

# The operator that a function means.
_OPERATORS = {
    "add": "+",
    "sub": "-",
    "subtract": "-",
    "rsub": "-",
    "mul": "*",
    "multiply": "*",
    "div": "/",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "fmod": "%",
    "pow": "**",
    "eq": "==",
    "ne": "!=",
    "not_equal": "!=",
    "lt": "<",
    "less": "<",
    "le": "<=",
    "less_equal": "<=",
    "gt": ">",
    "greater": ">",
    "ge": ">=",
    "greater_equal": ">=",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "bitwise_left_shift": "<<",
    "bitwise_right_shift": ">>",
}


def keep(call: RuleCall) -> Value:
    """The shape and dtype of `input`."""
    x = arguments.tensor(call)
    return Tensor(x.dtype, x.dims, x.origins)


def to_floating(call: RuleCall) -> Value:
    """exp, sin, sigmoid and their kin: integers and bools become float32."""
    x = arguments.tensor(call, "input" if "input" in call.arguments else "x")
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else x.dtype
    return Tensor(dtype, x.dims, x.origins)


def real(call: RuleCall) -> Value:
    """abs, real, imag, angle of complex numbers are real."""
    x = arguments.tensor(call)
    return Tensor(dtypes.real_of(x.dtype), x.dims, x.origins)


def angle(call: RuleCall) -> Value:
    """angle: integers become float32, complex numbers real."""
    x = arguments.tensor(call)
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else dtypes.real_of(x.dtype)
    return Tensor(dtype, x.dims, x.origins)


def mask(call: RuleCall) -> Value:
    """isnan, isinf, logical_not: a bool for every element."""
    x = arguments.tensor(call)
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


def arithmetic(call: RuleCall) -> Value:
    """add, sub, mul, div, eq, …: what their operators give."""
    op = _OPERATORS[call.decl.name]
    if op == "/" and call.arguments.get("rounding_mode") is not None:
        op = "//"
    scaled = call.arguments.get("alpha", 1)
    result = combine(call, op)
    if (
        isinstance(result, Tensor)
        and isinstance(scaled, float)
        and dtypes.is_integral(result.dtype)
    ):
        return call.fail("E0303", f"alpha of {result.dtype} tensors is an int", "alpha")
    return result


def pow(call: RuleCall) -> Value:
    """`pow(input, exponent)`; either may be a number."""
    left, right = call.arguments["input"], call.arguments["exponent"]
    dtype = result_dtype(call, "**", left, right)
    if isinstance(dtype, ErrorValue):
        return dtype
    return stretch(call, _tensors(call, "input", "exponent"), dtype)


def _tensors(call: RuleCall, *names: str) -> list[tuple[str, Tensor]]:
    found = [(n, v) for n in names if isinstance(v := call.arguments.get(n), Tensor)]
    return found or [("input", unknown())]


def _second(call: RuleCall) -> str:
    return next(n for n in call.arguments if n not in ("input", "out"))


def binary_same(call: RuleCall) -> Value:
    """maximum, minimum, fmax, gcd: broadcast, with the dtype that both promote to."""
    second = _second(call)
    if isinstance(call.arguments.get("other"), Tensor):
        second = "other"
    operands = _tensors(call, "input", second)
    return stretch(call, operands, dtypes.result_type([x for _, x in operands]))


def binary_floating(call: RuleCall) -> Value:
    """atan2, xlogy, logaddexp, hypot: broadcast, integers become float32."""
    second = _second(call)
    dtype = dtypes.result_type((call.arguments["input"], call.arguments[second]))
    if dtypes.is_integral(dtype):
        dtype = dtypes.DEFAULT_FLOAT
    return stretch(call, _tensors(call, "input", second), dtype)


def logical(call: RuleCall) -> Value:
    """logical_and, isclose: broadcast to bool."""
    return stretch(call, _tensors(call, "input", _second(call)), "bool")


def verdict(call: RuleCall) -> Value:
    """equal, allclose: one Python bool, which only the data decide."""
    if call.decl.name == "allclose":
        found = stretch(call, _tensors(call, "input", "other"), "bool")
        if isinstance(found, ErrorValue):
            return found
    return Unknown("bool")


def ternary(call: RuleCall) -> Value:
    """lerp, addcmul, addcdiv: three tensors broadcast (or a number in the last place)."""
    names = [n for n in call.arguments if n not in ("value", "out")]
    operands = _tensors(call, *names)
    if call.decl.name == "lerp":
        for (_, a), (name, b) in zip(operands[:-1], operands[1:], strict=True):
            if not same_dtype(call, ("input", a), (name, b)):
                return ERROR
    return stretch(call, operands, dtypes.result_type([call.arguments[n] for n in names]))


def where(call: RuleCall) -> Value:
    """`where(condition, input, other)`; with the condition alone, the indices where it holds."""
    condition = arguments.tensor(call, "condition")
    left, right = call.arguments.get("input"), call.arguments.get("other")
    if left is None and right is None:
        return _positions(call, condition)
    if condition.dtype not in ("bool", "uint8", None):
        return call.fail(
            "E0303",
            f"where takes a bool condition, got {condition.dtype}",
            "condition",
            help="compare first, for instance with `!= 0`",
        )
    dtype = dtypes.result_type([v for v in (left, right) if v is not None])
    return stretch(call, _tensors(call, "condition", "input", "other"), dtype)


def _positions(call: RuleCall, condition: Tensor) -> Value:
    if condition.dims is None:
        return Unknown("tuple")
    number = call.new_size("nonzero")
    return TupleValue((Tensor("int64", (number,)),) * max(len(condition.dims), 1))


def clamp(call: RuleCall) -> Value:
    """`clamp(x, min, max)`: bounds are numbers or tensors; one of them at least."""
    low, high = call.arguments.get("min"), call.arguments.get("max")
    if low is None and high is None:
        return call.fail("E0401", f"{call.name} needs `min` or `max`")
    given = [v for v in (call.arguments["input"], low, high) if v is not None]
    return stretch(call, _tensors(call, "input", "min", "max"), dtypes.result_type(given))


def parametric(call: RuleCall) -> Value:
    """`prelu(x, weight)`: one slope, or one for each channel (axis 1)."""
    x, weight = arguments.tensor(call), arguments.tensor(call, "weight")
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


def float_power(call: RuleCall) -> Value:
    """`float_power(input, exponent)`: in double precision."""
    left, right = call.arguments["input"], call.arguments["exponent"]
    dtype = dtypes.result_type((left, right))
    double = "complex128" if dtypes.is_complex(dtype) else "float64"
    return stretch(call, _tensors(call, "input", "exponent"), double)


def same_kind(call: RuleCall) -> Value:
    """heaviside: both of one dtype."""
    second = _second(call)
    a, b = arguments.tensor(call), arguments.tensor(call, second)
    if not same_dtype(call, ("input", a), (second, b)):
        return ERROR
    return stretch(call, [("input", a), (second, b)], a.dtype)


def isin(call: RuleCall) -> Value:
    """`isin(elements, test_elements)`: a bool for every element."""
    x = call.arguments["elements"]
    return Tensor("bool", x.dims if isinstance(x, Tensor) else ())


def polynomial(call: RuleCall) -> Value:
    """Orthogonal polynomials of degree n at x."""
    x, n = call.arguments["x"], call.arguments["n"]
    dtype = dtypes.result_type((x, n))
    named = [(k, v) for k, v in (("x", x), ("n", n)) if isinstance(v, Tensor)]
    return stretch(
        call,
        named or [("x", unknown())],
        dtypes.DEFAULT_FLOAT if dtypes.is_integral(dtype) else dtype,
    )


def frexp(call: RuleCall) -> Value:
    """`frexp(x)`: mantissa and exponent."""
    x = arguments.tensor(call)
    return TupleValue(
        (Tensor(x.dtype, x.dims, x.origins), Tensor("int32", x.dims, x.origins)),
        ("mantissa", "exponent"),
    )
