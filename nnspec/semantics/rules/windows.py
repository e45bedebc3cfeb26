"""The arithmetic of sliding windows: convolutions, their transposes, and poolings."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.arguments import is_size
from nnspec.semantics.values import DimLike, Relation


def window_size(
    size: DimLike, kernel: DimLike, stride: DimLike, padding: DimLike, dilation: DimLike
) -> DimLike:
    """How many places a window has: `(size + padding - dilation * (kernel - 1) - 1) // stride + 1`.

    padding: of both ends together. Source: the shape section of torch.nn.Conv2d.
    """
    return (size + padding - dilation * (kernel - 1) - 1) // stride + 1


def ceil_size(
    call: RuleCall,
    size: DimLike,
    kernel: DimLike,
    stride: DimLike,
    padding: DimLike,
    dilation: DimLike,
) -> DimLike:
    """The same with `ceil_mode`, where the last window may hang over the end but must begin inside.

    padding: of one end. Source: `pooling_output_shape_pad_lr` in aten/src/ATen/native/Pool.h.
    """
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    count = call.settle(-((-span) // stride) + 1)
    begins = call.world.prove(Relation((count - 1) * stride, "<", size + padding))
    if begins is False:
        return call.settle(count - 1)
    if begins is None:
        call.world.claimed(Relation((count - 1) * stride, "<", size + padding), call.span)
    return count


def not_empty(call: RuleCall, size: DimLike, axis: int, least: DimLike, got: DimLike) -> bool:
    """Whether an output size is at least 1; reports E0304 with the least input that would do."""
    return call.demand(
        Relation(size, ">=", 1),
        f"the output of {call.name} is empty: axis {axis} has {call.show(got)}, "
        f"and the window needs {call.show(least)}",
        "input" if call.given("input") else None,
        help=f"make axis {axis} at least {call.show(least)}",
        code="E0304",
    )


def all_sizes(*values: object) -> bool:
    """Whether all are ints, known or symbolic."""
    return all(is_size(value) for value in values)
