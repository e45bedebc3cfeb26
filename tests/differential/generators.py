"""Random nets: inputs, a number of steps, nested modules, switches."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
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
from tests.differential.builder import STEPS, Builder, Made, Step, n
from tests.differential.drawn import Drawn, together
from tests.differential.mutation import changed, parametrized, with_hyperparameter
from tests.differential.net import Input, Member, ModuleText, Net

NAMES = ("B", "C", "H", "W", "D")


def nested(b: Builder) -> Made | None:
    """A module of its own, used once, in a list with a loop, or in a Sequential."""
    x = b.pick(1, 4)
    if x is None or len(b.modules) > 2:
        return None
    shape = b.value(x).shape
    if b.open:
        dims = tuple(n(s) if b.fixed(x, a) else f"S{a}" for a, s in enumerate(shape))
        sizes = [
            {f"S{a}": b.value(x, w).shape[a] for a in range(len(shape)) if not b.fixed(x, a)}
            for w in range(len(b.worlds))
        ]
    else:
        dims, sizes = tuple(n(s) for s in shape), [{}]
    place = f"inner{len(b.modules)}"
    inner = Builder(b.draw, [Input("x", "float32", dims)], sizes, b.modules, place)
    grow(inner, 3, plainly=True)
    found = inner.tensors()
    if not found or found[0] == "x" or len(inner.inputs) > 1:
        return None
    result, same = found[0], inner.value(found[0]).shape == shape
    if not same and b.chance(0.6):
        # A skip connection where the shapes allow one.
        if inner.add(inner.code(f"x + {result}")) and inner.value(inner.names[-1]).shape == shape:
            result, same = inner.names[-1], True
    module = ModuleText(
        f"Block{len(b.modules)}",
        tuple(inner.inputs),
        tuple(inner.members),
        tuple(inner.body),
        result,
        methods=tuple(inner.methods),
    )
    make = f"{module.name}()"
    if not inner.holes and not b.open and b.chance(0.3):
        found_number = parametrized(module, b.draw, everywhere=True)
        if found_number is not None:
            module, number = found_number
            make = b.draw.choice(
                [
                    f"{module.name}()",
                    f"{module.name}({n(number)})",
                    f"{module.name}(width={n(number)})",
                ]
            )
    b.modules.append(module)
    b.functions += inner.functions
    b.holes = b.holes or inner.holes
    name, out = b.member(), b.fresh()
    others = [t for t in inner.tensors(kinds=()) if t not in ("x", result)]
    if others and b.chance(0.2):
        # Several results, of which some may be dropped.
        b.modules[-1] = replace(module, result=f"{result}, {others[0]}")
        second = b.draw.choice([b.fresh(), "_"])
        return Made(f"{out}, {second} = self.{name}({x})", [Member(name, make)])
    if same and b.chance(0.6):
        kind = b.draw.randrange(4)
        several = b.draw.choice([f"[{make}, {make}]", f"[{make} for _ in range({n(2)})]"])
        if kind == 0:
            return Made(
                f"{out} = self.{name}({x})", [Member(name, f"nn.Sequential({make}, {make})")]
            )
        if kind == 1:
            return Made(
                f"{out} = self.{name}[{n(0)}](self.{name}[{n(-1)}]({x}))", [Member(name, several)]
            )
        if kind == 2:
            code = f'{{"a": {make}, "b": {make}}}'
            return Made(
                f"{out} = {x}\nfor part in self.{name}.values():\n    {out} = part({out})",
                [Member(name, code)],
            )
        return Made(
            f"{out} = {x}\nfor part in self.{name}:\n    {out} = part({out})",
            [Member(name, several)],
        )
    return Made(f"{out} = self.{name}({x})", [Member(name, make)])


def switch(b: Builder) -> Made | None:
    """A layer that is absent unless a hyperparameter is True, or an `if` on one."""
    x = b.pick(1, 4)
    if x is None or b.hyperparameters or not b.fixed(x, -1):
        return None
    b.hyperparameters.append(("flag", "bool", "True"))
    b.self.flag = True
    width = b.value(x).shape[-1]
    name, out = b.member(), b.fresh()
    layer = b.draw.choice([f"nn.Linear({n(width)}, {n(width)})", f"nn.LayerNorm({n(width)})"])
    kind = b.draw.randrange(4)
    if kind == 0:
        return Made(
            f"{out} = {x} if self.{name} is None else self.{name}({x})",
            [Member(name, f"{layer} if flag else None")],
        )
    if kind == 1:
        return Made(
            f"{out} = {x} * 2\nif self.flag:\n    {out} = self.{name}({out})", [Member(name, layer)]
        )
    if kind == 2:
        return Made(
            f"{out} = self.{name}({x}) if self.flag else {x}.sum(dim={n(-1)}, keepdim=True)",
            [Member(name, layer)],
        )
    return Made(f"{out} = self.{name}({x})", [Member(name, f"{layer} if flag else nn.Identity()")])


COMPOUND: list[tuple[int, Step]] = [(6, nested), (6, switch)]
SIMPLE = list(STEPS)


def grow(b: Builder, most: int, plainly: bool = False) -> None:
    """Add steps that torch takes, as many as the draw goes on; plainly: none that are modules or switches."""
    table = SIMPLE if plainly else SIMPLE + COMPOUND
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


# Facts about named sizes; `{a}` and `{c}` are two of them, perhaps the same.
FACTS = (
    "{a} % 2 == 0", "{a} % 4 == 0", "{a} % 3 == 0", "{a} >= 2", "{a} >= 4", "{a} > 1", "{a} <= 8", "2 <= {a} <= 6", "{a} == {c}", "{a} <= {c}", "{a} < {c}",
    "{a} == 2 * {c}", "{a} == {c} + 1", "{a} * {c} % 2 == 0", "{a} + {c} <= 12", "({a} + {c}) % 2 == 0", "{a} % {c} == 0", "{a} // 2 >= 2", "{a} != 3",
)  # fmt: skip


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
    grow(b, 7)
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
