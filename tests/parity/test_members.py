"""What a module may declare, one declaration after the other, against the same in PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .harness import assert_text_parity

torch.manual_seed(0)
ROWS = torch.randn(5, 4)


@pytest.mark.parametrize("bias", [True, False])
def test_parameters(bias: bool, tmp_path: Path) -> None:
    """Filled by initialisers, numbers and expressions, in the order of declaration."""
    text = """
module Net(dim: int = 4, bias: bool = True):
    param a: [dim, 3] = randn
    param b: [dim] = ones(dim) / dim if bias
    param c: [dim, dim] = xavier_uniform(gain=2)
    param d: [dim, dim] = normal(std=0.02)
    param scale: [] = 0.5
    param e: [3] = rand
    param rest: [dim] = constant(2)

    def forward(x: [B, dim]) -> [B, 3]:
        x = x @ c @ d * scale * rest
        if bias:
            x = x + b
        return x @ a + e
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(torch.randn(4, 3))
            self.register_parameter("b", nn.Parameter(torch.ones(4) / 4) if bias else None)
            self.c = nn.Parameter(nn.init.xavier_uniform_(torch.empty(4, 4), gain=2))
            self.d = nn.Parameter(nn.init.normal_(torch.empty(4, 4), std=0.02))
            self.scale = nn.Parameter(torch.tensor(0.5))
            self.e = nn.Parameter(torch.rand(3))
            self.rest = nn.Parameter(torch.full((4,), 2.0))

        def forward(self, x: Tensor) -> Tensor:
            x = x @ self.c @ self.d * self.scale * self.rest
            if self.b is not None:
                x = x + self.b
            return x @ self.a + self.e

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path, hyper={"bias": bias})


def test_buffers_and_constants(tmp_path: Path) -> None:
    """The former are in the state_dict; both move and are not trained."""
    text = """
module Net(context: int = 5):
    buffer mask: bool[context, context] = tril(ones(context, context, dtype=bool))
    const noise: [context] = rand
    buffer steps: int64[context] = arange(context)
    fc = Linear(context, context)

    def forward(x: [T, context]) -> [T, context] where T <= context:
        return where(mask[:T], fc(x) + noise, 0.0) * steps
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mask", torch.tril(torch.ones(5, 5, dtype=torch.bool)))
            self.register_buffer("noise", torch.rand(5), persistent=False)
            self.register_buffer("steps", torch.arange(5))
            self.fc = nn.Linear(5, 5)

        def forward(self, x: Tensor) -> Tensor:
            y = self.fc(x) + self.noise
            return torch.where(self.mask[: len(x)], y, 0.0) * self.steps

    model = assert_text_parity(text, Net, (torch.randn(3, 5),), folder=tmp_path)
    assert list(model.state_dict()) == ["mask", "steps", "fc.weight", "fc.bias"]


def test_lists(tmp_path: Path) -> None:
    """Of like and unlike layers, nested, joined, and with parts spread out."""
    text = """
module Net(dim: int = 4, depth: int = 2):
    layers = [Linear(dim, dim) for _ in range(depth)] + [LayerNorm(dim)]
    grid = [[Linear(dim, dim, bias=row == 0) for _ in range(2)] for row in range(2)]
    mixed = [ReLU(), *[Linear(dim, dim) for _ in range(depth)], Tanh()]

    def forward(x: [B, dim]) -> [B, dim]:
        for layer in layers:
            x = layer(x)
        for row in grid:
            for i, layer in enumerate(row):
                x = x + layer(x) * (i + 1)
        for layer in reversed(mixed):
            x = layer(x)
        return x + layers[-1](x) + grid[1][0](x) + len(mixed)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(
                [nn.Linear(4, 4), nn.Linear(4, 4), nn.LayerNorm(4)],
            )
            self.grid = nn.ModuleList(
                nn.ModuleList(nn.Linear(4, 4, bias=row == 0) for _ in range(2)) for row in range(2)
            )
            self.mixed = nn.ModuleList([nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 4), nn.Tanh()])

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = layer(x)
            for row in self.grid:
                for i, layer in enumerate(row):
                    x = x + layer(x) * (i + 1)
            for layer in reversed(self.mixed):
                x = layer(x)
            return x + self.layers[-1](x) + self.grid[1][0](x) + 4

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


def test_dicts(tmp_path: Path) -> None:
    text = """
module Net(dim: int = 4):
    heads = {"a": Linear(dim, 2), "b": Linear(dim, 3)}
    more = {f"head{i}": Linear(dim, i + 1) for i in range(2)}

    def forward(x: [B, dim]):
        ys = [head(x) for head in heads.values()]
        for name, head in more.items():
            ys += [head(x)]
        return cat(ys, dim=1), heads["b"](x)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 3)})
            self.more = nn.ModuleDict({"head0": nn.Linear(4, 1), "head1": nn.Linear(4, 2)})

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            heads = [*self.heads.values(), *self.more.values()]
            return torch.cat([head(x) for head in heads], dim=1), self.heads["b"](x)

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


def test_children_of_the_module_itself(tmp_path: Path) -> None:
    """Under numbers, under computed names, and as passed in."""
    text = """
module Chain(*parts: Module):
    *parts

    def forward(x):
        for part in parts:
            x = part(x)
        return x

module Net(depth: int = 2):
    *layers = [Linear(4, 4) for _ in range(depth)]
    *extra = {f"extra{i}": Linear(4, 4) for i in range(depth)}
    chain = Chain(Linear(4, 6), Chain(Tanh(), Linear(6, 1)))

    def forward(x: [B, 4]) -> [B, 1]:
        for layer in layers:
            x = layer(x)
        return extra["extra1"](x) |> chain
