"""Elements picked and put by a mask."""

from __future__ import annotations

from math import isfinite

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.broadcast import broadcast, stretch
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, Value


def masked_fill(call: RuleCall) -> Value:
    """`x.masked_fill(mask, value)`: the mask broadcasts; the dtype stays."""
    x, mask = arguments.tensor(call), arguments.tensor(call, "mask")
    if not _is_mask(call, mask):
        return ERROR
    value = call.arguments.get("value")
    if isinstance(value, Tensor) and value.dims:
        return call.fail(
            "E0302",
            f"masked_fill takes a number or a scalar, got {call.show(value)}",
            "value",
            help="`where(mask, value, x)` takes a tensor",
        )
    if isinstance(value, float) and not isfinite(value) and dtypes.kind(x.dtype) == dtypes.INTEGER:
        return call.fail(
            "E0303",
            f"masked_fill cannot put {value} into {x.dtype}: no int stands for it",
            "value",
            help="`.float()` makes floats of the numbers first",
        )
    if not takes.numbers(call, x, "value"):
        return ERROR
    return stretch(call, [("input", x), ("mask", mask)], x.dtype)


def _is_mask(call: RuleCall, mask: Tensor) -> bool:
    if mask.dtype in (None, "bool"):
        return True
    call.fail(
        "E0303",
        f"{call.name} takes a bool mask, got {mask.dtype}",
        "mask",
        help="compare, for instance with `== 0`, or convert with `.bool()`",
    )
    return False


def masked_select(call: RuleCall) -> Value:
    """`masked_select(x, mask)`: as many elements as the mask has true ones."""
    x, mask = arguments.tensor(call), arguments.tensor(call, "mask")
    if not _is_mask(call, mask):
        return ERROR
    found = broadcast(call, [("input", x), ("mask", mask)])
    if isinstance(found, ErrorValue):
        return found
    return Tensor(x.dtype, (call.new_size("selected"),))


def masked_scatter(call: RuleCall) -> Value:
    """`x.masked_scatter(mask, source)`: the shape of x and mask together."""
    x, mask = arguments.tensor(call), arguments.tensor(call, "mask")
    if not _is_mask(call, mask) or not takes.one_dtype(call, "input", "source"):
        return ERROR
    return stretch(call, [("input", x), ("mask", mask)], x.dtype)
