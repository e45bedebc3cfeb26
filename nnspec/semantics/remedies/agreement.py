"""Tensors that must have one shape, or broadcast: sums, losses, concatenations, expansions."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands, rewrite
from nnspec.semantics.remedies.axes import (
    Change,
    covers,
    grown,
    lined_up,
    merged,
    moves,
    shrunk,
    stretch,
    swaps,
)
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.products import other_widths
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import LibraryFunction
from nnspec.source import Span
from nnspec.syntax import ast


def proposals(site: Site) -> Iterator[Proposal]:
    """An operand with its axes lined up with those of the other."""
    found = operands.of(site)
    kind = called.kind(site)
    if kind in ("expand", "gather"):
        for one in found:
            yield from (operands.changed(one, c, site) for c in grown(one.dims))
    if len(found) < 2:
        return
    a, b = found[:2]
    if kind == "elementwise" and len(found) == 2:
        yield from _broadcast(a, b, site)
    elif kind == "loss":
        yield from _alike(a, b, site)
    elif kind == "classes":
        yield from _classes(a, b, site)
    elif kind == "join" and len(found) == 2:
        yield from _joined(a, b, site)


def _broadcast(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    small, large = (a, b) if len(a.dims) <= len(b.dims) else (b, a)
    yield from _left_out(small)
    yield from _kept(small, site)
    for change in lined_up(small.dims, large.dims):
        if stretch(change.dims, large.dims):
            yield operands.changed(small, change, site)
    for one, other in ((small, large), (large, small)):
        for change in shrunk(one.dims):
            if stretch(change.dims, other.dims):
                yield operands.changed(one, change, site)
        if len(small.dims) == len(large.dims):
            for change in (*swaps(one.dims, 0 if len(one.dims) < 4 else 1), *moves(one.dims)):
                # Two that stretch each other would make something larger than either.
                if covers(change.dims, other.dims) or covers(other.dims, change.dims):
                    yield operands.changed(one, change, site)

    if len(small.dims) != len(large.dims):
        yield from _widths(small, large, site)


def _kept(one: Operand, site: Site) -> Iterator[Proposal]:
    """The axis that a reduction took away, kept with size 1."""
    call = one.places[0] if len(one.places) == 1 else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    callee = site.callee(call)
    params = callee.decls[0].signature.params if isinstance(callee, LibraryFunction) else ()
    if any(p.name == "keepdim" for p in params) and all(a.name != "keepdim" for a in call.args):
        end = Span(call.span.source, call.span.end - 1, call.span.end - 1)
        code = f"{call.span.text[:-1]}, keepdim=True)"
        yield Proposal((Edit(end, ", keepdim=True"),), f"keep its axis: `{code}`", True)


def tables(site: Site) -> Iterator[Proposal]:
    """A table, or a mask, that is longer than the other operand."""
    found = operands.of(site)
    if called.kind(site) == "elementwise" and len(found) == 2:
        for one, other in (found, found[::-1]):
            yield from _cut(one, other, site)


def _cut(one: Operand, other: Operand, site: Site) -> Iterator[Proposal]:
    """A table that is longer than what it is for: as many of its rows as are needed."""
    shift = len(other.dims) - len(one.dims)
    if shift < 0 or rewrite.declared(one.places[0], site) is None:
        return
    parts: list[str] = []
    for size, wanted in zip(one.dims, other.dims[shift:], strict=True):
        longer = isinstance(size, int) and isinstance(wanted, int) and size > wanted > 1
        if size not in (wanted, 1) and not longer:
            return
        parts.append(f":{wanted}" if longer else ":")
    # Tables have rows, and masks as many columns; fewer features are another mistake.
    if parts and parts[-1] != ":" and one.dims[-1:] != one.dims[-2:-1]:
        return
    while parts and parts[-1] == ":":
        parts.pop()
    if parts:
        change = Change(f"[{', '.join(parts)}]", "take as much of it as is needed")
        yield operands.changed(one, change, site)


def _left_out(one: Operand) -> Iterator[Proposal]:
    """Without the `squeeze` that took an axis away."""
    match one.places:
        case (ast.Call(ast.Attribute(value, "squeeze")) as call,):
            span = Span(call.span.source, value.span.end, call.span.end)
            yield Proposal((Edit(span, ""),), f"leave out `{span.text}`", True)


def _widths(small: Operand, large: Operand, site: Site) -> Iterator[Proposal]:
    """The layer before one of them with as many features as the other has, where that is all that differs."""
    axes = range(-len(small.dims), 0)
    differing = [i for i in axes if not stretch(small.dims[i:][:1], large.dims[i:][:1])]
    if len(differing) != 1:
        return
    have, want = small.dims[differing[0]], large.dims[differing[0]]
    if isinstance(have, int) and isinstance(want, int):
        yield from other_widths(small.places[0], have, want, site)
        yield from other_widths(large.places[0], want, have, site)


def _alike(x: Operand, target: Operand, site: Site) -> Iterator[Proposal]:
    for one, other in ((x, target), (target, x)):
        for change in (*shrunk(one.dims), *grown(one.dims)):
            if change.dims == other.dims:
                yield operands.changed(one, change, site)
    for one, other in ((target, x), (x, target)):
        for change in (*swaps(one.dims), *moves(one.dims)):
            if change.dims == other.dims:
                yield operands.changed(one, change, site)
    for one, other in ((target, x), (x, target)):
        for change in merged(one.dims) if 1 not in one.dims else ():
            if change.dims == other.dims:
                yield operands.changed(one, change, site)


def _without_steps(one: Operand, site: Site) -> Iterator[Proposal]:
    """A sequence as one vector for each example: its last step, all of them in a row."""
    makers = flow.makers(one.places[0], site)[:1]
    last = Change("[:, -1]", "take its last step")
    flat = Change(".flatten(1)", "put its steps in a row")
    steps = any(maker.takes("hidden_size") for maker in makers)
    for change in (last, flat) if steps else (flat, last):
        yield operands.changed(one, change, site)


def _classes(scores: Operand, target: Operand, site: Site) -> Iterator[Proposal]:
    """Scores `[N, C, *]` and class numbers `[N, *]`."""
    rest = scores.dims[:1] + scores.dims[2:]
    plain = list(shrunk(target.dims))
    for change in plain or merged(target.dims):
        if change.dims == rest:
            yield operands.changed(target, change, site)
    if len(target.dims) == len(scores.dims) > 1:
        for at in (1, len(target.dims) - 1):
            without = target.dims[:at] + target.dims[at + 1 :]
            if target.dims[at] == scores.dims[1] and without == rest:
                what = "turn its one-hot rows into class numbers"
                yield operands.changed(target, Change(f".argmax({at})", what), site)
                return
    for change in (*swaps(scores.dims), *moves(scores.dims)):
        if change.dims[:1] + change.dims[2:] == target.dims:
            change = Change(change.call, "bring the classes to axis 1")
            yield operands.changed(scores, change, site)
            break
    for change in (*shrunk(scores.dims), *grown(scores.dims)) if not plain else ():
        if change.dims[:1] + change.dims[2:] == target.dims:
            yield operands.changed(scores, change, site)
    if len(scores.dims) > 3 and len(target.dims) == len(rest) and target.dims[:1] == rest[:1]:
        size = ", ".join(map(str, target.dims[1:]))
        edit, text = rewrite.with_function(scores.places[0], "interpolate", f"size=({size})", site)
        yield Proposal((edit,), f"resize the scores to [{size}]: `{text}`", True)


def _joined(a: Operand, b: Operand, site: Site) -> Iterator[Proposal]:
    """Tensors of unlike ranks: an axis fewer, an axis more, or one spread over the size of the other."""
    small, large = (a, b) if len(a.dims) <= len(b.dims) else (b, a)
    if len(small.dims) == len(large.dims):
        return
    for change in shrunk(large.dims):
        yield operands.changed(large, change, site)
    for change in grown(small.dims):
        yield operands.changed(small, change, site)
    if len(small.dims) == 2 and len(large.dims) == 3 and 1 not in large.dims:
        yield from _without_steps(large, site)
    for at, size in enumerate(large.dims):
        if len(small.dims) == len(large.dims) - 1 and isinstance(size, int) and size > 1:
            sizes = ", ".join(str(size) if i == at else "-1" for i in range(len(large.dims)))
            call = f".unsqueeze({at}).expand({sizes})"
            yield operands.changed(small, Change(call, f"spread it over axis {at}"), site)