"""

    class Chain(nn.Module):
        def __init__(self, *parts: nn.Module) -> None:
            super().__init__()
            for i, part in enumerate(parts):
                self.add_module(str(i), part)

        def forward(self, x: Tensor) -> Tensor:
            for part in self.children():
                x = part(x)
            return x

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for i in range(2):
                self.add_module(str(i), nn.Linear(4, 4))
            for i in range(2):
                self.add_module(f"extra{i}", nn.Linear(4, 4))
            self.chain = Chain(nn.Linear(4, 6), Chain(nn.Tanh(), nn.Linear(6, 1)))

        def forward(self, x: Tensor) -> Tensor:
            x = self.get_submodule("1")(self.get_submodule("0")(x))
            return self.chain(self.extra1(x))

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


@pytest.mark.parametrize("normed", [True, False])
def test_absent_layers(normed: bool, tmp_path: Path) -> None:
    """None is printed and saved as torch does it: not at all."""
    text = """
module Net(normed: bool):
    norm = LayerNorm(4) if normed else None
    fc = Linear(4, 4)

    def forward(x: [B, 4]) -> [B, 4]:
        if norm is not None:
            x = norm(x)
        return fc(x)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(4) if normed else None
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(x if self.norm is None else self.norm(x))

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path, hyper={"normed": normed})


def test_hyperparameters_of_every_type(tmp_path: Path) -> None:
    text = """
def double(width: int) -> layer:
    return Sequential(Linear(width, width), Tanh(), Linear(width, width))

module Net(
    widths: list[int] = [4, 6, 2],
    kernel: (int, int) = (1, 3),
    act: layer = ReLU,
    block: layer = double,
    norm: layer? = None,
    mode: "sum" | "mean" = "mean",
    slope: float = 1,
    seed: int? = None,
):
    let first = widths[0]
    layers = [Sequential(Linear(a, b), act()) for a, b in zip(widths, widths[1:])]
    last = block(widths[-1])
    norm1 = None if norm is None else norm(first)
    conv = Conv2d(1, 1, kernel, padding=(kernel[0] // 2, kernel[1] // 2))

    def forward(x: [B, first]):
        x = x[:, None, None] |> conv |> squeeze(1) |> squeeze(1)
        for layer in layers:
            x = layer(x)
        x = last(x) * slope
        if seed is not None:
            x = x + seed
        return x.sum(dim=1) if mode == "sum" else x.mean(dim=1)
"""

    def double(width: int) -> nn.Module:
        return nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, width))

    class Net(nn.Module):
        def __init__(self, mode: str, slope: float) -> None:
            super().__init__()
            self.mode, self.slope = mode, slope
            self.layers = nn.ModuleList(
                [
                    nn.Sequential(nn.Linear(4, 6), nn.ReLU()),
                    nn.Sequential(nn.Linear(6, 2), nn.ReLU()),
                ]
            )
            self.last = double(2)
            self.conv = nn.Conv2d(1, 1, (1, 3), padding=(0, 1))

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x[:, None, None]).squeeze(1).squeeze(1)
            for layer in self.layers:
                x = layer(x)
            x = self.last(x) * self.slope
            return x.sum(1) if self.mode == "sum" else x.mean(1)

    assert_text_parity(text, lambda: Net("mean", 1), (ROWS,), folder=tmp_path)
    assert_text_parity(
        text,
        lambda: Net("sum", 0.25),
        (ROWS,),
        folder=tmp_path,
        hyper={"mode": "sum", "slope": 0.25},
    )


def test_locals_and_class_constants(tmp_path: Path) -> None:
    text = """
module Block(dim: int):
    let expansion = 4
    let hidden = dim * expansion
    up = Linear(dim, hidden)
    down = Linear(hidden, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return x + down(relu(up(x))) / hidden

module Net(block: layer = Block):
    let shared = Linear(4, 4)
    body = Sequential(block(4), shared, block(4))
    tail = shared
    head = Linear(4, block.expansion)

    def forward(x: [B, 4]):
        return head(tail(body(x)))
"""

    class Block(nn.Module):
        expansion = 4

        def __init__(self, dim: int) -> None:
            super().__init__()
            self.hidden = 4 * dim
            self.up = nn.Linear(dim, self.hidden)
            self.down = nn.Linear(self.hidden, dim)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.down(F.relu(self.up(x))) / self.hidden

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            shared = nn.Linear(4, 4)
            self.body = nn.Sequential(Block(4), shared, Block(4))
            self.tail = shared
            self.head = nn.Linear(4, Block.expansion)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.tail(self.body(x)))

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


def test_names_of_the_library_may_be_taken(tmp_path: Path) -> None:
    """`nn.`, `F.` and `torch.` still reach it."""
    text = """
module Linear(dim: int, dropout: float = 0.5):
    relu = nn.Linear(dim, dim)
    LayerNorm = LayerNorm(dim)

    def forward(x: [B, dim]) -> [B, dim]:
        x = F.dropout(relu(x), dropout, training)
        return torch.sigmoid(LayerNorm(F.relu(x)))

model net = Sequential(Linear(4), nn.Linear(4, 2))
"""

    class Linear(nn.Module):
        def __init__(self, dim: int) -> None:
            super().__init__()
            self.relu = nn.Linear(dim, dim)
            self.LayerNorm = nn.LayerNorm(dim)

        def forward(self, x: Tensor) -> Tensor:
            x = F.dropout(self.relu(x), 0.5, self.training)
            return torch.sigmoid(self.LayerNorm(F.relu(x)))

    def net() -> nn.Module:
        return nn.Sequential(Linear(4), nn.Linear(4, 2))

    assert_text_parity(text, net, (ROWS,), folder=tmp_path, name="net")
