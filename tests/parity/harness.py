"""Build a spec and its twin under one seed, run both, and compare every bit.

A spec reaches torch by two ways, which both have to agree with the twin: `nnspec.load` makes the
module in memory, and `nnspec.build` writes Python that is imported here like any other file.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

import nnspec

SPECS = Path(__file__).resolve().parents[2] / "specs"
Factory = Callable[[], nn.Module]


@dataclass(frozen=True)
class Case:
    """One model of a spec with the inputs on which it has to agree with its twin.

    target: `folder/stem.nnspec:name`; the twin is called `name` too and stands in `twins/stem.py`.
    inputs: draws the example inputs, from torch's generator.
    hyper: keyword arguments for both sides.
    """

    target: str
    inputs: Callable[[], tuple[Tensor, ...]]
    hyper: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The spec, relative to the folder of specs."""
        return self.target.partition(":")[0]

    @property
    def name(self) -> str:
        """The model or module of that spec."""
        return self.target.partition(":")[2]

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.hyper.items())
        return f"{self.target}({shown})" if shown else self.target

    def twin(self) -> nn.Module:
        """The hand-written module."""
        stem = Path(self.path).stem
        made = getattr(importlib.import_module(f".twins.{stem}", __package__), self.name)
        return made(**self.hyper)

    def load(self, **options: Any) -> nn.Module:
        """The spec's module, made in memory."""
        return nnspec.load(f"{SPECS / self.path}:{self.name}", **self.hyper, **options)


class BuiltSpecs:
    """A throw-away package of what `nnspec.build` writes for the specs that are asked for."""

    def __init__(self, root: Path, name: str) -> None:
        self.folder = root / name
        self.name = name
        sys.path.insert(0, str(root))

    def module(self, path: str) -> ModuleType:
        """Build the spec at `path` (relative to the specs) and those it imports; import the result."""
        self.write(path)
        importlib.invalidate_caches()
        return importlib.import_module(".".join((self.name, *Path(path).with_suffix("").parts)))

    def write(self, path: str) -> Path:
        """Build without importing; gives the file written."""
        target = (self.folder / path).with_suffix(".py")
        if target.exists():
            return target
        text = nnspec.build(SPECS / path).text
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in (target.parent, *target.parent.relative_to(self.folder.parent).parents):
            (self.folder.parent / folder / "__init__.py").touch()
        target.write_text(text, encoding="utf-8")
        for imported in relative_imports(text):
            level, dotted = imported
            base = Path(path)
            for _ in range(level):
                base = base.parent
            self.write(str(base.joinpath(*dotted.split(".")).with_suffix(".nnspec")))
        return target

    def make(self, case: Case) -> nn.Module:
        """The module that the built file gives for a case."""
        return getattr(self.module(case.path), case.name)(**case.hyper)


def relative_imports(text: str) -> Iterator[tuple[int, str]]:
    """The level and dotted name of each relative import of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            yield node.level, node.module


def seeded(make: Factory, seed: int) -> tuple[nn.Module, Tensor]:
    """Build under a seed; also gives the state that the generator is left in."""
    torch.manual_seed(seed)
    module = make()
    return module, torch.get_rng_state()


def bits(tensor: Tensor) -> Tensor:
    """A tensor's bytes, so that signed zeros differ and equal NaNs do not."""
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8)


def assert_equal(actual: Tensor | None, expected: Tensor | None, what: str) -> None:
    """Two tensors, or two absent ones, agree in dtype, shape and every bit."""
    if actual is None or expected is None:
        assert actual is expected, f"{what}: one side has none"
        return
    assert actual.dtype == expected.dtype, what
    assert actual.shape == expected.shape, what
    if not torch.equal(bits(actual), bits(expected)):
        distance = (actual.double() - expected.double()).abs().max().item()
        raise AssertionError(f"{what}: values differ, by up to {distance}")


