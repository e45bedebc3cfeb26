"""Functions that work element by element on several tensors, or on tensors and numbers: they broadcast."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import unknown
from nnspec.semantics.rules.broadcast import combine, result_dtype, stretch
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, TupleValue, Unknown, Value

# The kinds of dtypes that functions of two tensors do not take, when these are promoted.
_REFUSED = {
    "logaddexp": "bool",
    "logaddexp2": "bool complex",
    "hypot": "bool",
    "nextafter": "bool",
    "lcm": "bool",
    "gcd": "bool",
    "maximum": "complex",
    "minimum": "complex",
    "fmax": "complex",
    "fmin": "complex",
    "max": "complex",
    "min": "complex",
}


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


# These take two numbers in no form; `add(1, 2)` is a tensor.
_OF_TENSORS = frozenset(
    "remainder bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift".split()
)


def arithmetic(call: RuleCall) -> Value:
    """add, sub, mul, div, eq, …: what their operators give."""
    if call.decl.name in _OF_TENSORS and not some_tensor(call, "input", "other"):
        return ERROR
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
    if not some_tensor(call, "input", "exponent"):
        return ERROR
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
    dtype = dtypes.result_type([x for _, x in operands])
    if not takes.result(call, _REFUSED.get(call.decl.name, ""), dtype):
        return ERROR
    return stretch(call, operands, dtype)


def binary_floating(call: RuleCall) -> Value:
    """atan2, xlogy, copysign: broadcast, integers become float32."""
    second = _second(call)
    if not some_tensor(call, "input", second):
        return ERROR
    dtype = dtypes.result_type((call.arguments["input"], call.arguments[second]))
    if dtypes.is_integral(dtype):
        dtype = dtypes.DEFAULT_FLOAT
    return stretch(call, _tensors(call, "input", second), dtype)


def some_tensor(call: RuleCall, *names: str) -> bool:
    """Whether one of the arguments is a tensor; of numbers alone E0405."""
    if any(isinstance(call.arguments.get(n), (Tensor, Unknown)) for n in names):
        return True
    call.fail("E0405", f"{call.name} takes a tensor, and is given numbers alone", names[0])
    return False


def isclose(call: RuleCall) -> Value:
    """isclose, allclose: both of one dtype, broadcast to bool; the tolerances are 0 or more."""
    if not takes.one_dtype(call, "input", "other"):
        return ERROR
    for name in ("rtol", "atol"):
        if not arguments.not_negative(call, name):
            return ERROR
    found = stretch(call, _tensors(call, "input", "other"), "bool")
    if isinstance(found, ErrorValue):
        return found
    return Unknown("bool") if call.decl.name == "allclose" else found


def logical(call: RuleCall) -> Value:
    """logical_and, logical_or: broadcast to bool."""
    return stretch(call, _tensors(call, "input", _second(call)), "bool")


def verdict(call: RuleCall) -> Value:
    """equal, is_nonzero: one Python bool, which only the data decide."""
    x = arguments.tensor(call)
    if call.decl.name == "is_nonzero" and x.dims is not None:
        for dim in x.dims:
            message = f"is_nonzero takes a tensor of one element, got {call.show(x)}"
            if not call.agree(dim, 1, message, "input" if call.given("input") else None):
                return ERROR
    return Unknown("bool")


def ternary(call: RuleCall) -> Value:
    """lerp, addcmul, addcdiv: three tensors broadcast (or a number in the last place)."""
    names = [n for n in call.arguments if n not in ("value", "out")]
    operands = _tensors(call, *names)
    if call.decl.name == "addcdiv" and all(
        dtypes.is_integral(call.arguments[n].dtype) for n in ("tensor1", "tensor2")
    ):
        return call.fail(
            "E0303", "addcdiv divides floating tensors", "tensor1", help="`.float()` converts them"
        )
    if call.decl.name == "lerp":
        # A weight without axes is a number.
        weighed = [n for n, x in operands if n != "weight" or x.dims != ()]
        if not takes.one_dtype(call, *weighed):
            return ERROR
        return stretch(call, operands, arguments.tensor(call).dtype)
    return stretch(call, operands, dtypes.result_type([call.arguments[n] for n in names]))


def where(call: RuleCall) -> Value:
    """`where(condition, input, other)`; with the condition alone, the indices where it holds."""
    condition = arguments.tensor(call, "condition")
    left, right = call.arguments.get("input"), call.arguments.get("other")
    if left is None and right is None:
        return _positions(call, condition)
    if left is None or right is None:
        return call.fail("E0401", "where takes what to pick from on both sides, or neither")
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
    if not takes.none_of(call, "complex", ("input", "min", "max")):
        return ERROR
    if low is not None and high is not None and _mixed(low, high):
        return call.fail(
            "E0405",
            f"{call.name} takes two numbers or two tensors as bounds, and not one of each",
            "max",
            help="`clamp_min` and `clamp_max` take one bound each",
        )
    given = [v for v in (call.arguments["input"], low, high) if v is not None]
    if not takes.numbers(call, Tensor(dtypes.result_type(given), None), "min", "max"):
        return ERROR
    return stretch(call, _tensors(call, "input", "min", "max"), dtypes.result_type(given))


def _mixed(low: Value, high: Value) -> bool:
    """Whether one is a number and the other a tensor with axes, which is none."""
    tensors = [v for v in (low, high) if isinstance(v, Tensor)]
    return len(tensors) == 1 and tensors[0].dims != ()


def float_power(call: RuleCall) -> Value:
    """`float_power(input, exponent)`: in double precision."""
    left, right = call.arguments["input"], call.arguments["exponent"]
    if not some_tensor(call, "input", "exponent"):
        return ERROR
    dtype = dtypes.result_type((left, right))
    double = "complex128" if dtypes.is_complex(dtype) else "float64"
    return stretch(call, _tensors(call, "input", "exponent"), double)


def same_kind(call: RuleCall) -> Value:
    """heaviside: both of one dtype."""
    second = _second(call)
    if not takes.none_of(call, "complex", ("input", second)):
        return ERROR
    a, b = arguments.tensor(call), arguments.tensor(call, second)
    if not takes.one_dtype(call, "input", second):
        return ERROR
    return stretch(call, [("input", a), (second, b)], a.dtype)


def isin(call: RuleCall) -> Value:
    """`isin(elements, test_elements)`: a bool for every element."""
    x, test = call.arguments["elements"], call.arguments["test_elements"]
    if not some_tensor(call, "elements", "test_elements"):
        return ERROR
    if not takes.none_of(call, "bool complex", ("elements", "test_elements")):
        return ERROR
    if isinstance(x, bool) or isinstance(test, bool):
        return call.fail("E0303", "isin takes numbers, no bools")
    return Tensor("bool", x.dims if isinstance(x, Tensor) else ())


def polynomial(call: RuleCall) -> Value:
    """Orthogonal polynomials of degree n at x."""
    if not some_tensor(call, "x", "n"):
        return ERROR
    x, n = call.arguments["x"], call.arguments["n"]
    dtype = dtypes.result_type((x, n))
    named = [(k, v) for k, v in (("x", x), ("n", n)) if isinstance(v, Tensor)]
    return stretch(
        call,
        named or [("x", unknown())],
        dtypes.DEFAULT_FLOAT if dtypes.is_integral(dtype) else dtype,
    )
