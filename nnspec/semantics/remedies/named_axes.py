"""Axes that a tensor has not got."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import Tensor


def proposals(site: Site) -> Iterator[Proposal]:
    """The last axis, for a number that is too large."""
    span = site.mistake.span
    given = called.arguments(site)
    x = next((given[name] for name in ("input", "tensor") if name in given), None)
    value = site.value(x) if x is not None else None
    if not span.text.isdigit() or not isinstance(value, Tensor) or value.dims is None:
        return
    for last in (len(value.dims) - 1, len(value.dims)):
        if 0 <= last < int(span.text):
            yield Proposal(
                (Edit(span, str(last)),), f"name axis {last}, which is the last one", True
            )
