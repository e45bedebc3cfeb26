"""One net through both: what the compiler says of its spec, and what torch makes of its twin."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import nnspec
from nnspec.diagnostics.registry import CODES
from nnspec.project import Project
from nnspec.semantics.dims import Dim
from nnspec.semantics.dims.substitution import evaluate
from nnspec.semantics.values import Tensor, TupleValue
from tests.differential import twin as twins
from tests.differential import values
from tests.differential.builder import plain
from tests.differential.net import ModuleText, Net

# What a spec may do in full earnest, though it is worth a word: random nets compute much that they drop.
ALLOWED = {code for code in CODES if code.startswith("W02")}
# Where torch lacks a kernel, the checker cannot know.
UNTOLD = (
    "not implemented for",
    "not supported for",
    "could not be run",
    "addmm_impl_cpu",
)


# Relations that are checked when the model runs.
UNPROVED = {"W0301", "W0202"}
# Sizes at which a layer leaves nothing are no matter of the signature.
SILENT = {"E0304", "E0321"}
# Where the checker is stricter than torch, by intent: torch refuses a dilation of 0 in convolutions, but not
# in their transposes, and windows of nothing in fractional pooling of volumes, but not of images.
STRICTER = ("dilation must be at least 1", "`FractionalMaxPool2d`: kernel_size must be at least 1")


# Tensors of floating numbers that are made from nothing.
MADE = re.compile(r"\b(ones|zeros|eye|full|linspace|rand|randn|empty|tensor)\(")


class Skip(Exception):
    """The net says nothing about the checker."""


@dataclass(frozen=True)
class Point:
    """Values of the hyperparameters and of the named sizes; absent: whether optional inputs are None."""

    variant: dict[str, Any]
    sizes: dict[str, int]
    absent: bool = False

    def inputs(self, net: Net) -> twins.Inputs:
        """The dtypes and shapes of the inputs, None for one that is not given."""
        known = {**self.sizes, **self.variant}
        return [
            (
                None
                if i.optional and self.absent
                else (i.dtype, tuple(eval(plain(d), {}, known) for d in i.dims))
            )
            for i in net.main.inputs
        ]


def points(net: Net, sizes: dict[str, int]) -> list[Point]:
    """Every choice of the switches and of inputs to leave out, with three values of an int."""
    found: list[dict[str, Any]] = [{}]
    for name, kind, default in net.main.hyperparameters:
        options: list[Any]
        if kind == "bool":
            options = [True, False]
        elif "|" in kind:
            options = [literal.strip(' "') for literal in kind.split("|")]
        else:
            options = [int(default), int(default) + 1, 2 * int(default)]
        found = [{**chosen, name: value} for chosen in found for value in options]
    given = (False, True) if any(i.optional for i in net.main.inputs) else (False,)
    return [Point(variant, sizes, absent) for variant in found for absent in given]


def is_general(module: ModuleText) -> bool:
    """Whether a module has hyperparameters or named sizes."""
    return bool(module.hyperparameters) or any(
        d.isidentifier() for i in module.inputs for d in i.dims
    )


def type_of(value: Any, off: int | None = None) -> str:
    """A result as a type; off: the axis that is stated one larger."""
    if isinstance(value, (tuple, list)):
        return (
            "(" + ", ".join(type_of(v, off if i == 0 else None) for i, v in enumerate(value)) + ")"
        )
    dims = [s + (a == off) for a, s in enumerate(value.shape)]
    return f"{str(value.dtype).removeprefix('torch.')}[{', '.join(map(str, dims))}]"


def check_line(inputs: twins.Inputs, result: str | None) -> str:
    given = ", ".join(
        "None" if i is None else f"{i[0]}[{', '.join(map(str, i[1]))}]" for i in inputs
    )
    return f"    forward({given})" + ("" if result is None else f" -> {result}") + "\n"


def target(variant: dict[str, Any]) -> str:
    inside = ", ".join(
        f"{name}={json.dumps(value) if isinstance(value, str) else value}"
        for name, value in variant.items()
    )
    return f"Net({inside})" if inside else "Net"


Runs = list[tuple[Point, twins.Run]]


class Comparison:
    """One net, checked.

    project: where its spec is compiled; whole: whether models are loaded and their values compared, else torch
    runs on the meta device, for shapes and dtypes. The CPU has the last word on what meta refuses.
    accepted: whether torch took the net, once it has been compared.
    """

    def __init__(self, net: Net, folder: Path, draw: random.Random, *, whole: bool = True) -> None:
        self.net = net
        self.spec = net.spec()
        self.twin = net.twin()
        self.draw = draw
        self.whole = whole
        self.accepted = False
        self.path = folder / "net.nnspec"
        self.project = Project(folder)
        self.classes = twins.classes(self.twin)

        floating = [i.dtype for i in net.main.inputs if "float" in i.dtype]
        if floating and floating[0] != "float32" and MADE.search(self.spec):
            raise Skip(
                "what a spec makes from nothing has the dtype of its first input, and torch's has its own"
            )

    def report(self, more: str = "") -> nnspec.Report:
        return self.project.check(self.path, self.spec + more)

    def torch(self, point: Point) -> twins.Run:
        inputs = point.inputs(self.net)
        for device in ("cpu",) if self.whole else ("meta", "cpu"):
            found = twins.run(lambda: self.classes["Net"](**point.variant), inputs, device=device)
            if found.refusal is None:
                break
        if found.refusal is not None and any(u in str(found.refusal) for u in UNTOLD):
            raise Skip(str(found.refusal))
        beyond = any(t in str(found.refusal) for t in ("out of bounds", "out of range: tried"))
        if beyond and (
            isinstance(found.refusal, RuntimeError)
            or any(t in self.twin for t in ("tensor(", "arange("))
        ):
            raise Skip("the numbers of a tensor are data")
        if found.empty and not self.net.symbols:
            # What is left of empty tensors hangs on kernels: some take them, some do not.
            raise Skip("empty tensors")
        return found

    # --- sizes as numbers ------------------------------------------------------------------------

    def exact(self) -> str | None:
        """Where the two disagree about a net whose sizes are numbers; None where they agree."""
        runs = [(p, self.torch(p)) for p in points(self.net, {})]
        report = self.report()
        refused = [run for _, run in runs if run.refusal is not None]
        codes = {d.code for d in report.diagnostics}
        self.accepted = not refused
        if refused:
            if report.ok and not self.strides(refused):
                return f"torch refuses: {refused[0].refusal!r}"
            return None
        if not report.ok:
            if self.excused(report, runs):
                return None
            shown = ", ".join(type_of(r.result) for _, r in runs)
            return f"torch gives {shown}, but the checker says\n{report}"
        # What a module within is told for all its hyperparameters and sizes may be too much to prove.
        general = UNPROVED if any(map(is_general, self.net.modules[:-1])) else set()
        if codes - ALLOWED - general:
            return f"a needless warning\n{report}"
        found = self.checks(runs)
        return found or self.loaded([p for p, _ in runs])

    # --- open sizes ------------------------------------------------------------------------------

    def sizes(self, count: int) -> list[dict[str, int]]:
        """Sizes that the `where` clause admits, small ones among them."""
        if not self.net.symbols:
            return [{}]
        found: list[dict[str, int]] = []
        where = [compile(f, "<where>", "eval") for f in self.net.main.where.split(", ") if f]
        for _ in range(200 * count):
            most = self.draw.choice([2, 4, 8, 13])
            size = {name: self.draw.randint(1, most) for name in self.net.symbols}
            if size in found or not all(eval(fact, {}, size) for fact in where):
                continue
            # Small enough that a square of its elements fits into memory.
            inputs = points(self.net, size)[0].inputs(self.net)
            if all(prod(i[1]) <= 4000 for i in inputs if i is not None):
                found.append(size)
            if len(found) == count:
                break
        return found

    def open(self) -> str | None:
        """Where the two disagree about a net with names for sizes, tried at several numbers."""
        runs = [(p, self.torch(p)) for s in self.sizes(6) for p in points(self.net, s)]
        runs = [r for r in runs if not r[1].empty and not r[1].warned]
        if not runs:
            raise Skip("empty tensors, or warnings")
        report = self.report()
        codes = {d.code for d in report.diagnostics}
        self.accepted = any(run.refusal is None for _, run in runs)
        if "E0530" in codes:
            raise Skip("an open size was taken for a number")
        if not report.ok:
            # What is wrong in general is wrong with every number, in one variant at least.
            taken = {self.way(p) for p, run in runs if run.refusal is None}
            if any(self.way(p) not in taken for p in points(self.net, {})):
                return None
            if codes & UNPROVED:
                raise Skip("behind a claim, sizes are those that meet it")
            if self.excused(report, runs):
                return None
            good = next((p, type_of(r.result)) for p, r in runs if r.refusal is None)
            return f"torch takes {good}, but the checker says\n{report}"
        kept = [r for r in runs if r[1].refusal is None]
        found = self.checks(kept) if kept else None
        if found is not None:
            return found
        for point, run in runs:
            if run.refusal is None:
                continue
            line = check_line(point.inputs(self.net), None)
            said = self.report(f"\ncheck {target(point.variant)}:\n{line}")
            if said.ok and not self.strides([run]):
                return f"torch refuses {point}: {run.refusal!r}, but it is checked"
            wrong = {d.code for d in said.errors}
            # What is asked of hyperparameters is told where they have values.
            told = "width" in point.variant or codes & {*UNPROVED, "W0302", "W0203"}
            # Behind what leaves nothing, sizes are those at which it leaves something.
            first = min(said.errors, key=lambda d: d.span.start, default=None)
            if not told and wrong and (first is None or first.code not in SILENT):
                return f"no warning in general, but at {point} {said}"
        guarded = self.guarded(runs) if codes & UNPROVED else []
        runs = [r for r in runs if r[0].sizes not in guarded]
        # Behind a claim that no emitted check holds, sizes are those that meet it.
        found = None if codes & UNPROVED else self.formula(runs)
        # A layer that torch does not make is no model to run; with numbers that no size of the inputs fits, a
        # model is refused when it is loaded.
        taken_with = [p.variant for p, run in runs if run.refusal is None]
        runs = [r for r in runs if r[1].model is not None and r[0].variant in taken_with]
        return found or self.loaded([p for p, _ in runs])

    def way(self, point: Point) -> tuple[Any, ...]:
        """Which of the ways through the net a point takes."""
        return point.variant.get("flag"), point.variant.get("act"), point.absent

    def guarded(self, runs: Runs) -> list[dict[str, int]]:
        """Sizes that the emitted checks refuse: an open size is never stretched, even where it happens to be 1."""
        found = []
        for point, torchs in runs:
            if torchs.model is None:
                continue
            try:
                model = nnspec.loads(self.spec, "Net", **point.variant)
            except nnspec.LoadError:
                continue
            run = twins.run(lambda: None, point.inputs(self.net), model)
            if isinstance(run.refusal, ValueError) and "does not hold" in str(run.refusal):
                found.append(point.sizes)
        return found

    def formula(self, runs: Runs) -> str | None:
        """The shapes that the checker found in general are torch's at every size."""
        checked = self.project.entry(self.path, self.spec).checked
        assert checked is not None
        if self.net.main.hyperparameters or any(i.optional for i in self.net.main.inputs):
            return None
        main = next(d for d in checked.scope.file.declarations if getattr(d, "name", "") == "Net")
        forward = next(d for d in main.body if getattr(d, "name", "") == "forward")
        value = checked.values.get(forward.body[-1].value)
        for point, run in runs:
            if run.refusal is None:
                found = _evaluated(value, point.sizes)
                if not _fits(found, expected := type_of(run.result)):
                    return f"the formula {value} gives {found} at {point}, torch {expected}"
        return None

    def excused(self, report: nnspec.Report, runs: Runs) -> bool:
        """Whether torch goes on with a warning only, or never looks: at a dtype that a module of the net declares."""
        own = re.findall(r"(\w+) = Block\d+\(", self.net.spec())
        known = (*STRICTER, *(f"`{name}` takes a floating tensor" for name in own))
        strict = all(any(text in d.message for text in known) for d in report.errors)
        return strict or any(run.warned for _, run in runs)

    def strides(self, refused: list[twins.Run]) -> bool:
        """Whether torch refuses a view for its strides, of which the checker warns where it knows them."""
        return any("view size is not compatible" in str(r.refusal) for r in refused)

    def checks(self, runs: Runs) -> str | None:
        """torch's results and parameters are what `check` blocks find, and others are not."""
        text, wrong = "", ""
        for point, run in runs:
            inputs, head = point.inputs(self.net), f"\ncheck {target(point.variant)}:\n"
            assert run.model is not None
            count = sum(p.numel() for p in run.model.parameters())
            text += f"{head}{check_line(inputs, type_of(run.result))}    params == {count}\n"
            first = run.result
            while isinstance(first, tuple):
                first = first[0]
            if first.dim():
                off = self.draw.randrange(first.dim())
                stated = type_of(run.result, off)
                wrong += f'{head}{check_line(inputs, stated)}    fails "E0601"\n'
        report = self.report(text)
        if not report.ok:
            return f"torch's result is refused by{text}\n{report}"
        report = self.report(wrong)
        return None if report.ok else f"a wrong result is accepted by{wrong}\n{report}"

    def loaded(self, cases: list[Point]) -> str | None:
        """Whether models that are loaded, and those that are built, do what the twin does."""
        if not self.whole:
            return None
        floats = [i.dtype for i in self.net.main.inputs if "float" in i.dtype]
        if floats and floats[0] != "float32":
            # What is made on the way is of the first one's dtype, and of float32 in the twin.
            return None
        made = [(p.variant, p.inputs(self.net)) for p in cases]
        return values.difference(self.project, self.path, self.net, self.classes["Net"], made)


def _evaluated(value: Any, size: dict[str, int]) -> str:
    if isinstance(value, TupleValue):
        return "(" + ", ".join(_evaluated(v, size) for v in value.items) + ")"
    if not isinstance(value, Tensor) or value.dims is None:
        return repr(value)
    dims = [d if isinstance(d, int) else _size(d, size) for d in value.dims]
    dtype = "float_" if value.dtype == "float" else value.dtype
    return f"{dtype}[{', '.join(map(str, dims))}]"


def _size(dim: Dim, size: dict[str, int]) -> int | str:
    """A size at numbers; `_` where the checker knows it to be some size, and no more."""
    return "_" if any("@" in name for name in dim.symbols()) else evaluate(dim, size)


def _fits(found: str, expected: str) -> bool:
    """Whether a type is as found; there, `_` is any size, and `float_` any dtype of floats."""
    pattern = re.escape(found).replace("float_", r"b?float\d+").replace("_", r"\d+")
    return re.fullmatch(pattern, expected) is not None
