"""The Perceiver."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FeedForward(nn.Module):
    def __init__(self, dim: int, mult: int = 4) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.expand = nn.Linear(dim, 2 * mult * dim)
        self.out = nn.Linear(mult * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.expand(self.norm(x)).chunk(2, dim=-1)
        return self.out(value * F.gelu(gate))


class Attention(nn.Module):
    def __init__(self, dim: int, context_dim: int, heads: int, head_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.norm_context = nn.LayerNorm(context_dim)
        self.to_q = nn.Linear(dim, heads * head_dim, bias=False)
        self.to_kv = nn.Linear(context_dim, 2 * heads * head_dim, bias=False)
        self.to_out = nn.Linear(heads * head_dim, dim)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, context: Tensor, mask: Tensor | None = None) -> Tensor:
        q = self.to_q(self.norm(x))
        k, v = self.to_kv(self.norm_context(context)).chunk(2, dim=-1)
        seen = None if mask is None else mask[:, None, None, :]
        y = F.scaled_dot_product_attention(
            self.split(q), self.split(k), self.split(v), attn_mask=seen
        )
        return self.to_out(y.transpose(1, 2).flatten(2))


class Perceiver(nn.Module):
    def __init__(
        self,
        channels: int = 3,
        axes: int = 2,
        bands: int = 6,
        max_freq: float = 10.0,
        depth: int = 6,
        latents: int = 256,
        dim: int = 512,
        heads: int = 8,
        head_dim: int = 64,
        classes: int = 1000,
    ) -> None:
        super().__init__()
        self.bands = bands
        self.max_freq = max_freq
        data_dim = channels + axes * (2 * bands + 1)
        self.latent = nn.Parameter(torch.randn(latents, dim))

        def layers(make):  # type: ignore[no-untyped-def]
            return nn.ModuleList([make() for _ in range(depth)])

        self.cross = layers(lambda: Attention(dim, data_dim, 1, head_dim))
        self.cross_ff = layers(lambda: FeedForward(dim))
        self.attend = layers(lambda: Attention(dim, dim, heads, head_dim))
        self.ff = layers(lambda: FeedForward(dim))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def positions(self, sizes: torch.Size) -> Tensor:
        grid = torch.meshgrid(*[torch.linspace(-1.0, 1.0, n) for n in sizes], indexing="ij")
        x = torch.stack(grid, dim=-1).unsqueeze(-1)
        scaled = x * torch.linspace(1.0, self.max_freq / 2, self.bands) * math.pi
        return torch.cat([scaled.sin(), scaled.cos(), x], dim=-1).view(math.prod(sizes), -1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        positions = self.positions(x.shape[1:-1]).expand(len(x), -1, -1)
        data = torch.cat([x.flatten(1, -2), positions], dim=-1)
        y = self.latent.repeat(len(x), 1, 1)
        for read, mix, think, last in zip(self.cross, self.cross_ff, self.attend, self.ff):
            y = y + read(y, data, mask)
            y = y + mix(y)
            y = y + think(y, y)
            y = y + last(y)
        return self.head(self.norm(y.mean(dim=1)))


images = Perceiver
