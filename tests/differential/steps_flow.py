"""Steps of control flow: loops over layers of unlike sizes, functions, methods, optional arguments, layers used again."""

from __future__ import annotations

import re

from tests.differential.arguments import boolean
from tests.differential.builder import Builder, Made, n, step
from tests.differential.net import Function, Input, Member


@step(4)
def unlike_layers(b: Builder) -> Made | None:
    """A list of layers whose sizes follow one another, walked in one of Python's ways."""
    x = b.pick(1, 4)
    if x is None or not b.fixed(x, -1):
        return None
    draw = b.draw
    sizes = [b.value(x).shape[-1], *draw.choices([2, 3, 4, 6], k=draw.randint(1, 3))]
    name, out = b.member(), b.fresh()
    widths = "[" + ", ".join(n(s) for s in sizes) + "]"
    kind = draw.randrange(8)
    each = [f"nn.Linear({n(i)}, {n(o)})" for i, o in zip(sizes, sizes[1:], strict=False)]
    layers = "[" + ", ".join(each) + "]"
    if kind == 1:
        layers = f"[nn.Linear(i, o) for i, o in zip({widths}, {widths}[1:])]"
    elif kind == 2:
        layers = f"[nn.Linear({widths}[i], {widths}[i + 1]) for i in range({n(len(sizes) - 1)})]"
    walk = f"for layer in self.{name}:\n    {out} = layer({out})"
    if kind == 3:
        walk = (
            f"for i, layer in enumerate(self.{name}):\n    {out} = layer({out})\n"
            f"    if i < len(self.{name}) - {n(1)}:\n        {out} = F.relu({out})"
        )
    elif kind == 4:
        walk = f"for i in range({n(len(each))}):\n    {out} = F.relu(self.{name}[i]({out}))"
    elif kind == 5:
        walk = f"for layer in self.{name}[:{n(-1)}]:\n    {out} = layer({out}).tanh()\n{out} = self.{name}[{n(-1)}]({out})"
    elif kind == 6:
        layers = f"[{', '.join(reversed(each))}]"
        walk = f"for layer in reversed(self.{name}):\n    {out} = layer({out})"
    elif kind == 7:
        return Made(
            f"{out} = torch.cat([layer({x}) for layer in self.{name}], dim={n(-1)})",
            [
                Member(
                    name, "[" + ", ".join(f"nn.Linear({n(sizes[0])}, {n(o)})" for o in sizes) + "]"
                )
            ],
        )
    return Made(f"{out} = {x}\n{walk}", [Member(name, layers)])


@step(2)
def dense(b: Builder) -> Made | None:
    """Every layer sees what all before it gave."""
    x = b.pick(2, 4)
    if x is None or not b.fixed(x, -1):
        return None
    width, more, count = b.value(x).shape[-1], b.draw.choice([1, 2, 3]), b.draw.choice([1, 2, 3])
    name, out = b.member(), b.fresh()
    layers = f"[nn.Linear({n(width)} + i * {n(more)}, {n(more)}) for i in range({n(count)})]"
    walk = f"for layer in self.{name}:\n    {out} = torch.cat([{out}, layer({out})], dim={n(-1)})"
    return Made(f"{out} = {x}\n{walk}", [Member(name, layers)])


@step(2)
def gathered(b: Builder) -> Made | None:
    """A list that a loop fills, joined at the end."""
    x = b.pick(2, 4)
    if x is None or not b.fixed(x, -1):
        return None
    name, parts, out = b.member(), b.fresh(), b.fresh()
    width = b.value(x).shape[-1]
    layers = f"[nn.Linear({n(width)}, {n(width)}) for _ in range({n(2)})]"
    join = b.draw.choice(
        [
            f"torch.stack({parts}, dim={n(b.axis(x))})",
            f"torch.cat({parts}, {n(b.axis(x))})",
            f"sum({parts})",
        ]
    )
    head = f"{parts} = [{x}]" if b.chance(0.3) else f"{parts} = []"
    loop = f"for layer in self.{name}:\n    {parts} += [layer({x})]"
    return Made(f"{head}\n{loop}\n{out} = {join}", [Member(name, layers)])


