"""A small convolutional network for handwritten digits."""

import torch
from torch import Tensor, nn


class SimpleCNN(nn.Module):
    def __init__(self, classes: int = 10, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv1", nn.Conv2d(1, 16, 3, padding=1))
        self.features.add_module("relu1", nn.ReLU())
        self.features.add_module("pool1", nn.MaxPool2d(2))
        self.features.add_module("conv2", nn.Conv2d(16, 32, 3, padding=1))
        self.features.add_module("relu2", nn.ReLU())
        self.features.add_module("pool2", nn.MaxPool2d(2))
        self.classifier = nn.Sequential()
        self.classifier.add_module("fc1", nn.Linear(32 * 7 * 7, 128))
        self.classifier.add_module("relu", nn.ReLU())
        self.classifier.add_module("drop", nn.Dropout(dropout))
        self.classifier.add_module("fc2", nn.Linear(128, classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.features(x), 1))
