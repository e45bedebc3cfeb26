"""The Fourier neural operator."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SpectralConv2d(nn.Module):
    def __init__(self, width: int, modes: int) -> None:
        super().__init__()
        self.modes = modes
        size = (width, width, modes, modes)
        scale = 1 / width**2
        self.low = nn.Parameter(scale * torch.rand(*size, dtype=torch.complex64))
        self.high = nn.Parameter(scale * torch.rand(*size, dtype=torch.complex64))

    def forward(self, x: Tensor) -> Tensor:
        batch, width, height, _ = x.shape
        m = self.modes
        spectrum = torch.fft.rfft2(x)
        top = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, :m, :m], self.low)
        bottom = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, -m:, :m], self.high)
        middle = spectrum.new_zeros(batch, width, height - 2 * m, m)
        kept = F.pad(torch.cat([top, middle, bottom], dim=2), (0, spectrum.shape[3] - m))
        return torch.fft.irfft2(kept, s=x.shape[2:])


class FNO(nn.Module):
    def __init__(
        self, inputs: int = 1, outputs: int = 1, modes: int = 12, width: int = 32, depth: int = 4
    ) -> None:
        super().__init__()
        self.lift = nn.Linear(inputs + 2, width)
        self.spectral = nn.ModuleList([SpectralConv2d(width, modes) for _ in range(depth)])
        self.local = nn.ModuleList([nn.Conv2d(width, width, 1) for _ in range(depth)])
        self.project = nn.Sequential(nn.Linear(width, 128), nn.GELU(), nn.Linear(128, outputs))

    def forward(self, x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        rows = torch.linspace(0, 1, height).view(1, height, 1, 1).expand(batch, -1, width, -1)
        columns = torch.linspace(0, 1, width).view(1, 1, width, 1).expand(batch, height, -1, -1)
        y = self.lift(torch.cat([x, rows, columns], dim=-1)).permute(0, 3, 1, 2)
        last = len(self.local) - 1
        for i, (spectrum, conv) in enumerate(zip(self.spectral, self.local)):
            y = spectrum(y) + conv(y)
            if i < last:
                y = F.gelu(y)
        return self.project(y.permute(0, 2, 3, 1))


fno = FNO
