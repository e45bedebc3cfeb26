"""Random nets: inputs, a number of steps, nested modules, switches."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.differential import (
    steps_attention,
    steps_elementwise,
    steps_flow,
    steps_functions,
    steps_images,
    steps_indexing,
    steps_layers,
    steps_layout,
    steps_spatial,
)
from tests.differential.builder import STEPS, Builder, Step, n
from tests.differential.drawn import Drawn
from tests.differential.growth import FACTS, grow
from tests.differential.modules import choice, nested, switch
from tests.differential.mutation import changed, with_hyperparameter
from tests.differential.net import Input, ModuleText, Net

NAMES = ("B", "C", "H", "W", "D")


TABLE: list[tuple[int, Step]] = [*STEPS, (8, nested), (6, switch), (3, choice)]


def worlds(draw: random.Random, names: list[str]) -> tuple[list[str], list[dict[str, int]]]:
    """Facts about named sizes, and two choices of sizes that meet them and differ in every name if they can."""
    facts: list[str] = []
    if draw.random() < 0.6:
        for _ in range(draw.choice([1, 1, 2])):
            a, c = draw.choice(names), draw.choice(names)
            facts.append(draw.choice(FACTS).format(a=a, c=c))
    some = range(1, 9)
    grid = [dict(zip(names, values, strict=True)) for values in _shuffled(draw, some, len(names))]
    fit = [size for size in grid if all(eval(f, {}, dict(size)) for f in facts)]
    if not fit:
        facts, fit = [], grid
    first = fit[0]
    apart = sorted(fit, key=lambda size: sum(size[k] == first[k] for k in names))
    if any(apart[0][k] == first[k] for k in names):
        # Facts that settle a size would have it taken for a number.
        facts, apart = [], sorted(grid, key=lambda size: sum(size[k] == first[k] for k in names))
    return facts, [first, apart[0]]


def _shuffled(draw: random.Random, some: range, count: int) -> list[tuple[int, ...]]:
    """Some choices of so many numbers, among them ones with few different numbers."""
    own = random.Random(draw.randrange(10**6))
    found = [tuple(own.choice(some) for _ in range(count)) for _ in range(300)]
    return found + [(k,) * count for k in some]


def net(draw: random.Random, open_sizes: bool = False) -> tuple[Net, Builder]:
    """A net that torch takes, and how it grew."""
    inputs: list[Input] = []
    named: dict[str, None] = {}
    for i in range(draw.choice([1, 1, 1, 2])):
        dtype = draw.choice(["float32"] * 8 + ["int64"] * 2 + ["bool", "float64"])
        rank = draw.choice([2, 3, 4, 4, 5, 1]) if dtype == "float32" else draw.choice([1, 2, 3])
        dims = []
        for axis in range(rank):
            if open_sizes and draw.random() < (0.5 if axis != 1 else 0.2):
                dims.append(draw.choice(NAMES))
                named[dims[-1]] = None
            else:
                dims.append(n(draw.choice([4, 5, 6, 8] if axis > 1 else [1, 2, 3, 4, 6])))
        inputs.append(Input(f"x{i}", dtype, tuple(dims)))
    if open_sizes and not named:
        inputs[0] = replace(inputs[0], dims=("B", *inputs[0].dims[1:]))
        named["B"] = None
    facts, sizes = worlds(draw, list(named)) if named else ([], [{}])
    b = Builder(draw, inputs, sizes)
    grow(b, 7, TABLE)
    found = b.tensors(kinds=())
    result, declared = found[0], None
    if len(found) > 2 and draw.random() < 0.2:
        result = f"{found[0]}, {found[1]}"
        if draw.random() < 0.2:
            result = f"({result}), {found[2]}"
    elif draw.random() < 0.3 and str(b.value(result).dtype) == "torch.float32":
        declared = stated(b, result)
    main = ModuleText(
        "Net",
        tuple(b.inputs),
        tuple(b.members),
        tuple(b.body),
        result,
        tuple(b.hyperparameters),
        declared,
        ", ".join(facts),
        tuple(b.methods),
    )
    whole = Net((*b.modules, main), tuple(named), draw.randrange(10**6), tuple(b.functions))
    return whole, b


def stated(b: Builder, result: str) -> tuple[str, ...] | None:
    """The dims of a result in numbers and names, None where it takes more than these."""
    dims: list[str] = []
    for axis, size in enumerate(b.value(result).shape):
        found = [b.value(result, w).shape[axis] for w in range(len(b.worlds))]
        alike = [k for k in b.sizes[0] if [size[k] for size in b.sizes] == found]
        if not b.fixed(result, axis) and not alike:
            return None
        dims.append(n(size) if b.fixed(result, axis) else b.draw.choice(alike))
    return tuple(dims)


def any_net(draw: random.Random, mode: str) -> Net:
    """A net of a mode (sizes that are numbers: `exact`, with an int hyperparameter: `int`, named sizes: `open`), right
    or a little wrong."""
    made, builder = net(draw, mode == "open")
    # A size that the spec leaves to the compiler follows other numbers; that of the twin does not.
    if not builder.holes:
        if mode == "int" or mode == "open" and draw.random() < 0.2:
            made = with_hyperparameter(made, draw)
        if draw.random() < 0.65:
            made = changed(made, draw)
    return made


@st.composite
def nets(draw: Any, mode: str) -> Net:
    """The same, drawn by hypothesis."""
    return any_net(Drawn(draw), mode)


# Imported for the steps that they register.
assert steps_functions and steps_layers and steps_layout and steps_spatial
assert steps_attention and steps_elementwise and steps_flow and steps_images and steps_indexing
