"""torch.compile takes the modules whole, and torch.export with dynamic sizes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim

from .cases import BASICS, EXAMPLES, floats
from .harness import BuiltSpecs, Case, assert_equal, leaves, run, seeded

CASES = [
    case for case in [*BASICS, *EXAMPLES] if not case.hyper or case.path.startswith("language/")
]
WITHOUT_DATA_LOOP = [case for case in CASES if case.name not in ("FixedHiddenMLP", "chimera")]
compiler = pytest.mark.skipif(
    not (shutil.which("g++") or shutil.which("clang++")), reason="needs a C++ compiler"
)


@pytest.fixture(autouse=True)
def forget_compiled_code() -> Iterator[None]:
    """Each test compiles for itself."""
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def assert_compiles(model: nn.Module, case: Case, backend: str) -> None:
    """One graph for the whole forward pass, with the results of the module itself."""
    model.eval()
    inputs = case.inputs()
    compiled = torch.compile(model, fullgraph=True, backend=backend)
    for y, expected in zip(leaves(compiled(*inputs)), run(model, inputs, 1), strict=True):
        if backend == "eager":
            assert_equal(y, expected, "output")
        else:
            torch.testing.assert_close(y, expected)


@pytest.mark.parametrize("case", WITHOUT_DATA_LOOP, ids=str)
def test_compile_without_a_break(case: Case) -> None:
    assert_compiles(case.load(), case, "eager")


@pytest.mark.parametrize("case", [EXAMPLES[0], EXAMPLES[-1]], ids=str)
def test_compile_a_built_file(case: Case, built: BuiltSpecs) -> None:
    assert_compiles(built.make(case), case, "eager")


def test_compile_the_backward_pass_too() -> None:
    """In training mode, with gradients."""
    case = Case("basics/linear_batchnorm.nnspec:BatchNormNet", floats(6, 784))
    model, twin = seeded(case.load, 1)[0], seeded(case.twin, 1)[0]
    (x,) = case.inputs()
    torch.compile(model, fullgraph=True, backend="aot_eager")(x).square().sum().backward()
    twin(x).square().sum().backward()
    for parameter, expected in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, expected.grad)


@compiler
@pytest.mark.slow
def test_compile_to_machine_code() -> None:
    case = BASICS[0]
    assert_compiles(case.load(), case, "inductor")


def exported(
    model: nn.Module, inputs: tuple[Tensor, ...], dims: dict[int, Dim] | None = None
) -> Callable[..., Tensor]:
    """The exported program as a callable."""
    model.eval()
    shapes = None if dims is None else (dims,)
    return torch.export.export(model, inputs, dynamic_shapes=shapes).module()


@pytest.mark.parametrize("case", WITHOUT_DATA_LOOP, ids=str)
def test_export(case: Case) -> None:
    model = case.load()
    inputs = case.inputs()
    program = exported(model, inputs)
    for y, expected in zip(leaves(program(*inputs)), run(model, inputs, 1), strict=True):
        assert_equal(y, expected, "output")


@pytest.mark.parametrize(
    "case",
    [
        Case("basics/simple_net.nnspec:SimpleNet", floats(5, 16)),
        Case("basics/simple_cnn.nnspec:SimpleCNN", floats(5, 1, 28, 28)),
        Case("basics/my_sequential.nnspec:net", floats(5, 20)),
        Case("vision/lenet.nnspec:LeNet", floats(5, 3, 32, 32)),
    ],
    ids=str,
)
def test_export_for_any_batch(case: Case) -> None:
    """No size of the example is baked in."""
    model = case.load()
    (x,) = case.inputs()
    program = exported(model, (x,), {0: Dim("batch", min=1, max=64)})
    for rows in (2, 5, 13):
        batch = torch.randn(rows, *x.shape[1:])
        assert_equal(program(batch), model(batch), f"output for {rows}")


@pytest.mark.parametrize("case", EXAMPLES[-2:], ids=str)
def test_export_for_any_text(case: Case) -> None:
    """Batch and time are free, the latter up to the context."""
    model = case.load()
    (tokens,) = case.inputs()
    program = exported(model, (tokens,), {0: Dim("batch", max=16), 1: Dim("time", max=9)})
    for shape in ((2, 3), (4, 9), (5, 7)):
        text = torch.randint(31, shape)
        torch.testing.assert_close(program(text), model(text))
