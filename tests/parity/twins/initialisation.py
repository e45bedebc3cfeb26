"""Ways to fill the parameters of one and the same network."""

import torch
from torch import Tensor, nn


def small_net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))


def gaussian() -> nn.Module:
    net = small_net()
    for layer in (net[0], net[2]):
        nn.init.normal_(layer.weight, std=0.01)
    for layer in (net[0], net[2]):
        nn.init.zeros_(layer.bias)
    return net


def ones_everywhere() -> nn.Module:
    net = small_net()
    for layer in (net[0], net[2]):
        nn.init.constant_(layer.weight, 1)
        nn.init.zeros_(layer.bias)
    return net


def xavier_and_42() -> nn.Module:
    net = small_net()
    nn.init.xavier_uniform_(net[0].weight)
    nn.init.constant_(net[2].weight, 42)
    return net


@torch.no_grad()
def far_from_zero_(weight: Tensor, limit: float) -> None:
    weight.copy_(torch.rand_like(weight) * 20 - 10)
    weight *= weight.abs() >= limit


def custom() -> nn.Module:
    net = small_net()
    for layer in net:
        if isinstance(layer, nn.Linear):
            far_from_zero_(layer.weight, 5)
    return net


@torch.no_grad()
def uniform_without_small(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.uniform_(module.weight, -10, 10)
        module.weight *= module.weight.abs() >= 5


def in_two_steps() -> nn.Module:
    return small_net().apply(uniform_without_small)


class Initialised(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 1))
        for layer in (self.net[0], self.net[2]):
            nn.init.xavier_normal_(layer.weight, gain=2)
        for layer in (self.net[0], self.net[2]):
            nn.init.constant_(layer.bias, 0.1)
        far_from_zero_(self.net[2].weight, 2)
        for layer in (self.net[0], self.net[2]):
            nn.init.uniform_(layer.bias, -1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)
