"""A first network: two fully connected layers with a relu in between."""

import torch.nn.functional as F
from torch import Tensor, nn


class SimpleNet(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.fc1 = nn.Linear(16, 12)
        self.fc2 = nn.Linear(12, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.relu(self.fc1(x)))
