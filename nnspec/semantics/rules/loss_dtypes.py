"""Losses: which dtypes each takes, and which one it gives before anything is reduced.

Source: torch/nn/functional.py, aten/src/ATen/native/Loss.cpp and PointwiseOpsKernel.cpp; `PoissonNLLLoss` and
`poisson_nll_loss` are one loss.
"""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import dtypes, takes
from nnspec.semantics.values import Tensor

# The kinds of dtypes that a loss does not take: for its numbers, and for its target.
_REFUSED = {
    "l1": ("bool", "bool"),
    "mse": ("complex", "complex"),
    "smoothl1": ("complex", "complex"),
    "huber": ("bool int complex", "complex"),
    "softmargin": ("bool int", ""),
    "hingeembedding": ("bool complex", ""),
    "poissonnll": ("", ""),
    "kldiv": ("bool int complex", "bool int complex"),
    "gaussiannll": ("bool", "bool"),
}
# Losses whose result has the dtype of their input.
_KEEPING = frozenset({"huber", "softmargin", "hingeembedding"})


def name_of(call: RuleCall) -> str:
    """One name for a loss as a layer and as a function: `smoothl1`."""
    return call.decl.name.removesuffix("Loss").removesuffix("_loss").replace("_", "").lower()


def elementwise(call: RuleCall, first: str, tensors: list[Tensor]) -> str | None:
    """The dtype of a loss for every element; `""` where one was refused.

    tensors: input and target, and what else takes part in the arithmetic.
    """
    name = name_of(call)
    refused = _REFUSED[name]
    for each, kinds in zip((first, "target"), refused, strict=True):
        if not takes.none_of(call, kinds, (each,)):
            return ""
    if name in _KEEPING:
        if name == "softmargin" and dtypes.is_floating(tensors[0].dtype):
            return tensors[0].dtype if takes.none_of(call, "complex", ("target",)) else ""
        return tensors[0].dtype
    if name in ("mse", "smoothl1"):
        # torch broadcasts before it promotes: a scalar weighs as much as any tensor.
        found = dtypes.promote(tensors[0].dtype, tensors[1].dtype)
        return found if takes.result(call, "bool int", found) else ""
    if name == "l1":
        return dtypes.real_of(dtypes.promote(tensors[0].dtype, tensors[1].dtype))
    if name == "gaussiannll" and call.tensor("var") is None:
        if not takes.none_of(call, "complex", (first,)):
            return ""
        # One number for all is spread over floating numbers, as many as there are elements.
        tensors = [*tensors, _floating(tensors[0])]
    if name == "poissonnll":
        logarithms = call.arguments.get("self_log_input", call.arguments.get("log_input"))
        if logarithms is False or tensors[1].dtype == "bool":
            if not takes.none_of(call, "bool", (first,)):
                return ""
        if call.arguments.get("full") is True:
            if not takes.none_of(call, "bool complex", ("target",)):
                return ""
        tensors = [_floating(tensors[0]), tensors[1]]
    found = dtypes.result_type(tensors)
    return dtypes.DEFAULT_FLOAT if dtypes.is_integral(found) else found


def _floating(x: Tensor) -> Tensor:
    return Tensor(dtypes.DEFAULT_FLOAT, x.dims) if dtypes.is_integral(x.dtype) else x


def distance(a: Tensor, b: Tensor) -> str | None:
    """The dtype of the distances between two tensors."""
    found = dtypes.real_of(dtypes.result_type((a, b)))
    return dtypes.DEFAULT_FLOAT if dtypes.is_integral(found) else found


def cosine(tensors: list[Tensor]) -> str | None:
    """The dtype of the cosines between tensors: of whole numbers they are float32."""
    found: str | None = None
    for i, each in enumerate(tensors):
        dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(each.dtype) else each.dtype
        found = dtype if i == 0 else dtypes.promote(found, dtype)
    return found
