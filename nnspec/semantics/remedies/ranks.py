"""A layer that is given more or fewer axes than it takes."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, rewrite
from nnspec.semantics.remedies.axes import Dims
from nnspec.semantics.remedies.misfit import argument
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.values import Layer, LibraryFunction, Tensor
from nnspec.source import Span
from nnspec.syntax import ast

# Kinds of calls whose ranks hang on their other operands.
NOT_HERE = called.SEQUENCES | {"join", "loss", "expand", "gather"}


def proposals(site: Site) -> Iterator[Proposal]:
    """The layer for other ranks, axes of size 1 that go or come, axes merged."""
    callee = site.callee(site.node) if site.node is not None else None
    expr = argument(site)
    value = site.value(expr) if expr is not None else None
    if not isinstance(callee, (Layer, LibraryFunction)) or not isinstance(value, Tensor):
        return
    if expr is None or value.dims is None or called.kind(site) in NOT_HERE:
        return
    dims = value.dims
    yield from siblings(site)
    for axis in reversed(range(1, len(dims))):
        if dims[axis] == 1:
            edit, text = rewrite.with_method(expr, f"squeeze({axis})", site)
            yield Proposal((edit,), f"drop the axis of size 1: `{text}`", True, True)
    yield from _maps(expr, dims, callee, site)
    for axis, what in ((0, "batch"), (1, "channels")):
        edit, text = rewrite.with_method(expr, f"unsqueeze({axis})", site)
        yield Proposal((edit,), f"add the axis of the {what}: `{text}`", True, True)
    for start in (2, 1):
        if len(dims) > start + 1:
            edit, text = rewrite.with_method(expr, f"flatten({start})", site)
            yield Proposal((edit,), f"merge the last axes: `{text}`", True, True)


def _maps(
    expr: ast.Expr, dims: Dims, callee: Layer | LibraryFunction, site: Site
) -> Iterator[Proposal]:
    """Features as maps of one pixel, or of as many as there are; the frames of videos as images."""
    name = callee.type_name if isinstance(callee, Layer) else callee.name
    space = int(name[-2]) if name[-1] == "d" and name[-2:-1].isdigit() else 0
    if space and len(dims) == space + 3:
        edit, text = rewrite.with_method(expr, "flatten(0, 1)", site)
        yield Proposal((edit,), f"take them all as examples: `{text}`", True, True)
    channels = callee.body.arguments.get("in_channels") if isinstance(callee, Layer) else None
    if not space or len(dims) != 2 or not isinstance(channels, int):
        return
    if dims[1] == channels:
        index = ", ".join([":", ":", *["None"] * space])
        changed = rewrite.with_index(expr, index, site)
        if changed is not None:
            text = f"make maps of one pixel of it: `{changed[1]}`"
            yield Proposal((changed[0],), text, True, True)
    if isinstance(dims[1], int) and dims[1] % channels == 0:
        side = round((dims[1] // channels) ** (1 / space))
        if side > 1 and side**space * channels == dims[1]:
            sides = ", ".join([str(side)] * space)
            edit, text = rewrite.with_method(expr, f"view(-1, {channels}, {sides})", site)
            yield Proposal((edit,), f"make maps of it: `{text}`", True, True)


def siblings(site: Site) -> Iterator[Proposal]:
    """BatchNorm1d for BatchNorm2d: the layer or function of the same kind for another number of axes."""
    callee = site.callee(site.node) if site.node is not None else None
    expr = argument(site) or next((e for e, _ in tensors(site)), None)
    value = site.value(expr) if expr is not None else None
    if not isinstance(value, Tensor) or value.dims is None:
        return
    dims = value.dims
    span = name = None
    if isinstance(callee, Layer):
        makers = flow.made_by(callee, site)
        if makers:
            span, name = makers[0].call.func.span, callee.type_name
    elif isinstance(callee, LibraryFunction):
        node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
        func = node.func if isinstance(node, ast.Call) else node
        span, name = (func.span, callee.name) if func is not None else (None, None)
    if span is None or name is None or name[-1] != "d" or not name[-2:-1].isdigit():
        return
    last = Span(span.source, span.end - 2, span.end)
    if last.text != name[-2:]:
        return
    if int(name[-2]) + 2 == len(dims) or (
        int(name[-2]) + 1 == len(dims) and site.mistake.code == "E0301"
    ):
        return
    for count in sorted((1, 2, 3), key=lambda n: abs(n + 2 - len(dims))):
        if str(count) != name[-2]:
            other = f"{name[:-2]}{count}d"
            yield Proposal((Edit(last, f"{count}d"),), f"use `{other}`", True, True)
