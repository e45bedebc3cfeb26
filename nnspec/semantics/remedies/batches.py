"""Numbers of examples that are written where the batch should decide."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands
from nnspec.semantics.remedies.axes import Change
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.recurrent import CREATORS
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import DimLike, Tensor
from nnspec.syntax import ast


def proposals(site: Site) -> Iterator[Proposal]:
    """`-1` for the first size of a view, and for sizes of an expansion that are to stay."""
    node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    x = called.arguments(site).get("input")
    value = site.value(x) if x is not None else None
    if not isinstance(node, ast.Call) or not isinstance(value, Tensor) or not value.dims:
        return
    name = node.func.name if isinstance(node.func, ast.Attribute) else node.func.span.text
    sizes = [a.value for a in node.args if a.name is None and not a.stars and a.value is not x]
    if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
        sizes = list(sizes[0].items)
    if name in ("view", "reshape"):
        yield from _view(name, sizes, value.dims)
    elif name == "expand":
        yield from _expand(sizes, value.dims, site)


def _view(name: str, sizes: list[ast.Expr], dims: tuple[DimLike, ...]) -> Iterator[Proposal]:
    texts = [n.span.text for n in sizes]
    rest = [n.value for n in sizes[1:] if isinstance(n, ast.Number) and isinstance(n.value, int)]
    if not sizes or not isinstance(sizes[0], ast.Number) or len(rest) != len(sizes) - 1:
        return
    # What follows is made of whole axes, so that the first size is the batch, or batch and time.
    if any(prod(rest) == _product(dims[at:]) for at in range(1, len(dims) + 1)):
        shown = ", ".join(["-1", *texts[1:]])
        text = f"let the batch decide: {name} it as [{shown}]"
        yield Proposal((Edit(sizes[0].span, "-1"),), text, True, first=True)


def _product(dims: tuple[DimLike, ...]) -> int | None:
    numbers = [d for d in dims if isinstance(d, int)]
    return prod(numbers) if len(numbers) == len(dims) else None


def _expand(sizes: list[ast.Expr], dims: tuple[DimLike, ...], site: Site) -> Iterator[Proposal]:
    if len(sizes) < len(dims):
        return
    old = [None] * (len(sizes) - len(dims)) + list(dims)
    edits: list[Edit] = []
    texts: list[str] = []
    for node, have in zip(sizes, old, strict=True):
        stays = have is None or have == 1 or site.value(node) in (have, -1)
        texts.append(node.span.text if stays else "-1")
        if not stays:
            edits.append(Edit(node.span, "-1"))
    if edits and len(edits) < len(dims):
        shown = ", ".join(str(h) if t == "-1" else t for t, h in zip(texts, old, strict=True))
        text = f"let the axes that are there stay: [{', '.join(texts)}], which makes [{shown}]"
        yield Proposal(tuple(edits), text, True)


def made(site: Site) -> Iterator[Proposal]:
    """The number of examples that a tensor was made or expanded for, as the other operand has it."""
    found = operands.of(site)
    if called.kind(site) not in ("elementwise", "join", "loss") or len(found) != 2:
        return
    for one, other in ((found[0], found[1]), (found[1], found[0])):
        if len(one.dims) != len(other.dims):
            continue
        if (
            _are_pairs(one.dims)
            and _are_pairs(other.dims)
            and _is_larger(one.dims[0], other.dims[0])
        ):
            size = other.dims[0]
            change = Change(f"[:{size}, :{size}]", "cut it to the batch")
            yield operands.changed(one, change, site)
        for at, size in enumerate(other.dims):
            for step in flow.steps(one.places[0], site) if one.dims[at] != size else ():
                yield from _sized(step, one.dims, at, size, site)


def _sized(
    step: flow.Step, have: tuple[DimLike, ...], at: int, want: DimLike, site: Site
) -> Iterator[Proposal]:
    """A call like `expand(8, 1, 64)` or `zeros(8, 64)` with the size that is wanted on an axis."""
    call = step.target if isinstance(step, ast.Pipe) else step
    if not isinstance(call, ast.Call):
        return
    name = call.func.name if isinstance(call.func, ast.Attribute) else call.func.span.text
    sizes = [a.value for a in call.args if a.name is None and not a.stars]
    if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
        sizes = list(sizes[0].items)
    plain = str(want).isdigit() or str(want).isidentifier()
    if name not in (*CREATORS, "expand") or len(sizes) != len(have) or not plain or want == 1:
        return
    if isinstance(sizes[at], ast.Number) and site.value(sizes[at]) == have[at]:
        texts = [str(want) if i == at else n.span.text for i, n in enumerate(sizes)]
        text = f"make it as large as the other: `{name}({', '.join(texts)})`"
        yield Proposal((Edit(sizes[at].span, str(want)),), text, True)


def _are_pairs(dims: tuple[DimLike, ...]) -> bool:
    """Whether a matrix may have a number for each pair of examples."""
    return len(dims) == 2 and dims[0] == dims[1]


def _is_larger(a: DimLike, b: DimLike) -> bool:
    return isinstance(a, int) and isinstance(b, int) and a > b > 1
