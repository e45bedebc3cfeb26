"""What tensors hold of how they came to be."""

from __future__ import annotations

from nnspec.semantics.steps import MOST_STEPS, Step
from nnspec.semantics.values import Tensor
from nnspec.source import Source, Span

PLACE = Span(Source("net.nnspec", "relu(x)"), 0, 7)


def after(x: Tensor) -> Tensor:
    """The tensor behind one more step."""
    return Tensor(x.dtype, x.dims, None, True, None, Step("relu", PLACE, (x,)))


def length(x: Tensor) -> int:
    """How many steps can be followed back from a tensor."""
    count = 0
    while x.step is not None and x.step.inputs:
        x, count = x.step.inputs[0], count + 1
    return count


def test_a_long_chain_lets_its_beginning_go() -> None:
    x = Tensor("float32", (2, 3))
    longest = 0
    for _ in range(5 * MOST_STEPS):
        x = after(x)
        longest = max(longest, x.step.depth if x.step is not None else 0)
    assert longest == MOST_STEPS - 1
    assert length(x) <= MOST_STEPS


def test_steps_take_no_part_in_equality() -> None:
    x = Tensor("float32", (2, 3))
    assert after(x) == x
    assert hash(after(x)) == hash(x)
