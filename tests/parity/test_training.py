"""Training: the losses of a spec's module are those of its twin, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer, RMSprop

from .cases import floats
from .harness import BuiltSpecs, Case, assert_same_tensors, seeded

OPTIMIZERS: dict[str, Callable[[Iterable[nn.Parameter]], Optimizer]] = {
    "SGD": lambda params: SGD(params, lr=0.2),
    "momentum": lambda params: SGD(params, lr=0.1, momentum=0.8),
    "RMSprop": lambda params: RMSprop(params, lr=0.01, alpha=0.9),
    "Adam": lambda params: Adam(params, lr=0.01, betas=(0.9, 0.99)),
}

REGRESSION = Case("basics/regression.nnspec:Regression", floats(32, 1))
CNN = Case("basics/simple_cnn.nnspec:SimpleCNN", floats(8, 1, 28, 28))
BATCH_NORM = Case(
    "basics/linear_batchnorm.nnspec:BatchNormNet",
    floats(8, 20),
    {"in_dim": 20, "hidden1": 12, "hidden2": 8, "out_dim": 10},
)


def noisy_parabola() -> tuple[Tensor, Tensor]:
    """A hundred points of x squared with normal noise, x of shape [100, 1]."""
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 100).unsqueeze(1)
    return x, x.square() + 0.1 * torch.randn_like(x)


def losses(
    model: nn.Module,
    optimizer: Optimizer,
    loss: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    y: Tensor,
    steps: int,
) -> list[float]:
    """The loss before each step; random numbers (dropout) start from the same seed each time."""
    torch.manual_seed(1)
    seen = []
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        seen.append(value.item())
    return seen


@pytest.mark.parametrize("way", ["in memory", "built"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_fits_the_curve(name: str, way: str, built: BuiltSpecs) -> None:
    x, y = noisy_parabola()
    make = REGRESSION.load if way == "in memory" else lambda: built.make(REGRESSION)
    model, twin = seeded(make, 2)[0], seeded(REGRESSION.twin, 2)[0]
    optimizer = OPTIMIZERS[name]
    ours = losses(model, optimizer(model.parameters()), F.mse_loss, x, y, 60)
    theirs = losses(twin, optimizer(twin.parameters()), F.mse_loss, x, y, 60)
    assert ours == theirs
    assert ours[-1] < 0.6 * ours[0]
    assert_same_tensors(model.state_dict(), twin.state_dict())


@pytest.mark.parametrize("case", [CNN, BATCH_NORM], ids=str)
def test_classifiers_learn_as_their_twins_do(case: Case) -> None:
    """With dropout, and with statistics that batch normalisation gathers on the way."""
    torch.manual_seed(0)
    (x,) = case.inputs()
    y = torch.arange(len(x)) % 10
    model, twin = seeded(case.load, 2)[0], seeded(case.twin, 2)[0]
    ours = losses(model, Adam(model.parameters()), F.cross_entropy, x, y, 12)
    theirs = losses(twin, Adam(twin.parameters()), F.cross_entropy, x, y, 12)
    assert ours == theirs
    assert ours[-1] < ours[0]
    assert_same_tensors(model.state_dict(), twin.state_dict())


def test_a_shared_layer_is_stepped_once() -> None:
    """Momentum would move a parameter twice as far if it were listed twice."""
    case = Case("basics/shared_layer.nnspec:SharedLayer", floats(16, 4))
    torch.manual_seed(0)
    (x,) = case.inputs()
    y = x.sum(dim=1, keepdim=True)
    model, twin = seeded(case.load, 2)[0], seeded(case.twin, 2)[0]
    optimizer = OPTIMIZERS["momentum"]
    ours = losses(model, optimizer(model.parameters()), F.mse_loss, x, y, 10)
    assert ours == losses(twin, optimizer(twin.parameters()), F.mse_loss, x, y, 10)
    assert_same_tensors(model.state_dict(), twin.state_dict())
