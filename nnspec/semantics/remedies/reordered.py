"""A `permute`, or a reduction, right before a call, whose axes may be the wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.values import Tensor
from nnspec.syntax import ast

MOST_AXES = 4


def proposals(site: Site) -> Iterator[Proposal]:
    """Other orders, and other axes to reduce, with the batch in its place.

    Those first that leave most axes in the order in which they come in, as rows and columns should, then those
    that change least of what is written.
    """
    found: list[tuple[tuple[int, int], Proposal]] = []
    for expr, _ in tensors(site):
        maker = next(iter(flow.makers(expr, site)), None)
        if maker is not None and maker.decl.name == "permute":
            found += _orders(maker)
        elif maker is not None and maker.takes("dim") and maker.takes("keepdim"):
            found += _reduced(maker, site)
    found.sort(key=lambda pair: pair[0])
    yield from (proposal for _, proposal in found)


def _orders(maker: Maker) -> Iterator[tuple[tuple[int, int], Proposal]]:
    nodes = [a.value for a in maker.call.args if a.name is None and not a.stars]
    if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
        nodes = list(nodes[0].items)
    if not all(isinstance(n, ast.Number) for n in nodes[-MOST_AXES:]):
        nodes = nodes[1:]
    old = [int(n.value) for n in nodes if isinstance(n, ast.Number)]
    if len(old) != len(nodes) or sorted(old) != list(range(len(old))) or len(old) > MOST_AXES:
        return
    for order in permutations(old):
        changed = [i for i, axis in enumerate(order) if axis != old[i]]
        if changed and order[0] == old[0]:
            edits = tuple(Edit(nodes[i].span, str(order[i])) for i in changed)
            text = f"order the axes as [{', '.join(map(str, order))}] before"
            turned = sum(a > b for a, b in combinations(order, 2))
            yield (turned, len(changed)), Proposal(edits, text, True, True, "order")


def _reduced(maker: Maker, site: Site) -> Iterator[tuple[tuple[int, int], Proposal]]:
    """Other axes for `mean((1, 2))`, as many as are written."""
    node = maker.written("dim")
    items = node.items if isinstance(node, (ast.Tuple, ast.List)) else ()
    old = [int(n.value) for n in items if isinstance(n, ast.Number)]
    result = site.value(maker.call)
    if len(old) < 2 or len(old) != len(items) or not isinstance(result, Tensor):
        return
    rank = (result.rank or 0) + len(old)
    for axes in combinations(range(1, rank), len(old)):
        if list(axes) != old:
            shown = ", ".join(map(str, axes))
            edits = tuple(
                Edit(n.span, str(axis))
                for n, axis, was in zip(items, axes, old, strict=True)
                if axis != was
            )
            text = f"reduce the axes ({shown}) in `{maker.name}`"
            yield (0, len(edits)), Proposal(edits, text, True, True, "order")
