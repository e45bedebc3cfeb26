"""What has no value for an empty tensor: a maximum, a median, a position."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.values import Tensor


def has_elements(call: RuleCall, x: Tensor, along: bool = True) -> bool:
    """Whether no axis that the function goes along is certainly empty: E0304 for one that is.

    Without axes in the argument `dim`, or with `along=False`, these are all. What is wrong with `dim` itself is left to others.
    """
    if not x.dims or not any(isinstance(d, int) and d == 0 for d in map(call.settle, x.dims)):
        return True
    wanted = call.arguments.get("dim")
    if not along or wanted is None or arguments.items(wanted) == ():
        call.fail("E0304", f"{call.name} of {call.show(x)}, which is empty")
        return False
    gone = arguments.axes(call, "dim", x)
    for at in gone if isinstance(gone, tuple) else ():
        if call.settle(x.dims[at]) == 0:
            call.fail("E0304", f"{call.name} along axis {at} of {call.show(x)}, which is empty")
            return False
    return True
