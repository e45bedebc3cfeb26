"""What every nn.Module can do: hooks, modes, and walks over parameters and modules."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from .cases import BASICS, floats
from .harness import Case, assert_equal, run, seeded

CNN = Case("basics/simple_cnn.nnspec:SimpleCNN", floats(2, 1, 28, 28))
NESTED = Case("basics/nested_blocks.nnspec:rgnet", floats(2, 4))
SHARED = Case("basics/shared_layer.nnspec:SharedLayer", floats(2, 4))


def shapes_seen(model: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """What forward hooks on every named module see, in order."""
    seen: list[tuple[str, tuple[int, ...]]] = []
    handles = [
        module.register_forward_hook(
            lambda _module, _args, y, name=name: seen.append((name, tuple(y.shape)))
        )
        for name, module in model.named_modules()
    ]
    model(x)
    for handle in handles:
        handle.remove()
    count = len(seen)
    model(x)
    assert len(seen) == count, "a removed hook still ran"
    return seen


@pytest.mark.parametrize("case", [CNN, NESTED, SHARED], ids=str)
def test_forward_hooks_see_every_layer(case: Case) -> None:
    torch.manual_seed(0)
    (x,) = case.inputs()
    seen = shapes_seen(case.load(), x)
    assert seen == shapes_seen(case.twin(), x)
    assert len(seen) > 3


def test_a_hook_changes_what_goes_on() -> None:
    """Forward pre-hooks replace arguments, forward hooks results."""
    model, twin = seeded(SHARED.load, 1)[0], seeded(SHARED.twin, 1)[0]
    for module in (model, twin):
        module.net.register_forward_pre_hook(lambda _module, args: (args[0] * 2,))
        module.register_forward_hook(lambda _module, _args, y: y - 1)
    (x,) = SHARED.inputs()
    assert_equal(model(x), twin(x), "output")
    assert not torch.equal(model(x), model.net.forward(x))


def test_backward_hooks() -> None:
    """Gradients of a layer's output, and of one parameter, are the twin's."""
    (x,) = CNN.inputs()
    found: list[list[Tensor]] = []
    for make in (CNN.load, CNN.twin):
        model, _ = seeded(make, 1)
        model.eval()
        grads: list[Tensor] = []
        model.classifier.fc1.register_full_backward_hook(
            lambda _module, _into, out, grads=grads: grads.append(out[0].clone())
        )
        model.features.conv1.weight.register_hook(lambda grad, grads=grads: grads.append(grad))
        model(x).square().sum().backward()
        found.append(grads)
    assert len(found[0]) == len(found[1]) == 2
    for grad, expected in zip(*found):
        assert_equal(grad, expected, "gradient")


def test_train_and_eval_reach_every_module() -> None:
    model, _ = seeded(CNN.load, 1)
    assert all(module.training for module in model.modules())
    (x,) = CNN.inputs()
    assert not torch.equal(run(model, (x,), 1)[0], run(model, (x,), 2)[0]), "dropout did nothing"
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert torch.equal(run(model, (x,), 1)[0], run(model, (x,), 2)[0])
    model.train()
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("case", BASICS, ids=str)
def test_walks_are_the_twins(case: Case) -> None:
    """Parameters, children and modules come in the same order, and of the same types."""
    model, twin = case.load(), case.twin()

    def parameters(module: nn.Module, duplicates: bool) -> list[tuple[str, tuple[int, ...]]]:
        named = module.named_parameters(remove_duplicate=not duplicates)
        return [(name, tuple(p.shape)) for name, p in named]

    assert parameters(model, False) == parameters(twin, False)
    assert parameters(model, True) == parameters(twin, True)
    assert len(list(model.parameters())) == len(list(twin.parameters()))

    def modules(module: nn.Module) -> list[tuple[str, str]]:
        return [(name, type(child).__name__) for name, child in module.named_modules()]

    assert modules(model) == modules(twin)
    assert [name for name, _ in model.named_children()] == [
        name for name, _ in twin.named_children()
    ]
    assert len(list(model.modules())) == len(list(twin.modules()))


def test_apply_and_freezing() -> None:
    """`apply` reaches every layer; a frozen parameter gets no gradient."""
    model = NESTED.load()
    visited: list[nn.Module] = []
    assert model.apply(visited.append) is model
    assert set(visited) == set(model.modules())

    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith("1."))
    (x,) = NESTED.inputs()
    model(x).sum().backward()
    assert {n for n, p in model.named_parameters() if p.grad is not None} == {"1.weight", "1.bias"}


def test_children_can_be_replaced() -> None:
    """A loaded model is an ordinary module: a head may be swapped for another."""
    model = CNN.load()
    model.classifier.fc2 = nn.Linear(128, 3)
    assert model(*CNN.inputs()).shape == (2, 3)
    assert model.get_submodule("classifier.fc2").out_features == 3
    assert model.get_parameter("features.conv1.weight").shape == (16, 1, 3, 3)
