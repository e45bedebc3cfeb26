"""How a net grows, and what may be known of its sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.differential.builder import Builder, Step
from tests.differential.drawn import together

# Facts about named sizes; `{a}` and `{c}` are two of them, perhaps the same.
FACTS = (
    "{a} % 2 == 0", "{a} % 4 == 0", "{a} % 3 == 0", "{a} >= 2", "{a} >= 4", "{a} > 1", "{a} <= 8", "2 <= {a} <= 6", "{a} == {c}", "{a} <= {c}", "{a} < {c}",
    "{a} == 2 * {c}", "{a} == {c} + 1", "{a} * {c} % 2 == 0", "{a} + {c} <= 12", "({a} + {c}) % 2 == 0", "{a} % {c} == 0", "{a} // 2 >= 2", "{a} != 3",
)  # fmt: skip


def grow(b: Builder, most: int, table: Sequence[tuple[int, Step]]) -> None:
    """Add steps that torch takes, of the kinds of a table, as many as the draw goes on."""
    weights = [w for w, _ in table]
    kinds = [s for _, s in table]
    for count in range(most):
        if count and b.draw.random() < 1 / most:
            break
        together(b.draw, partial(_one, b, kinds, weights))


def _one(b: Builder, kinds: list[Step], weights: list[int]) -> None:
    """Add a step, after a number of attempts at most."""
    for _ in range(12):
        (chosen,) = b.draw.choices(kinds, weights)
        kept = list(b.modules), list(b.functions), list(b.hyperparameters), b.holes
        made = together(b.draw, partial(chosen, b))
        if made is not None and b.add(made):
            return
        b.modules, b.functions, b.hyperparameters, b.holes = kept