@step(2)
def by_steps(b: Builder) -> Made | None:
    """A loop over the steps of a sequence, or over the tensors of an axis."""
    x = b.pick(2, 4)
    if x is None:
        return None
    axis = b.draw.randrange(b.value(x).dim())
    out, parts = b.fresh(), b.fresh()
    index = ":, " * axis + "i"
    size = b.size(x, axis)
    loops = [
        f"{parts} = []\nfor i in range({size}):\n    {parts} += [{x}[{index}] * 2]\n{out} = torch.stack({parts}, dim={n(axis)})",
        f"{out} = {x}[{index[:-1]}{n(0)}]\nfor i in range({n(1)}, {size}):\n    {out} = {out} * 0.5 + {x}[{index}]",
        f"{out} = {x} * 1\nfor i in range({n(3)}):\n    {out} = {out} + i",
        f"{out} = {x} * 1\nwhile {out}.abs().sum() > 10:\n    {out} = {out} / 2",
        f"{out} = {x}.sum({n(axis)}) if {x}.shape[{axis}] > {n(3)} else {x}.mean({n(axis)})",
        f"{out} = {x}\nif {x}.shape[{axis}] % 2 == 1:\n    {out} = {x} * 2",
        f"{out} = {x}\nif {x}.sum() > 0:\n    {out} = {x}.exp()\nelse:\n    {out} = {x}.tanh()",
    ]
    return Made(b.draw.choice(loops), [])


BODIES = (
    ((), "{z} * 2"), ((), "{z}.softmax(‹-1›)"), (("h = F.relu({z})",), "h + {z}"), (("a = {z}.mean(‹-1›, keepdim=True)",), "{z} - a"),
    (("a, c = {z}.chunk(‹2›, dim=‹-1›)",), "torch.cat([-c, a], dim=‹-1›)"), ((), "{z}.flatten(‹1›)"), (("a = {z}.shape[0]",), "{z}.reshape(a, ‹-1›)"),
    (("if {z}.dim() == ‹3›:", "    return {z}.mean(‹1›)"), "{z}"), ((), "{z}.transpose(‹0›, ‹1›)"), (("a = {z}.unsqueeze(‹-1›)",), "(a * a.mT).sum(‹-1›)"),
    (("if {z}.shape[-1] > ‹4›:", "    return {z}[..., :‹4›]"), "{z}"), (("for i in range(‹2›):", "    {z} = {z}.unsqueeze(‹0›)"), "{z}"), ((), "({z} - {z}.min()) / ({z}.max() + 1)"),
)  # fmt: skip


@step(4)
def helper(b: Builder) -> Made | None:
    """A function of the file or a method, called once or twice."""
    x = b.pick(1, 4)
    if x is None:
        return None
    body, result = b.draw.choice(BODIES)
    argument = b.draw.choice(["z", "value"])
    name = f"{b.place}_{b.count}"
    arguments: tuple[str, ...] = (argument,)
    lines = tuple(line.format(z=argument) for line in body)
    result = result.format(z=argument)
    more = ""
    if b.chance(0.3):
        arguments, result = (argument, "k"), f"({result}) * k"
        more = b.draw.choice([", 2", ", k=3", ", 0.5"])
    out = b.fresh()
    function = Function(name, arguments, lines, result)
    if b.chance(0.5) and b.open is False:
        inner = f"self.{name}({x}{more})"
        return Made(f"{out} = {inner}", [], method=function)
    twice = b.chance(0.3)
    code = f"{name}({name}({x}{more}){more})" if twice else f"{name}({x}{more})"
    return Made(f"{out} = {code}", [], function=function)


