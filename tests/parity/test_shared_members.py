"""Parameters tied, frozen and initialised, and layers passed in, against the same in PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from .harness import assert_text_parity

torch.manual_seed(0)
ROWS = torch.randn(5, 4)


@pytest.mark.parametrize("tied", [True, False])
def test_tie_and_freeze(tied: bool, tmp_path: Path) -> None:
    text = """
module Net(tied: bool = True):
    table = Embedding(7, 4)
    fixed = Linear(4, 4)
    head = Linear(4, 7, bias=False)

    tie head.weight = table.weight if tied
    freeze fixed.weight

    def forward(tokens: int64[B, T]) -> [B, T, 7]:
        return tokens |> table |> fixed |> head

check Net:
    params == 7 * 4 + 4 * 4 + 4
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(7, 4)
            self.fixed = nn.Linear(4, 4)
            self.head = nn.Linear(4, 7, bias=False)
            if tied:
                self.head.weight = self.table.weight
            self.fixed.weight.requires_grad_(False)

        def forward(self, tokens: Tensor) -> Tensor:
            return self.head(self.fixed(self.table(tokens)))

    tokens = torch.tensor([[0, 6, 3], [2, 2, 1]])
    assert_text_parity(text, Net, (tokens,), folder=tmp_path, hyper={"tied": tied})


def test_order_of_initialisation(tmp_path: Path) -> None:
    """Children first, then the parent's lines in order; paths have stars; types match exactly."""
    text = """
module Inner:
    proj = Linear(4, 4)
    init proj.weight = ones

    def forward(x: [B, 4]) -> [B, 4]:
        return proj(x)

module Net(zero: bool = False):
    h = [Inner() for _ in range(2)]
    mlp_a = Sequential(fc=Linear(4, 4))
    mlp_b = Sequential(fc=Linear(4, 4))
    special = Bilinear(4, 4, 4)

    init Linear.weight = trunc_normal(std=0.1)
    init h.*.proj.weight = orthogonal
    init mlp_*.fc.bias = uniform(-3, -2)
    init Linear.bias = zeros if zero
    init h.1.proj.bias = 7

    def forward(x: [B, 4]) -> [B, 4]:
        for layer in h:
            x = layer(x)
        return special(mlp_a(x), mlp_b(x))
"""

    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.proj = nn.Linear(4, 4)
            nn.init.ones_(self.proj.weight)

        def forward(self, x: Tensor) -> Tensor:
            return self.proj(x)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.h = nn.ModuleList([Inner(), Inner()])
            self.mlp_a = nn.Sequential()
            self.mlp_a.add_module("fc", nn.Linear(4, 4))
            self.mlp_b = nn.Sequential()
            self.mlp_b.add_module("fc", nn.Linear(4, 4))
            self.special = nn.Bilinear(4, 4, 4)
            for module in self.modules():
                if type(module) is nn.Linear:
                    nn.init.trunc_normal_(module.weight, std=0.1)
            for block in self.h:
                nn.init.orthogonal_(block.proj.weight)
            for mlp in (self.mlp_a, self.mlp_b):
                nn.init.uniform_(mlp.fc.bias, -3, -2)
            nn.init.constant_(self.h[1].proj.bias, 7)

        def forward(self, x: Tensor) -> Tensor:
            for block in self.h:
                x = block(x)
            return self.special(self.mlp_a(x), self.mlp_b(x))

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


def test_layers_passed_in(tmp_path: Path) -> None:
    """An instance is a child under the name of the argument, and stays one layer at two places."""
    text = """
module Reader(table: Embedding, out: Linear):
    def forward(tokens: int64[B]) -> [B, _]:
        return tokens |> table |> out

module Net:
    table = Embedding(7, 4)
    a = Reader(table, Linear(4, 2))
    b = Reader(table, out=Linear(table.embedding_dim, 2))

    def forward(tokens: int64[B]) -> [B, 2]:
        return a(tokens) + b(tokens)
"""

    class Reader(nn.Module):
        def __init__(self, table: nn.Embedding, out: nn.Linear) -> None:
            super().__init__()
            self.table = table
            self.out = out

        def forward(self, tokens: Tensor) -> Tensor:
            return self.out(self.table(tokens))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(7, 4)
            self.a = Reader(self.table, nn.Linear(4, 2))
            self.b = Reader(self.table, nn.Linear(4, 2))

        def forward(self, tokens: Tensor) -> Tensor:
            return self.a(tokens) + self.b(tokens)

    assert_text_parity(text, Net, (torch.tensor([1, 5, 1]),), folder=tmp_path)
