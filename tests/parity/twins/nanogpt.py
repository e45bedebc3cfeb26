"""GPT with a cache of keys and values and a loss."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CausalSelfAttention(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(dim, 3 * dim, bias=bias)
        self.c_proj = nn.Linear(dim, dim, bias=bias)
        self.attn_dropout = nn.Dropout(dropout)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor, cache: tuple[Tensor, Tensor] | None):
        q, k, v = (
            y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in self.c_attn(x).chunk(3, -1)
        )
        if cache is not None:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.shape[-1]))
        att = self.attn_dropout(att.masked_fill(~mask, -math.inf).softmax(-1))
        return self.resid_dropout(self.c_proj((att @ v).transpose(1, 2).flatten(2))), (k, v)


class MLP(nn.Module):
    def __init__(self, dim: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.c_fc = nn.Linear(dim, 4 * dim, bias=bias)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * dim, dim, bias=bias)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.c_proj(self.gelu(self.c_fc(x))))


class Block(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(dim, bias=bias)
        self.attn = CausalSelfAttention(dim, heads, dropout, bias)
        self.ln_2 = nn.LayerNorm(dim, bias=bias)
        self.mlp = MLP(dim, dropout, bias)

    def forward(self, x: Tensor, mask: Tensor, cache=None):
        y, cache = self.attn(self.ln_1(x), mask, cache)
        x = x + y
        return x + self.mlp(self.ln_2(x)), cache


class GPT(nn.Module):
    def __init__(
        self,
        vocab: int = 50304,
        block_size: int = 1024,
        n_embd: int = 768,
        n_layer: int = 12,
        n_head: int = 12,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(vocab, n_embd),
                "wpe": nn.Embedding(block_size, n_embd),
                "drop": nn.Dropout(dropout),
                "h": nn.ModuleList([Block(n_embd, n_head, dropout, bias) for _ in range(n_layer)]),
                "ln_f": nn.LayerNorm(n_embd, bias=bias),
            }
        )
        self.lm_head = nn.Linear(n_embd, vocab, bias=False)
        self.transformer.wte.weight = self.lm_head.weight
        linears = [m for m in self.modules() if isinstance(m, nn.Linear)]
        for linear in linears:
            nn.init.normal_(linear.weight, std=0.02)
        for linear in linears:
            if linear.bias is not None:
                nn.init.zeros_(linear.bias)
        for embedding in (self.transformer.wte, self.transformer.wpe):
            nn.init.normal_(embedding.weight, std=0.02)
        for name, parameter in self.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * n_layer))

    def body(self, idx: Tensor, cache=None):
        t = self.transformer
        start = 0 if cache is None else cache[0][0].shape[2]
        end = start + idx.shape[1]
        x = t.drop(t.wte(idx) + t.wpe(torch.arange(start, end)))
        mask = torch.ones(end, end, dtype=torch.bool).tril()[start:]
        grown = []
        for i, block in enumerate(t.h):
            x, kv = block(x, mask, None if cache is None else cache[i])
            grown.append(kv)
        return t.ln_f(x), grown

    def forward(self, idx: Tensor, targets: Tensor | None = None):
        x, _ = self.body(idx)
        if targets is None:
            return self.lm_head(x[:, -1:]), None
        logits = self.lm_head(x)
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)

    def decode(self, idx: Tensor, cache=None):
        x, grown = self.body(idx, cache)
        return self.lm_head(x[:, -1]), grown


def nanogpt(**sizes: int | float) -> nn.Module:
    return GPT(**sizes)
