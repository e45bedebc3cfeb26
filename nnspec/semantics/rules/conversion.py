"""Other dtypes for the same shape, and what leaves the tensors: item, tolist."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import unknown
from nnspec.semantics.rules.products import alike
from nnspec.semantics.values import ERROR, DType, ListValue, Tensor, Unknown, Value

_CASTS = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "char": "int8",
    "byte": "uint8",
    "bool": "bool",
    "cfloat": "complex64",
    "cdouble": "complex128",
}

# A Python int of the data is any int64.
LEAST_INT = -(2**63)


def cast(call: RuleCall) -> Value:
    """`x.float()`, `x.long()`, …: the dtype that the method is named after."""
    x = arguments.tensor(call)
    return Tensor(_CASTS[call.decl.name], x.dims, x.origins, x.contiguous)


def to(call: RuleCall) -> Value:
    """`x.to(dtype)`, `x.to(device)`, `x.to(other)`, `x.to(device, dtype)`; also `type`."""
    x = arguments.tensor(call)
    dtype = x.dtype
    for value in call.arguments.values():
        if isinstance(value, DType):
            dtype = value.name
        elif isinstance(value, Tensor) and value is not call.arguments["input"]:
            dtype = value.dtype
    return Tensor(dtype, x.dims, x.origins, x.contiguous)


def type_as(call: RuleCall) -> Value:
    """`x.type_as(other)`."""
    x, other = arguments.tensor(call), arguments.tensor(call, "other")
    return Tensor(other.dtype, x.dims, x.origins, x.contiguous)


def same(call: RuleCall) -> Value:
    """clone, detach, cpu, cuda, requires_grad_: nothing of the type changes."""
    x = arguments.tensor(call)
    return Tensor(x.dtype, x.dims, x.origins, x.contiguous)


# What Python makes a number of, and what converts all elements.
_EVERY = {
    "int": "`.int()` converts every element",
    "float": "`.float()` converts every element",
}


def item(call: RuleCall) -> Value:
    """`x.item()`, `int(x)`, `float(x)`: the one element as a number, which only the data decide."""
    x = arguments.tensor(call)
    if x.dims is not None and not call.agree(
        arguments.product(call.world, x.dims),
        1,
        f"{call.name} takes one element, got {call.show(x)}",
        "input" if call.given("input") else None,
        help=_EVERY.get(call.decl.name),
    ):
        return ERROR
    if call.decl.name in _EVERY and not takes.none_of(call, "complex"):
        return ERROR
    if dtypes.kind(x.dtype) == dtypes.INTEGER:
        return call.world.new_size("item", LEAST_INT)
    if dtypes.is_complex(x.dtype):
        return Unknown("any")
    return Unknown("bool" if x.dtype == "bool" else "float")


def tolist(call: RuleCall) -> Value:
    """`x.tolist()`: a list of numbers, whose length may be known."""
    x = arguments.tensor(call)
    if x.dims is None or len(x.dims) != 1 or not isinstance(x.dims[0], int):
        return item(call) if x.dims == () else Unknown("list")
    scalar = Tensor(x.dtype, ())
    one = RuleCall(call.world, call.decl, call.name, call.span, {"input": scalar}, {})
    return ListValue(tuple(item(one) for _ in range(x.dims[0])))


def is_floating_point(call: RuleCall) -> Value:
    """is_floating_point, is_complex, is_signed: known as soon as the dtype is."""
    x = arguments.tensor(call)
    if x.dtype is None:
        return Unknown("bool")
    if call.decl.name == "is_complex":
        return dtypes.is_complex(x.dtype)
    if call.decl.name == "is_signed":
        return x.dtype != "bool" and not x.dtype.startswith("uint")
    return dtypes.is_floating(x.dtype)


def view_as_real(call: RuleCall) -> Value:
    """Complex numbers as pairs in a last axis of 2."""
    x = arguments.tensor(call)
    if x.dtype is not None and not dtypes.is_complex(x.dtype):
        return call.fail("E0303", f"view_as_real takes complex tensors, got {x.dtype}", "input")
    if x.dims is None:
        return unknown(dtypes.real_of(x.dtype))
    return Tensor(dtypes.real_of(x.dtype), (*x.dims, 2))


def view_as_complex(call: RuleCall) -> Value:
    """Pairs in a last axis of 2 as complex numbers."""
    x = arguments.tensor(call)
    if x.dtype == "bfloat16" or (x.dtype is not None and not alike(x.dtype, "float")):
        return call.fail("E0303", f"view_as_complex takes floating tensors, got {x.dtype}", "input")
    if x.dims is None:
        return unknown(dtypes.complex_of(x.dtype))
    message = f"view_as_complex takes a last axis of 2, got {call.show(x)}"
    if not x.dims:
        return call.fail("E0302", message, "input")
    if not call.agree(x.dims[-1], 2, message, "input"):
        return ERROR
    return Tensor(dtypes.complex_of(x.dtype), x.dims[:-1])


def result_type(call: RuleCall) -> Value:
    """`result_type(a, b)`, `promote_types(a, b)`: a dtype."""
    values = list(call.arguments.values())
    if all(isinstance(v, DType) for v in values):
        found = dtypes.promote(values[0].name, values[1].name)
    else:
        found = dtypes.result_type(values)
    return DType(found) if found is not None else Unknown("any")


def identity(call: RuleCall) -> Value:
    """Identity: whatever it is given."""
    return call.arguments["input"]
