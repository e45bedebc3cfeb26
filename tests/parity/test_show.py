"""`nnspec show` against torch: parameters as the module has them, operations as torch counts them while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import nnspec
from nnspec.project import Project
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling.binding import has_default
from nnspec.semantics.values import Tensor, Value
from nnspec.show.survey import Survey, survey
from nnspec.syntax import ast
from nnspec.targets import TargetError, choose

from .cases import ARITHMETIC, BASICS, EXAMPLES
from .cases_language import LANGUAGE
from .cases_vision import VISION
from .harness import SPECS, Case

# One case a target, and with the target's own hyperparameters: on the meta device size costs nothing.
CASES = list({c.target: c for c in (*BASICS, *ARITHMETIC, *EXAMPLES, *LANGUAGE, *VISION)}.values())
PROJECT = Project(SPECS)
# What torch cannot run without data.
UNCOUNTED = {
    "basics/fixed_hidden_mlp.nnspec:FixedHiddenMLP": "the data end its loop",
    "basics/control_flow.nnspec:FixedHiddenMLP": "the data end its loop",
    "basics/nest_mlp.nnspec:chimera": "the data end its loop",
    "basics/control_flow.nnspec:chimera": "the data end its loop",
    "language/mixtral.nnspec:mixtral_8x7b": "the data say which expert gets which token",
}
# Their forward does more while they train, which is what is counted.
TRAINING = {"vision/googlenet.nnspec:googlenet_aux"}
# Sizes that the targets need, where 2 for a batch and 64 for the rest are not what they take.
SIZES = {"vision/unet.nnspec:original_unet": {"H": 572, "W": 572}}


def stand_in(value: Value) -> Any:
    """What the checker assumed of an argument, as an argument for torch."""
    if not isinstance(value, Tensor):
        return value
    dtype = torch.float32 if value.dtype in (None, "float") else getattr(torch, value.dtype)
    return torch.empty([int(str(dim)) for dim in value.dims or ()], dtype=dtype, device="meta")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parameters_and_operations_are_torchs(case: Case) -> None:
    project = PROJECT
    entry = project.entry(str(SPECS / case.path))
    assert entry.scope is not None
    target = choose(entry.scope, case.name)
    given = {}
    if isinstance(target.declaration, ast.Module):
        needed = [p.name for p in target.declaration.signature.params if not has_default(p)]
        given = {name: case.hyper[name] for name in needed}
    if not all(isinstance(value, int) for value in given.values()):
        with pytest.raises(TargetError, match="show a model"):
            survey(target, project.catalog, {})
        return
    general = survey(target, project.catalog, given)
    assert isinstance(general, Survey), general
    tensors = [value for value in general.inputs.values() if isinstance(value, Tensor)]
    names = {s for t in tensors for d in t.dims or () if isinstance(d, Dim) for s in d.symbols()}
    numbers = {name: 2 if name in ("B", "N", "N0") else 64 for name in names} | SIZES.get(
        case.target, {}
    )
    numbers |= dict.fromkeys(general.chosen, 3)
    found = survey(target, project.catalog, {**given, **numbers})
    assert isinstance(found, Survey), found
    for number in ("params", "flops", "memory"):
        formula = getattr(general.row, number)
        value = formula.evaluate(numbers) if isinstance(formula, Dim) else formula
        assert value == getattr(found.row, number), number
    with torch.device("meta"):
        model = nnspec.load(str(SPECS / case.target), **given).train(case.target in TRAINING)
    assert found.row.params == sum(p.numel() for p in model.parameters())
    assert found.param_bytes == sum(p.numel() * p.element_size() for p in model.parameters())
    assert found.buffers == sum(b.numel() for b in model.buffers())
    assert found.buffer_bytes == sum(b.numel() * b.element_size() for b in model.buffers())
    if case.target in UNCOUNTED:
        return
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(*[stand_in(value) for value in found.inputs.values()])
    assert found.row.flops == counter.get_total_flops()


STACKS = """
module Stacks:
    encoder = TransformerEncoder(TransformerEncoderLayer(8, 2, 16, batch_first=True), 3)
    decoder = TransformerDecoder(TransformerDecoderLayer(8, 2, 16, batch_first=True), 2, LayerNorm(8))
    def forward(x: [B, T, 8], y: [B, S, 8]) -> [B, T, 8]:
        return decoder(x, encoder(y))
"""


def test_stacks_of_torch_count_their_layers(tmp_path: Path) -> None:
    path = tmp_path / "stacks.nnspec"
    path.write_text(STACKS)
    project = Project(tmp_path)
    entry = project.entry(str(path))
    assert entry.scope is not None
    found = survey(choose(entry.scope, None), project.catalog, {"B": 2, "T": 5, "S": 7})
    assert isinstance(found, Survey), found
    with torch.device("meta"):
        model = nnspec.load(str(path))
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(2, 5, 8), torch.empty(2, 7, 8))
    assert found.row.flops == counter.get_total_flops()
