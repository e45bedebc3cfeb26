"""An argument at fault whose declared shape may be what is wrong: sizes of the other tensors of the call are tried."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import operands, rewrite
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.syntax import ast

# How many sizes are tried on each axis.
SIZES = 6


def proposals(site: Site) -> Iterator[Proposal]:
    """Another size on one axis, on all axes, and an axis less."""
    found = operands.of(site)
    one = next((o for o in found if o.is_at(site.mistake.span)), None)
    if one is None or len(found) < 2 or not isinstance(one.places[0], ast.Name):
        return
    type_ = rewrite.declared(one.places[0], site)
    dims = type_.dims if type_ is not None else ()
    if type_ is None or len(dims) != len(one.dims):
        return
    others = [d for o in found if o is not one for d in o.dims if isinstance(d, int) and d > 1]
    name, rank = one.places[0].id, len(dims)
    for size in list(dict.fromkeys(others))[:SIZES]:
        square = [range(rank)] if rank > 1 and len(set(one.dims)) == 1 else []
        for axes in (*square, *(range(i, i + 1) for i in range(rank))):
            first = one.dims[0]
            if 0 in axes and isinstance(first, int) and size % first == 0:
                # Many times the batch has come by a reshape, which is what is wrong.
                continue
            sizes = [size if i in axes else None for i in range(rank)]
            edits = rewrite.redeclared(type_, sizes)
            if edits:
                text = f"give `{name}` the shape {rewrite.shape_text(type_, sizes)}"
                yield Proposal(edits, text, True, group="shape")
    for axis in range(rank) if rank > 1 else ():
        left = ", ".join(d.span.text for i, d in enumerate(dims) if i != axis)
        whole = dims[0].span.to(dims[-1].span)
        text = f"give `{name}` the shape [{left}]"
        yield Proposal((Edit(whole, left),), text, True, group="shape")
