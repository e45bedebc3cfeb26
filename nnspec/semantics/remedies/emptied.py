"""A window that does not fit into what is left of an image."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import flow, rewrite
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.syntax import ast

MOST = 4096


def proposals(site: Site) -> Iterator[Proposal]:
    """A smaller window, no padding of a transposed one, and pooling to a size instead of by one."""
    maker = flow.at_fault(site)
    if maker is None:
        return
    sides = _sides(maker, site)
    name = maker.decl.name
    if name.startswith("AvgPool"):
        yield _adaptive(maker)
    if sides and maker.is_open("kernel_size"):
        kernel = _kernel(maker, sides)
        if kernel is not None:
            yield maker.proposal(kernel_size=kernel)
    if sides and maker.number("padding") not in (None, 0) and maker.is_open("padding"):
        yield maker.proposal(padding=0)
    if name.startswith("MaxPool"):
        yield _adaptive(maker)
    if sides and len(set(sides)) == 1 and maker.is_open("dilation"):
        yield maker.proposal(dilation=1)


def _adaptive(maker: Maker) -> Proposal:
    other = f"Adaptive{maker.decl.name}(1)"
    return Proposal((Edit(maker.call.span, other),), f"use `{other}`", True)


def least_image(site: Site) -> Proposal | None:
    """The smallest images that are large enough: sides are doubled until they are, then halved in between."""
    found = rewrite.images(site)
    if not found:
        return None

    def at_least(side: int) -> Proposal | None:
        return rewrite.resized(found, [[max(n, side) for n in old] for _, _, old in found])

    low = max(min(n for _, _, old in found for n in old), 1)
    high, best = low, None
    while best is None and high < MOST:
        low, high = high, 2 * high
        proposal = at_least(high)
        if proposal is not None and site.mends(proposal):
            best = proposal
    while best is not None and high - low > 1:
        middle = (low + high) // 2
        proposal = at_least(middle)
        if proposal is not None and site.mends(proposal):
            best, high = proposal, middle
        else:
            low = middle
    if best is None:
        return None
    best = _lowered(high, best, found, site)
    return Proposal(best.edits, best.text, group="image", more=" or a larger one")


def _lowered(side: int, best: Proposal, found: rewrite.Images, site: Site) -> Proposal:
    """The axes that need not grow as they were."""
    count = max(len(old) for _, _, old in found)
    grown = set(range(count))
    for axis in range(count):
        without = grown - {axis}
        sides = [
            [max(n, side) if i in without else n for i, n in enumerate(old)] for _, _, old in found
        ]
        proposal = rewrite.resized(found, sides)
        if proposal is not None and site.mends(proposal):
            best, grown = proposal, without
    return best


def _sides(maker: Maker, site: Site) -> tuple[int, ...] | None:
    """The sizes of the axes over which the window goes."""
    name = maker.decl.name
    count = int(name[-2]) if name[-1:] == "d" and name[-2:-1].isdigit() else 0
    for _, value in tensors(site):
        dims = value.dims or ()
        if count and len(dims) > count and all(isinstance(d, int) for d in dims[-count:]):
            return tuple(d for d in dims[-count:] if isinstance(d, int))
    return None


def _kernel(maker: Maker, sides: tuple[int, ...]) -> object | None:
    """The largest window that fits, of one number where the given one is."""
    padding, dilation = maker.number("padding"), maker.number("dilation")
    padding = 0 if padding is None else padding
    if dilation not in (None, 1):
        return None
    node = maker.written("kernel_size")
    fitting = [n + 2 * padding for n in sides]
    if isinstance(node, ast.Number) and isinstance(node.value, int):
        if min(fitting) >= node.value:
            return None
        if len(set(fitting)) == 1 or min(fitting) > 1:
            return min(fitting)
        return tuple(min(node.value, n) for n in fitting)
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.items) == len(fitting):
        sizes = [i.value for i in node.items if isinstance(i, ast.Number)]
        return tuple(min(int(s), n) for s, n in zip(sizes, fitting, strict=True))
    return None
