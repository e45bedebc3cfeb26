"""A reshape whose sizes do not multiply to those of the tensor: patches, windows, heads, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import log, prod

from nnspec.diagnostics.diagnostic import Edit
from nnspec.record import Record
from nnspec.semantics.remedies import fitting, rewrite
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.remedies.sizes import is_plain, numbers
from nnspec.semantics.values import DimLike
from nnspec.syntax import ast

MOST_AXES = 10


class Split(Record):
    """An axis of the tensor and the run of wanted sizes that it becomes; at: the place of the first."""

    axis: int
    size: int
    parts: tuple[int, ...]
    at: int

    @property
    def fits(self) -> bool:
        """Whether the parts multiply to the size."""
        return prod(self.parts) == int(self.size)


def proposals(site: Site) -> Iterator[Proposal]:
    """The axes padded or cut to what the parts divide, and other parts; then other sizes."""
    target = _target(site)
    if target is None:
        return
    expr, shape, nodes = target
    yield from _parts(expr, shape, nodes, site)
    given = [site.value(n) for n in nodes]
    if all(isinstance(size, int) for size in given):
        yield from fitting.proposals(shape, nodes, list(numbers(given)), expr, site)


def _parts(
    expr: ast.Expr, shape: tuple[int, ...], nodes: list[ast.Expr], site: Site
) -> Iterator[Proposal]:
    given = [site.value(n) for n in nodes]
    if not all(isinstance(size, DimLike) for size in given):
        return
    wanted = list(numbers(given))
    if -1 in wanted:
        at = wanted.index(-1)
        rest = prod(wanted[:at] + wanted[at + 1 :])
        wanted[at] = max(1, round(prod(shape) / rest)) if rest > 0 else 1
    if len(wanted) < len(shape):
        yield from _merged(shape, nodes, wanted)
    splits = _aligned(shape, tuple(wanted))
    wrong = [s for s in splits if not s.fits] if splits is not None else []
    if not all(is_plain(n) for s in wrong for n in (s.size, *s.parts)):
        return
    if not wrong or any(len(s.parts) < 2 for s in wrong):
        yield from _single(wrong, expr, site)
        return
    yield from _tokens(wrong, expr, site)
    parts = list(_other_parts(wrong, nodes, wanted))
    features = wrong[-1].axis == len(shape) - 1 and len(wrong) == 1 and len(shape) > 2
    if features:
        # The last axis holds features, which are cut into heads.
        yield from parts
    for up in sorted((True, False), key=lambda up: _distance(wrong, up)):
        yield from _rounded(wrong, up, expr, shape, nodes, wanted, site)
    if not features:
        yield from parts


def _distance(wrong: list[Split], up: bool) -> int:
    """How much the axes at fault are padded or cut."""
    units = [(s.size, prod(s.parts[1:])) for s in wrong]
    return sum(-n % unit if up else n % unit for n, unit in units)


def _target(
    site: Site,
) -> tuple[ast.Expr, tuple[int, ...], list[ast.Expr]] | None:
    """The tensor, its sizes, and where the wanted ones are written."""
    node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    known = tensors(site)
    if not isinstance(node, ast.Call) or not known:
        return None
    expr, value = known[0]
    dims = value.dims or ()
    values = [a.value for a in node.args if a.name is None and a.value is not expr]
    if len(values) == 1 and isinstance(values[0], (ast.Tuple, ast.List)):
        values = list(values[0].items)
    if node.func.span.text.endswith("unflatten"):
        # The axis, and what it becomes.
        if len(values) < 2:
            return None
        at, parts = site.value(values[0]), values[-1]
        if not isinstance(at, int) or not isinstance(parts, (ast.Tuple, ast.List)):
            return None
        return expr, numbers(dims[at : at + 1 or None]), list(parts.items)
    return expr, numbers(dims), values


def _aligned(shape: tuple[int, ...], wanted: tuple[int, ...]) -> list[Split] | None:
    """Which wanted sizes each axis becomes: the cut of the list whose products are nearest."""
    if not shape or len(wanted) < len(shape) or len(wanted) > MOST_AXES or min(wanted) < 1:
        return None
    best: tuple[float, list[Split]] | None = None
    for cuts in combinations(range(1, len(wanted)), len(shape) - 1):
        edges = (0, *cuts, len(wanted))
        splits = [
            Split(i, size, wanted[edges[i] : edges[i + 1]], edges[i])
            for i, size in enumerate(shape)
        ]
        cost = sum(abs(log(max(1, s.size) / prod(s.parts))) for s in splits)
        if best is None or cost < best[0] - 1e-9:
            best = cost, splits
    return best[1] if best is not None and best[0] < 1 else None


def _rounded(
    wrong: list[Split],
    up: bool,
    expr: ast.Expr,
    shape: tuple[int, ...],
    nodes: list[ast.Expr],
    wanted: list[int],
    site: Site,
) -> Iterator[Proposal]:
    """Every axis at fault padded, or cut, to a multiple of its last part."""
    sizes, numbers = list(shape), list(wanted)
    for split in wrong:
        unit = prod(split.parts[1:])
        count = -(-split.size // unit) if up else split.size // unit
        if count == 0:
            return
        sizes[split.axis] = count * unit
        numbers[split.at] = count
    if sizes == list(shape):
        return
    edits = _renumbered(nodes, wanted, numbers)
    shown = f"[{', '.join(map(str, sizes))}]"
    viewed = f" and view it as [{', '.join(map(str, numbers))}]" if edits else ""
    type_ = rewrite.declared(expr, site)
    if type_ is not None and len(type_.dims) != len(shape):
        return
    changed = [n if n != o else None for n, o in zip(sizes, shape, strict=True)]
    inputs = rewrite.redeclared(type_, changed) if type_ is not None else ()
    if inputs:
        text = f"give `{expr.span.text}` the shape {shown}{viewed}"
        yield Proposal((*inputs, *edits), text, True, group="up" if up else "down")
    elif up:
        pads: list[str] = []
        for new, old in zip(reversed(sizes), reversed(shape), strict=True):
            pads += ["0", str(new - old)]
        while pads[-2:] == ["0", "0"]:
            pads = pads[:-2]
        edit, code = rewrite.with_function(expr, "pad", f"({', '.join(pads)})", site)
        yield Proposal((edit, *edits), f"pad it to {shown}, `{code}`,{viewed}", True, group="up")
    else:
        parts = [f":{n}" if n != o else ":" for n, o in zip(sizes, shape, strict=True)]
        cut = rewrite.with_index(expr, ", ".join(parts), site)
        if cut is not None:
            text = f"cut it to {shown}, `{cut[1]}`,{viewed}"
            yield Proposal((cut[0], *edits), text.rstrip(","), True, group="down")


def _renumbered(nodes: list[ast.Expr], old: list[int], new: list[int]) -> tuple[Edit, ...]:
    return tuple(
        Edit(node.span, str(b))
        for node, a, b in zip(nodes, old, new, strict=True)
        if a != b and isinstance(node, ast.Number)
    )


def _tokens(wrong: list[Split], expr: ast.Expr, site: Site) -> Iterator[Proposal]:
    """Class tokens before the patches."""
    for split in wrong:
        extra = split.size - prod(split.parts)
        if len(wrong) == 1 and len(split.parts) == 2 and extra in (1, 2):
            index = ", ".join([":"] * split.axis + [f"{extra}:"])
            cut = rewrite.with_index(expr, index, site)
            if cut is not None and split.parts[0] == split.parts[1]:
                a, b = split.parts
                text = f"{split.size} is {a} * {b} + {extra}: leave out the class token, `{cut[1]}`"
                yield Proposal((cut[0],), text, True, group="tokens")


def _merged(shape: tuple[int, ...], nodes: list[ast.Expr], wanted: list[int]) -> Iterator[Proposal]:
    """The last size as the product of the axes that it takes up, where all before it stay."""
    kept = len(wanted) - 1
    if (
        kept >= 0
        and tuple(wanted[:kept]) == shape[:kept]
        and isinstance(nodes[-1], (ast.Number, ast.Binary))
    ):
        size = " * ".join(map(str, shape[kept:]))
        yield Proposal((Edit(nodes[-1].span, size),), f"write {size} for its last size", True)


def _single(wrong: list[Split], expr: ast.Expr, site: Site) -> Iterator[Proposal]:
    """An axis that keeps its place and is declared with another size."""
    type_ = rewrite.declared(expr, site)
    if type_ is None or not wrong:
        return
    sizes: list[int | None] = [None] * len(type_.dims)
    for split in wrong:
        sizes[split.axis] = prod(split.parts)
    edits = rewrite.redeclared(type_, sizes)
    if edits:
        text = f"give `{expr.span.text}` the shape {rewrite.shape_text(type_, sizes)}"
        yield Proposal(edits, text, True)


def _other_parts(
    wrong: list[Split], nodes: list[ast.Expr], wanted: list[int]
) -> Iterator[Proposal]:
    """Parts that do multiply to the size: the divisors nearest to those written."""
    if len(wrong) != 1 or len(wrong[0].parts) != 2:
        return
    split = wrong[0]
    first = split.parts[0]
    divisors = [d for d in range(1, split.size + 1) if split.size % d == 0 and d <= 4096]
    for divisor in sorted(divisors, key=lambda d: abs(log(d / first)))[:2]:
        numbers = list(wanted)
        numbers[split.at], numbers[split.at + 1] = divisor, split.size // divisor
        shown = f"[{', '.join(map(str, numbers))}]"
        edits = _renumbered(nodes, wanted, numbers)
        yield Proposal(edits, f"view it as {shown}", True, group="parts")
