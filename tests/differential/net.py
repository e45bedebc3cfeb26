"""The description of a random net, and its two texts: a spec, and the PyTorch that a person would write.

The code of a description is Python of torch (`self.fc(x)`, `F.relu(x)`, `torch.cat([x, y], dim=1)`). A number
that may be changed stands in `‹ ›`, a size that the spec leaves open as `‹_8›`: there it is `_`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

NUMBER = re.compile(r"‹(-?\d+)›")
HOLE = re.compile(r"‹_(\d+)›")
PLACE = re.compile(r"\b(nn|F|torch)\.(?=[A-Za-z])")


@dataclass(frozen=True)
class Input:
    """A tensor argument; its dims are numbers (`‹3›`) or names."""

    name: str
    dtype: str
    dims: tuple[str, ...]

    def spec(self) -> str:
        prefix = "" if self.dtype == "float32" else self.dtype
        return f"{self.name}: {prefix}[{', '.join(self.dims)}]"


@dataclass(frozen=True)
class Member:
    """A layer, list of layers or parameter.

    kind: `layer`, or `param`, `const` with dims in place of code.
    """

    name: str
    code: str
    kind: str = "layer"


@dataclass(frozen=True)
class ModuleText:
    """One module. result: what forward returns; declared: its dims, where the signature gives them."""

    name: str
    inputs: tuple[Input, ...]
    members: tuple[Member, ...]
    body: tuple[str, ...]
    result: str
    hyperparameters: tuple[tuple[str, str, str], ...] = ()
    declared: tuple[str, ...] | None = None
    where: str = ""


@dataclass(frozen=True)
class Net:
    """Modules, the outermost last. symbols: names of its open sizes."""

    modules: tuple[ModuleText, ...]
    symbols: tuple[str, ...] = ()
    style: int = 0

    @property
    def main(self) -> ModuleText:
        return self.modules[-1]

    def spec(self) -> str:
        """The net as a spec."""
        draw = random.Random(self.style)
        text = "\n".join(_spec(m, draw) for m in self.modules)
        return NUMBER.sub(r"\1", HOLE.sub("_", text))

    def twin(self) -> str:
        """The net as PyTorch."""
        text = "\n\n".join(module_twin(m) for m in self.modules)
        return NUMBER.sub(r"\1", HOLE.sub(r"\1", text))

    def changed(self, draw: random.Random) -> Net:
        """The same with one number changed."""
        texts = _texts(self)
        sizes = {d for m in self.modules for i in m.inputs for d in i.dims}
        places = [(i, m) for i, t in enumerate(texts) for m in NUMBER.finditer(t)]
        if not places:
            return self
        at, match = draw.choice(places)
        old = int(match.group(1))
        new = draw.choice([old + 1, old - 1, old * 2, old + 2, 0, -old, 1, old // 2])
        if texts[at] in sizes or texts[at][: match.start()].endswith("// "):
            new = max(new, 1)
        changed = texts[at][: match.start()] + f"‹{new}›" + texts[at][match.end() :]
        return _with(self, [*texts[:at], changed, *texts[at + 1 :]])

    def with_hyperparameter(self, draw: random.Random) -> Net:
        """The same with an int hyperparameter, in place of one of the numbers in the layers."""
        main = self.main
        if any("affine=False" in m.code for m in main.members):
            # torch does not look at the channels of these.
            return self
        found = {int(t) for m in main.members for t in NUMBER.findall(m.code) if int(t) > 1}
        if not found:
            return self
        number = draw.choice(sorted(found))
        mark = f"‹{number}›"

        def named(text: str, chance: float) -> str:
            return text.replace(mark, "width") if draw.random() < chance else text

        changed = replace(
            main,
            members=tuple(replace(m, code=named(m.code, 1)) for m in main.members),
            inputs=tuple(
                replace(i, dims=tuple(named(d, 0.8) for d in i.dims)) for i in main.inputs
            ),
            body=tuple(named(line, 0.5) for line in main.body),
            declared=None if main.declared is None else tuple(named(d, 0.8) for d in main.declared),
            hyperparameters=(*main.hyperparameters, ("width", "int", str(number))),
        )
        return replace(self, modules=(*self.modules[:-1], changed))


def _texts(net: Net) -> list[str]:
    found: list[str] = []
    for m in net.modules:
        found += [d for i in m.inputs for d in i.dims]
        found += [member.code for member in m.members]
        found += m.body
        found += [m.result, *(m.declared or ())]
    return found


def _with(net: Net, texts: list[str]) -> Net:
    left = iter(texts)
    modules = []
    for m in net.modules:
        inputs = tuple(replace(i, dims=tuple(next(left) for _ in i.dims)) for i in m.inputs)
        members = tuple(replace(member, code=next(left)) for member in m.members)
        body = tuple(next(left) for _ in m.body)
        result = next(left)
        declared = None if m.declared is None else tuple(next(left) for _ in m.declared)
        modules.append(
            replace(m, inputs=inputs, members=members, body=body, result=result, declared=declared)
        )
    return replace(net, modules=tuple(modules))


def _bare(code: str, draw: random.Random) -> str:
    """The code without torch's prefixes, or with some of them."""

    def place(match: re.Match[str]) -> str:
        return match.group(0) if draw.random() < 0.1 else ""

    return PLACE.sub(place, re.sub(r"\bself\.", "", code))


