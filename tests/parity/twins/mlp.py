"""A multilayer perceptron with one hidden layer."""

import torch.nn.functional as F
from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, in_dim: int = 20, width: int = 256, out_dim: int = 10) -> None:
        super().__init__()
        self.hidden = nn.Linear(in_dim, width)
        self.out = nn.Linear(width, out_dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.relu(self.hidden(x)))
