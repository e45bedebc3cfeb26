"""Saving and loading: tensors, a state_dict, a whole model; copies and other processes."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import nnspec

from .cases import floats
from .harness import (
    SPECS,
    BuiltSpecs,
    Case,
    assert_equal,
    assert_same_tensors,
    run,
    seeded,
    sharing,
)

MLP = Case("basics/mlp.nnspec:MLP", floats(2, 20))
WHOLE = [
    MLP,
    Case("basics/nest_mlp.nnspec:chimera", floats(2, 20)),  # its classes come from two files
    Case("basics/shared_layer.nnspec:SharedLayer", floats(2, 4)),
    Case("basics/perceptron.nnspec:perceptron", floats(2, 3)),  # its Linear is not torch's
    Case("basics/my_sequential.nnspec:net", floats(2, 20)),
    Case("basics/linear_batchnorm.nnspec:BatchNormNet", floats(2, 784)),
]


def assert_copy(copied: nn.Module, model: nn.Module, case: Case) -> None:
    """The same values, sharing, class name and outputs, in memory of its own."""
    assert type(copied).__name__ == type(model).__name__
    assert str(copied) == str(model)
    assert_same_tensors(copied.state_dict(), model.state_dict())
    assert_same_tensors(dict(copied.named_buffers()), dict(model.named_buffers()))
    assert sharing(copied) == sharing(model)
    ours = {p.data_ptr() for p in copied.parameters()}
    assert ours.isdisjoint(p.data_ptr() for p in model.parameters())
    inputs = case.inputs()
    for y, expected in zip(run(copied, inputs, 1), run(model, inputs, 1), strict=True):
        assert_equal(y, expected, "output")


def test_tensors(tmp_path: Path) -> None:
    """One tensor, a list and a dict of them, as results of a model."""
    model = MLP.load()
    x = torch.randn(2, 20)
    saved = {"x": x, "y": model(x).detach(), "parameters": [p.detach() for p in model.parameters()]}
    torch.save(saved, tmp_path / "tensors.pt")
    loaded = torch.load(tmp_path / "tensors.pt")
    assert_equal(model(loaded["x"]), saved["y"], "output")
    assert len(loaded["parameters"]) == 4


@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_state_dict(case: Case, tmp_path: Path) -> None:
    """Also between a spec's module and its twin, in both directions."""
    twin = case.twin()
    torch.save(twin.state_dict(), tmp_path / "twin.pt")
    model = case.load()
    assert str(model.load_state_dict(torch.load(tmp_path / "twin.pt"))) == (
        "<All keys matched successfully>"
    )
    assert_same_tensors(model.state_dict(), twin.state_dict())
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other = case.twin()
    other.load_state_dict(torch.load(tmp_path / "model.pt"))
    assert_same_tensors(other.state_dict(), model.state_dict())


@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_whole_model(case: Case, tmp_path: Path) -> None:
    model = case.load()
    model.eval()
    torch.save(model, tmp_path / "model.pt")
    assert_copy(torch.load(tmp_path / "model.pt", weights_only=False), model, case)


@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_whole_model_after_a_second_load(case: Case, tmp_path: Path) -> None:
    """A model made before the file was loaded again can still be saved, and so can the new one."""
    first = case.load()
    second = case.load()
    for i, model in enumerate((first, second, case.load())):
        torch.save(model, tmp_path / f"{i}.pt")
        assert_copy(torch.load(tmp_path / f"{i}.pt", weights_only=False), model, case)


def test_models_before_and_after_an_edit(spec: Callable[..., Path]) -> None:
    """Each keeps the class that it was made with, though both come from one path."""
    text = "module Net(n: int = 2):\n    fc = Linear(n, {})\n\n    def forward(x: [B, n]):\n        return fc(x)\n"
    path = spec(text.format(3))
    before = nnspec.load(path)
    spec(text.format(4))
    after = nnspec.load(path)
    x = torch.randn(5, 2)
    for model, width in ((before, 3), (after, 4)):
        again = pickle.loads(pickle.dumps(model))
        assert again.fc.out_features == width
        assert again(x).shape == (5, width)


@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_deepcopy(case: Case) -> None:
    model = case.load()
    assert_copy(copy.deepcopy(model), model, case)


@pytest.mark.parametrize("case", WHOLE, ids=str)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_pickle(case: Case, protocol: int) -> None:
    model = case.load()
    assert_copy(pickle.loads(pickle.dumps(model, protocol)), model, case)


