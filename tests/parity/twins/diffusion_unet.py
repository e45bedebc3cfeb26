"""The U-Net of denoising diffusion models."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ResBlock(nn.Module):
    def __init__(self, inp: int, out: int, time_dim: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, inp)
        self.conv1 = nn.Conv2d(inp, out, 3, padding=1)
        self.time_proj = nn.Linear(time_dim, out)
        self.norm2 = nn.GroupNorm(8, out)
        self.drop = nn.Dropout(0.0)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.skip = nn.Conv2d(inp, out, 1) if inp != out else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.time_proj(F.silu(emb))[:, :, None, None]
        return self.conv2(self.drop(F.silu(self.norm2(h)))) + self.skip(x)


class AttentionBlock(nn.Module):
    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(8, channels)
        self.qkv = nn.Conv1d(channels, channels * 3, 1)
        self.proj = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        b, c, *spatial = x.shape
        qkv = self.qkv(self.norm(x).reshape(b, c, -1))
        ch = c // self.heads
        q, k, v = qkv.reshape(b * self.heads, ch * 3, -1).split(ch, dim=1)
        scale = ch**-0.25
        weight = torch.softmax(torch.einsum("bct,bcs->bts", q * scale, k * scale), dim=-1)
        a = torch.einsum("bts,bcs->bct", weight, v).reshape(b, c, -1)
        return x + self.proj(a).reshape(b, c, *spatial)


class Stage(nn.Module):
    def __init__(self, inp: int, out: int, time_dim: int, attention: bool) -> None:
        super().__init__()
        self.res = ResBlock(inp, out, time_dim)
        self.attn = AttentionBlock(out) if attention else None

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        x = self.res(x, emb)
        return x if self.attn is None else self.attn(x)


class DiffusionUNet(nn.Module):
    def __init__(
        self,
        base: int,
        multipliers: list[int],
        attention_at: list[int],
        classes: int | None = None,
    ) -> None:
        super().__init__()
        self.base = base
        time_dim = base * 4
        widths = [base * m for m in multipliers]
        self.time_mlp = nn.Sequential(
            nn.Linear(base, time_dim), nn.SiLU(), nn.Linear(time_dim, time_dim)
        )
        self.label_emb = None if classes is None else nn.Embedding(classes, time_dim)
        self.stem = nn.Conv2d(3, base, 3, padding=1)
        self.downs = nn.ModuleList()
        previous = base
        for i, width in enumerate(widths):
            stage = Stage(previous, width, time_dim, i in attention_at)
            down = nn.Conv2d(width, width, 3, stride=2, padding=1)
            self.downs.append(nn.ModuleDict({"stage": stage, "down": down}))
            previous = width
        self.mid = Stage(previous, previous, time_dim, True)
        self.ups = nn.ModuleList()
        for i in reversed(range(len(widths))):
            up = nn.ConvTranspose2d(widths[i], widths[i], 4, stride=2, padding=1)
            out = widths[i - 1] if i else widths[0]
            stage = Stage(2 * widths[i], out, time_dim, i in attention_at)
            self.ups.append(nn.ModuleDict({"up": up, "stage": stage}))
        self.norm = nn.GroupNorm(8, base)
        self.out = nn.Conv2d(base, 3, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        half = self.base // 2
        freqs = torch.exp(-math.log(10000.0) * torch.arange(0, half, dtype=torch.float32) / half)
        args = t[:, None].float() * freqs[None]
        emb = self.time_mlp(torch.cat([torch.cos(args), torch.sin(args)], dim=-1))
        if self.label_emb is not None and y is not None:
            emb = emb + self.label_emb(y)
        x = self.stem(x)
        skips = []
        for level in self.downs:
            x = level["stage"](x, emb)
            skips.append(x)
            x = level["down"](x)
        x = self.mid(x, emb)
        for level in self.ups:
            x = level["up"](x)
            x = level["stage"](torch.cat([x, skips.pop()], dim=1), emb)
        return self.out(F.silu(self.norm(x)))


ddpm = DiffusionUNet
conditional_ddpm = DiffusionUNet
