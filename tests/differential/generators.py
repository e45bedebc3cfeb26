"""Random nets: inputs, a number of steps, nested modules, switches."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.differential import steps_functions, steps_layers, steps_layout, steps_spatial
from tests.differential.builder import STEPS, Builder, Made, Step, n
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
    inner = Builder(b.draw, [Input("x", "float32", dims)], sizes, b.modules)
    grow(inner, b.draw.randint(1, 3), plainly=True)
    found = inner.tensors()
    if not found or found[0] == "x":
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
    )
    b.modules.append(module)
    b.holes = b.holes or inner.holes
    name, out = b.member(), b.fresh()
    make = f"{module.name}()"
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


def grow(b: Builder, steps: int, plainly: bool = False) -> None:
    """Add a number of steps that torch takes; plainly: none that are modules or switches."""
    table = SIMPLE if plainly else SIMPLE + COMPOUND
    weights = [w for w, _ in table]
    for _ in range(steps):
        for _ in range(12):
            (chosen,) = b.draw.choices([s for _, s in table], weights)
            modules, hyper, holes = list(b.modules), list(b.hyperparameters), b.holes
            made = chosen(b)
            if made is not None and b.add(made):
                break
            b.modules, b.hyperparameters, b.holes = modules, hyper, holes


def net(draw: random.Random, open_sizes: bool = False) -> tuple[Net, Builder]:
    """A net that torch takes, and how it grew."""
    inputs: list[Input] = []
    sizes: list[dict[str, int]] = [{}]
    if open_sizes:
        sizes = [{}, {}]
    for i in range(draw.choice([1, 1, 1, 2])):
        dtype = draw.choice(["float32"] * 8 + ["int64"])
        rank = draw.choice([2, 3, 4, 4, 5, 1]) if dtype == "float32" else draw.choice([1, 2])
        dims = []
        for axis in range(rank):
            if open_sizes and draw.random() < (0.5 if axis != 1 else 0.2):
                name = draw.choice(NAMES)
                # Sizes differ from one world to the other, so that no step takes one for a number.
                some = draw.sample([2, 4, 6, 8] if axis > 1 else [1, 2, 3], len(sizes))
                for size, number in zip(sizes, some, strict=True):
                    size.setdefault(name, number)
                dims.append(name)
            else:
                dims.append(n(draw.choice([4, 5, 6, 8] if axis > 1 else [1, 2, 3, 4, 6])))
        inputs.append(Input(f"x{i}", dtype, tuple(dims)))
    if open_sizes and not sizes[0]:
        inputs[0] = replace(inputs[0], dims=("B", *inputs[0].dims[1:]))
        sizes[0]["B"], sizes[1]["B"] = 2, 3
    b = Builder(draw, inputs, sizes)
    grow(b, draw.randint(1, 6))
    found = b.tensors(kinds=())
    result, declared = found[0], None
    if len(found) > 2 and draw.random() < 0.2:
        result = f"{found[0]}, {found[1]}"
    elif draw.random() < 0.3 and all(b.fixed(result, a) for a in range(b.value(result).dim())):
        value = b.value(result)
        if value.dtype.is_floating_point and str(value.dtype) == "torch.float32":
            declared = tuple(n(s) for s in value.shape)
    where = ""
    if open_sizes and draw.random() < 0.4:
        name, by = draw.choice(list(sizes[0])), draw.choice([1, 2, 2, 4])
        if all(size[name] % by == 0 for size in sizes):
            where = draw.choice([f"{name} % {by} == 0", f"{name} >= {by}"])
    main = ModuleText(
        "Net",
        tuple(inputs),
        tuple(b.members),
        tuple(b.body),
        result,
        tuple(b.hyperparameters),
        declared,
        where,
    )
    return Net((*b.modules, main), tuple(sizes[0]), draw.randrange(10**6)), b


# Imported for the steps that they register.
assert steps_functions and steps_layers and steps_layout and steps_spatial
