"""Devices and dtypes: parameters are created where and as they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import nnspec

from .cases import BASICS, EXAMPLES, floats
from .harness import SPECS, Case, assert_equal, assert_same_tensors, run, seeded

MLP = Case("basics/mlp.nnspec:MLP", floats(2, 20))
CHIMERA = Case("basics/nest_mlp.nnspec:chimera", floats(2, 20))
cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")


def tensors(model: nn.Module) -> list[torch.Tensor]:
    """Every parameter and buffer, saved or not."""
    return [*model.parameters(), *model.buffers()]


@pytest.mark.parametrize("device", [None, "cpu", torch.device("cpu")])
def test_cpu(device: str | torch.device | None) -> None:
    """The default, and the same when it is spelled out."""
    model, _ = seeded(lambda: MLP.load(device=device), 1)
    assert {t.device.type for t in tensors(model)} == {"cpu"}
    assert_same_tensors(model.state_dict(), seeded(MLP.twin, 1)[0].state_dict())


def test_auto() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert {t.device.type for t in tensors(MLP.load(device="auto"))} == {expected}


@no_cuda
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_device_that_is_not_there(device: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match=device) as caught:
        MLP.load(device=device)
    assert "cpu" in str(caught.value), "the error does not say what there is"


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "", "cpu0"])
def test_a_device_that_is_none(device: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match="device"):
        MLP.load(device=device)


class CopyWatch(TorchDispatchMode):
    """Notes the ops that take a tensor from one device to another."""

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        out = func(*args, **(kwargs or {}))
        source = next((a for a in args if isinstance(a, torch.Tensor)), None)
        if isinstance(out, torch.Tensor) and source is not None and out.device != source.device:
            self.moves.append(str(func))
        return out


@pytest.mark.parametrize("case", [*BASICS, *EXAMPLES], ids=str)
def test_everything_is_created_on_the_device(case: Case) -> None:
    """On the meta device, where a move from the CPU would show, and where nothing is computed."""
    with CopyWatch() as watch:
        model = case.load(device="meta")
    assert {t.device.type for t in tensors(model)} <= {"meta"}
    assert not watch.moves


def test_large_models_cost_nothing_on_meta() -> None:
    """Seven billion parameters, none of them in memory."""
    model = nnspec.load(f"{SPECS}/language/llama.nnspec:llama2_7b", device="meta")
    assert sum(p.numel() for p in model.parameters()) == 6_738_415_616
    assert model(torch.zeros(1, 5, dtype=torch.int64, device="meta")).shape == (1, 5, 32000)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, "float64", "bfloat16"])
def test_dtype(dtype: torch.dtype | str) -> None:
    """Parameters and buffers are made in it, and what is computed from them has it."""
    model = CHIMERA.load(dtype=dtype)
    expected = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    assert {t.dtype for t in tensors(model)} == {expected}
    assert model(torch.randn(2, 20, dtype=expected)).dtype == expected
    assert torch.get_default_dtype() == torch.float32


def test_dtype_leaves_integers_alone() -> None:
    """The count of batches in a batch normalisation stays an int64."""
    case = Case("basics/linear_batchnorm.nnspec:BatchNormNet", floats(2, 784))
    state = case.load(dtype=torch.float64).state_dict()
    assert state["layer1.1.num_batches_tracked"].dtype == torch.int64
    assert state["layer1.1.running_mean"].dtype == torch.float64


def test_dtype_of_a_twin_made_in_it() -> None:
    """The values are those that a twin has under torch's default dtype."""
    model, _ = seeded(lambda: MLP.load(dtype=torch.float64), 1)
    torch.set_default_dtype(torch.float64)
    try:
        twin, _ = seeded(MLP.twin, 1)
    finally:
        torch.set_default_dtype(torch.float32)
    assert_same_tensors(model.state_dict(), twin.state_dict())


@pytest.mark.parametrize("dtype", ["float31", torch.int64, "int64"])
def test_a_dtype_that_parameters_cannot_have(dtype: torch.dtype | str) -> None:
    with pytest.raises((ValueError, TypeError), match="dtype|float31|int64"):
        MLP.load(dtype=dtype)


def test_weights_keep_the_dtype_asked_for() -> None:
    """A float32 checkpoint in a float64 model is converted, as load_state_dict does."""
    twin = MLP.twin()
    model = MLP.load(dtype=torch.float64, weights=twin.state_dict())
    assert {p.dtype for p in model.parameters()} == {torch.float64}
    assert_equal(model.hidden.weight.float(), twin.hidden.weight, "hidden.weight")


def test_constants_move_with_the_module() -> None:
    """Though they are in no state_dict."""
    model = CHIMERA.load()
    assert not [name for name in model.state_dict() if "rand_weight" in name]
    assert model.to("meta")[2].rand_weight.device.type == "meta"
    assert CHIMERA.load().double()[2].rand_weight.dtype == torch.float64


def test_load_leaves_the_default_device_alone() -> None:
    MLP.load(device="meta")
    assert torch.zeros(1).device.type == "cpu"
    with torch.device("meta"):
        assert {t.device.type for t in tensors(MLP.load())} == {"meta"}


@cuda
@pytest.mark.parametrize("case", [*BASICS, *EXAMPLES], ids=str)
def test_cuda(case: Case) -> None:
    """Created there under one seed, the twin's values; and the twin's outputs."""

    def on_cuda(make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
        def made() -> nn.Module:
            with torch.device("cuda"):
                return make()

        return made

    model, _ = seeded(lambda: case.load(device="cuda"), 1)
    twin, _ = seeded(on_cuda(case.twin), 1)
    assert {t.device.type for t in tensors(model)} <= {"cuda"}
    assert_same_tensors(model.state_dict(), twin.state_dict())
    inputs = tuple(x.cuda() for x in case.inputs())
    for y, expected in zip(run(model, inputs, 2), run(twin, inputs, 2), strict=True):
        torch.testing.assert_close(y, expected)


@cuda
def test_a_cuda_device_by_number() -> None:
    assert {t.device for t in tensors(MLP.load(device="cuda:0"))} == {torch.device("cuda:0")}
    count = torch.cuda.device_count()
    with pytest.raises((ValueError, RuntimeError), match=f"cuda:{count}"):
        MLP.load(device=f"cuda:{count}")