@step(3)
def optional(b: Builder) -> Made | None:
    """A tensor that may be None."""
    x = b.pick(1, 4)
    if x is None or any(i.optional for i in b.inputs):
        return None
    value = b.value(x)
    if not all(b.fixed(x, a) for a in range(value.dim())):
        return None
    dims = tuple(n(s) for s in value.shape[-b.draw.randint(1, value.dim()) :])
    name, out = f"o{b.count}", b.fresh()
    given = Input(name, "float32", dims, optional=True)
    lines = [
        f"{out} = {x} if {name} is None else {x} + {name}",
        f"{out} = {x}\nif {name} is not None:\n    {out} = {x} * {name}",
        f"{out} = {x}.sum({n(-1)}) if {name} is None else ({x} * {name}).mean({n(-1)})",
        f"if {name} is None:\n    {name} = torch.ones({', '.join(dims)})\n{out} = {x} - {name}",
        f"{out} = {x}\nif {name} is not None and self.training:\n    {out} = {x} + {name}",
        f"if {name} is not None:\n    {out} = {x} @ {name}.mT\nelse:\n    {out} = {x} @ {x}.mT",
        f"{out} = torch.cat([{x}] if {name} is None else [{x}, {x} * {name}], dim={n(0)})",
    ]
    return Made(b.draw.choice(lines), [], given=given)


CALLED = re.compile(r"^(y\d+) = self\.(\w+)\((\w+)\)$")


@step(3)
def again(b: Builder) -> Made | None:
    """A layer that is called a second time, or seen through."""
    found = [m for line in b.body if (m := CALLED.match(line))]
    if not found:
        return None
    _, name, argument = b.draw.choice(found).groups()
    member = next((m for m in b.members if m.name == name), None)
    if member is None:
        return None
    fitting = [
        t for t in b.tensors(1, 5) if b.value(t).shape == b.value(argument).shape or b.chance(0.1)
    ]
    x = b.draw.choice(fitting) if fitting else argument
    if member.code.startswith("nn.Linear(") and b.chance(0.5):
        width = b.value(x).shape[-1]
        return b.code(
            b.draw.choice(
                [
                    f"F.linear({x}, self.{name}.weight)",
                    f"{x} @ self.{name}.weight.T",
                    f"{x} * self.{name}.in_features",
                    f"self.{name}.weight[:{n(min(2, width))}]",
                    f'torch.einsum("...i,oi->...o", {x}, self.{name}.weight)',
                ]
            )
        )
    if b.chance(0.3):
        return b.code(f"checkpoint(self.{name}, {x}, use_reentrant=False)")
    return b.code(f"self.{name}({x})")


@step(2)
def residual(b: Builder) -> Made | None:
    """Layers around which the input is led, in one line."""
    x = b.pick(2, 4)
    if x is None or not b.fixed(x, -1):
        return None
    width = b.value(x).shape[-1]
    inner = b.draw.choice([2, 4, 8])
    name, norm = b.member(), b.member() + "n"
    out = b.fresh()
    members = [
        Member(
            name,
            f"nn.Sequential(nn.Linear({n(width)}, {n(inner)}, bias={boolean(b)}), nn.GELU(), nn.Linear({n(inner)}, {n(width)}))",
        ),
        Member(norm, f"nn.LayerNorm({n(width)})"),
    ]
    code = b.draw.choice(
        [f"{x} + self.{name}(self.{norm}({x}))", f"self.{norm}({x} + self.{name}({x}))"]
    )
    return Made(f"{out} = {code}", members)


@step(1)
def keyed(b: Builder) -> Made | None:
    """Layers by their names."""
    x = b.pick(1, 4)
    if x is None or not b.fixed(x, -1):
        return None
    width = n(b.value(x).shape[-1])
    name, out = b.member(), b.fresh()
    layers = f'{{"one": nn.Linear({width}, {n(3)}), "two": nn.Linear({width}, {n(3)})}}'
    lines = [
        f'{out} = self.{name}["one"]({x}) + self.{name}["two"]({x})',
        f"{out} = sum([layer({x}) for layer in self.{name}.values()])",
        f"{out} = torch.cat([layer({x}) for _, layer in self.{name}.items()], dim={n(-1)})",
        f"{out} = torch.stack([self.{name}[key]({x}) for key in self.{name}.keys()], {n(0)})",
    ]
    return Made(b.draw.choice(lines), [Member(name, layers)])
