"""One net through both: what the compiler says of its spec, and what torch makes of its twin."""

from __future__ import annotations

import random
import re
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import nn

import nnspec
from nnspec.diagnostics.registry import CODES
from nnspec.project import Emitted, Project
from nnspec.semantics.dims import Dim
from nnspec.semantics.dims.substitution import evaluate
from nnspec.semantics.values import Tensor, TupleValue
from tests.differential import twin as twins
from tests.differential.builder import plain
from tests.differential.net import Net

# What a spec may do in full earnest, though it is worth a word: random nets compute much that they drop.
ALLOWED = {code for code in CODES if code.startswith("W02")}
# Where torch lacks a kernel, the checker cannot know.
UNTOLD = ("not implemented for", "not supported for", "could not be run", "addmm_impl_cpu")


# Relations that are checked when the model runs.
UNPROVED = {"W0301", "W0202"}
# Sizes at which a layer leaves nothing are no matter of the signature.
SILENT = {"E0304", "E0321"}
# Where the checker is stricter than torch, by intent: torch refuses a dilation of 0 in convolutions, but not
# in their transposes.
STRICTER = ("dilation must be at least 1",)


class Skip(Exception):
    """The net says nothing about the checker."""


Inputs = list[tuple[str, tuple[int, ...]]]


def inputs_at(net: Net, sizes: dict[str, int]) -> Inputs:
    """The dtypes and shapes of the inputs at some sizes."""
    return [(i.dtype, tuple(eval(plain(d), {}, sizes) for d in i.dims)) for i in net.main.inputs]


def variants(net: Net) -> list[dict[str, int]]:
    """Every choice of the switches, with three values of an int."""
    found: list[dict[str, int]] = [{}]
    for name, kind, default in net.main.hyperparameters:
        if kind == "bool":
            options: list[int] = [True, False]
        else:
            options = [int(default), int(default) + 1, 2 * int(default)]
        found = [{**chosen, name: value} for chosen in found for value in options]
    return found


def type_of(value: Any, off: int | None = None) -> str:
    """A result as a type; off: the axis that is stated one larger."""
    if isinstance(value, (tuple, list)):
        return (
            "(" + ", ".join(type_of(v, off if i == 0 else None) for i, v in enumerate(value)) + ")"
        )
    dims = [s + (a == off) for a, s in enumerate(value.shape)]
    return f"{str(value.dtype).removeprefix('torch.')}[{', '.join(map(str, dims))}]"


def check_line(inputs: Inputs, result: str | None) -> str:
    given = ", ".join(f"{d}[{', '.join(map(str, dims))}]" for d, dims in inputs)
    return f"    forward({given})" + ("" if result is None else f" -> {result}") + "\n"


def target(variant: dict[str, int]) -> str:
    inside = ", ".join(f"{name}={value}" for name, value in variant.items())
    return f"Net({inside})" if inside else "Net"


