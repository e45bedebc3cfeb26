"""Emitted text and code in memory, run on torch: the same modules, the same numbers."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from nnspec import pipeline
from nnspec.emit.memory import code_of
from nnspec.project import Project

torch = pytest.importorskip("torch")


def spaces(spec: str) -> list[dict[str, Any]]:
    """What the emitted text defines, and what the code in memory does."""
    entry = Project(files={"net.nnspec": dedent(spec)}).entry(Path("net.nnspec"))
    assert entry.report is not None and entry.report.ok, str(entry.report)
    assert entry.checked is not None
    file = pipeline.lower(entry.checked, "net.nnspec")
    text: dict[str, Any] = {"__name__": "text"}
    exec(compile(pipeline.emit(file), "net.py", "exec"), text)
    memory: dict[str, Any] = {"__name__": "memory"}
    exec(code_of(file), memory)
    return [text, memory]


def agree(spec: str, make: Callable[[dict[str, Any]], Any], *inputs: Any) -> Any:
    """Make a module from the text and one from memory, compare both, and return the first output."""
    results = []
    for space in spaces(spec):
        torch.manual_seed(0)
        module = make(space)
        torch.manual_seed(1)
        results.append((module.state_dict(), module(*inputs)))
    (state, output), (other_state, other_output) = results
    assert list(state) == list(other_state)
    for name in state:
        assert torch.equal(state[name], other_state[name])
    assert torch.equal(output, other_output)
    return output


def test_the_children_of_a_module_itself() -> None:
    spec = """
        module Net(depth: int = 3):
            first = Linear(4, 4)
            *layers = [Linear(4, 4) for _ in range(depth)]
            *named = {f"fc{i}": Linear(4, 4) for i in range(2)}
            def forward(x: [B, 4]) -> [B, 4]:
                x = first(x)
                for layer in layers:
                    x = layer(x)
                for name, layer in named.items():
                    x = layer(x)
                return layers[-1](x) + named["fc0"](x)
        """
    agree(spec, lambda space: space["Net"](), torch.randn(2, 4))
    module = spaces(spec)[0]["Net"]()
    names = [name for name, _ in module.named_children()]
    assert names == ["first", "0", "1", "2", "fc0", "fc1"]


def test_initial_values_are_those_of_a_hand_written_twin() -> None:
    spec = """
        def clipped(w: [*N], limit: float) -> [*N]:
            return w * (w.abs() >= limit)
        module Net(width: int = 8):
            a = Linear(4, width)
            net = Sequential(Linear(width, width), ReLU())
            param scale: [width] = rand
            init Linear.weight = uniform(-10, 10)
            init Linear.weight = clipped(5)
            init Linear.bias = 0.25
            init a.bias = normal(std=0.5)
            def forward(x: [B, 4]) -> [B, width]:
                return x |> a |> net |> mul(scale)
        """

    class Twin(torch.nn.Module):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.a = torch.nn.Linear(4, 8)
            self.net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU())
            self.scale = torch.nn.Parameter(torch.rand(8))
            linears = (self.a, self.net[0])
            for linear in linears:
                torch.nn.init.uniform_(linear.weight, -10, 10)
            for linear in linears:
                linear.weight.data.mul_((linear.weight.data.abs() >= 5).float())
            for linear in linears:
                torch.nn.init.constant_(linear.bias, 0.25)
            torch.nn.init.normal_(self.a.bias, std=0.5)

    torch.manual_seed(0)
    twin = Twin().state_dict()
    for space in spaces(spec):
        torch.manual_seed(0)
        state = space["Net"]().state_dict()
        assert state.keys() == twin.keys()
        assert all(torch.equal(state[name], twin[name]) for name in twin)


def test_a_function_of_numbers_is_a_value_and_no_initialiser() -> None:
    spec = """
        def ramp(n: int, step: float = 0.5) -> [n]:
            return arange(n) * step
        def bent(w: [N], by: float = 0.5) -> [N]:
            return zeros_like(w) + by
        module Net:
            buffer a: [4] = ramp(4)
            buffer b: [4] = bent
            buffer c: [4] = bent(by=2.0)
            def forward(x: [B, 4]) -> [B, 4]:
                return x * a + b + c
        """
    output = agree(spec, lambda space: space["Net"](), torch.ones(1, 4))
    assert output.tolist() == [[2.5, 3.0, 3.5, 4.0]]


def test_optional_arguments_and_named_tuples() -> None:
    spec = """
        type KV(S) = (k: [B, S, 4], v: [B, S, 4])
        module Attend:
            qkv = Linear(4, 12)
            def forward(x: [B, T, 4], cache: KV(S)?) -> ([B, T, 4], KV(S + T)):
                q, k, v = x |> qkv |> chunk(3, dim=-1)
                if cache is not None:
                    k = cat([cache.k, k], dim=1)
                    v = cat([cache.v, v], dim=1)
                return softmax(q @ k.mT + S, dim=-1) @ v, (k, v)
        """
    for space in spaces(spec):
        torch.manual_seed(0)
        module = space["Attend"]()
        x = torch.randn(2, 3, 4)
        y, cache = module(x)
        assert isinstance(cache, space["KV"]) and y.shape == (2, 3, 4)
        again, longer = module(x, cache)
        assert longer.k.shape == (2, 6, 4) and again.shape == y.shape


def test_models_are_functions_with_overrides() -> None:
    spec = """
        module Net(dim: int, depth: int = 1):
            layers = [Linear(dim, dim) for _ in range(depth)]
            def forward(x: [B, dim]) -> [B, dim]:
                for layer in layers:
                    x = layer(x)
                return x
        def pair(n: int) -> layer:
            return Sequential(Net(n), ReLU())
        model net = Net(4)
        model two = pair(4)
        """
    for space in spaces(spec):
        assert len(space["net"](depth=3).layers) == 3
        assert space["two"](n=6)[0].layers[0].in_features == 6
        with pytest.raises(TypeError):
            space["net"](width=3)


def test_a_claim_that_does_not_hold_is_told_in_the_words_of_the_spec() -> None:
    spec = """
        module Net(heads: int = 2):
            def forward(x: [B, D]) -> tensor:
                return x.view(B, heads, D // heads)
        """
    for space in spaces(spec):
        module = space["Net"]()
        assert module(torch.randn(3, 4)).shape == (3, 2, 2)
        with pytest.raises(ValueError, match="D = 5"):
            module(torch.randn(3, 5))


def test_requirements_are_asked_when_the_module_is_made() -> None:
    spec = """
        module Net(dim: int, heads: int):
            require dim % heads == 0, f"{dim} is no multiple of {heads}"
            fc = Linear(dim, heads)
            def forward(x: [B, dim]) -> [B, heads]:
                return fc(x)
        """
    for space in spaces(spec):
        with pytest.raises(ValueError, match="5 is no multiple of 2"):
            space["Net"](5, 2)


def test_modules_survive_a_copy() -> None:
    from copy import deepcopy

    spec = """
        module Net:
            *layers = [Linear(4, 4) for _ in range(2)]
            def forward(x: [B, 4]) -> [B, 4]:
                for layer in layers:
                    x = layer(x)
                return x
        """
    module = spaces(spec)[0]["Net"]()
    copy = deepcopy(module)
    with torch.no_grad():
        getattr(copy, "0").weight.zero_()
    x = torch.randn(2, 4)
    assert not torch.equal(module(x), copy(x))


def test_tracebacks_of_code_in_memory_show_the_spec() -> None:
    spec = """
        module Net:
            fc = Linear(4, 4)
            def forward(x: [B, 4]) -> [B, 4]:
                return x
                    |> fc
                    |> relu
        """
    lines = dedent(spec).splitlines(keepends=True)
    linecache.cache["net.nnspec"] = (len(spec), None, lines, "net.nnspec")
    module = spaces(spec)[1]["Net"]()
    with pytest.raises(RuntimeError) as caught:
        module(torch.randn(3, 5))
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "net.nnspec", line 6' in shown
    assert "|> fc" in shown


def test_in_place_additions_leave_their_arguments_alone() -> None:
    spec = """
        module Net:
            def forward(x: [B, 4]) -> [B, 4]:
                y = x
                y += 1
                return y
        """
    x = torch.zeros(1, 4)
    agree(spec, lambda space: space["Net"](), x)
    assert torch.equal(x, torch.zeros(1, 4))
