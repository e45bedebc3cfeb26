"""Fully connected layers, each followed by batch normalisation and a relu."""

import torch.nn.functional as F
from torch import Tensor, nn


class BatchNormNet(nn.Module):
    def __init__(
        self, in_dim: int = 784, hidden1: int = 300, hidden2: int = 100, out_dim: int = 10
    ) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(nn.Linear(in_dim, hidden1), nn.BatchNorm1d(hidden1))
        self.layer2 = nn.Sequential(nn.Linear(hidden1, hidden2), nn.BatchNorm1d(hidden2))
        self.layer3 = nn.Linear(hidden2, out_dim)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)
