"""Parts of the temporal fusion transformer."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GatedResidual(nn.Module):
    def __init__(
        self, inputs: int, hidden: int, outputs: int, drop: float = 0.1, context: int | None = None
    ) -> None:
        super().__init__()
        self.skip = nn.Linear(inputs, outputs) if inputs != outputs else None
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.given = nn.Linear(context, hidden, bias=False) if context is not None else None
        self.drop = nn.Dropout(drop)
        self.gate = nn.Linear(hidden, 2 * outputs)
        self.norm = nn.LayerNorm(outputs)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        kept = x if self.skip is None else self.skip(x)
        y = self.fc1(x)
        if c is not None:
            y = y + self.given(c)
        y = self.drop(self.fc2(F.elu(y)))
        return self.norm(kept + F.glu(self.gate(y)))


class VariableSelection(nn.Module):
    def __init__(self, sizes: Mapping[str, int], dim: int, drop: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.single = nn.ModuleDict(
            {name: GatedResidual(size, min(size, dim), dim, drop) for name, size in sizes.items()}
        )
        self.weigh = GatedResidual(sum(sizes.values()), dim, len(sizes), drop)

    def forward(self, series: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        joined = torch.cat([series[name] for name in self.sizes], dim=-1)
        weights = self.weigh(joined).softmax(-1)
        values = torch.stack([self.single[name](series[name]) for name in self.sizes], dim=-1)
        return (values * weights.unsqueeze(-2)).sum(-1), weights


class InterpretableAttention(nn.Module):
    def __init__(self, dim: int, heads: int, drop: float = 0.0) -> None:
        super().__init__()
        width = dim // heads
        self.queries = nn.ModuleList([nn.Linear(dim, width) for _ in range(heads)])
        self.keys = nn.ModuleList([nn.Linear(dim, width) for _ in range(heads)])
        self.value = nn.Linear(dim, width)
        self.out = nn.Linear(width, dim, bias=False)
        self.drop = nn.Dropout(drop)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        v = self.value(memory)
        maps = []
        for query, key in zip(self.queries, self.keys):
            scores = query(x) @ key(memory).transpose(1, 2) / v.shape[-1] ** 0.5
            if mask is not None:
                scores = scores.masked_fill(~mask, float("-inf"))
            maps.append(torch.softmax(scores, dim=-1))
        weights = torch.stack(maps, dim=1)
        return self.out(self.drop(weights.mean(dim=1)) @ v), weights
