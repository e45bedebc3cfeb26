"""EfficientNet, with torchvision's parameter names."""

import math

import torch
from torch import Tensor, nn

BASE = [
    (1, 3, 1, 32, 16, 1),
    (6, 3, 2, 16, 24, 2),
    (6, 5, 2, 24, 40, 2),
    (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3),
    (6, 5, 2, 112, 192, 4),
    (6, 3, 1, 192, 320, 1),
]


def adjust(v: float) -> int:
    new_v = max(8, int(v + 4) // 8 * 8)
    return new_v + 8 if new_v < 0.9 * v else new_v


def conv(
    inp: int, out: int, kernel: int, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inp, out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out),
    ]
    if act:
        layers.append(nn.SiLU(inplace=True))
    return nn.Sequential(*layers)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeeze, 1)
        self.fc2 = nn.Conv2d(squeeze, channels, 1)
        self.activation = nn.SiLU(inplace=True)
        self.scale_activation = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale = self.activation(self.fc1(self.avgpool(x)))
        return self.scale_activation(self.fc2(scale)) * x


class StochasticDepth(nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        survival = 1.0 - self.p
        noise = torch.bernoulli(torch.full([x.shape[0], 1, 1, 1], survival))
        return x * (noise / survival)


class MBConv(nn.Module):
    def __init__(
        self, expand: int, kernel: int, stride: int, inp: int, out: int, rate: float
    ) -> None:
        super().__init__()
        self.residual = stride == 1 and inp == out
        wide = adjust(inp * expand)
        layers = [conv(inp, wide, 1)] if wide != inp else []
        layers.append(conv(wide, wide, kernel, stride, groups=wide))
        layers.append(SqueezeExcitation(wide, max(1, inp // 4)))
        layers.append(conv(wide, out, 1, act=False))
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(rate)

    def forward(self, x: Tensor) -> Tensor:
        result = self.block(x)
        return self.stochastic_depth(result) + x if self.residual else result


class EfficientNet(nn.Module):
    def __init__(self, width: float = 1.0, depth: float = 1.0, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv(3, adjust(32 * width), 3, 2)]
        total = sum(math.ceil(row[-1] * depth) for row in BASE)
        done = 0
        for expand, kernel, stride, inp, out, repeats in BASE:
            inp, out = adjust(inp * width), adjust(out * width)
            stage = []
            for _ in range(math.ceil(repeats * depth)):
                stage.append(MBConv(expand, kernel, stride, inp, out, 0.2 * done / total))
                stride, inp = 1, out
                done += 1
            layers.append(nn.Sequential(*stage))
        layers.append(conv(inp, 4 * inp, 1))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.2, inplace=True), nn.Linear(4 * inp, classes)
        )
        for kind in (nn.Conv2d, nn.Linear):
            for m in self.modules():
                if isinstance(m, nn.Conv2d) and kind is nn.Conv2d:
                    nn.init.kaiming_normal_(m.weight, mode="fan_out")
                    if m.bias is not None:
                        nn.init.zeros_(m.bias)
                elif isinstance(m, nn.Linear) and kind is nn.Linear:
                    bound = 1.0 / math.sqrt(m.out_features)
                    nn.init.uniform_(m.weight, -bound, bound)
                    nn.init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


efficientnet_b0 = EfficientNet
