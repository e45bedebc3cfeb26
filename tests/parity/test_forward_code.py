"""What forward code may do, against the same in PyTorch."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .harness import assert_text_parity

torch.manual_seed(0)
ROWS = torch.randn(5, 4)
STEPS = torch.randn(2, 6, 4)


def test_pipelines(tmp_path: Path) -> None:
    """Looser than arithmetic, tighter than comparisons; locals, members, methods, functions."""
    text = """
def scale(x: [*N], by: float) -> [*N]:
    return x * by

module Net:
    to_out = Sequential(Linear(4, 4), Linear(4, 4))
    act = Tanh()

    def twice(x: [*N]) -> [*N]:
        return x + x

    def forward(x: [B, 4]):
        local = to_out[1]
        y = x + 1 |> to_out[0] |> local |> act |> twice |> scale(0.5)
        y = y - x |> reshape(B * 4) |> clamp(min=-1)
        big = y |> sum > 0
        return y if big else -y |> exp
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.to_out = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
            self.act = nn.Tanh()

        def forward(self, x: Tensor) -> Tensor:
            y = self.act(self.to_out[1](self.to_out[0](x + 1)))
            y = (y + y) * 0.5
            y = (y - x).reshape(-1).clamp(min=-1)
            return y if y.sum() > 0 else torch.exp(-y)

    assert_text_parity(text, Net, (ROWS,), (-ROWS,), (ROWS + 3,), folder=tmp_path)


def test_loops_over_time(tmp_path: Path) -> None:
    """A list of tensors grows by one for each step, and is stacked."""
    text = """
module Net(hidden: int = 3):
    cell = Linear(4 + hidden, hidden)

    def forward(x: [B, T, 4]) -> ([B, T, hidden], [B, hidden]):
        state = zeros(B, hidden)
        ys = []
        for t in range(T):
            state = tanh(cell(cat([x[:, t], state], dim=1)))
            ys += [state]
        return stack(ys, dim=1), state
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.Linear(7, 3)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            state = torch.zeros(len(x), 3)
            ys = []
            for step in x.unbind(1):
                state = torch.tanh(self.cell(torch.cat([step, state], dim=1)))
                ys.append(state)
            return torch.stack(ys, dim=1), state

    assert_text_parity(text, Net, (STEPS,), (STEPS[:, :1],), folder=tmp_path)


def test_conditions_on_data_and_on_sizes(tmp_path: Path) -> None:
    text = """
module Net(limit: int = 3):
    fc = Linear(4, 4)

    def forward(x: [B, 4]) -> [B, 4]:
        if B > limit:
            return x
        elif x.sum() > 0:
            y = fc(x)
        else:
            y = -fc(x) * 2
        while y.abs().max() > 0.5:
            y = y * 0.75
        return y
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            if len(x) > 3:
                return x
            y = self.fc(x) if x.sum() > 0 else -self.fc(x) * 2
            while y.abs().max() > 0.5:
                y = y * 0.75
            return y

    short = ROWS[:2]
    assert_text_parity(text, Net, (short.abs(),), (-short.abs(),), folder=tmp_path)


def test_optional_arguments(tmp_path: Path) -> None:
    """A cache and a mask that may be given or not."""
    text = """
type Cache(S) = (k: [B, S, dim])

module Net(dim: int = 4):
    key = Linear(dim, dim)

    def forward(x: [B, T, dim], cache: Cache(S)? = None, mask: bool[B, T]?) -> ([B, T, dim], Cache(S + T)):
        k = key(x)
        if cache is not None:
            k = cat([cache.k, k], dim=1)
        y = x + k.mean(dim=1, keepdim=True)
        y = y if mask is None else y.masked_fill(mask[:, :, None], 0)
        return y, Cache(k=k)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.key = nn.Linear(4, 4)

        def forward(
            self, x: Tensor, cache: tuple[Tensor] | None = None, mask: Tensor | None = None
        ) -> tuple[Tensor, tuple[Tensor]]:
            k = self.key(x)
            if cache is not None:
                k = torch.cat([cache[0], k], dim=1)
            y = x + k.mean(dim=1, keepdim=True)
            if mask is not None:
                y = y.masked_fill(mask[:, :, None], 0)
            return y, (k,)

    mask = torch.tensor([[True, False, False, True, False, False]] * 2)
    model = assert_text_parity(text, Net, (STEPS,), (STEPS, None, mask), folder=tmp_path)
    first, cache = model(STEPS)
    assert first.shape == STEPS.shape and cache.k.shape == (2, 6, 4)
    _, longer = model(STEPS[:, :2], cache)
    assert longer.k.shape == (2, 8, 4)


def test_named_results(tmp_path: Path) -> None:
    """Loss only where targets are given."""
    text = """
type Output = (logits: [B, 7], loss: []?)