def in_another_process(script: str, folder: Path) -> None:
    """Run a script that finds `model.pt` and `inputs.pt` and leaves `out.pt`."""
    prologue = f"import sys, torch\nfolder = {str(folder)!r}\n"
    subprocess.run([sys.executable, "-c", prologue + script], check=True, cwd=folder)


@pytest.mark.parametrize("case", WHOLE[:2], ids=str)
def test_pickle_to_another_process(case: Case, tmp_path: Path) -> None:
    """The other side imports torch alone by name; unpickling brings in what it needs."""
    model, _ = seeded(case.load, 4)
    inputs = case.inputs()
    torch.save(model, tmp_path / "model.pt")
    torch.save(inputs, tmp_path / "inputs.pt")
    in_another_process(
        """
model = torch.load(folder + "/model.pt", weights_only=False)
inputs = torch.load(folder + "/inputs.pt")
torch.manual_seed(1)
torch.save({"y": model(*inputs), "text": str(model)}, folder + "/out.pt")
""",
        tmp_path,
    )
    out = torch.load(tmp_path / "out.pt")
    assert_equal(out["y"], run(model, inputs, 1)[0], "output")
    assert out["text"] == str(model)


def test_whole_model_of_a_built_file(built: BuiltSpecs, tmp_path: Path) -> None:
    """It is pickled like any other Python class."""
    model = built.make(MLP)
    torch.save(model, tmp_path / "model.pt")
    assert_copy(torch.load(tmp_path / "model.pt", weights_only=False), model, MLP)


def test_weights_from_a_state_dict_and_from_a_file(tmp_path: Path) -> None:
    twin = MLP.twin()
    torch.save(twin.state_dict(), tmp_path / "mlp.pt")
    for weights in (twin.state_dict(), tmp_path / "mlp.pt", str(tmp_path / "mlp.pt")):
        model = MLP.load(weights=weights)
        assert_same_tensors(model.state_dict(), twin.state_dict())
        assert all(p.requires_grad for p in model.parameters())
        twins = {p.data_ptr() for p in twin.parameters()}
        assert twins.isdisjoint(p.data_ptr() for p in model.parameters())


def test_weights_into_shared_parameters() -> None:
    """One tensor under two names stays one."""
    case = Case("basics/sharing.nnspec:TinyLM", floats(1), {"vocab": 9, "dim": 4})
    twin = case.twin()
    model = case.load(weights=twin.state_dict())
    assert_same_tensors(model.state_dict(), twin.state_dict())
    assert sharing(model) == sharing(twin)


@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_weights_that_do_not_fit(change: str) -> None:
    """The error names the tensor."""
    state = MLP.twin().state_dict()
    if change == "missing":
        del state["hidden.bias"]
    elif change == "unknown":
        state["hidden.bias_"] = state["hidden.bias"]
    else:
        state["hidden.bias"] = torch.zeros(3)
    with pytest.raises(Exception, match=r"hidden\.bias") as caught:
        MLP.load(weights=state)
    assert not isinstance(caught.value, (AttributeError, TypeError, AssertionError))


def test_weights_that_are_no_state_dict(tmp_path: Path) -> None:
    """A file that is not there, and a pickled object from a stranger, which must not be run."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        MLP.load(weights=tmp_path / "nowhere.pt")

    marker = tmp_path / "ran"
    torch.save({"hidden.weight": Evil(str(marker))}, tmp_path / "evil.pt")
    with pytest.raises(Exception):  # noqa: B017 - torch's own, which varies
        MLP.load(weights=tmp_path / "evil.pt")
    assert not marker.exists()


class Evil:
    """What a hostile checkpoint looks like: unpickling it makes a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return open, (self.path, "w")


def test_a_checkpoint_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Model and optimizer saved half-way give the same parameters as training in one go."""
    x, y = torch.randn(8, 20), torch.randn(8, 10)

    def steps(model: nn.Module, optimizer: torch.optim.Optimizer, count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()

    whole, _ = seeded(MLP.load, 8)
    steps(whole, torch.optim.Adam(whole.parameters()), 6)

    half, _ = seeded(MLP.load, 8)
    optimizer = torch.optim.Adam(half.parameters())
    steps(half, optimizer, 3)
    torch.save({"model": half.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "c.pt")

    saved = torch.load(tmp_path / "c.pt")
    rest = nnspec.load(f"{SPECS}/basics/mlp.nnspec", weights=saved["model"])
    optimizer = torch.optim.Adam(rest.parameters())
    optimizer.load_state_dict(saved["optimizer"])
    steps(rest, optimizer, 3)
    assert_same_tensors(rest.state_dict(), whole.state_dict())
