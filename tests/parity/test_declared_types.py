"""Types of one's own, layers passed in, and library functions that need torch to tell, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .harness import assert_text_parity

torch.manual_seed(0)
ROWS = torch.randn(5, 4)


def test_plain_tuples_stand_for_named_ones(tmp_path: Path) -> None:
    """In hyperparameters and their defaults, arguments, results, and lists of them."""
    text = """
type Stage = (block: layer, width: int)
type Pair = (a: [B, N], b: [B, N])

module Net(stages: list[Stage], last: Stage = (Linear, 3)):
    parts = [stage.block(4, stage.width) for stage in stages]
    tail = last.block(4, last.width)

    def both(x: [B, N]) -> Pair:
        return x, x + 1

    def total(pairs: list[Pair], other: Pair?) -> [B, N]:
        y = sum([pair.a * pair.b for pair in pairs])
        return y if other is None else y - other.b

    def forward(x: [B, 4]) -> [B, 3]:
        for part in parts:
            x = part(x)
        pair = (x, relu(x))
        x = total([pair, (x, x), both(x)], (x, x))
        return tail(x + total([(t, t) for t in [x]]))

model net = Net([(Linear, 4), Stage(Linear, width=4)])
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
            self.tail = nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            for part in self.parts:
                x = part(x)
            y = x * F.relu(x) + x * x + x * (x + 1)
            y = y - x
            return self.tail(y + y * y)

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path, name="net")


def test_layers_passed_in_are_tied(tmp_path: Path) -> None:
    text = """
module Head(table: Embedding):
    fc = Linear(table.embedding_dim, table.num_embeddings, bias=False)
    tie fc.weight = table.weight
    freeze table.weight

    def forward(x: [*N, _]) -> [*N, _]:
        return fc(x)

module Net(vocab: int = 7):
    table = Embedding(vocab, 4)
    head = Head(table)
    scale = Linear(4, 4)

    def forward(tokens: int64[B]) -> [B, vocab]:
        return tokens |> table |> scale |> head
"""

    class Head(nn.Module):
        def __init__(self, table: nn.Embedding) -> None:
            super().__init__()
            self.table = table
            self.fc = nn.Linear(4, 7, bias=False)
            self.fc.weight = table.weight
            table.weight.requires_grad_(False)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(x)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(7, 4)
            self.head = Head(self.table)
            self.scale = nn.Linear(4, 4)

        def forward(self, tokens: Tensor) -> Tensor:
            return self.head(self.scale(self.table(tokens)))

    assert_text_parity(text, Net, (torch.tensor([0, 6, 3]),), folder=tmp_path)


def test_checkpoint_and_limits_of_dtypes(tmp_path: Path) -> None:
    """Values and gradients are those of the plain call."""
    text = """
def scale(x: [*N], by: float) -> [*N]:
    return x * by

module Net:
    fc = Linear(4, 4)

    def block(x: [B, 4]) -> [B, 4]:
        return tanh(fc(x))

    def forward(x: [B, 4], mask: bool[B, 4]) -> [B, 4]:
        x = checkpoint(scale, fc(x), 2.0, use_reentrant=False)
        x = checkpoint(block, x, use_reentrant=False)
        x = x.masked_fill(mask, finfo(x.dtype).min)
        return softmax(x, dim=-1) + finfo(float32).eps
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def block(self, x: Tensor) -> Tensor:
            return torch.tanh(self.fc(x))

        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            x = checkpoint(lambda y: y * 2.0, self.fc(x), use_reentrant=False)
            x = checkpoint(self.block, x, use_reentrant=False)
            x = x.masked_fill(mask, torch.finfo(x.dtype).min)
            return F.softmax(x, dim=-1) + torch.finfo(torch.float32).eps

    mask = ROWS > 1
    assert_text_parity(text, Net, (ROWS, mask), folder=tmp_path)


def test_operations_in_place(tmp_path: Path) -> None:
    """`inplace=True` gives what it gives in torch, and leaves the input of the model alone."""
    text = """
