"""PointNet, NeRF and a graph convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TNet(nn.Module):
    def __init__(self, k: int = 3) -> None:
        super().__init__()
        self.k = k
        self.conv1 = nn.Conv1d(k, 64, 1)
        self.conv2 = nn.Conv1d(64, 128, 1)
        self.conv3 = nn.Conv1d(128, 1024, 1)
        self.fc1 = nn.Linear(1024, 256)
        self.fc2 = nn.Linear(256, k * k)
        nn.init.zeros_(self.fc2.weight)
        nn.init.zeros_(self.fc2.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv3(F.relu(self.conv2(F.relu(self.conv1(x))))))
        x = torch.max(x, 2)[0]
        return self.fc2(F.relu(self.fc1(x))).view(-1, self.k, self.k) + torch.eye(self.k)


class PointNet(nn.Module):
    def __init__(self, classes: int = 40, drop: float = 0.3) -> None:
        super().__init__()
        self.stn = TNet(3)
        self.fstn = TNet(64)
        self.conv1 = nn.Conv1d(3, 64, 1)
        self.bn1 = nn.BatchNorm1d(64)
        self.conv2 = nn.Conv1d(64, 1024, 1)
        self.bn2 = nn.BatchNorm1d(1024)
        self.head = nn.Sequential(
            nn.Linear(1024, 256), nn.ReLU(), nn.Dropout(drop), nn.Linear(256, classes)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = torch.bmm(x.transpose(2, 1), self.stn(x)).transpose(2, 1)
        x = F.relu(self.bn1(self.conv1(x)))
        transform = self.fstn(x)
        x = torch.bmm(x.transpose(2, 1), transform).transpose(2, 1)
        x = torch.max(self.bn2(self.conv2(x)), 2)[0]
        return F.log_softmax(self.head(x), dim=-1), transform


class NeRF(nn.Module):
    def __init__(self, depth: int = 8, width: int = 256, skips: tuple[int, ...] = (4,)) -> None:
        super().__init__()
        self.skips = skips
        xyz, views = 63, 27
        self.register_buffer("xyz_bands", 2.0 ** torch.arange(10), persistent=False)
        bands = 2.0 ** torch.linspace(0.0, 3.0, 4)
        self.register_buffer("view_bands", bands, persistent=False)
        self.pts_linears = nn.ModuleList([nn.Linear(xyz, width)])
        for i in range(depth - 1):
            self.pts_linears.append(nn.Linear(width + (xyz if i in skips else 0), width))
        self.alpha_linear = nn.Linear(width, 1)
        self.feature_linear = nn.Linear(width, width)
        self.views_linear = nn.Linear(width + views, width // 2)
        self.rgb_linear = nn.Linear(width // 2, 3)

    def forward(self, points: Tensor, directions: Tensor) -> Tensor:
        def encode(x: Tensor, bands: Tensor) -> Tensor:
            angles = (x[..., None, :] * bands[:, None]).flatten(-2)
            return torch.cat([x, torch.sin(angles), torch.cos(angles)], -1)

        p = encode(points, self.xyz_bands)
        h = p
        for i, layer in enumerate(self.pts_linears):
            h = F.relu(layer(h))
            if i in self.skips:
                h = torch.cat([p, h], -1)
        alpha = self.alpha_linear(h)
        h = torch.cat([self.feature_linear(h), encode(directions, self.view_bands)], -1)
        rgb = torch.sigmoid(self.rgb_linear(F.relu(self.views_linear(h))))
        return torch.cat([rgb, alpha], -1)


class GCN(nn.Module):
    def __init__(self, dims: list[int], drop: float = 0.5) -> None:
        super().__init__()
        self.drop = drop
        self.layers = nn.ModuleList(
            nn.Linear(dims[i], dims[i + 1], bias=False) for i in range(len(dims) - 1)
        )

    def forward(self, x: Tensor, adjacency: Tensor) -> Tensor:
        a = adjacency + torch.eye(len(adjacency))
        d = a.sum(1) ** -0.5
        a = d[:, None] * a * d
        for layer in self.layers[:-1]:
            x = F.dropout(F.relu(a @ layer(x)), self.drop, training=self.training)
        return a @ self.layers[-1](x)
