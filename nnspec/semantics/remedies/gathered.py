"""Tensors that were gathered into one otherwise than a layer behind takes it: along another axis, or along a new one."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.misfit import argument, find
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
                yield from _otherwise(maker, rank)


def _along(maker: Maker, rank: int, wanted: int | None) -> Iterator[Proposal]:
    now = (maker.number("dim") or 0) % rank
    what = "join" if maker.decl.name in JOINING else "stack"
    for axis in range(rank) if wanted != now else ():
        if axis != now and wanted in (axis, None):
            text = f"{what} them along axis {axis}: `dim={axis}`"
            yield Proposal((maker.edit("dim", str(axis)),), text, True, True, "gathered")


def _otherwise(maker: Maker, rank: int) -> Iterator[Proposal]:
    """The other function, which makes an axis more or fewer."""
    name = maker.decl.name
    func = maker.call.func
    start = func.span.end - len(name)
    last = Span(func.span.source, start, func.span.end)
    if last.text != name:
        return
    other, axes = ("stack", rank + 1) if name in JOINING else ("cat", rank - 1)
    for axis in range(axes):
        edits = (Edit(last, other), maker.edit("dim", str(axis)))
        code = "a new axis" if other == "stack" else "one that they have"
        text = f"gather them along {code}: `{other}(..., dim={axis})`"
        yield Proposal(edits, text, True, True, "gathered")
