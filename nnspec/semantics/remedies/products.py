"""Products of matrices whose inner sizes, batches or ranks do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands
from nnspec.semantics.remedies.axes import Change, Dims, grown, multiply, swaps
from nnspec.semantics.remedies.joins import WIDTHS
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.windows import NEAR
from nnspec.semantics.values import LibraryFunction
from nnspec.syntax import ast

# The names of products that take matrices of one rank only.
RANKED = ("bmm", "mm", "mv", "dot")


def proposals(site: Site) -> Iterator[Proposal]:
    """An operand transposed or with an axis more, the other order, repeated heads, other layers before."""
    if called.kind(site) != "product":
        return
    found = operands.of(site)
    if len(found) == 1 and len(found[0].places) == 2:
        # A product of a tensor with itself.
        one = Operand(found[0].places[1:], found[0].tensor)
        for change in swaps(one.dims):
            if multiply(one.dims, change.dims):
                yield operands.changed(one, change, site)
    if len(found) == 2:
        a, b = found
        yield from _grown(a, b, site)
        yield from _swapped(a, b, site)
        yield from _repeated(a, b, site)
        yield from _earlier(a, b, site)
        yield from _widths(a, b, site)
        if multiply(b.dims, a.dims):
            left, right = a.places[0], b.places[0]
            edits = (Edit(left.span, right.span.text), Edit(right.span, left.span.text))
            yield Proposal(edits, f"multiply in the other order, `{right.span.text}` first", True)
    yield from _of_any_rank(site)


def _grown(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    if len(a.dims) == len(b.dims):
        return
    one = a if len(a.dims) < len(b.dims) else b
    for change in grown(one.dims):
        if multiply(*((change.dims, b.dims) if one is a else (a.dims, change.dims))):
            yield operands.changed(one, change, site)


def _swapped(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    # A batch changes places with nothing, but in a sequence that has the time first.
    for one in (b, a):
        batched = len(one.dims) > 3 or len(a.dims) != len(b.dims)
        for change in swaps(one.dims, 1 if batched and len(one.dims) > 2 else 0):
            if multiply(*((a.dims, change.dims) if one is b else (change.dims, b.dims))):
                yield operands.changed(one, change, site)


def _repeated(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    """Heads that several queries share, each repeated for every one of these."""
    for at in range(-min(len(a.dims), len(b.dims)), -2):
        for one, other in ((b, a), (a, b)):
            have, want = one.dims[at], other.dims[at]
            if not isinstance(have, int) or not isinstance(want, int):
                continue
            if 1 < have < want and want % have == 0:
                axis = at % len(one.dims)
                call = f".repeat_interleave({want // have}, dim={axis})"
                dims: Dims = (*one.dims[:axis], want, *one.dims[axis + 1 :])
                change = Change(call, f"repeat it along axis {axis}", dims)
                if multiply(*((a.dims, dims) if one is b else (dims, b.dims))):
                    yield operands.changed(one, change, site)


def _earlier(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    """A transposition right before the product, of other axes, or a permutation to another order."""
    for one in (b, a):
        way = flow.makers(one.places[0], site)[:1]
        orders = _orders(way[0], len(one.dims)) if way else None
        if orders is None:
            continue
        old, others = orders
        before = dict(zip(old, one.dims, strict=True))
        for order, proposal in others:
            dims = tuple(before[i] for i in order)
            if multiply(*((a.dims, dims) if one is b else (dims, b.dims))):
                yield proposal


Order = tuple[int, ...]


def _orders(maker: Maker, rank: int) -> tuple[Order, list[tuple[Order, Proposal]]] | None:
    """The order of axes that `transpose` or `permute` makes, and others with what writes them."""
    swaps_ = sorted(combinations(range(rank), 2), key=lambda p: (-p[1], -p[0]))
    found: list[tuple[Order, Proposal]] = []
    if maker.decl.name == "transpose":
        names = [p.name for p in maker.signature.params if p.name.startswith("dim")]
        numbers = [maker.number(name) for name in names]
        if None in numbers or not all(map(maker.is_open, names)):
            return None
        first, second = (n % rank for n in numbers if n is not None)
        for i, j in swaps_:
            edits = (maker.edit(names[0], str(i)), maker.edit(names[1], str(j)))
            text = f"swap axes {i} and {j} before: `transpose({i}, {j})`"
            found.append((_swapped_order(range(rank), i, j), Proposal(edits, text, True)))
        return _swapped_order(range(rank), first, second), found
    nodes = [a.value for a in maker.call.args if a.name is None and not a.stars]
    if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
        nodes = list(nodes[0].items)
    nodes = nodes[-rank:]
    old = tuple(n.value for n in nodes if isinstance(n, ast.Number) and isinstance(n.value, int))
    if maker.decl.name != "permute" or sorted(old) != list(range(rank)):
        return None
    for i, j in swaps_:
        order = _swapped_order(old, i, j)
        moved = tuple(Edit(nodes[k].span, str(order[k])) for k in (i, j))
        text = f"order the axes as [{', '.join(map(str, order))}] before"
        found.append((order, Proposal(moved, text, True)))
    return old, found


def _swapped_order(order: Iterable[int], i: int, j: int) -> Order:
    axes = list(order)
    axes[i], axes[j] = axes[j], axes[i]
    return tuple(axes)


def _widths(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    """The layers before with as many features as the other side has."""
    have = a.dims[-1:], b.dims[-2:][:1]
    for one, size, wanted in ((a, have[0], have[1]), (b, have[1], have[0])):
        if size and wanted and isinstance(size[0], int) and isinstance(wanted[0], int):
            yield from other_widths(one.places[0], size[0], wanted[0], site)


def other_widths(expr: ast.Expr, have: int, want: int, site: Site) -> Iterator[Proposal]:
    """The last layers that lead to a tensor, with a number of features that makes `want` of `have`."""
    for maker in flow.makers(expr, site)[:NEAR] if have > 0 < want != have else ():
        for width in WIDTHS:
            number = maker.number(width)
            if number is None or not maker.is_open(width):
                continue
            if number * want % have == 0:
                yield maker.proposal(**{width: number * want // have})


def _of_any_rank(site: Site) -> Iterator[Proposal]:
    """`matmul` for `bmm`."""
    node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    func = node.func if isinstance(node, ast.Call) else node
    if isinstance(func, ast.Name) and func.id in RANKED:
        if isinstance(site.callee(site.node), LibraryFunction) if site.node is not None else False:
            text = f"use `matmul` for `{func.id}`: it takes any number of axes"
            yield Proposal((Edit(func.span, "matmul"),), text, True)
