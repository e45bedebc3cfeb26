"""Blocks of blocks."""

from torch import nn


def block() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())


def tower(depth: int) -> nn.Sequential:
    net = nn.Sequential()
    for i in range(depth):
        net.add_module(f"block{i}", block())
    return net


def rgnet() -> nn.Module:
    return nn.Sequential(tower(4), nn.Linear(4, 1))