module Net:
    fc = Linear(4, 7)

    def forward(x: [B, 4], target: int64[B]?) -> Output:
        logits = fc(x)
        loss = None if target is None else cross_entropy(logits, target)
        return Output(logits=logits, loss=loss)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 7)

        def forward(self, x: Tensor, target: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
            logits = self.fc(x)
            return logits, None if target is None else F.cross_entropy(logits, target)

    target = torch.tensor([0, 6, 2, 2, 1])
    model = assert_text_parity(text, Net, (ROWS,), (ROWS, target), folder=tmp_path)
    assert model(ROWS).loss is None
    assert model(ROWS, target).loss.shape == ()


def test_recurrent_layers(tmp_path: Path) -> None:
    """Nested tuples come apart."""
    text = """
module Net:
    lstm = LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True)
    gru = GRU(6, 5, batch_first=True)
    fc = Linear(5, 1)

    def forward(x: [B, T, 4]):
        y, (h, c) = lstm(x)
        y, state = gru(y)
        return fc(y[:, -1]), h, c, state
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True)
            self.gru = nn.GRU(6, 5, batch_first=True)
            self.fc = nn.Linear(5, 1)

        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            y, (h, c) = self.lstm(x)
            y, state = self.gru(y)
            return self.fc(y[:, -1]), h, c, state

    assert_text_parity(text, Net, (STEPS,), folder=tmp_path)


def test_reading_through_layers(tmp_path: Path) -> None:
    """Parameters and sizes of layers, slices of lists; `.data` cuts the gradient."""
    text = """
module Net:
    fc = Linear(4, 6)
    layers = Sequential(Linear(6, 6), ReLU(), Linear(6, 2))

    def forward(x: [B, 4]) -> [B, 2]:
        y = linear(x, fc.weight[:, :x.shape[-1]], fc.bias.data) / fc.in_features
        for layer in layers[:2]:
            y = layer(y)
        return layers[-1](y) * layers[0].weight.norm() + len(layers)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 6)
            self.layers = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 2))

        def forward(self, x: Tensor) -> Tensor:
            y = F.linear(x, self.fc.weight, self.fc.bias.detach()) / 4
            y = self.layers[1](self.layers[0](y))
            return self.layers[2](y) * self.layers[0].weight.norm() + 3

    assert_text_parity(text, Net, (ROWS,), folder=tmp_path)


def test_indexing(tmp_path: Path) -> None:
    text = """
module Net:
    fc = Linear(4, 4)

    def forward(x: [B, T, 4], rows: int64[K]) where T % 2 == 0:
        y = fc(x)
        a = y[:, -1]
        b = y[..., ::2]
        c = y[:, None, 1:, 0]
        d = y[0, rows]
        e = y[:, rows, :2]
        f = y[y > 0].sum()
        g = y[:, :T // 2] + y[:, T // 2:]
        return a, b, c, d, e, f, g
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, ...]:
            y = self.fc(x)
            a, b, c, d, e = y[:, -1], y[..., ::2], y[:, None, 1:, 0], y[0, rows], y[:, rows, :2]
            return a, b, c, d, e, y[y > 0].sum(), y[:, :3] + y[:, 3:]

    assert_text_parity(text, Net, (STEPS, torch.tensor([0, 5, 5])), folder=tmp_path)


def test_methods_and_rebinding(tmp_path: Path) -> None:
    """Several methods, augmented assignment on a copy, comprehension, early return."""
    text = """
module Net:
    enc = Linear(4, 2)
    dec = Linear(2, 4)
    drop = Dropout(0.3)

    def encode(x: [B, 4]) -> [B, 2]:
        return relu(enc(x))

    def decode(z: [B, 2]) -> [B, 4]:
        return sigmoid(dec(z))

    def forward(x: [B, 4]) -> [B, 4]:
        original = x
        x += 1
        x *= 2
        if training:
            x = drop(x)
        a, b = [decode(encode(y)) for y in [x, original]]
        return a - b
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enc = nn.Linear(4, 2)
            self.dec = nn.Linear(2, 4)
            self.drop = nn.Dropout(0.3)

        def recode(self, x: Tensor) -> Tensor:
            return torch.sigmoid(self.dec(F.relu(self.enc(x))))

        def forward(self, x: Tensor) -> Tensor:
            y = (x + 1) * 2
            if self.training:
                y = self.drop(y)
            return self.recode(y) - self.recode(x)

    before = ROWS.clone()
    model = assert_text_parity(text, Net, (ROWS,), folder=tmp_path)
    assert torch.equal(ROWS, before), "an argument was changed in place"
    assert model.encode(ROWS).shape == (5, 2)


def test_creation(tmp_path: Path) -> None:
    """New tensors are floats of the input's dtype, or the integers that they count."""
    text = """
module Net(n: int = 3):
    fc = Linear(4, n)

    def forward(x: [B, 4]):
        y = fc(x) + eye(B, n) + arange(n) + full((B, 1), 0.5)
        noise = randn(B, n) * 0.1
        hot = one_hot(y.argmax(dim=1), n)
        return y + noise + zeros_like(y), hot, linspace(0, 1, 5), ones(B, dtype=int64)
"""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            b = len(x)
            y = self.fc(x) + torch.eye(b, 3) + torch.arange(3) + torch.full((b, 1), 0.5)
            noise = torch.randn(b, 3) * 0.1
            hot = F.one_hot(y.argmax(dim=1), 3)
            ones = torch.ones(b, dtype=torch.int64)
            return y + noise + torch.zeros_like(y), hot, torch.linspace(0, 1, 5), ones

    model = assert_text_parity(text, Net, (ROWS,), folder=tmp_path).double()
    y, hot, line, ones = model(ROWS.double())
    assert (y.dtype, hot.dtype, line.dtype, ones.dtype) == (
        torch.float64,
        torch.int64,
        torch.float64,
        torch.int64,
    )
