"""The same layers in a row under different names."""

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn


def numbered() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU())


def named() -> nn.Module:
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(3, 3, 3, padding=1))
    net.add_module("batchnorm", nn.BatchNorm2d(3))
    net.add_module("activation_layer", nn.ReLU())
    return net


def from_dict() -> nn.Module:
    layers = OrderedDict(
        [
            ("conv", nn.Conv2d(3, 3, 3, padding=1)),
            ("batchnorm", nn.BatchNorm2d(3)),
            ("activation_layer", nn.ReLU()),
        ]
    )
    return nn.Sequential(layers)


def computed() -> nn.Module:
    net = nn.Sequential()
    for i in range(3):
        net.add_module(f"conv{i}", nn.Conv2d(3, 3, 3, padding=1))
    return net


class AddModule(nn.Module):
    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        for i in range(1, depth + 1):
            self.add_module(f"conv{i}", nn.Conv2d(3, 3, 3, padding=1))
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        for name, child in self.named_children():
            if name.startswith("conv"):
                x = F.relu(child(x))
        return x
