"""Recurrent layers: the axes of what goes in, and of the states."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands, rewrite
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.axes import Change, Dims, grown, merged, shrunk, swaps
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.products import other_widths
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import (
    DimLike,
    Layer,
    LibraryFunction,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.syntax import ast

# Functions whose arguments are the sizes of what they make.
CREATORS = ("zeros", "ones", "randn", "rand", "empty")


def proposals(found: list[Operand], callee: Layer, site: Site) -> Iterator[Proposal]:
    """For the input or for the states, by where the mistake is told."""
    given = called.arguments(site)
    x = next((o for o in found if any(p is given.get("input") for p in o.places)), None)
    if "hx" in given and inside(site.mistake.span, given["hx"].span):
        states = [o for o in found if o is not x]
        if x is not None and len(x.dims) == 2 and states and len(states[0].dims) == 3:
            at = 1 if callee.body.arguments.get("batch_first") is True else 0
            step = Change(f".unsqueeze({at})", "give the one step its axis of time")
            yield operands.changed(x, step, site)
        yield from _states(states, x, callee, site)
        first = states[0].dims if states else _first(site.value(given["hx"]))
        yield from _other_layer(first, callee, site)
    elif x is not None:
        yield from _input(x, callee, site)


def _input(x: Operand, callee: Layer, site: Site) -> Iterator[Proposal]:
    if len(x.dims) == 2 and callee.body.arguments.get("input_size") == 1:
        # One number each step.
        step = Change(".unsqueeze(-1)", "give every step an axis of its features")
        proposal = operands.changed(x, step, site)
        yield Proposal(proposal.edits, proposal.text, True, first=True)
    if callee.type_name.endswith("Cell") and len(x.dims) == 3:
        yield operands.changed(x, Change("[:, -1]", "give it one step, such as the last one"), site)
        return
    if len(x.dims) == 4:
        change = Change(".flatten(2).transpose(1, 2)", "make a sequence of the map")
        yield operands.changed(x, change, site)
    changes = [*shrunk(x.dims)] if len(x.dims) > 3 else [*grown(x.dims), *shrunk(x.dims)]
    for change in changes or merged(x.dims):
        yield operands.changed(x, change, site)


def _states(
    states: list[Operand], x: Operand | None, callee: Layer, site: Site
) -> Iterator[Proposal]:
    """Other axes, the shape that is needed where a state is declared or made, and another layer."""
    wanted = _wanted(x, callee)
    wrong = [s for s in states if wanted is None or s.dims != wanted]
    if not wrong:
        return
    dims = wrong[0].dims
    alike = [s for s in wrong if s.dims == dims]
    for change in (*grown(dims), *shrunk(dims), *swaps(dims)):
        if wanted is None or change.dims == wanted:
            yield operands.changed(alike, change, site)
    if wanted is not None:
        yield from _reshaped(wrong, wanted, site)
        have, want = dims[-1:], wanted[-1:]
        if len(dims) == len(wanted) and isinstance(have[0], int) and isinstance(want[0], int):
            yield from other_widths(alike[0].places[0], have[0], want[0], site)


def _first(value: Value) -> Dims:
    """The sizes of the first of a pair of states."""
    if isinstance(value, TupleValue) and value.items and isinstance(value.items[0], Tensor):
        return value.items[0].dims or ()
    return ()


def _other_layer(dims: Dims, callee: Layer, site: Site) -> Iterator[Proposal]:
    """The layers, directions and features that a state of these sizes is for."""
    for maker in flow.made_by(callee, site):
        ways = 2 if callee.body.arguments.get("bidirectional") is True else 1
        rows, width = dims[0] if len(dims) > 1 else 0, dims[-1] if dims else 0
        if isinstance(rows, int) and rows and maker.takes("num_layers"):
            if maker.is_open("num_layers") and rows % ways == 0:
                yield maker.proposal(num_layers=rows // ways)
            if maker.is_open("bidirectional"):
                yield maker.proposal(bidirectional=ways == 1)
        if isinstance(width, int) and width and maker.is_open("hidden_size"):
            yield maker.proposal(hidden_size=width)


def _wanted(x: Operand | None, callee: Layer) -> Dims | None:
    """The shape of the first state, None where it is not plain (a projected LSTM has two)."""
    hyper = callee.body.arguments
    layers, hidden = hyper.get("num_layers"), hyper.get("hidden_size")
    if callee.type_name.endswith("Cell") and x is not None and isinstance(hidden, DimLike):
        return (*x.dims[:-1], hidden)
    if not isinstance(layers, DimLike) or not isinstance(hidden, DimLike):
        return None
    if x is None or hyper.get("proj_size", 0) != 0:
        return None
    rows = layers * (2 if hyper.get("bidirectional") is True else 1)
    if len(x.dims) == 2:
        return (rows, hidden)
    return (rows, x.dims[0 if hyper.get("batch_first") is True else 1], hidden)


def _reshaped(wrong: list[Operand], wanted: Dims, site: Site) -> Iterator[Proposal]:
    edits: list[Edit] = []
    names: list[str] = []
    for state in wrong:
        new = _declared(state.places[0], wanted, site) or _made(state.places[0], wanted, site)
        edits += [e for e in new if e not in edits]
        names.append(f"`{state.places[0].span.text}`")
    if edits:
        shape = f"[{', '.join(map(str, wanted))}]"
        yield Proposal(tuple(edits), f"give {' and '.join(names)} the shape {shape}", True)


def _declared(expr: ast.Expr, wanted: Dims, site: Site) -> tuple[Edit, ...]:
    type_ = rewrite.declared(expr, site)
    sizes = [d for d in wanted if isinstance(d, int)]
    if type_ is None or len(type_.dims) != len(wanted) or len(sizes) != len(wanted):
        return ()
    return rewrite.redeclared(type_, sizes)


def _made(expr: ast.Expr, wanted: Dims, site: Site) -> tuple[Edit, ...]:
    """The sizes in `zeros(1, 32, 64)`, where a state is made."""
    for step in flow.steps(expr, site):
        callee = site.callee(step)
        if not isinstance(step, ast.Call) or not isinstance(callee, LibraryFunction):
            continue
        sizes = [a.value for a in step.args if a.name is None and not a.stars]
        if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
            sizes = list(sizes[0].items)
        if callee.name not in CREATORS or len(sizes) != len(wanted):
            return ()
        shown = [str(d) for d in wanted]
        if not all(s.isidentifier() or s.isdigit() for s in shown):
            return ()
        pairs = zip(sizes, shown, wanted, strict=True)
        return tuple(Edit(n.span, s) for n, s, d in pairs if site.value(n) != d)
    return ()
