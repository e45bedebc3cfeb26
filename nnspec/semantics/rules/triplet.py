"""Losses of three: a distance to what is alike and one to what is not, torch's own or one that is handed over."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, loss_dtypes, takes
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.loss_reduction import reduced
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, Unknown, Value

_PAIRS = (("anchor", "positive"), ("anchor", "negative"))
_SWAPPED = ("positive", "negative")


def triplet_loss(call: RuleCall) -> Value:
    """triplet_margin_loss: anchor, positive and negative have equally many axes, and their distances broadcast."""
    named = {name: arguments.tensor(call, name) for name in ("anchor", "positive", "negative")}
    if len({len(x.dims) for x in named.values() if x.dims is not None}) > 1:
        return call.fail(
            "E0302",
            f"`{call.name}` takes equally many axes, got "
            + ", ".join(call.show(x) for x in named.values()),
        )
    if not takes.none_of(call, "bool", tuple(named)):
        return ERROR
    apart: list[Tensor] = []
    for a, b in (*_PAIRS, _SWAPPED) if call.arguments.get("swap") is True else _PAIRS:
        distance = _distance(call, (a, named[a]), (b, named[b]))
        if isinstance(distance, ErrorValue):
            return ERROR
        apart.append(distance)
    found = broadcast(call, [("anchor", one) for one in apart])
    if isinstance(found, ErrorValue):
        return found
    return reduced(call, dtypes.result_type(apart), None if found is None else found[0])


def _distance(call: RuleCall, a: tuple[str, Tensor], b: tuple[str, Tensor]) -> Tensor | ErrorValue:
    """What two tensors are apart: along the last axis, or as the function says that the loss was made with."""
    function = call.arguments.get("distance_function")
    if function is None:
        dtype = loss_dtypes.distance(a[1], b[1])
        found = broadcast(call, [a, b])
        if isinstance(found, ErrorValue):
            return found
        return arguments.unknown(dtype) if found is None else Tensor(dtype, found[0][:-1])
    if isinstance(function, Unknown):
        return arguments.unknown()
    value = call.handed_over("distance_function", a[1], b[1])
    if isinstance(value, Tensor | ErrorValue):
        return value
    if isinstance(value, Unknown):
        return arguments.unknown()
    message = f"the `distance_function` of `{call.name}` gives {describe(call.world, value)}"
    return call.fail("E0303", f"{message}, and a tensor is needed")
