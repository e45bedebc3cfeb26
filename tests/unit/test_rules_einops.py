"""Patterns of rearrange, reduce and repeat: sizes that follow, and mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics import rules
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.broadcast import operator_call
from nnspec.semantics.values import DictValue, Relation, Tensor, Value
from nnspec.semantics.world import World
from nnspec.source import Source, Span

SPAN = Span(Source("case", '"the pattern"'), 0, 13)
B, H, W, C = (Dim.symbol(name) for name in "BHWC")


def _apply(
    rule: str, dims: tuple[Any, ...], pattern: str, facts: Facts = Facts.empty, **more: Any
) -> tuple[Value, list[Diagnostic]]:
    found: list[Diagnostic] = []
    world = World(facts, found.append)
    arguments = {
        "tensor": Tensor("float32", dims),
        "pattern": pattern,
        "reduction": more.pop("reduction", None),
        "axes": DictValue(more),
    }
    call: RuleCall = operator_call(world, rule, SPAN, arguments, {"pattern": SPAN})
    return rules.find(rule)(call), found


@pytest.mark.parametrize(
    ("dims", "pattern", "sizes", "expected"),
    [
        ((B, H, W, C), "b h w c -> b c h w", {}, (B, C, H, W)),
        ((B, H, W, C), "b h w c -> b (h w) c", {}, (B, H * W, C)),
        ((B, H, W, C), "b ... -> ... b", {}, (H, W, C, B)),
        ((B, 12), "b (h d) -> b h d", {"h": 3}, (B, 3, 4)),
        ((B, 4 * H, 2 * W), "b (h p) (w q) -> b (h w) (p q)", {"p": 4, "q": 2}, (B, H * W, 8)),
        ((B, 1, C), "b 1 c -> b c", {}, (B, C)),
        ((B, C), "b c -> b 1 c 1", {}, (B, 1, C, 1)),
        ((B, H, C), "b ... c -> b c ...", {}, (B, C, H)),
    ],
)
def test_rearrange(dims: Any, pattern: str, sizes: dict[str, int], expected: Any) -> None:
    value, found = _apply("rearrange", dims, pattern, **sizes)
    assert not found
    assert value == Tensor("float32", expected)


def test_a_fact_lets_an_axis_split() -> None:
    facts = Facts.empty.assume(Relation(H % 4, "==", 0))
    value, found = _apply("rearrange", (B, H), "b (h p) -> b h p", facts, p=4)
    assert not found
    assert isinstance(value, Tensor) and value.dims is not None
    assert value.dims[2] == 4


def test_reduce_and_repeat() -> None:
    value, _ = _apply(
        "reduce", (B, C, 8, 8), "b c (h p) (w q) -> b c h w", reduction="max", p=2, q=2
    )
    assert value == Tensor("float32", (B, C, 4, 4))
    value, _ = _apply("reduce", (B, C, H, W), "b c h w -> b c", reduction="mean")
    assert value == Tensor("float32", (B, C))
    value, _ = _apply("repeat_pattern", (H, W), "h w -> b h (w r)", b=5, r=2)
    assert value == Tensor("float32", (5, H, 2 * W))


@pytest.mark.parametrize(
    ("dims", "pattern", "sizes", "said"),
    [
        ((B, C), "b c d -> b c d", {}, "3 axes"),
        ((B, C), "b c", {}, "->"),
        ((B, C), "b c -> b", {}, "`c` stands on the left alone"),
        ((B, C), "b c -> b c d", {}, "`d` stands on the right alone"),
        ((B, C), "b b -> b", {}, "twice"),
        ((B, 12), "b (h d) -> b h d", {}, "more than one size is open"),
        ((B, 12), "b (h d) -> b h d", {"h": 5}, "not a multiple of 5"),
        ((B, 12), "b (h d -> b h d", {"h": 5}, "`(`"),
        ((B, 3, C), "b 1 c -> b c", {}, "`1` is 1"),
    ],
)
def test_mistakes(dims: Any, pattern: str, sizes: dict[str, int], said: str) -> None:
    _, found = _apply("rearrange", dims, pattern, **sizes)
    (diagnostic,) = found
    assert diagnostic.code in ("E0309", "E0301")
    assert said in diagnostic.message
