"""The description of a random net, and its two texts: a spec, and the PyTorch that a person would write.

The code of a description is Python of torch (`self.fc(x)`, `F.relu(x)`, `torch.cat([x, y], dim=1)`). A number
that may be changed stands in `‹ ›`, a size that the spec leaves open as `‹_8›`: there it is `_`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

NUMBER = re.compile(r"‹(-?\d+)›")
HOLE = re.compile(r"‹_(\d+)›")
PLACE = re.compile(r"\b(nn|F|torch)\.(?=[A-Za-z])")


@dataclass(frozen=True)
class Input:
    """A tensor argument; its dims are numbers (`‹3›`) or names. optional: it may be None."""

    name: str
    dtype: str
    dims: tuple[str, ...]
    optional: bool = False

    def spec(self) -> str:
        prefix = "" if self.dtype == "float32" else self.dtype
        mark = "?" if self.optional else ""
        return f"{self.name}: {prefix}[{', '.join(self.dims)}]{mark}"


@dataclass(frozen=True)
class Member:
    """A layer, list of layers or parameter.

    kind: `layer`, or `param`, `const` with dims in place of code.
    """

    name: str
    code: str
    kind: str = "layer"


@dataclass(frozen=True)
class Function:
    """A function of the file, or a method where it stands in a module; its arguments have no types."""

    name: str
    arguments: tuple[str, ...]
    body: tuple[str, ...]
    result: str

    def lines(self, place: str, method: bool = False) -> list[str]:
        """Its lines; place: the indentation."""
        arguments = ("self", *self.arguments) if method else self.arguments
        return [
            f"{place}def {self.name}({', '.join(arguments)}):",
            *(f"{place}    {line}" for line in self.body),
            f"{place}    return {self.result}",
        ]


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
    methods: tuple[Function, ...] = ()


@dataclass(frozen=True)
class Net:
    """Modules, the outermost last, and functions. symbols: names of its open sizes."""

    modules: tuple[ModuleText, ...]
    symbols: tuple[str, ...] = ()
    style: int = 0
    functions: tuple[Function, ...] = ()

    @property
    def main(self) -> ModuleText:
        return self.modules[-1]

    def spec(self) -> str:
        """The net as a spec."""
        draw = random.Random(self.style)
        functions = ["\n".join(_bare(line, draw) for line in f.lines("")) for f in self.functions]
        text = "\n\n".join([*functions, *(_spec(m, draw) for m in self.modules)])
        return NUMBER.sub(r"\1", HOLE.sub("_", text))

    def twin(self) -> str:
        """The net as PyTorch."""
        functions = ["\n".join(f.lines("")) for f in self.functions]
        text = "\n\n".join([*functions, *(module_twin(m, self.main) for m in self.modules)])
        return NUMBER.sub(r"\1", HOLE.sub(r"\1", text))


def _bare(code: str, draw: random.Random) -> str:
    """The code without torch's prefixes, or with some of them."""

    def place(match: re.Match[str]) -> str:
        return match.group(0) if draw.random() < 0.1 else ""

    return PLACE.sub(place, re.sub(r"\bself\.", "", code))


def _spec(m: ModuleText, draw: random.Random) -> str:
    hyper = ", ".join(f"{n}: {t} = {_bare(v, draw)}" for n, t, v in m.hyperparameters)
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
    for method in m.methods:
        lines += ["", *(_bare(line, draw) for line in method.lines("    "))]
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


def module_twin(m: ModuleText, outermost: ModuleText | None = None) -> str:
    """One module as PyTorch, with its marks. What `where` says is demanded of callers, save those of the
    outermost module."""
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
    lines += [
        "",
        f"    def forward(self, {', '.join(i.name + ('=None' if i.optional else '') for i in m.inputs)}):",
    ]
    lines += [f"        {name} = self.{name}" for name, _, _ in m.hyperparameters]
    bound = {name for name, _, _ in m.hyperparameters}
    for i in m.inputs:
        for axis, dim in enumerate(() if i.optional else i.dims):
            if dim.isidentifier() and dim not in bound:
                bound.add(dim)
                lines.append(f"        {dim} = {i.name}.shape[{axis}]")
        given = f"if {i.name} is not None: " if i.optional else ""
        lines.append(f"        {given}expect({i.name}, ({''.join(d + ', ' for d in i.dims)}))")
    if m is not outermost and m.where:
        lines.append(f"        demand({m.where})")
    lines += [_indented(line) for line in m.body]
    if m.declared is not None:
        lines.append(f"        result = {m.result}")
        lines.append(f"        expect(result, ({''.join(d + ', ' for d in m.declared)}))")
        lines.append("        return result")
    else:
        lines.append(f"        return {m.result}")
    for method in m.methods:
        lines += ["", *method.lines("    ", method=True)]
    return "\n".join(lines) + "\n"
