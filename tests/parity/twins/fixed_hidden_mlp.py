"""A fixed random weight, one layer used twice and a loop that depends on the data."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FixedHiddenMLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20), persistent=False)
        self.linear = nn.Linear(20, 20)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x)
        x = F.relu(x @ self.rand_weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
