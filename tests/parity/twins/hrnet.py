"""A small HRNet for classification, in the way of HRNet/HRNet-Image-Classification."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .resnet import Bottleneck


class BasicBlock(nn.Module):
    def __init__(self, planes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes, momentum=0.1)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes, momentum=0.1)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + x)


def down(inp: int, out: int, relu: bool) -> nn.Sequential:
    parts = [nn.Conv2d(inp, out, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(out)]
    return nn.Sequential(*parts, nn.ReLU(inplace=True)) if relu else nn.Sequential(*parts)


class HighResolutionModule(nn.Module):
    def __init__(self, blocks: int, widths: list[int]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*[BasicBlock(w) for _ in range(blocks)]) for w in widths
        )
        rows = []
        for i in range(len(widths)):
            row: list[nn.Module | None] = []
            for j in range(len(widths)):
                if j > i:
                    row.append(
                        nn.Sequential(
                            nn.Conv2d(widths[j], widths[i], 1, bias=False),
                            nn.BatchNorm2d(widths[i]),
                            nn.Upsample(scale_factor=2 ** (j - i), mode="nearest"),
                        )
                    )
                elif j == i:
                    row.append(None)
                else:
                    steps = []
                    for k in range(i - j):
                        last = k == i - j - 1
                        steps.append(down(widths[j], widths[i if last else j], relu=not last))
                    row.append(nn.Sequential(*steps))
            rows.append(nn.ModuleList(row))
        self.fuse_layers = nn.ModuleList(rows)
        self.relu = nn.ReLU(inplace=False)

    def forward(self, xs: list[Tensor]) -> list[Tensor]:
        xs = [branch(x) for branch, x in zip(self.branches, xs)]
        fused = []
        for i, row in enumerate(self.fuse_layers):
            y = xs[0] if i == 0 else row[0](xs[0])
            for j in range(1, len(xs)):
                y = y + xs[j] if i == j else y + row[j](xs[j])
            fused.append(self.relu(y))
        return fused


def transition(before: list[int], after: list[int]) -> nn.ModuleList:
    layers: list[nn.Module | None] = []
    for i, width in enumerate(after):
        if i >= len(before):
            layers.append(nn.Sequential(down(before[-1], width, relu=True)))
        elif before[i] != width:
            layers.append(
                nn.Sequential(
                    nn.Conv2d(before[i], width, 3, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                )
            )
        else:
            layers.append(None)
    return nn.ModuleList(layers)


class HRNet(nn.Module):
    def __init__(
        self, width: int = 18, modules_per_stage: tuple[int, int] = (1, 4), classes: int = 10
    ) -> None:
        super().__init__()
        second = [width, width * 2]
        third = [width, width * 2, width * 4]
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = nn.Conv2d(64, 64, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(Bottleneck(64, 64), Bottleneck(256, 64))
        self.transition1 = transition([256], second)
        self.stage2 = nn.ModuleList(
            HighResolutionModule(2, second) for _ in range(modules_per_stage[0])
        )
        self.transition2 = transition(second, third)
        self.stage3 = nn.ModuleList(
            HighResolutionModule(2, third) for _ in range(modules_per_stage[1])
        )
        self.head = nn.Linear(7 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer1(self.relu(self.bn2(self.conv2(x))))
        xs = [layer(x) for layer in self.transition1]
        for module in self.stage2:
            xs = module(xs)
        xs = [xs[0], xs[1], self.transition2[2](xs[1])]
        for module in self.stage3:
            xs = module(xs)
        size = xs[0].shape[-2:]
        up = [F.interpolate(x, size=size, mode="bilinear", align_corners=False) for x in xs[1:]]
        return self.head(torch.cat([xs[0], *up], 1).mean([2, 3]))


hrnet_w18 = HRNet
