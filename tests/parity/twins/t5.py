"""T5."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class T5LayerNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def bucket(relative: Tensor, bidirectional: bool, buckets: int, max_distance: int) -> Tensor:
    result = torch.zeros_like(relative)
    if bidirectional:
        buckets //= 2
        result += (relative > 0).long() * buckets
        relative = relative.abs()
    else:
        relative = -relative.clamp(max=0)
    exact = buckets // 2
    scale = torch.log(relative.float() / exact) / math.log(max_distance / exact)
    far = (exact + scale * (buckets - exact)).long()
    return result + torch.where(relative < exact, relative, far.clamp(max=buckets - 1))


class T5Attention(nn.Module):
    def __init__(
        self,
        dim: int,
        d_kv: int,
        heads: int,
        num_buckets: int,
        max_distance: int,
        bidirectional: bool,
        has_bias: bool,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.buckets = (bidirectional, num_buckets, max_distance)
        inner = heads * d_kv
        self.q = nn.Linear(dim, inner, bias=False)
        self.k = nn.Linear(dim, inner, bias=False)
        self.v = nn.Linear(dim, inner, bias=False)
        self.o = nn.Linear(inner, dim, bias=False)
        self.relative_attention_bias = nn.Embedding(num_buckets, heads) if has_bias else None
        nn.init.normal_(self.q.weight, std=(dim * d_kv) ** -0.5)
        nn.init.normal_(self.k.weight, std=dim**-0.5)
        nn.init.normal_(self.v.weight, std=dim**-0.5)
        nn.init.normal_(self.o.weight, std=inner**-0.5)
        if has_bias:
            nn.init.normal_(self.relative_attention_bias.weight, std=dim**-0.5)

    def compute_bias(self, size: int) -> Tensor:
        places = torch.arange(size)
        buckets = bucket(places[None, :] - places[:, None], *self.buckets)
        return self.relative_attention_bias(buckets).permute(2, 0, 1)[None]

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
        q, k, v = (
            y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for y in (self.q(x), self.k(memory), self.v(memory))
        )
        weights = (q @ k.transpose(2, 3) + bias).softmax(-1)
        return self.o((weights @ v).transpose(1, 2).flatten(2))


class T5LayerSelfAttention(nn.Module):
    def __init__(
        self,
        dim: int,
        d_kv: int,
        heads: int,
        buckets: int,
        distance: int,
        decoder: bool,
        has_bias: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        self.SelfAttention = T5Attention(dim, d_kv, heads, buckets, distance, not decoder, has_bias)
        self.layer_norm = T5LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        y = self.layer_norm(x)
        return x + self.drop(self.SelfAttention(y, y, bias))


class T5LayerCrossAttention(nn.Module):
    def __init__(self, dim: int, d_kv: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.EncDecAttention = T5Attention(dim, d_kv, heads, 1, 1, False, False)
        self.layer_norm = T5LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
        return x + self.drop(self.EncDecAttention(self.layer_norm(x), memory, bias))


class T5DenseActDense(nn.Module):
    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.wi = nn.Linear(dim, hidden, bias=False)
        self.wo = nn.Linear(hidden, dim, bias=False)
        self.drop = nn.Dropout(dropout)
        self.act = nn.ReLU()
        nn.init.normal_(self.wi.weight, std=dim**-0.5)
        nn.init.normal_(self.wo.weight, std=hidden**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.wo(self.drop(self.act(self.wi(x))))


class T5LayerFF(nn.Module):
    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.DenseReluDense = T5DenseActDense(dim, hidden, dropout)
        self.layer_norm = T5LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop(self.DenseReluDense(self.layer_norm(x)))


class T5EncoderBlock(nn.Module):
    def __init__(self, dim, d_kv, heads, hidden, buckets, distance, first, dropout) -> None:
        super().__init__()
        self.layer = nn.ModuleList(
            [
                T5LayerSelfAttention(dim, d_kv, heads, buckets, distance, False, first, dropout),
                T5LayerFF(dim, hidden, dropout),
            ]
        )

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        return self.layer[1](self.layer[0](x, bias))


class T5DecoderBlock(nn.Module):
    def __init__(self, dim, d_kv, heads, hidden, buckets, distance, first, dropout) -> None:
        super().__init__()
        self.layer = nn.ModuleList(
            [
                T5LayerSelfAttention(dim, d_kv, heads, buckets, distance, True, first, dropout),
                T5LayerCrossAttention(dim, d_kv, heads, dropout),
                T5LayerFF(dim, hidden, dropout),
            ]
        )

    def forward(self, x: Tensor, bias: Tensor, memory: Tensor, cross: Tensor) -> Tensor:
        return self.layer[2](self.layer[1](self.layer[0](x, bias), memory, cross))


class T5Encoder(nn.Module):
    def __init__(
        self, embed_tokens, dim, d_kv, heads, hidden, depth, buckets, distance, dropout
    ) -> None:
        super().__init__()
        self.embed_tokens = embed_tokens
        self.block = nn.ModuleList(
            [
                T5EncoderBlock(dim, d_kv, heads, hidden, buckets, distance, i == 0, dropout)
                for i in range(depth)
            ]
        )
        self.final_layer_norm = T5LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        x = self.drop(self.embed_tokens(tokens))
        bias = self.block[0].layer[0].SelfAttention.compute_bias(tokens.shape[1]) + mask
        for block in self.block:
            x = block(x, bias)
        return self.drop(self.final_layer_norm(x))


class T5Decoder(nn.Module):
    def __init__(
        self, embed_tokens, dim, d_kv, heads, hidden, depth, buckets, distance, dropout
    ) -> None:
        super().__init__()
        self.embed_tokens = embed_tokens
        self.block = nn.ModuleList(
            [
                T5DecoderBlock(dim, d_kv, heads, hidden, buckets, distance, i == 0, dropout)
                for i in range(depth)
            ]
        )
        self.final_layer_norm = T5LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, memory: Tensor, cross: Tensor) -> Tensor:
        x = self.drop(self.embed_tokens(tokens))
        size = tokens.shape[1]
        causal = torch.full((size, size), torch.finfo(torch.float32).min).triu(1)
        bias = self.block[0].layer[0].SelfAttention.compute_bias(size) + causal
        bias = bias.expand(tokens.shape[0], -1, -1, -1)
        for block in self.block:
            x = block(x, bias, memory, cross)
        return self.drop(self.final_layer_norm(x))


class T5(nn.Module):
    def __init__(
        self,
        vocab: int = 32128,
        dim: int = 512,
        d_kv: int = 64,
        heads: int = 8,
        hidden: int = 2048,
        depth: int = 6,
        buckets: int = 32,
        distance: int = 128,
        dropout: float = 0.1,
        pad: int = 0,
    ) -> None:
        super().__init__()
        self.pad, self.dim = pad, dim
        sizes = (dim, d_kv, heads, hidden, depth, buckets, distance, dropout)
        self.shared = nn.Embedding(vocab, dim)
        self.encoder = T5Encoder(self.shared, *sizes)
        self.decoder = T5Decoder(self.shared, *sizes)
        self.lm_head = nn.Linear(dim, vocab, bias=False)
        self.lm_head.weight = self.shared.weight
        nn.init.normal_(self.shared.weight)

    def forward(self, input_ids: Tensor, decoder_input_ids: Tensor, labels: Tensor | None = None):
        mask = (input_ids == self.pad)[:, None, None].float() * torch.finfo(torch.float32).min
        x = self.decoder(decoder_input_ids, self.encoder(input_ids, mask), mask)
        logits = self.lm_head(x * self.dim**-0.5)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return loss, logits


def t5_small(**sizes: int | float) -> nn.Module:
    return T5(**sizes)
