"""A reshape of which one size, or a pair of equal ones, is of another tensor: the sizes that fit, and layers that make it fit."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, log, prod

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies.products import other_widths
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.sizes import is_plain
from nnspec.syntax import ast

# How far a size may be from the one that is written, as a factor.
FAR = 8.0


def proposals(
    shape: tuple[int, ...], nodes: list[ast.Expr], wanted: list[int], expr: ast.Expr, site: Site
) -> Iterator[Proposal]:
    """Other sizes for a reshape of `shape` to `wanted`, in which -1 may stand once; then other layers before it."""
    if (
        not shape
        or not wanted
        or not all(map(is_plain, (*shape, *wanted)))
        or min(shape) < 1
        or any(n < 1 for n in wanted if n != -1)
        or wanted.count(-1) > 1
        or len(nodes) != len(wanted)
    ):
        return
    total, free = prod(shape), wanted.index(-1) if -1 in wanted else None
    if free is not None:
        # A free first size is the batch, where that can be.
        rest = prod(wanted[:free] + wanted[free + 1 :])
        total = (
            total // shape[0] if free == 0 and len(shape) > 1 else total // max(1, total // rest)
        )
    yield from _equal_pair(total, nodes, wanted, free)
    kept = next((i for i, (a, b) in enumerate(zip(shape, wanted)) if a != b), len(wanted))
    yield from _one(total, nodes, wanted, free, kept)
    if free is None:
        before = prod(shape[:-1])
        if prod(wanted) % before == 0 and prod(wanted) > before:
            yield from other_widths(expr, shape[-1], prod(wanted) // before, site)
    elif free == 0 and len(shape) > 1:
        want = prod(n for n in wanted if n > 0)
        if want % max(1, prod(shape[1:-1])) == 0:
            yield from other_widths(expr, shape[-1], want // prod(shape[1:-1]), site)


def _one(
    total: int, nodes: list[ast.Expr], wanted: list[int], free: int | None, kept: int
) -> Iterator[Proposal]:
    """One size with what is left for it, the one that changes least first; the first `kept` stay as they are."""
    options: list[tuple[float, int, int]] = []
    for at, old in enumerate(wanted):
        rest = prod(n for i, n in enumerate(wanted) if i not in (at, free))
        if at >= kept and at != free and old > 0 and total % rest == 0 and total // rest != old:
            new = total // rest
            options.append((abs(log(new / old)), at, new))
    for far, at, new in sorted(options):
        if far <= log(FAR):
            proposal = _changed(nodes, wanted, {at: new})
            shown = proposal.text.removeprefix("view it as ")
            text = f"{new} instead of {wanted[at]} fits: {shown}"
            yield Proposal(proposal.edits, text, True, group="sizes")


def _equal_pair(
    total: int, nodes: list[ast.Expr], wanted: list[int], free: int | None
) -> Iterator[Proposal]:
    """Two equal sizes that stand side by side, as those of an image."""
    for at in range(len(wanted) - 1):
        if wanted[at] != wanted[at + 1] or wanted[at] < 2 or free in (at, at + 1):
            continue
        rest = prod(n for i, n in enumerate(wanted) if i not in (at, at + 1, free))
        side = isqrt(total // rest) if total % rest == 0 else 0
        if side > 0 and side * side * rest == total and side != wanted[at]:
            yield _changed(nodes, wanted, {at: side, at + 1: side})


def _changed(nodes: list[ast.Expr], wanted: list[int], new: dict[int, int]) -> Proposal:
    shown = ", ".join(str(new.get(i, n)) for i, n in enumerate(wanted))
    edits = tuple(Edit(nodes[i].span, str(size)) for i, size in new.items())
    return Proposal(edits, f"view it as [{shown}]", True, group="sizes")