def assert_same_tensors(actual: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """The same names in the same order, with the same bits."""
    assert list(actual) == list(expected)
    for name, value in expected.items():
        assert_equal(actual[name], value, name)


def sharing(module: nn.Module) -> set[frozenset[str]]:
    """The names of parameters and buffers, grouped by the memory that they name."""
    groups: dict[int, set[str]] = defaultdict(set)
    for name, parameter in module.named_parameters(remove_duplicate=False):
        groups[parameter.data_ptr()].add(name)
    return {frozenset(names) for names in groups.values()}


def leaves(value: Any) -> Iterator[Tensor]:
    """The tensors in a result, depth first."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    else:
        assert value is None, f"a result holds {type(value).__name__}"


def run(module: nn.Module, inputs: tuple[Tensor, ...], seed: int) -> list[Tensor]:
    """The tensors of one forward pass under a seed."""
    torch.manual_seed(seed)
    return list(leaves(module(*inputs)))


def backward(outputs: list[Tensor], seed: int) -> None:
    """Back-propagate a random linear function of the outputs."""
    torch.manual_seed(seed)
    losses = [(y * torch.randn_like(y)).sum() for y in outputs if y.requires_grad]
    if losses:
        torch.stack(losses).sum().backward()


def assert_same_structure(actual: nn.Module, twin: nn.Module) -> None:
    """Names, order, initial values, buffers, sharing and printed form agree."""
    assert_same_tensors(actual.state_dict(), twin.state_dict())
    assert_same_tensors(dict(actual.named_buffers()), dict(twin.named_buffers()))
    assert sharing(actual) == sharing(twin)
    assert [p.requires_grad for p in actual.parameters()] == [
        p.requires_grad for p in twin.parameters()
    ]
    assert [name for name, _ in actual.named_modules()] == [
        name for name, _ in twin.named_modules()
    ]
    assert str(actual) == str(twin)


def assert_same_behaviour(
    actual: nn.Module, twin: nn.Module, inputs: tuple[Tensor, ...], seed: int = 11
) -> None:
    """Outputs in train and eval mode, gradients, and the buffers left behind agree."""
    for training in (True, False):
        actual.train(training)
        twin.train(training)
        actual.zero_grad()
        twin.zero_grad()
        ours, theirs = run(actual, inputs, seed), run(twin, inputs, seed)
        mode = "train" if training else "eval"
        assert len(ours) == len(theirs) > 0
        for i, (y, expected) in enumerate(zip(ours, theirs)):
            assert_equal(y, expected, f"output {i} in {mode} mode")
        backward(ours, seed)
        backward(theirs, seed)
        grads = {name: p.grad for name, p in twin.named_parameters()}
        for name, parameter in actual.named_parameters():
            assert_equal(parameter.grad, grads[name], f"gradient of {name} in {mode} mode")
    assert_same_tensors(actual.state_dict(), twin.state_dict())


def assert_parity(make: Factory, case: Case, seed: int = 3) -> None:
    """All of it, for a way of making the module of `case`.

    Raises AssertionError with the name of the first tensor that differs.
    """
    actual, after = seeded(make, seed)
    twin, after_twin = seeded(case.twin, seed)
    assert torch.equal(after, after_twin), "not the same random numbers were drawn"
    assert_same_structure(actual, twin)
    torch.manual_seed(seed + 1)
    assert_same_behaviour(actual, twin, case.inputs())


def built_from_text(text: str, folder: Path) -> ModuleType:
    """Build a spec given as text, and import what is written."""
    folder.mkdir(exist_ok=True)
    spec = folder / "net.nnspec"
    spec.write_text(text, encoding="utf-8")
    written = folder / "net.py"
    written.write_text(nnspec.build(spec).text, encoding="utf-8")
    loader = importlib.util.spec_from_file_location("net", written)
    assert loader is not None and loader.loader is not None
    module = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    return module


def assert_text_parity(
    text: str,
    twin: Factory,
    *calls: tuple[Any, ...],
    folder: Path,
    name: str = "Net",
    hyper: Mapping[str, Any] | None = None,
    seed: int = 3,
) -> nn.Module:
    """A spec given as text agrees with a twin in structure, and in every one of the calls.

    Gives the module in memory, for questions that the comparison does not ask.
    """
    hyper = hyper or {}
    module = built_from_text(text, folder)
    path = folder / "net.nnspec"
    makers: list[Factory] = [
        lambda: nnspec.load(f"{path}:{name}", **hyper),
        lambda: getattr(module, name)(**hyper),
    ]
    for make in reversed(makers):
        actual, after = seeded(make, seed)
        expected, after_twin = seeded(twin, seed)
        assert torch.equal(after, after_twin), "not the same random numbers were drawn"
        assert_same_structure(actual, expected)
        for inputs in calls:
            assert_same_behaviour(actual, expected, inputs)
    return actual