def _spec(m: ModuleText, draw: random.Random) -> str:
    hyper = ", ".join(f"{n}: {t} = {v}" for n, t, v in m.hyperparameters)
    lines = [f"module {m.name}" + (f"({hyper})" if hyper else "") + ":"]
    for member in m.members:
        if member.kind == "layer":
            lines.append(f"    {member.name} = {_bare(member.code, draw)}")
        else:
            start = "randn" if member.kind == "param" else "ones"
            lines.append(f"    {member.kind} {member.name}: [{member.code}] = {start}")
    inputs = ", ".join(i.spec() for i in m.inputs)
    result = "" if m.declared is None else f" -> [{', '.join(m.declared)}]"
    lines += ["", f"    def forward({inputs}){result}{f' where {m.where}' if m.where else ''}:"]
    lines += [_indented(_pipelined(_bare(line, draw), draw)) for line in m.body]
    lines.append(f"        return {_bare(m.result, draw)}")
    return "\n".join(lines) + "\n"


def _indented(line: str) -> str:
    return "        " + line.replace("\n", "\n        ")


STEP = re.compile(r"^(\w+) = ([a-z]\w*)\((\w+)((?:, .*)?)\)$")


def _pipelined(line: str, draw: random.Random) -> str:
    """Some calls `y = f(x, 2)` as `y = x |> f(2)`."""
    match = STEP.match(line)
    if match is None or draw.random() > 0.3 or match.group(3).isdigit():
        return line
    rest = match.group(4).removeprefix(", ")
    if _unbalanced(rest):
        return line
    call = f"({rest})" if rest else ""
    return f"{match.group(1)} = {match.group(3)} |> {match.group(2)}{call}"


def _unbalanced(text: str) -> bool:
    depth = 0
    for c in text:
        depth += (c in "([") - (c in ")]")
        if depth < 0:
            return True
    return depth != 0


def module_twin(m: ModuleText) -> str:
    """One module as PyTorch, with its marks."""
    hyper = "".join(f", {n}={v}" for n, _, v in m.hyperparameters)
    lines = [
        f"class {m.name}(nn.Module):",
        f"    def __init__(self{hyper}):",
        "        super().__init__()",
    ]
    lines += [f"        self.{n} = {n}" for n, _, _ in m.hyperparameters]
    for member in m.members:
        value = member.code
        if member.kind == "param":
            value = f"nn.Parameter(torch.randn({member.code}))"
        elif member.kind == "const":
            lines.append(
                f"        self.register_buffer({member.name!r}, torch.ones({member.code}), False)"
            )
            continue
        elif value.startswith("["):
            value = f"nn.ModuleList({value})"
        elif value.startswith("{"):
            value = f"nn.ModuleDict({value})"
        lines.append(f"        self.{member.name} = {value}")
    lines += ["", f"    def forward(self, {', '.join(i.name for i in m.inputs)}):"]
    lines += [f"        {name} = self.{name}" for name, _, _ in m.hyperparameters]
    bound = {name for name, _, _ in m.hyperparameters}
    for i in m.inputs:
        for axis, dim in enumerate(i.dims):
            if dim.isidentifier() and dim not in bound:
                bound.add(dim)
                lines.append(f"        {dim} = {i.name}.shape[{axis}]")
        lines.append(f"        expect({i.name}, ({''.join(d + ', ' for d in i.dims)}))")
    lines += [_indented(line) for line in m.body]
    if m.declared is not None:
        lines.append(f"        result = {m.result}")
        lines.append(f"        expect(result, ({''.join(d + ', ' for d in m.declared)}))")
        lines.append("        return result")
    else:
        lines.append(f"        return {m.result}")
    return "\n".join(lines) + "\n"
