"""Shape bugs and how they were mended, as small programs: what is said of them, and what torch says.

A file holds bugs of one kind, separated by empty lines. A bug begins with what it is about. Then come the inputs
(`x: [8, 3, 32, 32]`) and the steps (`h = Conv2d(3, 8, 3)(x)`), each behind a sign:

    "  "  in both versions
    "! "  in the broken one, and there torch raises
    "- "  in the broken one only
    "+ "  in the mended one only
    "? "  what the message must contain
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
INPUT = re.compile(r"(\w+): (\w*)(\[.*\])$")


@dataclass
class Program:
    """inputs: dtype and shape by name; steps: assignments."""

    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Take an input or a step."""
        match = INPUT.match(line)
        if match:
            self.inputs[match[1]] = match[2], match[3]
        else:
            self.steps.append(line)


@dataclass
class Bug:
    """fails: the number of the broken program's step that torch refuses; says: parts of the message."""

    kind: str
    title: str
    broken: Program
    mended: Program
    fails: int
    says: list[str]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


def read(path: Path) -> Iterator[Bug]:
    """The bugs of a file."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        title, *lines = block.splitlines()
        bug = Bug(path.stem, title, Program(), Program(), -1, [])
        for line in lines:
            sign, content = line[0], line[2:].strip()
            if sign == "?":
                bug.says.append(content)
                continue
            if sign == "!":
                bug.fails = len(bug.broken.steps)
            if sign in " !-":
                bug.broken.add(content)
            if sign in " +":
                bug.mended.add(content)
        yield bug


def spec(program: Program) -> tuple[str, list[set[int]]]:
    """The program as a spec, and the lines at which each step may be blamed: its own, and its layers'."""
    layers: list[str] = []
    body: list[str] = []
    made: list[list[int]] = []
    for step in program.steps:
        tree = ast.parse(step)
        lifted = _Layers(layers)
        body.append(ast.unparse(lifted.visit(tree)))
        made.append(lifted.lines)
    inputs = ", ".join(f"{n}: {dtype}{dims}" for n, (dtype, dims) in program.inputs.items())
    last = re.split(r"[,\s]", program.steps[-1])[0]
    lines = ["module Case:", *layers, "", f"    def forward({inputs}):"]
    places = [{len(lines) + 1 + i, *(2 + at for at in made[i])} for i in range(len(body))]
    return (
        "\n".join([*lines, *(f"        {b}" for b in body), f"        return {last}", ""]),
        places,
    )


class _Layers(ast.NodeTransformer):
    """Gives each layer that a step makes a line in the module."""

    def __init__(self, layers: list[str]) -> None:
        self.layers = layers
        self.lines: list[int] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Call):
            return node
        self.lines.append(len(self.layers))
        name = f"layer{len(self.layers)}"
        self.layers.append(f"    {name} = {ast.unparse(node.func)}")
        return ast.Call(ast.Name(name), node.args, node.keywords)


def run(program: Program) -> int | None:
    """The number of the step at which torch raises; None where it runs to the end."""
    import torch

    names: dict[str, object] = {**vars(torch), **vars(torch.nn.functional), **vars(torch.nn)}
    for name, (dtype, dims) in program.inputs.items():
        shape = ast.literal_eval(dims)
        whole = dtype and dtype != "float32"
        names[name] = (
            torch.zeros(shape, dtype=getattr(torch, dtype)) if whole else torch.randn(shape)
        )
    for number, step in enumerate(program.steps):
        try:
            exec(step, names)
        except Exception:
            return number
    return None
