"""A net changed a little: a number, a switch or an input, mostly so that it lies just beyond what fits."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from tests.differential.net import NUMBER, Function, ModuleText, Net

# What is written over is another matter: the language has no such values.
SWITCH = re.compile(r"(?<!inplace)=(True|False)\b")
DTYPES = ("float32", "float32", "int64", "float64", "float16", "bool", "int32", "bfloat16")


def changed(net: Net, draw: random.Random) -> Net:
    """The same with one number changed, or now and then two, a switch of a layer, or an input."""
    chance = draw.random()
    if chance > 0.93:
        return _switched(net, draw)
    if chance > 0.86:
        return _other_input(net, draw)
    net = _numbered(net, draw)
    return _numbered(net, draw) if chance < 0.1 else net


def _numbered(net: Net, draw: random.Random) -> Net:
    texts = _texts(net)
    sizes = {d for m in net.modules for i in m.inputs for d in i.dims}
    places = [(i, m) for i, t in enumerate(texts) for m in NUMBER.finditer(t)]
    if not places:
        return net
    at, match = draw.choice(places)
    old = int(match.group(1))
    new = draw.choice([old + 1, old - 1, old + 1, old - 1, old * 2, old + 2, 0, -old, 1, old // 2])
    if texts[at] in sizes or texts[at][: match.start()].endswith("// "):
        new = max(new, 1)
    text = texts[at][: match.start()] + f"‹{new}›" + texts[at][match.end() :]
    return _with(net, [*texts[:at], text, *texts[at + 1 :]])


def _switched(net: Net, draw: random.Random) -> Net:
    texts = _texts(net)
    places = [(i, m) for i, t in enumerate(texts) for m in SWITCH.finditer(t)]
    if not places:
        return _numbered(net, draw)
    at, match = draw.choice(places)
    new = "=False" if match.group(1) == "True" else "=True"
    text = texts[at][: match.start()] + new + texts[at][match.end() :]
    return _with(net, [*texts[:at], text, *texts[at + 1 :]])


def _other_input(net: Net, draw: random.Random) -> Net:
    """An input of another dtype, of a rank more or less, or with two axes exchanged."""
    main = net.main
    at = draw.randrange(len(main.inputs))
    given = main.inputs[at]
    dims = list(given.dims)
    kind = draw.randrange(4)
    if kind == 0:
        given = replace(given, dtype=draw.choice(DTYPES))
    elif kind == 1:
        dims.insert(draw.randint(0, len(dims)), f"‹{draw.choice([1, 2, 3])}›")
    elif kind == 2 and any(NUMBER.fullmatch(d) for d in dims):
        del dims[draw.choice([a for a, d in enumerate(dims) if NUMBER.fullmatch(d)])]
    elif len(dims) > 1:
        a, c = draw.sample(range(len(dims)), 2)
        dims[a], dims[c] = dims[c], dims[a]
    given = replace(given, dims=tuple(dims))
    inputs = (*main.inputs[:at], given, *main.inputs[at + 1 :])
    return replace(net, modules=(*net.modules[:-1], replace(main, inputs=inputs)))


def with_hyperparameter(net: Net, draw: random.Random) -> Net:
    """The same with an int hyperparameter of the outermost module, in place of one of its numbers."""
    found = parametrized(net.main, draw)
    return net if found is None else replace(net, modules=(*net.modules[:-1], found[0]))


def parametrized(
    module: ModuleText, draw: random.Random, everywhere: bool = False
) -> tuple[ModuleText, int] | None:
    """The module with `width` for one of the numbers in its layers, and that number; everywhere: also for all
    equal ones in its code, else for some of them."""
    if any("affine=False" in m.code for m in module.members):
        # torch does not look at the channels of these.
        return None
    found = {int(t) for m in module.members for t in NUMBER.findall(m.code) if int(t) > 1}
    if not found:
        return None
    number = draw.choice(sorted(found))
    mark = f"‹{number}›"

    def named(text: str, chance: float) -> str:
        return text.replace(mark, "width") if everywhere or draw.random() < chance else text

    changed = replace(
        module,
        members=tuple(replace(m, code=named(m.code, 1)) for m in module.members),
        inputs=tuple(replace(i, dims=tuple(named(d, 0.8) for d in i.dims)) for i in module.inputs),
        body=tuple(named(line, 0.5) for line in module.body),
        declared=None if module.declared is None else tuple(named(d, 0.8) for d in module.declared),
        hyperparameters=(*module.hyperparameters, ("width", "int", str(number))),
    )
    return changed, number


def _texts(net: Net) -> list[str]:
    found: list[str] = []
    for m in net.modules:
        found += [d for i in m.inputs for d in i.dims]
        found += [member.code for member in m.members]
        found += m.body
        found += [m.result, *(m.declared or ())]
        found += [text for f in m.methods for text in (*f.body, f.result)]
    return found + [text for f in net.functions for text in (*f.body, f.result)]


def _with(net: Net, texts: list[str]) -> Net:
    left = iter(texts)

    def function(f: Function) -> Function:
        return replace(f, body=tuple(next(left) for _ in f.body), result=next(left))

    modules = []
    for m in net.modules:
        inputs = tuple(replace(i, dims=tuple(next(left) for _ in i.dims)) for i in m.inputs)
        members = tuple(replace(member, code=next(left)) for member in m.members)
        body = tuple(next(left) for _ in m.body)
        result = next(left)
        declared = None if m.declared is None else tuple(next(left) for _ in m.declared)
        methods = tuple(map(function, m.methods))
        modules.append(
            replace(
                m,
                inputs=inputs,
                members=members,
                body=body,
                result=result,
                declared=declared,
                methods=methods,
            )
        )
    return replace(net, modules=tuple(modules), functions=tuple(map(function, net.functions)))
