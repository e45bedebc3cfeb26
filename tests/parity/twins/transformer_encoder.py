"""Transformer encoder, by hand and of torch's layers."""

import math

import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.d_k = heads, dim // heads
        self.w_q = nn.Linear(dim, dim)
        self.w_k = nn.Linear(dim, dim)
        self.w_v = nn.Linear(dim, dim)
        self.w_o = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        batch = query.shape[0]
        q, k, v = (
            proj(x).view(batch, -1, self.heads, self.d_k).transpose(1, 2)
            for proj, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        x = self.drop(scores.softmax(dim=-1)) @ v
        return self.w_o(x.transpose(1, 2).reshape(batch, -1, self.heads * self.d_k))


class FeedForward(nn.Module):
    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.w_1 = nn.Linear(dim, hidden)
        self.w_2 = nn.Linear(hidden, dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_2(self.drop(self.w_1(x).relu()))


class EncoderLayer(nn.Module):
    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(dim, heads, dropout)
        self.feed_forward = FeedForward(dim, hidden, dropout)
        self.norm1 = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = self.norm1(x + self.drop(self.self_attn(x, x, x, mask)))
        return self.norm2(x + self.drop(self.feed_forward(x)))


class TextClassifier(nn.Module):
    def __init__(
        self,
        vocab: int = 30000,
        classes: int = 2,
        context: int = 512,
        dim: int = 512,
        depth: int = 6,
        heads: int = 8,
        hidden: int = 2048,
        dropout: float = 0.1,
        pad: int = 0,
    ) -> None:
        super().__init__()
        self.pad, self.dim = pad, dim
        self.embed = nn.Embedding(vocab, dim, padding_idx=pad)
        positions = torch.zeros(context, dim)
        angles = torch.arange(context)[:, None] * torch.exp(
            torch.arange(0, dim, 2) * (-math.log(10000.0) / dim)
        )
        positions[:, 0::2], positions[:, 1::2] = angles.sin(), angles.cos()
        self.register_buffer("positions", positions, persistent=False)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            [EncoderLayer(dim, heads, hidden, dropout) for _ in range(depth)]
        )
        self.head = nn.Linear(dim, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)

    def forward(self, tokens: Tensor) -> Tensor:
        mask = tokens != self.pad
        x = self.embed(tokens) * math.sqrt(self.dim) + self.positions[: tokens.shape[1]]
        x = self.drop(x)
        for layer in self.layers:
            x = layer(x, mask[:, None, None])
        weights = mask[:, :, None].float()
        return self.head((x * weights).sum(1) / weights.sum(1).clamp(min=1))


class TorchTextClassifier(nn.Module):
    def __init__(
        self,
        vocab: int = 30000,
        classes: int = 2,
        context: int = 512,
        dim: int = 512,
        depth: int = 6,
        heads: int = 8,
        hidden: int = 2048,
        dropout: float = 0.1,
        pad: int = 0,
    ) -> None:
        super().__init__()
        self.pad = pad
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.embed = nn.Embedding(vocab, dim, padding_idx=pad)
        self.positions = nn.Parameter(torch.empty(context + 1, dim).normal_(std=0.02))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                dim, heads, hidden, dropout, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        padded = nn.functional.pad(tokens == self.pad, (1, 0), value=False)
        cls = self.cls.expand(tokens.shape[0], -1, -1)
        x = torch.cat([cls, self.embed(tokens)], dim=1) + self.positions[: tokens.shape[1] + 1]
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padded)
        return self.head(self.norm(x[:, 0]))


def text_classifier(**sizes: int | float) -> nn.Module:
    return TextClassifier(**sizes)


def torch_text_classifier(**sizes: int | float) -> nn.Module:
    return TorchTextClassifier(**sizes)
