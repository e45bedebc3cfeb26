"""What a tensor tells of itself: its sizes, its rank, its number of elements."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.values import ErrorValue, Tensor, TupleValue, Unknown, Value


def contiguous(call: RuleCall) -> Value:
    """`x.contiguous()`."""
    x = arguments.tensor(call)
    return Tensor(x.dtype, x.dims, x.origins, True)


def size(call: RuleCall) -> Value:
    """`x.size()`, `x.size(dim)`."""
    x = arguments.tensor(call)
    if call.arguments.get("dim") is None:
        return TupleValue(x.dims) if x.dims is not None else Unknown("tuple")
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else call.new_size()
    if not x.dims:
        return call.fail("E0305", "a scalar has no axes, and so no size of one", "dim")
    return call.settle(x.dims[at])


def dim(call: RuleCall) -> Value:
    """`x.dim()`, `x.ndimension()`."""
    x = arguments.tensor(call)
    return len(x.dims) if x.dims is not None else call.new_size()


def numel(call: RuleCall) -> Value:
    """`x.numel()`, `x.nelement()`."""
    x = arguments.tensor(call)
    return arguments.product(call.world, x.dims) if x.dims is not None else call.new_size()


def same_size(call: RuleCall) -> Value:
    """`x.is_same_size(other)`: whether both have the same shape."""
    left, right = arguments.tensor(call).dims, arguments.tensor(call, "other").dims
    if left is None or right is None:
        return Unknown("bool")
    if len(left) != len(right):
        return False
    found = {call.compare(a, b) for a, b in zip(left, right, strict=True)}
    if "different" in found:
        return False
    return Unknown("bool") if "unknown" in found else True