module Net:
    fc = Linear(4, 4)
    act = ReLU(inplace=True)
    tail = Sequential(Linear(4, 4), LayerNorm(4), Hardtanh(inplace=True))

    def forward(x: [B, 4]) -> [B, 4]:
        y = fc(x)
        y = act(y)
        return relu(tail(y) + x, inplace=True)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.act = nn.ReLU(inplace=True)
            self.tail = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Hardtanh(inplace=True))

        def forward(self, x: Tensor) -> Tensor:
            y = self.act(self.fc(x))
            return F.relu(self.tail(y) + x, inplace=True)

    before = ROWS.clone()
    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)
    assert torch.equal(ROWS, before)


def test_shapes_that_change_from_round_to_round(tmp_path: Path) -> None:
    """Loops over lists whose layers are unlike, at two depths."""
    text = """
module Net(width: int = 4, depth: int = 2):
    let widths = [width * (i + 1) for i in range(depth + 1)]
    layers = [Linear(widths[i], widths[i + 1]) for i in range(depth)]
    dense = [Linear(widths[-1] + 2 * i, 2) for i in range(depth)]

    def forward(x: [B, width]) -> [B, width * (depth + 1) + 2 * depth]:
        for layer in layers:
            x = relu(layer(x))
        parts = [x]
        for layer in dense:
            parts += [layer(cat(parts, dim=1))]
        return cat(parts, dim=1)
"""

    class Net(nn.Module):
        def __init__(self, depth: int = 2) -> None:
            super().__init__()
            widths = [4 * (i + 1) for i in range(depth + 1)]
            self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
            self.dense = nn.ModuleList(nn.Linear(widths[-1] + 2 * i, 2) for i in range(depth))

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = F.relu(layer(x))
            parts = [x]
            for layer in self.dense:
                parts.append(layer(torch.cat(parts, dim=1)))
            return torch.cat(parts, dim=1)

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)
    assert_text_parity(text, lambda: Net(4), (ROWS,), folder=tmp_path / "deep", hyper={"depth": 4})


def test_conditions_on_what_is_no_number(tmp_path: Path) -> None:
    """Of NaN neither `x < 1` nor `x >= 1` holds, so `not x < 1` does."""
    text = """
module Net:
    fc = Linear(4, 4)

    def forward(x: [B, 4]) -> [B, 4]:
        if not x.sum() < 1:
            return fc(x)
        return -fc(x)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return -self.fc(x) if x.sum() < 1 else self.fc(x)

    model = assert_text_parity(text, Net, (ROWS,), (ROWS + 3,), folder=tmp_path)
    holed = ROWS.clone()
    holed[0, 0] = torch.nan
    assert torch.equal(model(holed)[1:], model.fc(holed)[1:])


def test_functions_passed_in(tmp_path: Path) -> None:
    """Each instance calls the function that it was given."""
    text = """
module Net(act: layer = relu):
    fc = Linear(4, 4)

    def forward(x: [B, 4]) -> [B, 4]:
        first = act if B > 2 else tanh
        return x + fc(x) |> act |> fc |> first

model smooth = Net(gelu)
model bounded = Net(act=tanh)
"""

    class Net(nn.Module):
        def __init__(self, act: Callable[[Tensor], Tensor] = torch.relu) -> None:
            super().__init__()
            self.act = act
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            first = self.act if len(x) > 2 else torch.tanh
            return first(self.fc(self.act(x + self.fc(x))))

    calls = (ROWS,), (ROWS[:2],)
    assert_text_parity(text, Net, *calls, folder=tmp_path)
    assert_text_parity(text, lambda: Net(F.gelu), *calls, folder=tmp_path, name="smooth")
    assert_text_parity(text, lambda: Net(torch.tanh), *calls, folder=tmp_path, name="bounded")
