"""Whisper."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def sinusoids(length: int, channels: int) -> Tensor:
    increment = math.log(10000.0) / (channels // 2 - 1)
    rates = torch.exp(-increment * torch.arange(channels // 2))
    times = torch.arange(length)[:, None] * rates
    return torch.cat([times.sin(), times.cos()], dim=1)


class MultiHeadAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        q, k, v = (x.unflatten(2, (self.heads, -1)).transpose(1, 2) for x in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(y.transpose(1, 2).flatten(2))

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        return self.attend(self.query(x), self.key(memory), self.value(memory))

    def cached(self, x: Tensor, mask: Tensor, cache: tuple[Tensor, Tensor] | None):
        k, v = self.key(x), self.value(x)
        if cache is not None:
            k = torch.cat([cache[0], k], dim=1)
            v = torch.cat([cache[1], v], dim=1)
        return self.attend(self.query(x), k, v, mask), (k, v)


def mlp(dim: int) -> nn.Module:
    return nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))


class EncoderBlock(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.attn = MultiHeadAttention(dim, heads)
        self.attn_ln = nn.LayerNorm(dim)
        self.mlp = mlp(dim)
        self.mlp_ln = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        y = self.attn_ln(x)
        x = x + self.attn(y, y)
        return x + self.mlp(self.mlp_ln(x))


class DecoderBlock(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.attn = MultiHeadAttention(dim, heads)
        self.attn_ln = nn.LayerNorm(dim)
        self.cross_attn = MultiHeadAttention(dim, heads)
        self.cross_attn_ln = nn.LayerNorm(dim)
        self.mlp = mlp(dim)
        self.mlp_ln = nn.LayerNorm(dim)

    def forward(self, x: Tensor, audio: Tensor, mask: Tensor, cache):
        y, cache = self.attn.cached(self.attn_ln(x), mask, cache)
        x = x + y
        x = x + self.cross_attn(self.cross_attn_ln(x), audio)
        return x + self.mlp(self.mlp_ln(x)), cache


class AudioEncoder(nn.Module):
    def __init__(self, mels: int, frames: int, dim: int, heads: int, depth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(mels, dim, 3, padding=1)
        self.conv2 = nn.Conv1d(dim, dim, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", sinusoids(frames, dim))
        self.blocks = nn.ModuleList([EncoderBlock(dim, heads) for _ in range(depth)])
        self.ln_post = nn.LayerNorm(dim)

    def forward(self, mel: Tensor) -> Tensor:
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positional_embedding
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x)


class TextDecoder(nn.Module):
    def __init__(self, vocab: int, context: int, dim: int, heads: int, depth: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocab, dim)
        self.positional_embedding = nn.Parameter(torch.empty(context, dim).normal_(std=0.01))
        self.blocks = nn.ModuleList([DecoderBlock(dim, heads) for _ in range(depth)])
        self.ln = nn.LayerNorm(dim)
        mask = torch.full((context, context), -math.inf).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, tokens: Tensor, audio: Tensor, cache=None):
        start = 0 if cache is None else cache[0][0].shape[1]
        end = start + tokens.shape[1]
        x = self.token_embedding(tokens) + self.positional_embedding[start:end]
        new = []
        for i, block in enumerate(self.blocks):
            kv = None if cache is None else cache[i]
            x, kv = block(x, audio, self.mask[start:end, :end], kv)
            new.append(kv)
        return self.ln(x) @ self.token_embedding.weight.t(), new


class Whisper(nn.Module):
    def __init__(
        self,
        mels: int = 80,
        frames: int = 1500,
        vocab: int = 51865,
        context: int = 448,
        dim: int = 384,
        heads: int = 6,
        depth: int = 4,
    ) -> None:
        super().__init__()
        self.encoder = AudioEncoder(mels, frames, dim, heads, depth)
        self.decoder = TextDecoder(vocab, context, dim, heads, depth)

    def forward(self, mel: Tensor, tokens: Tensor) -> Tensor:
        return self.decoder(tokens, self.encoder(mel))[0]


def whisper_tiny(**sizes: int) -> nn.Module:
    return Whisper(**sizes)
