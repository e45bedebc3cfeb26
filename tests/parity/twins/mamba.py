"""Mamba."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def selective_scan(u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor) -> Tensor:
    decay = torch.exp(torch.einsum("bdl,dn->bdln", delta, A))
    driven = torch.einsum("bdl,bnl,bdl->bdln", delta, B, u)
    x = torch.zeros(u.shape[0], u.shape[1], A.shape[1])
    ys = []
    for i in range(u.shape[2]):
        x = decay[:, :, i] * x + driven[:, :, i]
        ys.append(torch.einsum("bdn,bn->bd", x, C[:, :, i]))
    return torch.stack(ys, dim=2) + u * D[:, None]


class MambaBlock(nn.Module):
    def __init__(
        self,
        d_model: int,
        d_state: int = 16,
        d_conv: int = 4,
        expand: int = 2,
        dt_rank: int | None = None,
    ) -> None:
        super().__init__()
        inner = expand * d_model
        rank = math.ceil(d_model / 16) if dt_rank is None else dt_rank
        self.sizes = [rank, d_state, d_state]
        states = torch.arange(1, d_state + 1).float()
        self.A_log = nn.Parameter(torch.log(states.repeat(inner, 1)))
        self.D = nn.Parameter(torch.ones(inner))
        self.in_proj = nn.Linear(d_model, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, d_conv, groups=inner, padding=d_conv - 1)
        self.x_proj = nn.Linear(inner, rank + 2 * d_state, bias=False)
        self.dt_proj = nn.Linear(rank, inner)
        self.out_proj = nn.Linear(inner, d_model, bias=False)
        with torch.no_grad():
            self.dt_proj.weight.uniform_(-(rank**-0.5), rank**-0.5)
            dt = torch.rand(inner) * (math.log(0.1) - math.log(0.001)) + math.log(0.001)
            dt = torch.exp(dt).clamp(min=1e-4)
            self.dt_proj.bias.copy_(dt + torch.log(-torch.expm1(-dt)))

    def forward(self, hidden_states: Tensor) -> Tensor:
        x, z = self.in_proj(hidden_states).transpose(1, 2).chunk(2, dim=1)
        x = F.silu(self.conv1d(x)[..., : hidden_states.shape[1]])
        dt, b, c = self.x_proj(x.transpose(1, 2)).split(self.sizes, dim=-1)
        delta = F.softplus(self.dt_proj(dt)).transpose(1, 2)
        a = -torch.exp(self.A_log)
        y = selective_scan(x, delta, a, b.transpose(1, 2), c.transpose(1, 2), self.D)
        return self.out_proj((y * F.silu(z)).transpose(1, 2))


class Block(nn.Module):
    def __init__(self, dim: int, d_state: int) -> None:
        super().__init__()
        self.mixer = MambaBlock(dim, d_state)
        self.norm = nn.RMSNorm(dim, eps=1e-5)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mixer(self.norm(x))


class MixerModel(nn.Module):
    def __init__(self, vocab: int, dim: int, depth: int, d_state: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList([Block(dim, d_state) for _ in range(depth)])
        self.norm_f = nn.RMSNorm(dim, eps=1e-5)
        nn.init.normal_(self.embedding.weight, std=0.02)
        for layer in self.layers:
            nn.init.kaiming_uniform_(layer.mixer.out_proj.weight, a=math.sqrt(5))

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.norm_f(x)


class MambaLMHeadModel(nn.Module):
    def __init__(
        self, vocab: int = 50280, dim: int = 768, depth: int = 24, d_state: int = 16
    ) -> None:
        super().__init__()
        self.backbone = MixerModel(vocab, dim, depth, d_state)
        self.lm_head = nn.Linear(dim, vocab, bias=False)
        self.lm_head.weight = self.backbone.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.lm_head(self.backbone(tokens))


def mamba_130m(**sizes: int) -> nn.Module:
    return MambaLMHeadModel(**sizes)
