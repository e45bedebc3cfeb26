"""Slopes by finite differences."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.values import ERROR, ErrorValue, Relation, Tensor, TupleValue, Unknown, Value


def gradient(call: RuleCall) -> Value:
    """`gradient(x, spacing, dim, edge_order)`: one tensor of the shape of x for each axis."""
    x = arguments.tensor(call)
    if x.dtype in ("bool", "uint8"):
        return call.fail(
            "E0303",
            f"gradient takes no {x.dtype} tensor",
            "input",
            help="`.float()` converts it",
        )
    if x.dims is None:
        return Unknown("tuple")
    if call.arguments["dim"] is None:
        axes: tuple[int, ...] = tuple(range(len(x.dims)))
    else:
        chosen = arguments.axes(call, "dim", x)
        if chosen is None or isinstance(chosen, ErrorValue):
            return Unknown("tuple") if chosen is None else chosen
        axes = chosen
    order = call.arguments["edge_order"]
    if isinstance(order, int):
        if order not in (1, 2):
            return call.fail("E0308", f"edge_order is 1 or 2, not {order}", "edge_order")
        for at in axes:
            message = (
                f"gradient with edge_order={order} takes at least {order + 1} elements on an axis, "
                f"but input is {call.show(x)}"
            )
            if x.dims and not call.demand(
                Relation(x.dims[at], ">=", order + 1), message, "input", code="E0308"
            ):
                return ERROR
    given = arguments.items(call.arguments["spacing"])
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else x.dtype
    found = [dtype] * len(axes)
    if given is not None:
        if len(given) != len(axes):
            return call.fail("E0302", f"{len(given)} spacings for {len(axes)} axes", "spacing")
        for i, (one, at) in enumerate(zip(given, axes, strict=True)):
            if not isinstance(one, Tensor):
                continue
            if one.dtype == "bool":
                return call.fail("E0303", "gradient takes no bool tensor of places", "spacing")
            if one.dims is not None:
                message = f"the places along an axis of {x.dims[at]}, got {call.show(one)}"
                if len(one.dims) != 1:
                    return call.fail("E0302", message, "spacing")
                if not call.agree(one.dims[0], x.dims[at], message, "spacing"):
                    return ERROR
            steps = dtypes.DEFAULT_FLOAT if dtypes.is_integral(one.dtype) else one.dtype
            found[i] = dtypes.result_type((x, Tensor(steps, one.dims)))
    return TupleValue(tuple(Tensor(each, x.dims, x.origins) for each in found))
