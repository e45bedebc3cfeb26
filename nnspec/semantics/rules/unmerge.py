"""Axes that were merged in one order and are taken apart in another: `[B, T]` to `[B * T]` to `[T, B]`."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.dims import Dim
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.arguments import Dims
from nnspec.semantics.steps import Entry, Step
from nnspec.semantics.values import Tensor
from nnspec.semantics.world import error

MOST_STEPS = 60


def torn(call: RuleCall, x: Tensor, old: Dims, new: Dims) -> Diagnostic | None:
    """W0201, where a view splits an axis otherwise than it was merged from axes of the same sizes."""
    front = 0
    while front < min(len(old), len(new)) and old[front] == new[front]:
        front += 1
    back = len(new) - len(old) + 1
    size, parts = old[front : front + 1], new[front : front + back]
    if not size or old[front + 1 :] != new[front + back :] or not isinstance(size[0], Dim):
        return None
    parts = tuple(part for part in parts if part != 1)
    if len(set(parts)) < 2:
        return None
    step: Step | None = x.step
    for _ in range(MOST_STEPS):
        if step is None or not step.inputs:
            return None
        before = step.inputs[0]
        dims = tuple(map(call.settle, before.dims or ()))
        for at in range(len(dims) - len(parts) + 1):
            run = dims[at : at + len(parts)]
            if run == parts:
                return None
            if sorted(map(str, run)) == sorted(map(str, parts)):
                return _otherwise(call, x, parts, run, step)
        if size[0] not in dims:
            return None
        step = before.step
    return None


def _otherwise(call: RuleCall, x: Tensor, parts: Dims, run: Dims, step: Step) -> Diagnostic:
    merged, wanted = call.world.show_shape(run), call.world.show_shape(parts)
    here = type(step) is not Entry and step.span.source is call.span.source
    return error(
        "W0201",
        f"an axis of {call.show(x)} was merged from {merged}, and is split into {wanted}",
        call.span,
        "no element moves, so the axes are scrambled",
        (Label(step.span, f"{merged} is merged here"),) if here else (),
        help=f"split it into {merged} as it was, and swap the axes then",
    )
