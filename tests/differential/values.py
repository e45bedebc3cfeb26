"""Models that are loaded, and those that are built, against their twins: parameters, results and gradients, bit by bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

import nnspec
from nnspec.project import Emitted, Project
from tests.differential import twin as twins
from tests.differential.net import Net


def difference(
    project: Project,
    path: Path,
    net: Net,
    twin: type[nn.Module],
    cases: list[tuple[dict[str, int], twins.Inputs]],
) -> str | None:
    """Where a model that is made from a net's spec differs from its twin, None where none does.

    cases: values of the hyperparameters, with dtypes and shapes of the inputs.
    """
    spec = net.spec()
    try:
        built = project.build(path, spec)
        assert isinstance(built, Emitted)
        module = twins.namespace()
        exec(compile(built.text, "<built>", "exec"), module)
    except Exception as e:
        return f"the build fails: {e!r}"
    for variant, inputs in cases:
        twins.seed(1)
        try:
            loaded: nn.Module = nnspec.loads(spec, "Net", **variant)
            twins.seed(1)
            emitted: nn.Module = module["Net"](**variant)
        except Exception as e:
            return f"loading fails: {e!r}\n{built.text}"
        for which in (loaded, emitted):
            twins.seed(1)
            theirs = twin(**variant)
            found = _parameters(which, theirs)
            for training in (False, True):
                found = found or _run(which, theirs, inputs, training, net)
            if found is not None:
                return f"{found} at {inputs} {variant}\n{built.text}"
    return None


def _parameters(mine: nn.Module, theirs: nn.Module) -> str | None:
    one, other = mine.state_dict(), theirs.state_dict()
    if list(one) != list(other):
        return f"keys {list(one)} for {list(other)}"
    same = all(twins.equal(one[k], other[k]) for k in one)
    return None if same else "other initial values"


def _run(
    mine: nn.Module, theirs: nn.Module, inputs: twins.Inputs, training: bool, net: Net
) -> str | None:
    one, other = _outcome(theirs, inputs, training), _outcome(mine, inputs, training)
    if isinstance(one, twins.Mismatch) and net.main.hyperparameters:
        # What the signature says of the result does not hold for these values; the exact check says so.
        return None
    if isinstance(one, Exception) and isinstance(other, Exception):
        return None
    if isinstance(one, Exception) or isinstance(other, Exception):
        return f"the twin gives {one!r}, the model {other!r}"
    for name in ("result", "gradients"):
        if not twins.equal(one[name], other[name]):
            return f"other {name} {one[name]} {other[name]}"
    return None


def _outcome(model: nn.Module, inputs: twins.Inputs, training: bool) -> dict[str, Any] | Exception:
    """What a model gives, with the gradients of its parameters and inputs, or the exception that it raises."""
    model.train(training)
    twins.seed(2)
    given = twins.tensors(inputs, seed=3)
    for x in given:
        if x is not None and x.is_floating_point():
            x.requires_grad_()
    try:
        result = model(*given)
    except twins.REFUSALS as refusal:
        return refusal
    parts = [t for t in twins.flat(result) if t.requires_grad and t.is_floating_point()]
    leaves = [p for p in (*model.parameters(), *given) if p is not None and p.requires_grad]
    gradients: Any = []
    if parts and leaves:
        total = torch.stack([t.double().sum() for t in parts]).sum()
        try:
            gradients = list(torch.autograd.grad(total, leaves, allow_unused=True))
        except twins.REFUSALS as refusal:
            # Some kernels have no gradient; the refusal has to be the same.
            gradients = type(refusal)
    return {"result": result, "gradients": gradients}