class Comparison:
    """One net, checked.

    project: where its spec is compiled; whole: whether models are loaded and their values compared, else torch
    runs on the meta device, for shapes and dtypes. The CPU has the last word on what meta refuses.
    """

    def __init__(self, net: Net, folder: Path, draw: random.Random, *, whole: bool = True) -> None:
        self.net = net
        self.spec = net.spec()
        self.twin = net.twin()
        self.draw = draw
        self.whole = whole
        self.path = folder / "net.nnspec"
        self.project = Project(folder)
        self.classes = twins.classes(self.twin)

    def report(self, more: str = "") -> nnspec.Report:
        return self.project.check(self.path, self.spec + more)

    def torch(self, variant: dict[str, int], sizes: dict[str, int]) -> twins.Run:
        inputs = inputs_at(self.net, {**sizes, **variant})
        for device in ("cpu",) if self.whole else ("meta", "cpu"):
            found = twins.run(lambda: self.classes["Net"](**variant), inputs, device=device)
            if found.refusal is None:
                break
        if found.refusal is not None and any(u in str(found.refusal) for u in UNTOLD):
            raise Skip(str(found.refusal))
        if found.empty and not self.net.symbols:
            # What is left of empty tensors hangs on kernels: some take them, some do not.
            raise Skip("empty tensors")
        return found

    # --- sizes as numbers ------------------------------------------------------------------------

    def exact(self) -> str | None:
        """Where the two disagree about a net whose sizes are numbers; None where they agree."""
        runs = {target(v): (v, self.torch(v, {})) for v in variants(self.net)}
        report = self.report()
        refused = [run for _, run in runs.values() if run.refusal is not None]
        codes = {d.code for d in report.diagnostics}
        if refused:
            if report.ok and not self.strides(refused):
                return f"torch refuses: {refused[0].refusal!r}"
            return None
        if not report.ok:
            if self.excused(report, [run for _, run in runs.values()]):
                return None
            shown = ", ".join(type_of(r.result) for _, r in runs.values())
            return f"torch gives {shown}, but the checker says\n{report}"
        if codes - ALLOWED:
            return f"a needless warning\n{report}"
        inputs = inputs_at(self.net, {})
        found = self.checks([(v, inputs, run) for v, run in runs.values()])
        return found or self.loaded([(v, inputs) for v, _ in runs.values()])

    # --- open sizes ------------------------------------------------------------------------------

    def sizes(self, count: int) -> list[dict[str, int]]:
        """Sizes that the `where` clause admits, small ones among them."""
        found: list[dict[str, int]] = []
        where = self.net.main.where or "True"
        if not self.net.symbols:
            return [{}]
        for _ in range(20 * count):
            most = self.draw.choice([2, 4, 8, 13])
            size = {name: self.draw.randint(1, most) for name in self.net.symbols}
            # Small enough that a square of its elements fits into memory.
            small = all(prod(dims) <= 4000 for _, dims in self._declared(size))
            if size not in found and small and eval(where, {}, size):
                found.append(size)
            if len(found) == count:
                break
        return found

    def _declared(self, size: dict[str, int]) -> Inputs:
        return inputs_at(self.net, {**size, **variants(self.net)[0]})

    def open(self) -> str | None:
        """Where the two disagree about a net with names for sizes, tried at several numbers."""
        runs = [(v, s, self.torch(v, s)) for s in self.sizes(6) for v in variants(self.net)]
        runs = [r for r in runs if not r[2].empty and not r[2].warned]
        if not runs:
            raise Skip("empty tensors, or warnings")
        report = self.report()
        codes = {d.code for d in report.diagnostics}
        if "E0530" in codes:
            raise Skip("an open size was taken for a number")
        if not report.ok:
            # What is wrong in general is wrong with every number, in one variant at least.
            kinds = {v.get("flag") for v, _, run in runs if run.refusal is None}
            if any(v.get("flag") not in kinds for v in variants(self.net)):
                return None
            if codes & UNPROVED:
                raise Skip("behind a claim, sizes are those that meet it")
            if self.excused(report, [run for *_, run in runs]):
                return None
            good = next((v, s, type_of(r.result)) for v, s, r in runs if r.refusal is None)
            return f"torch takes {good}, but the checker says\n{report}"
        taken = [
            (v, inputs_at(self.net, {**s, **v}), run) for v, s, run in runs if run.refusal is None
        ]
        found = self.checks(taken) if taken else None
        if found is not None:
            return found
        for variant, size, run in runs:
            if run.refusal is None:
                continue
            line = check_line(inputs_at(self.net, {**size, **variant}), None)
            said = self.report(f"\ncheck {target(variant)}:\n{line}")
            if said.ok and not self.strides([run]):
                return f"torch refuses {size} {variant}: {run.refusal!r}, but it is checked"
            wrong = {d.code for d in said.errors}
            # What is asked of hyperparameters is told where they have values.
            told = "width" in variant or codes & {*UNPROVED, "W0302", "W0203"}
            if not told and not wrong <= SILENT:
                return f"no warning in general, but at {size} {said}"
        guarded = self.guarded(runs) if codes & UNPROVED else []
        runs = [r for r in runs if r[1] not in guarded]
        found = self.formula(runs)
        # A layer that torch does not make is no model to run.
        runs = [r for r in runs if r[2].model is not None]
        # With numbers that no size of the inputs fits, a model is refused when it is loaded.
        taken_with = [v for v, _, run in runs if run.refusal is None]
        runs = [r for r in runs if r[0] in taken_with]
        return found or self.loaded([(v, inputs_at(self.net, {**s, **v})) for v, s, _ in runs])

    def guarded(
        self, runs: list[tuple[dict[str, int], dict[str, int], twins.Run]]
    ) -> list[dict[str, int]]:
        """Sizes that the emitted checks refuse: an open size is never stretched, even where it happens to be 1."""
        found = []
        for variant, size, torchs in runs:
            if torchs.model is None:
                continue
            try:
                model = nnspec.loads(self.spec, "Net", **variant)
            except nnspec.LoadError:
                continue
            run = twins.run(lambda: None, inputs_at(self.net, {**size, **variant}), model)
            if isinstance(run.refusal, ValueError) and "does not hold" in str(run.refusal):
                found.append(size)
        return found

    def formula(self, runs: list[tuple[dict[str, int], dict[str, int], twins.Run]]) -> str | None:
        """The shapes that the checker found in general are torch's at every size."""
        checked = self.project.entry(self.path, self.spec).checked
        assert checked is not None
        if self.net.main.hyperparameters:
            return None
        main = next(d for d in checked.scope.file.declarations if getattr(d, "name", "") == "Net")
        forward = next(d for d in main.body if getattr(d, "name", "") == "forward")
        value = checked.values.get(forward.body[-1].value)
        for _, size, run in runs:
            if run.refusal is None:
                found = _evaluated(value, size)
                if not _fits(found, expected := type_of(run.result)):
                    return f"the formula {value} gives {found} at {size}, torch {expected}"
        return None

    def excused(self, report: nnspec.Report, runs: list[twins.Run]) -> bool:
        """Whether torch goes on with a warning only."""
        strict = all(any(text in d.message for text in STRICTER) for d in report.errors)
        return strict or any(run.warned for run in runs)

    def strides(self, refused: list[twins.Run]) -> bool:
        """Whether torch refuses a view for its strides, of which the checker warns where it knows them."""
        return any("view size is not compatible" in str(r.refusal) for r in refused)

    def checks(self, runs: list[tuple[dict[str, int], Inputs, twins.Run]]) -> str | None:
        """torch's results are what `check` blocks find, and others are not."""
        text, wrong = "", ""
        for variant, inputs, run in runs:
            text += f"\ncheck {target(variant)}:\n{check_line(inputs, type_of(run.result))}"
            first = run.result[0] if isinstance(run.result, tuple) else run.result
            if first.dim():
                off = self.draw.randrange(first.dim())
                wrong += (
                    f"\ncheck {target(variant)}:\n{check_line(inputs, type_of(run.result, off))}"
                )
                wrong += '    fails "E0601"\n'
        report = self.report(text)
        if not report.ok:
            return f"torch's result is refused by{text}\n{report}"
        report = self.report(wrong)
        return None if report.ok else f"a wrong result is accepted by{wrong}\n{report}"

    # --- loading ---------------------------------------------------------------------------------

    def loaded(self, cases: list[tuple[dict[str, int], Inputs]]) -> str | None:
        """The loaded model has the twin's parameters and results, bit for bit."""
        if not self.whole:
            return None
        try:
            built = self.project.build(self.path, self.spec)
            assert isinstance(built, Emitted)
            module = twins.namespace()
            exec(compile(built.text, "<built>", "exec"), module)
        except Exception as e:
            return f"the build fails: {e!r}"
        for variant, inputs in cases:
            twins.seed(1)
            try:
                mine: nn.Module = nnspec.loads(self.spec, "Net", **variant)
                twins.seed(1)
                again: nn.Module = module["Net"](**variant)
            except Exception as e:
                return f"loading fails: {e!r}\n{built.text}"
            for which in (mine, again):
                twins.seed(1)
                theirs: nn.Module = self.classes["Net"](**variant)
                one, other = which.state_dict(), theirs.state_dict()
                if list(one) != list(other):
                    return f"keys {list(one)} for {list(other)}\n{built.text}"
                if not all(twins.equal(one[k], other[k]) for k in one):
                    return f"other initial values\n{built.text}"
                for training in (False, True):
                    found = self.same(which, theirs, inputs, training)
                    if found is not None:
                        return f"{found} at {inputs} {variant}\n{built.text}"
        return None

    def same(
        self, mine: nn.Module, theirs: nn.Module, inputs: Inputs, training: bool
    ) -> str | None:
        results = []
        for model in (theirs, mine):
            model.train(training)
            twins.seed(2)
            try:
                with torch.no_grad():
                    results.append(model(*twins.tensors(inputs, seed=3)))
            except twins.REFUSALS as refusal:
                results.append(refusal)
        one, other = results
        if isinstance(one, twins.Mismatch) and self.net.main.hyperparameters:
            # What the signature says of the result does not hold for these values; the exact check says so.
            return None
        if isinstance(one, Exception) and isinstance(other, Exception):
            return None
        if isinstance(one, Exception) or isinstance(other, Exception):
            return f"the twin gives {one!r}, the model {other!r}"
        return None if twins.equal(one, other) else f"other results {one} {other}"


def _evaluated(value: Any, size: dict[str, int]) -> str:
    if isinstance(value, TupleValue):
        return "(" + ", ".join(_evaluated(v, size) for v in value.items) + ")"
    if not isinstance(value, Tensor) or value.dims is None:
        return repr(value)
    dims = [d if isinstance(d, int) else _size(d, size) for d in value.dims]
    dtype = "float32" if value.dtype == "float" else value.dtype
    return f"{dtype}[{', '.join(map(str, dims))}]"


def _size(dim: Dim, size: dict[str, int]) -> int | str:
    """A size at numbers; `_` where the checker knows it to be some size, and no more."""
    return "_" if any("@" in name for name in dim.symbols()) else evaluate(dim, size)


def _fits(found: str, expected: str) -> bool:
    return re.fullmatch(re.escape(found).replace("_", r"\d+"), expected) is not None
