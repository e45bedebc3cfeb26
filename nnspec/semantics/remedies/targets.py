"""Scores and targets of a loss that are not of one shape: steps left out, axes flattened, shapes declared anew."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands, rewrite
from nnspec.semantics.remedies.axes import Change, Dims
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.windows import NEAR
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# Functions that take an axis away.
REDUCTIONS = frozenset(("mean", "sum", "amax", "amin", "max", "min", "logsumexp", "select"))


def proposals(site: Site) -> Iterator[Proposal]:
    """For cross entropies and for losses that compare elements."""
    found = operands.of(site)
    kind = called.kind(site)
    if kind not in ("classes", "loss") or len(found) < 2:
        return
    scores, target = found[:2]
    if kind == "classes":
        yield from _one_step(scores, target, site)
        yield from _other_axis(scores, site)
        yield from _unlike_slices(scores, target, site)
        return
    for one, other in ((scores, target), (target, scores)):
        if len(one.dims) > len(other.dims) > 1 and _flat(one.dims) == other.dims:
            yield operands.changed(one, Change(".flatten(1)", "flatten it"), site)
    yield from _unlike_slices(scores, target, site)


def declared(site: Site) -> Iterator[Proposal]:
    """A target that is an argument, with the shape that the loss wants of it."""
    found = operands.of(site)
    kind = called.kind(site)
    if kind in ("classes", "loss") and len(found) > 1:
        scores, target = found[:2]
        wanted = scores.dims[:1] + scores.dims[2:] if kind == "classes" else scores.dims
        have = target.dims[:1]
        # A batch that is a multiple of the other has come by a reshape, which is what is wrong.
        mixed = (
            isinstance(have[0], int) and have != wanted[:1] and not wanted[0] % have[0]
            if have
            else True
        )
        if (
            len(wanted) == len(target.dims)
            and not mixed
            and not set(target.dims) <= set(scores.dims)
        ):
            yield from _declared(target, wanted, site)


def _flat(dims: Dims) -> Dims:
    sizes = [d for d in dims[1:] if isinstance(d, int)]
    return (dims[0], prod(sizes)) if len(sizes) == len(dims) - 1 else ()


def _one_step(scores: Operand, target: Operand, site: Site) -> Iterator[Proposal]:
    """Scores of every step, for a target of the whole: those of one step, or their mean."""
    if len(scores.dims) == 3 and scores.dims[:1] == target.dims:
        change = Change("[:, -1]", "take the scores of the last step")
        yield operands.changed(scores, change, site)
        change = Change(".mean(1)", "take the mean over the steps")
        yield operands.changed(scores, change, site)


def _other_axis(scores: Operand, site: Site) -> Iterator[Proposal]:
    """A reduction before that has taken away the batch instead of the steps."""
    for maker in flow.makers(scores.places[0], site)[: 2 * NEAR]:
        now = maker.number("dim")
        if maker.decl.name in REDUCTIONS and now is not None and maker.is_open("dim"):
            for axis in (0, 1, 2, -1):
                if axis != now:
                    proposal = maker.proposal(dim=axis)
                    yield Proposal(proposal.edits, proposal.text, group="axis")


def _declared(one: Operand, wanted: Dims, site: Site) -> Iterator[Proposal]:
    """An argument with the shape that the loss wants of it."""
    type_ = rewrite.declared(one.places[0], site)
    sizes = [d for d in wanted if isinstance(d, int)]
    if type_ is None or len(type_.dims) != len(wanted) or len(sizes) != len(wanted):
        return
    edits = rewrite.redeclared(type_, sizes)
    if edits:
        text = f"give `{one.places[0].span.text}` the shape {rewrite.shape_text(type_, sizes)}"
        yield Proposal(edits, text, True, group="shape")


def _unlike_slices(scores: Operand, target: Operand, site: Site) -> Iterator[Proposal]:
    """The steps that one side has left out (`y[:, :-1]`), left out of the other at the other end."""
    for one, other in ((scores, target), (target, scores)):
        for axis, cut in _cuts(one.places[0], site):
            opposite = {":-1": "1:", "1:": ":-1"}[cut]
            code = ", ".join([":"] * axis + [opposite])
            for name in _sources(other.places[0], site):
                text = f"{name.id}[{code}]"
                yield Proposal(
                    (Edit(name.span, text),),
                    f"leave out a step of the other as well: `{text}`",
                    True,
                    group="slice",
                )


def _cuts(expr: ast.Expr, site: Site) -> Iterator[tuple[int, str]]:
    """The axes along which an expression lacks its first or its last place."""
    for each in (expr, *flow.values(expr, site)):
        for node in walk(each):
            if not isinstance(node, ast.Index):
                continue
            for axis, item in enumerate(node.items):
                if isinstance(item, ast.Slice) and item.span.text in (":-1", "1:"):
                    yield axis, item.span.text


def _sources(expr: ast.Expr, site: Site) -> Iterator[ast.Name]:
    """The tensors that an expression begins with."""
    node: ast.Expr = expr
    while not isinstance(node, ast.Name):
        match node:
            case ast.Call(ast.Attribute(inner, _), _) | ast.Pipe(inner, _):
                node = inner
            case ast.Call(_, (ast.Argument(inner, None), *_)):
                node = inner
            case _:
                return
    yield node
