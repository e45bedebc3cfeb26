"""Tensors that were gathered into one otherwise than a layer behind takes it: along another axis, or along a new one."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.misfit import Misfit, argument, find
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.windows import NEAR
from nnspec.semantics.values import Tensor
from nnspec.source import Span
from nnspec.syntax import ast

JOINING = ("cat", "concat", "concatenate")
STACKING = ("stack",)


def proposals(site: Site) -> Iterator[Proposal]:
    """`dim=1` for `dim=2`, `stack` for `cat` and the other way round, where these made what a layer is given.

    Of a layer that wants another size on an axis, only that axis is one that may have been meant.
    """
    given = argument(site)
    misfit = find(site)
    value = site.value(given) if given is not None else None
    if given is None or not isinstance(value, Tensor) or value.dims is None:
        return
    for maker in flow.makers(given, site)[:NEAR]:
        name = maker.decl.name
        if name in JOINING + STACKING and maker.is_open("dim"):
            result = site.value(maker.call)
            rank = result.rank if isinstance(result, Tensor) else len(value.dims)
            if rank is not None:
                yield from _along(maker, rank, misfit.axis if misfit is not None else None)
                yield from _otherwise(maker, rank, misfit, site)


def _along(maker: Maker, rank: int, wanted: int | None) -> Iterator[Proposal]:
    now = (maker.number("dim") or 0) % rank
    what = "join" if maker.decl.name in JOINING else "stack"
    for axis in range(rank) if wanted != now else ():
        if axis != now and wanted in (axis, None):
            text = f"{what} them along axis {axis}: `dim={axis}`"
            yield Proposal((maker.edit("dim", str(axis)),), text, True, True, "gathered")


def _otherwise(maker: Maker, rank: int, misfit: Misfit | None, site: Site) -> Iterator[Proposal]:
    """The other function, which makes an axis more or fewer: where that has as many as there are tensors, or in all."""
    name, func = maker.decl.name, maker.call.func
    last = Span(func.span.source, func.span.end - len(name), func.span.end)
    parts = maker.written("tensors")
    count = len(parts.items) if isinstance(parts, (ast.List, ast.Tuple)) else 0
    if last.text != name or count == 0:
        return
    if name in JOINING:
        other, axes, what = "stack", rank + 1, "gather them along a new axis"
        fits = misfit is not None and misfit.wanted == count
    else:
        other, axes, what = "cat", rank - 1, "join them along an axis that they have"
        fits = misfit is None or misfit.shape[misfit.axis] * count == misfit.wanted
    for axis in range(axes) if fits else ():
        same = axis == (maker.number("dim") or 0)
        edits = (Edit(last, other), *(() if same else (maker.edit("dim", str(axis)),)))
        yield Proposal(edits, f"{what}: `{other}(..., dim={axis})`", True, True, "gathered")
