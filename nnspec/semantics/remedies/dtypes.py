"""Operands of another dtype."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.semantics.remedies import called, rewrite
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, inside, tensors
from nnspec.semantics.rules.dtypes import is_integral
from nnspec.semantics.values import Layer, Tensor


def proposals(site: Site) -> Iterator[Proposal]:
    """The operand at fault converted, then the others."""
    names = {id(expr): name for name, expr in called.arguments(site).items()}
    found = tensors(site)
    found.sort(key=lambda pair: not inside(site.mistake.span, pair[0].span))
    mixed = any(is_integral(tensor.dtype) for _, tensor in found)
    callee = site.callee(site.node) if site.node is not None else None
    rows = callee.body.arguments.get("num_embeddings") if isinstance(callee, Layer) else None
    for expr, tensor in found:
        if tensor.dims and tensor.dims[-1] == rows:
            edit, text = rewrite.with_method(expr, "argmax(-1)", site)
            yield Proposal((edit,), f"turn its one-hot rows into numbers: `{text}`", True)
        if mixed and not is_integral(tensor.dtype):
            # Numbers and fractions: it is the numbers that are to be converted.
            continue
        for call in _conversions(tensor, names.get(id(expr), "")):
            edit, text = rewrite.with_method(expr, call, site)
            yield Proposal((edit,), f"convert it: `{text}`", True, group=str(id(expr)))


def _conversions(tensor: Tensor, name: str) -> tuple[str, ...]:
    """What a tensor of the dtype is mostly meant to become, the likeliest first."""
    if "mask" in name:
        return ("bool()", "float()")
    if tensor.dtype == "bool":
        return ("float()", "long()")
    if is_integral(tensor.dtype):
        return ("float()", "long()", "bool()")
    if tensor.dtype in ("float", "float32"):
        return ("long()",)
    return ("float()", "long()")
