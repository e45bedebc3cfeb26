"""Splits whose sizes do not add up to the axis."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called
from nnspec.semantics.remedies.products import other_widths
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import DimLike, Tensor
from nnspec.syntax import ast


def proposals(site: Site) -> Iterator[Proposal]:
    """Another axis that has their sum, equal sizes, another last or first one, a layer that makes as much."""
    given = called.arguments(site)
    x = next((given[n] for n in ("tensor", "input") if n in given), None)
    sizes = next((e for n, e in given.items() if n.startswith("split_size")), None)
    value = site.value(x) if x is not None else None
    if called.kind(site) != "split" or x is None or not isinstance(value, Tensor):
        return
    if not isinstance(sizes, (ast.List, ast.Tuple)) or not value.dims:
        return
    numbers = [site.value(item) for item in sizes.items]
    axis = site.value(given["dim"]) if "dim" in given else 0
    if not isinstance(axis, int) or not all(isinstance(n, int) for n in numbers) or not numbers:
        return
    total, have = sum(numbers), value.dims[axis]
    others = list(_other_axis(given.get("dim"), axis, total, value.dims))
    batch = [p for p in others if p.edits[0].text == "0"]
    yield from (p for p in others if p not in batch)
    if isinstance(have, int):
        yield from _other_sizes(sizes, numbers, have)
        yield from other_widths(x, have, total, site)
    yield from batch


def _other_axis(
    node: ast.Expr | None, axis: int, total: int, dims: tuple[DimLike, ...]
) -> Iterator[Proposal]:
    for i, size in enumerate(dims):
        if size == total and i != axis % len(dims) and node is not None:
            text = f"split axis {i}, which has {total}: `dim={i}`"
            yield Proposal((Edit(node.span, str(i)),), text, True)


def _other_sizes(sizes: ast.List | ast.Tuple, numbers: list[int], have: int) -> Iterator[Proposal]:
    rest = have - sum(numbers)
    options: list[list[int]] = []
    if len(set(numbers)) == 1 and have % len(numbers) == 0:
        options.append([have // len(numbers)] * len(numbers))
    options.append([*numbers[:-1], numbers[-1] + rest])
    options.append([numbers[0] + rest, *numbers[1:]])
    for option in options:
        if min(option) > 0:
            pairs = zip(sizes.items, option, numbers, strict=True)
            edits = tuple(Edit(n.span, str(new)) for n, new, old in pairs if new != old)
            shown = ", ".join(map(str, option))
            yield Proposal(edits, f"make the parts [{shown}]", True, group="parts")
