"""Operands of another dtype."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.semantics.remedies import called, operands
from nnspec.semantics.remedies.axes import Change
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.rules.dtypes import is_integral
from nnspec.semantics.values import Layer, Tensor


def proposals(site: Site) -> Iterator[Proposal]:
    """The operand at fault converted, then the others."""
    names = {id(expr): name for name, expr in called.arguments(site).items()}
    found = operands.of(site)
    found.sort(key=lambda one: not one.is_at(site.mistake.span))
    callee = site.callee(site.node) if site.node is not None else None
    rows = callee.body.arguments.get("num_embeddings") if isinstance(callee, Layer) else None
    # Of numbers and fractions it is the numbers that are to be converted.
    mixed = any(is_integral(one.tensor.dtype) for one in found)
    for one in found:
        if rows is not None and one.dims and one.dims[-1] == rows:
            change = Change(".argmax(-1)", "turn its one-hot rows into numbers")
            yield operands.changed(one, change, site)
        if mixed and not is_integral(one.tensor.dtype):
            continue
        for call in _conversions(one.tensor, names.get(id(one.places[0]), "")):
            yield operands.changed(one, Change(call, "convert it"), site)


def _conversions(tensor: Tensor, name: str) -> tuple[str, ...]:
    """What a tensor of the dtype is mostly meant to become, the likeliest first."""
    if "mask" in name:
        return (".bool()", ".float()")
    if tensor.dtype == "bool":
        return (".float()", ".long()")
    if is_integral(tensor.dtype):
        return (".float()", ".long()", ".bool()")
    if tensor.dtype in ("float", "float32"):
        return (".long()",)
    return (".float()", ".long()")
