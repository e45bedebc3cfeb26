"""What a loss leaves of the losses of its elements: all, their mean, or their sum."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import dtypes
from nnspec.semantics.rules.arguments import Dims, unknown
from nnspec.semantics.values import Tensor, Value


def reduction(call: RuleCall) -> str | None:
    """`none`, `mean` or `sum` (`batchmean` too); None where it is not known.

    The old arguments win over the new one where either is given. Source: torch/nn/_reduction.py.
    """
    average, reduce = call.arguments.get("size_average"), call.arguments.get("reduce")
    if average is None and reduce is None:
        found = call.arguments.get("reduction", "mean")
        return found if isinstance(found, str) else None
    if reduce is False:
        return "none"
    if reduce is None or reduce is True:
        if average is None or isinstance(average, bool):
            return "sum" if average is False else "mean"
    return None


def reduced(call: RuleCall, dtype: str | None, dims: Dims | None) -> Value:
    """A scalar, or with reduction="none" a loss for each element."""
    how = reduction(call)
    if how == "none":
        return Tensor(dtype, dims, contiguous=None if dims is None else True)
    if how is None:
        return unknown(dtype)
    if dtypes.is_integral(dtype):
        if how == "mean":
            return call.fail(
                "E0303",
                f"`{call.name}` takes the mean of floating numbers, and these are {dtype}",
                help="`.float()` converts them first",
            )
        dtype = "int64"
    return Tensor(dtype, ())
