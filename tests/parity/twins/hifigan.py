"""The generator of HiFi-GAN, and one of its discriminators."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm


class ResBlock(nn.Module):
    def __init__(self, channels: int, kernel: int, dilations: Sequence[int]) -> None:
        super().__init__()

        def conv(dilation: int) -> nn.Module:
            same = dilation * (kernel // 2)
            return weight_norm(
                nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=same)
            )

        self.convs1 = nn.ModuleList([conv(dilation) for dilation in dilations])
        self.convs2 = nn.ModuleList([conv(1) for _ in dilations])

    def forward(self, x: Tensor) -> Tensor:
        for first, second in zip(self.convs1, self.convs2):
            y = first(F.leaky_relu(x, 0.1))
            x = x + second(F.leaky_relu(y, 0.1))
        return x


class Generator(nn.Module):
    def __init__(
        self,
        mels: int = 80,
        channels: int = 512,
        rates: Sequence[int] = (8, 8, 2, 2),
        kernels: Sequence[int] = (16, 16, 4, 4),
        block_kernels: Sequence[int] = (3, 7, 11),
        dilations: Sequence[int] = (1, 3, 5),
    ) -> None:
        super().__init__()
        self.conv_pre = weight_norm(nn.Conv1d(mels, channels, 7, padding=3))
        self.ups = nn.ModuleList()
        width = channels
        for rate, kernel in zip(rates, kernels):
            up = nn.ConvTranspose1d(width, width // 2, kernel, rate, padding=(kernel - rate) // 2)
            self.ups.append(weight_norm(up))
            width //= 2
        self.blocks = nn.ModuleList()
        width = channels
        for _ in rates:
            width //= 2
            group = [ResBlock(width, kernel, dilations) for kernel in block_kernels]
            self.blocks.append(nn.ModuleList(group))
        self.conv_post = weight_norm(nn.Conv1d(width, 1, 7, padding=3))

    def forward(self, mel: Tensor) -> Tensor:
        x = self.conv_pre(mel)
        for up, group in zip(self.ups, self.blocks):
            x = up(F.leaky_relu(x, 0.1))
            x = sum(block(x) for block in group) / len(group)
        return self.conv_post(F.leaky_relu(x)).tanh().squeeze(1)


class PeriodDiscriminator(nn.Module):
    def __init__(self, period: int, widths: Sequence[int] = (32, 128, 512, 1024)) -> None:
        super().__init__()
        self.period = period
        self.convs = nn.ModuleList()
        before = 1
        for width in widths:
            conv = nn.Conv2d(before, width, (5, 1), (3, 1), padding=(2, 0))
            self.convs.append(weight_norm(conv))
            before = width
        self.last = weight_norm(nn.Conv2d(before, before, (5, 1), padding=(2, 0)))
        self.conv_post = weight_norm(nn.Conv2d(before, 1, (3, 1), padding=(1, 0)))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        missing = -x.shape[1] % self.period
        x = F.pad(x[:, None], (0, missing), mode="reflect")
        x = x.view(len(x), 1, -1, self.period)
        features = []
        for conv in [*self.convs, self.last]:
            x = F.leaky_relu(conv(x), 0.1)
            features.append(x)
        return self.conv_post(x).flatten(1), features


hifigan_v1 = Generator
