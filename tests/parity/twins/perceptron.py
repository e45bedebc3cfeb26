"""Two layers of one's own with a sigmoid between them."""

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features))
        self.b = nn.Parameter(torch.randn(out_features))

    def forward(self, x: Tensor) -> Tensor:
        return x.mm(self.w) + self.b


class Perceptron(nn.Module):
    def __init__(self, in_features: int, hidden_features: int, out_features: int) -> None:
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer2(torch.sigmoid(self.layer1(x)))


def perceptron() -> nn.Module:
    return Perceptron(3, 4, 1)
