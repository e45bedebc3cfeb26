"""Grows a net step by step; every step is run by torch, at two sets of sizes where sizes are open."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MethodType
from typing import Any

import torch
from torch import nn

from tests.differential.net import HOLE, NUMBER, Function, Input, Member, ModuleText, module_twin
from tests.differential.twin import REFUSALS, namespace, seed

Step = Callable[["Builder"], "Made | None"]
# Every kind of step with how often it is drawn.
STEPS: list[tuple[int, Step]] = []


def step(weight: int) -> Callable[[Step], Step]:
    """Register a kind of step."""

    def register(make: Step) -> Step:
        STEPS.append((weight, make))
        return make

    return register


@dataclass
class Made:
    """What a step adds: members, an optional input, a function or method, and one line of code `name = ...`, or
    `a, b = ...`."""

    line: str
    members: list[Member]
    given: Input | None = None
    function: Function | None = None
    method: Function | None = None


def plain(code: str) -> str:
    return NUMBER.sub(r"\1", HOLE.sub(r"\1", code))


class _Self:
    """What `self` is while a net grows."""

    flag: bool
    act: str


class Builder:
    """The state of a net that grows.

    worlds: the locals at each set of sizes; sizes: those sets; both have one entry where all sizes are numbers.
    """

    def __init__(
        self,
        draw: random.Random,
        inputs: Sequence[Input],
        sizes: list[dict[str, int]],
        modules: Sequence[ModuleText] = (),
        place: str = "part",
    ) -> None:
        self.draw = draw
        self.modules = list(modules)
        # What the names of its functions begin with.
        self.place = place
        self.functions: list[Function] = []
        self.methods: list[Function] = []
        self.hyperparameters: list[tuple[str, str, str]] = []
        self.inputs = list(inputs)
        self.sizes = sizes
        self.open = bool(sizes[0])
        self.members: list[Member] = []
        self.body: list[str] = []
        self.count = 0
        self.holes = False
        self.self = _Self()
        self.worlds: list[dict[str, Any]] = []
        for size in sizes:
            world: dict[str, Any] = {**namespace(), **size, "self": self.self}
            for i in inputs:
                world[i.name] = _zeros(i, size)
            self.worlds.append(world)
        self.names = [i.name for i in inputs]

    # --- choosing --------------------------------------------------------------------------------

    def value(self, name: str, world: int = 0) -> Any:
        return self.worlds[world][name]

    def tensors(
        self, low: int = 0, high: int = 9, kinds: Sequence[torch.dtype] = (torch.float32,)
    ) -> list[str]:
        """Locals that are tensors of a rank and dtype, later ones first."""
        return [
            n
            for n in reversed(self.names)
            if isinstance(x := self.value(n), torch.Tensor)
            and low <= x.dim() <= high
            and (not kinds or x.dtype in kinds)
        ]

    def pick(
        self, low: int = 0, high: int = 9, kinds: Sequence[torch.dtype] = (torch.float32,)
    ) -> str | None:
        found = self.tensors(low, high, kinds)
        if not found:
            return None
        return found[0] if self.draw.random() < 0.6 else self.draw.choice(found)

    def fixed(self, name: str, axis: int) -> bool:
        """Whether an axis has the same size in all worlds."""
        return len({self.value(name, w).shape[axis] for w in range(len(self.worlds))}) == 1

    def size(self, name: str, axis: int) -> str:
        """The size of an axis, as code."""
        x = self.value(name)
        if not self.fixed(name, axis) or self.draw.random() < 0.15:
            at = axis if self.draw.random() < 0.7 else axis - x.dim()
            return f"{name}.shape[{at}]" if self.draw.random() < 0.5 else f"{name}.size({at})"
        return n(x.shape[axis])

    def axis(self, name: str) -> int:
        rank = self.value(name).dim()
        return self.draw.randrange(-rank, rank) if rank else 0

    def fresh(self) -> str:
        self.count += 1
        return f"y{self.count}"

    def member(self) -> str:
        return f"m{len(self.members)}_{self.count}"

    def chance(self, p: float) -> bool:
        return self.draw.random() < p

    # --- growing ---------------------------------------------------------------------------------

    def layer(self, code: str, *args: str, out: str | None = None) -> Made:
        """A step that makes a layer and calls it."""
        name = self.member()
        self.count += 1
        line = f"{out or self.fresh()} = self.{name}({', '.join(args)})"
        return Made(line, [Member(name, code)])

    def code(self, code: str, out: str | None = None) -> Made:
        return Made(f"{out or self.fresh()} = {code}", [])

    def add(self, made: Made) -> bool:
        """Run a step; whether torch took it, without leaving anything empty."""
        try:
            with torch.no_grad():
                for member in made.members:
                    seed(0)
                    setattr(self.self, member.name, self._member(member))
                worlds = [dict(world) for world in self.worlds]
                if made.method is not None:
                    names = namespace()
                    exec(plain("\n".join(made.method.lines("", method=True))), names)
                    method = MethodType(names[made.method.name], self.self)
                    setattr(self.self, made.method.name, method)
                for world, size in zip(worlds, self.sizes, strict=True):
                    if made.given is not None:
                        world[made.given.name] = _zeros(made.given, size)
                    if made.function is not None:
                        exec(plain("\n".join(made.function.lines(""))), world)
                    exec(plain(made.line), world)
        except REFUSALS:
            return False
        left = [name for name in _assigned(plain(made.line)) if name != "_"]
        if any(_bad(world[name]) for world in worlds for name in left):
            return False
        self.worlds = worlds
        self.members += made.members
        self.inputs += [made.given] if made.given else []
        self.functions += [made.function] if made.function else []
        self.methods += [made.method] if made.method else []
        self.body.append(made.line)
        self.names += [name for name in left if name not in self.names]
        return True

    def _member(self, member: Member) -> Any:
        if member.kind != "layer":
            return torch.ones(eval(f"[{plain(member.code)}]"))
        names = namespace()
        for function in self.functions:
            exec(plain("\n".join(function.lines(""))), names)
        for module in self.modules:
            exec(plain(module_twin(module)), names)
        names |= {name: eval(value) for name, _, value in self.hyperparameters}
        value = eval(plain(member.code), names)
        if value is None:
            return None
        return (nn.ModuleList(value) if isinstance(value, list) else value).eval()


def _assigned(code: str) -> list[str]:
    """The names that code assigns, in order."""
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(code)):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            found |= {n.id: None for n in ast.walk(target) if isinstance(n, ast.Name)}
    return list(found)


def _zeros(given: Input, size: dict[str, int]) -> torch.Tensor:
    dims = [eval(plain(d), {}, size) for d in given.dims]
    return torch.zeros(dims, dtype=getattr(torch, given.dtype))


def _bad(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.numel() == 0 or value.numel() > 20_000 or value.dim() > 6
    return isinstance(value, (tuple, list)) and any(map(_bad, value))


def n(number: int) -> str:
    """A number that may be changed."""
    return f"‹{number}›"
