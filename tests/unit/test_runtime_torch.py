"""Loaded models are nn.Modules like any other: compiled, exported, hooked, trained, as the built ones are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

import nnspec

torch = pytest.importorskip("torch")

SPEC = """
type Both = (logits: [B, T, D], hidden: [B, T, E])

module Attention(dim: int, heads: int):
    require dim % heads == 0
    let head_dim = dim // heads
    qkv = Linear(dim, 3 * dim)

    def forward(x: [B, T, dim], mask: bool[T, T]?) -> [B, T, dim]:
        q, k, v = qkv(x).chunk(3, dim=-1)
        q = q.view(B, T, heads, head_dim).transpose(1, 2)
        k = k.view(B, T, heads, head_dim).transpose(1, 2)
        v = v.view(B, T, heads, head_dim).transpose(1, 2)
        w = q @ k.transpose(-2, -1)
        if mask is not None:
            w = w.masked_fill(mask, -1e9)
        y = softmax(w, dim=-1) @ v
        return y.transpose(1, 2).reshape(B, T, dim)

module Net(dim: int = 8, heads: int = 2, depth: int = 2, drop: float = 0.1):
    layers = [Attention(dim, heads) for _ in range(depth)]
    head = Linear(dim, dim)
    dropout = Dropout(drop)
    const scale: [dim] = rand

    def forward(x: [B, T, dim]) -> Both:
        for layer in layers:
            x = x + layer(x, None)
        x = dropout(x)
        return Both(logits=head(x) * scale, hidden=x)
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.nnspec"
    path.write_text(SPEC, "utf-8")
    return path


@pytest.fixture
def built(spec: Path) -> Any:
    """The built Python, imported from a file."""
    path = spec.with_name("built_net.py")
    path.write_text(nnspec.build(spec).text, "utf-8")
    found = importlib.util.spec_from_file_location("built_net", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["built_net"] = module
    found.loader.exec_module(module)
    yield module
    del sys.modules["built_net"]


def test_loaded_and_built_are_one(spec: Path, built: Any) -> None:
    torch.manual_seed(0)
    loaded = nnspec.load(spec)
    torch.manual_seed(0)
    twin = built.Net()
    assert list(loaded.state_dict()) == list(twin.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(loaded.parameters(), twin.parameters()))
    assert all(torch.equal(a, b) for a, b in zip(loaded.buffers(), twin.buffers()))
    assert repr(loaded) == repr(twin)
    x = torch.randn(2, 5, 8)
    for train in (True, False):
        grads = []
        for model in (loaded.train(train), twin.train(train)):
            model.zero_grad()
            torch.manual_seed(1)
            out = model(x)
            out.logits.sum().backward()
            grads.append([out.logits, out.hidden, *(p.grad.clone() for p in model.parameters())])
        assert all(torch.equal(a, b) for a, b in zip(*grads))


def test_compiles_to_one_graph(spec: Path) -> None:
    model = nnspec.load(spec).eval()
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    x = torch.randn(2, 5, 8)
    assert torch.allclose(compiled(x).logits, model(x).logits)
    torch._dynamo.reset()


def test_exports(spec: Path) -> None:
    model = nnspec.load(spec).eval()
    x = torch.randn(2, 5, 8)
    dims = {"x": {0: torch.export.Dim("batch"), 1: torch.export.Dim("time")}}
    program = torch.export.export(model, (x,), dynamic_shapes=dims)
    longer = torch.randn(3, 7, 8)
    assert torch.allclose(program.module()(longer).logits, model(longer).logits, atol=1e-6)


def test_hooks_and_modes(spec: Path) -> None:
    model = nnspec.load(spec)
    seen: list[str] = []
    for name, layer in model.named_modules():
        layer.register_forward_hook(lambda module, args, out, name=name: seen.append(name))
    model.eval()
    model(torch.ones(1, 2, 8))
    assert "" in seen and "layers.1.qkv" in seen
    assert not any(module.training for module in model.modules())


def test_trains(spec: Path) -> None:
    torch.manual_seed(0)
    model = nnspec.load(spec, drop=0.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x = torch.randn(4, 3, 8)
    losses = []
    for _ in range(30):
        loss = (model(x).logits - 1).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
