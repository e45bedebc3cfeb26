"""Functions that are given a single value where they need several: what comes out is the same whatever goes in."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import Dims
from nnspec.semantics.steps import Declared, Entry
from nnspec.semantics.values import Tensor
from nnspec.semantics.world import error

CODE = "W0215"


def look_at_axis(call: RuleCall, x: Tensor, comes_out: str, help: str) -> None:
    """W0215, where the axis that `dim` names has one value only."""
    dim = call.arguments.get("dim")
    if x.dims is None or not isinstance(dim, int) or not -len(x.dims) <= dim < len(x.dims):
        return
    found: Diagnostic | None = None
    if call.settle(x.dims[dim]) == 1:
        at = dim % len(x.dims)
        found = _one(call, x, f"has one value only on axis {at} of", comes_out, help)
    call.world.suspect(CODE, call.span, found)


def look_at_classes(call: RuleCall, x: Tensor, axis: int) -> None:
    """W0215, where the scores of a cross entropy are those of one class."""
    found: Diagnostic | None = None
    if x.dims is not None and call.settle(x.dims[axis]) == 1:
        help = (
            "of two classes with one score, `binary_cross_entropy_with_logits` is the loss: "
            "input and target have one shape and are float"
        )
        found = _one(call, x, "has one class only in", "0", help)
    call.world.suspect(CODE, call.span, found)


def look_at_features(call: RuleCall, x: Tensor, shape: Dims) -> None:
    """W0215, where a norm over the last axes has one value to normalise."""
    found: Diagnostic | None = None
    if arguments.product(call.world, shape) == 1:
        root = call.decl.name in ("RMSNorm", "rms_norm")
        out = "its sign times the weight" if root else "the bias"
        help = "normalise over an axis of several values, or leave it out"
        found = _one(call, x, "has one value only to normalise over in", out, help)
    call.world.suspect(CODE, call.span, found)


def look_at_groups(call: RuleCall, x: Tensor, sizes: Dims) -> None:
    """W0215, where each group of a group norm is one value. sizes: channels of a group, and the axes behind."""
    found: Diagnostic | None = None
    if arguments.product(call.world, sizes) == 1:
        help = "take fewer groups, so that each holds several channels"
        found = _one(call, x, "has one value only in each group of", "the bias", help)
    call.world.suspect(CODE, call.span, found)


def look_at_batch(call: RuleCall, x: Tensor) -> None:
    """W0215, where the statistics of a batch norm are those of one value, or make nothing of the score of each example.

    `[B, C]` is what a batch norm of features is for, and `[B, C, 1, 1]`, behind a pooling to one pixel as in ASPP,
    is the same: both want a batch of several examples, which only a batch that is given as 1 is surely not.
    """
    assert x.dims is not None
    found: Diagnostic | None = None
    batch, inside = call.settle(x.dims[0]), arguments.product(call.world, x.dims[2:])
    if batch == 1 and inside == 1:
        help = "normalise where there are several examples, or use `LayerNorm`"
        found = _untrainable(call, x, help)
    elif len(x.dims) == 2 and call.settle(x.dims[1]) == 1 and _is_computed(x):
        found = error(
            CODE,
            f"`{call.name}` normalises the one value that each example of {call.show(x)} has",
            call.span,
            "its mean over the batch becomes 0",
            notes=("what comes out for an example depends on the others that it is trained with",),
            help="leave it out, or normalise the features that the one value is made of",
        )
    call.world.suspect(CODE, call.span, found)


def look_at_channels(call: RuleCall, x: Tensor, sizes: Dims) -> None:
    """W0215, where an instance norm that keeps statistics has one value for each channel of an example.

    sizes: the axes behind the channels.
    """
    found: Diagnostic | None = None
    if arguments.product(call.world, sizes) == 1:
        help = "normalise where each channel has several values, or use `LayerNorm`"
        found = _untrainable(call, x, help)
    call.world.suspect(CODE, call.span, found)


def _untrainable(call: RuleCall, x: Tensor, help: str) -> Diagnostic:
    return error(
        CODE,
        f"`{call.name}` has one value only for each channel of {call.show(x)}",
        call.span,
        "torch refuses this when the model trains",
        help=help,
    )


def _is_computed(x: Tensor) -> bool:
    """Whether something was done to what came in from outside, which may be normalised as it is."""
    step = x.step
    while type(step) is Entry and step.through:
        step = step.inputs[0].step
    return step is not None and not isinstance(step, Declared)


def _one(call: RuleCall, x: Tensor, has: str, comes_out: str, help: str) -> Diagnostic:
    return error(
        CODE,
        f"`{call.name}` {has} {call.show(x)}",
        call.span,
        f"gives {comes_out}, whatever goes in",
        help=help,
    )
