"""One net through both: what the compiler says of its spec, and what torch makes of its twin."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import nn

import nnspec
from nnspec.project import Emitted, Project
from tests.differential import twin as twins
from tests.differential.builder import plain
from tests.differential.net import Net

# What a spec may do in full earnest, though it is worth a word.
ALLOWED = {"W0204", "W0205", "W0206"}
# Where torch lacks a kernel, the checker cannot know.
UNTOLD = ("not implemented for", "not supported for", "could not be run", "addmm_impl_cpu")


class Skip(Exception):
    """The net says nothing about the checker."""


Inputs = list[tuple[str, tuple[int, ...]]]


def inputs_at(net: Net, sizes: dict[str, int]) -> Inputs:
    """The dtypes and shapes of the inputs at some sizes."""
    return [(i.dtype, tuple(eval(plain(d), {}, sizes) for d in i.dims)) for i in net.main.inputs]


def variants(net: Net) -> list[dict[str, bool]]:
    """Every choice of the switches."""
    names = [name for name, _, _ in net.main.hyperparameters]
    return [dict(zip(names, values)) for values in product((True, False), repeat=len(names))]


def type_of(value: Any, off: int | None = None) -> str:
    """A result as a type; off: the axis that is stated one larger."""
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(type_of(v, off if i == 0 else None) for i, v in enumerate(value)) + ")"
    dims = [s + (a == off) for a, s in enumerate(value.shape)]
    return f"{str(value.dtype).removeprefix('torch.')}[{', '.join(map(str, dims))}]"


def check_line(inputs: Inputs, result: str | None) -> str:
    given = ", ".join(f"{d}[{', '.join(map(str, dims))}]" for d, dims in inputs)
    return f"    forward({given})" + ("" if result is None else f" -> {result}") + "\n"


def target(variant: dict[str, bool]) -> str:
    inside = ", ".join(f"{name}={value}" for name, value in variant.items())
    return f"Net({inside})" if inside else "Net"


class Comparison:
    """One net, checked.

    project: where its spec is compiled.
    """

    def __init__(self, net: Net, folder: Path, draw: random.Random) -> None:
        self.net = net
        self.spec = net.spec()
        self.twin = net.twin()
        self.draw = draw
        self.path = folder / "net.nnspec"
        self.project = Project(folder)
        self.classes = twins.classes(self.twin)

    def report(self, more: str = "") -> nnspec.Report:
        return self.project.check(self.path, self.spec + more)

    def torch(self, variant: dict[str, bool], sizes: dict[str, int]) -> twins.Run:
        found = twins.run(lambda: self.classes["Net"](**variant), inputs_at(self.net, sizes))
        if found.refusal is not None and any(u in str(found.refusal) for u in UNTOLD):
            raise Skip(str(found.refusal))
        return found

    # --- sizes as numbers ------------------------------------------------------------------------

    def exact(self) -> str | None:
        """Where the two disagree about a net whose sizes are numbers; None where they agree."""
        runs = {target(v): (v, self.torch(v, {})) for v in variants(self.net)}
        report = self.report()
        refused = [run for _, run in runs.values() if run.refusal is not None]
        codes = {d.code for d in report.diagnostics}
        if refused:
            if report.ok and not self.strides(refused, codes):
                return f"torch refuses: {refused[0].refusal!r}"
            return None
        if not report.ok:
            if {d.code for d in report.errors} == {"E0304"} and any(r.empty for _, r in runs.values()):
                return None
            shown = ", ".join(type_of(r.result) for _, r in runs.values())
            return f"torch gives {shown}, but the checker says\n{report}"
        if codes - ALLOWED:
            return f"a needless warning\n{report}"
        inputs = inputs_at(self.net, {})
        found = self.checks([(v, inputs, run) for v, run in runs.values()])
        return found or self.loaded([(v, inputs) for v, _ in runs.values()])

    def strides(self, refused: list[twins.Run], codes: set[str]) -> bool:
        """Whether torch refuses for strides, of which the checker only warns."""
        return "W0203" in codes and any("view" in str(r.refusal) for r in refused)

    def checks(self, runs: list[tuple[dict[str, bool], Inputs, twins.Run]]) -> str | None:
        """torch's results are what `check` blocks find, and others are not."""
        text, wrong = "", ""
        for variant, inputs, run in runs:
            text += f"\ncheck {target(variant)}:\n{check_line(inputs, type_of(run.result))}"
            first = run.result[0] if isinstance(run.result, tuple) else run.result
            if first.dim():
                off = self.draw.randrange(first.dim())
                wrong += f"\ncheck {target(variant)}:\n{check_line(inputs, type_of(run.result, off))}"
                wrong += '    fails "E0601"\n'
        report = self.report(text)
        if not report.ok:
            return f"torch's result is refused by{text}\n{report}"
        report = self.report(wrong)
        return None if report.ok else f"a wrong result is accepted by{wrong}\n{report}"

    # --- loading ---------------------------------------------------------------------------------

    def loaded(self, cases: list[tuple[dict[str, bool], Inputs]]) -> str | None:
        """The loaded model has the twin's parameters and results, bit for bit."""
        try:
            built = self.project.build(self.path, self.spec)
            assert isinstance(built, Emitted)
            module = twins.namespace()
            exec(compile(built.text, "<built>", "exec"), module)
        except Exception as e:
            return f"the build fails: {e!r}"
        for variant, inputs in cases:
            torch.manual_seed(1)
            try:
                mine: nn.Module = nnspec.loads(self.spec, "Net", **variant)
                torch.manual_seed(1)
                again: nn.Module = module["Net"](**variant)
            except Exception as e:
                return f"loading fails: {e!r}\n{built.text}"
            for which in (mine, again):
                torch.manual_seed(1)
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
            torch.manual_seed(2)
            try:
                with torch.no_grad():
                    results.append(model(*twins.tensors(inputs, seed=3)))
            except twins.REFUSALS as refusal:
                results.append(refusal)
        one, other = results
        if isinstance(one, Exception) and isinstance(other, Exception):
            return None
        if isinstance(one, Exception) or isinstance(other, Exception):
            return f"the twin gives {one!r}, the model {other!r}"
        return None if twins.equal(one, other) else f"other results {one} {other}"
