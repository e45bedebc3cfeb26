"""Mixtral."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], dim=-1) * sin


class MixtralAttention(nn.Module):
    def __init__(self, dim: int, heads: int, kv_heads: int) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = heads, kv_heads, dim // heads
        self.q_proj = nn.Linear(dim, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(dim, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(dim, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(heads * self.head_dim, dim, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        b, t, _ = x.shape
        groups = self.heads // self.kv_heads
        q = self.q_proj(x).view(b, t, self.heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(b, t, self.kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(b, t, self.kv_heads, self.head_dim).transpose(1, 2)
        k = rotate(k, cos, sin).repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), k, v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(b, t, -1))


class MixtralBlockSparseTop2MLP(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(dim, hidden, bias=False)
        self.w2 = nn.Linear(hidden, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden, bias=False)
        self.act_fn = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(self.act_fn(self.w1(x)) * self.w3(x))


class MixtralSparseMoeBlock(nn.Module):
    def __init__(self, dim: int, hidden: int, num_experts: int, top_k: int) -> None:
        super().__init__()
        self.top_k = top_k
        self.gate = nn.Linear(dim, num_experts, bias=False)
        self.experts = nn.ModuleList(
            [MixtralBlockSparseTop2MLP(dim, hidden) for _ in range(num_experts)]
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        tokens = x.flatten(0, 1)
        router_logits = self.gate(tokens)
        weights, chosen = router_logits.softmax(dim=1).topk(self.top_k, dim=-1)
        weights = weights / weights.sum(-1, keepdim=True)
        y = torch.zeros_like(tokens)
        for i, expert in enumerate(self.experts):
            token, rank = torch.where(chosen == i)
            y.index_add_(0, token, expert(tokens[token]) * weights[token, rank, None])
        return y.view_as(x), router_logits


class MixtralDecoderLayer(nn.Module):
    def __init__(
        self, dim: int, heads: int, kv_heads: int, hidden: int, num_experts: int, top_k: int
    ) -> None:
        super().__init__()
        self.self_attn = MixtralAttention(dim, heads, kv_heads)
        self.block_sparse_moe = MixtralSparseMoeBlock(dim, hidden, num_experts, top_k)
        self.input_layernorm = nn.RMSNorm(dim, eps=1e-5)
        self.post_attention_layernorm = nn.RMSNorm(dim, eps=1e-5)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        y, router_logits = self.block_sparse_moe(self.post_attention_layernorm(x))
        return x + y, router_logits


class MixtralModel(nn.Module):
    def __init__(
        self, vocab, dim, depth, heads, kv_heads, hidden, num_experts, top_k, theta
    ) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList(
            [
                MixtralDecoderLayer(dim, heads, kv_heads, hidden, num_experts, top_k)
                for _ in range(depth)
            ]
        )
        self.norm = nn.RMSNorm(dim, eps=1e-5)
        head_dim = dim // heads
        inv_freq = 1.0 / theta ** (torch.arange(0, head_dim, 2).float() / head_dim)
        self.register_buffer("inv_freq", inv_freq, persistent=False)

    def forward(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        angles = torch.outer(torch.arange(tokens.shape[1]).float(), self.inv_freq).repeat(1, 2)
        cos, sin = angles.cos(), angles.sin()
        x = self.embed_tokens(tokens)
        router_logits = []
        for layer in self.layers:
            x, logits = layer(x, cos, sin)
            router_logits.append(logits)
        return self.norm(x), router_logits


class MixtralForCausalLM(nn.Module):
    def __init__(
        self,
        vocab: int = 32000,
        dim: int = 4096,
        depth: int = 32,
        heads: int = 32,
        kv_heads: int = 8,
        hidden: int = 14336,
        num_experts: int = 8,
        top_k: int = 2,
        theta: float = 1e6,
    ) -> None:
        super().__init__()
        self.top_k, self.num_experts = top_k, num_experts
        self.model = MixtralModel(
            vocab, dim, depth, heads, kv_heads, hidden, num_experts, top_k, theta
        )
        self.lm_head = nn.Linear(dim, vocab, bias=False)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        x, router_logits = self.model(tokens)
        probabilities = torch.cat(router_logits).softmax(-1)
        chosen = probabilities.topk(self.top_k, dim=-1).indices
        used = F.one_hot(chosen, self.num_experts).float().mean(0)
        loss = self.num_experts * (used * probabilities.mean(0)).sum()
        return self.lm_head(x), loss


def mixtral_8x7b(**sizes: int | float) -> nn.Module:
    return MixtralForCausalLM(**sizes)
