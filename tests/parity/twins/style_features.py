"""Gram matrices of VGG's first layers, and a Siamese network."""

import torch.nn.functional as F
from torch import Tensor, nn


class StyleFeatures(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        features = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(64, 128, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(128, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
        )
        # The rest of the trunk is made too, and thrown away.
        for inp in (256, 512, 512, 512):
            nn.Conv2d(inp, 512, 3, padding=1)
        self.slice1 = features[:2]
        self.slice2 = features[2:5]
        self.slice3 = features[5:]
        self.slice1.requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        grams = []
        for part in (self.slice1, self.slice2, self.slice3):
            x = part(x)
            b, c, h, w = x.shape
            f = x.view(b, c, h * w)
            grams.append(f @ f.transpose(1, 2) / (c * h * w))
        return grams


class Siamese(nn.Module):
    def __init__(self, dim: int = 16) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 8, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(256, dim),
        )

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        u = F.normalize(self.trunk(a), dim=1)
        v = F.normalize(self.trunk(b), dim=1)
        return F.pairwise_distance(u, v), u, v
