"""Steps that make modules of their own, and those that hang on hyperparameters."""

from __future__ import annotations

from dataclasses import replace

from tests.differential.builder import STEPS, Builder, Made, n
from tests.differential.growth import FACTS, grow
from tests.differential.mutation import parametrized
from tests.differential.net import Input, Member, ModuleText


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
    elif b.chance(0.4):
        dims, sizes = _named(b, tuple(shape))
    else:
        dims, sizes = tuple(n(s) for s in shape), [{}]
    fact = _fact(b, sizes)
    place = f"inner{len(b.modules)}"
    inner = Builder(b.draw, [Input("x", "float32", dims)], sizes, b.modules, place)
    grow(inner, 3, STEPS)
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
        where=fact,
        methods=tuple(inner.methods),
    )
    make = f"{module.name}()"
    if b.chance(0.15):
        module, make = _with_layer_type(b, module, make)
    elif not inner.holes and not b.open and b.chance(0.3):
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


def _named(b: Builder, shape: tuple[int, ...]) -> tuple[tuple[str, ...], list[dict[str, int]]]:
    """Dims of which some are names, with the sizes that they have and others."""
    dims: list[str] = []
    given: dict[str, int] = {}
    for axis, size in enumerate(shape):
        alike = [name for name, known in given.items() if known == size]
        if b.chance(0.6):
            dims.append(n(size))
        elif alike and b.chance(0.5):
            dims.append(b.draw.choice(alike))
        else:
            dims.append(f"S{axis}")
            given[dims[-1]] = size
    others = {name: size + b.draw.choice([1, 2, 2, 4]) for name, size in given.items()}
    return tuple(dims), [given, others] if given else [{}]


def _fact(b: Builder, sizes: list[dict[str, int]]) -> str:
    """What a module demands of its callers, if anything."""
    names = list(sizes[0])
    if not names or b.chance(0.6):
        return ""
    fact = b.draw.choice(FACTS).format(a=b.draw.choice(names), c=b.draw.choice(names))
    return fact if all(eval(fact, {}, dict(size)) for size in sizes) else ""


def _with_layer_type(b: Builder, module: ModuleText, make: str) -> tuple[ModuleText, str]:
    """The module with the type of its last layer as a hyperparameter."""
    changed = replace(
        module,
        members=(*module.members, Member("last", "act()")),
        hyperparameters=(("act", "layer", "nn.ReLU"),),
        result=f"self.last({module.result})",
    )
    given = b.draw.choice(["", "nn.GELU", "act=nn.Tanh", "nn.Identity"])
    return changed, make.replace("()", f"({given})")


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


def choice(b: Builder) -> Made | None:
    """A layer or function that a string picks."""
    x = b.pick(1, 4)
    if x is None or any(name == "act" for name, _, _ in b.hyperparameters):
        return None
    b.hyperparameters.append(("act", '"relu" | "gelu"', '"relu"'))
    b.self.act = "relu"
    name, out = b.member(), b.fresh()
    kind = b.draw.randrange(3)
    if kind == 0:
        return b.code(f'F.relu({x}) if self.act == "relu" else F.gelu({x})')
    if kind == 1:
        layer = 'nn.ReLU() if act == "relu" else nn.GELU()'
        return Made(f"{out} = self.{name}({x})", [Member(name, layer)])
    rest = f"{x}.mean({n(b.axis(x))}, keepdim=True)"
    lines = f'if self.act == "gelu":\n    {out} = {rest}\nelse:\n    {out} = {x} * 2'
    return Made(lines, [])
