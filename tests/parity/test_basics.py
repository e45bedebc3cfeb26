"""Every model of the founding tutorials, and the design's examples, against its twin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import nnspec

from .cases import ARITHMETIC, BASICS, EXAMPLES
from .harness import SPECS, BuiltSpecs, Case, assert_equal, assert_parity, run, seeded

CASES = [*BASICS, *ARITHMETIC, *EXAMPLES]
PATHS = sorted({case.path for case in CASES})


@pytest.mark.parametrize("path", PATHS)
def test_spec_is_correct(path: str) -> None:
    report = nnspec.check(SPECS / path)
    assert report.ok and not report.warnings, str(report)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_in_memory(case: Case) -> None:
    assert_parity(case.load, case)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_built(case: Case, built: BuiltSpecs) -> None:
    assert_parity(lambda: built.make(case), case)


@pytest.mark.parametrize("case", [BASICS[-2], EXAMPLES[0]], ids=str)
def test_built_runs_on_torch_alone(case: Case, built: BuiltSpecs, tmp_path: Path) -> None:
    """In a process of its own, which never imports the compiler."""
    twin, _ = seeded(case.twin, 5)
    inputs = case.inputs()
    torch.save(inputs, tmp_path / "inputs.pt")
    script = f"""
import sys
import torch
sys.path.insert(0, {str(built.write(case.path).parent)!r})
from {Path(case.path).stem} import {case.name}
torch.manual_seed(5)
model = {case.name}()
torch.manual_seed(6)
torch.save(model(*torch.load({str(tmp_path / "inputs.pt")!r})), {str(tmp_path / "out.pt")!r})
assert "nnspec" not in sys.modules and not any(m.startswith("nnspec.") for m in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
    assert_equal(torch.load(tmp_path / "out.pt"), run(twin, inputs, 6)[0], "output")


def test_generated_names_of_nested_blocks() -> None:
    """The names that the tutorial reads out of its nested blocks."""
    model = nnspec.load(f"{SPECS}/basics/nested_blocks.nnspec:rgnet")
    assert "0.block1.0.bias" in model.state_dict()
    assert model[0].block1[0].bias.shape == (8,)


def test_shared_layer_is_one_layer() -> None:
    """A change of one place is a change of the other, and the gradient flows from both."""
    model = nnspec.load(f"{SPECS}/basics/shared_layer.nnspec:SharedLayer")
    net = model.net
    assert net[2] is net[4]
    assert net[2].weight is net[4].weight
    with torch.no_grad():
        net[2].weight[0, 0] = 100
    assert net[4].weight[0, 0] == 100
    assert len(list(model.parameters())) == 6


@pytest.mark.parametrize("name", ["custom", "in_two_steps"])
def test_custom_initial_values(name: str) -> None:
    """Nothing between -5 and 5 but zeros, and some of each."""
    weight = nnspec.load(f"{SPECS}/basics/initialisation.nnspec:{name}")[0].weight
    zero = weight == 0
    assert ((weight.abs() >= 5) | zero).all() and weight.abs().max() <= 10
    assert zero.any() and not zero.all()
