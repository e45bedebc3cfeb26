"""Patterns in einops notation: the plain torch that is emitted gives what einops gives, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import einops
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import nnspec


@dataclass(frozen=True)
class Case:
    """A call on a tensor of some shape; sizes are the keywords, open the axes that the spec leaves open as `*N`."""

    function: str
    pattern: str
    shape: tuple[int, ...]
    sizes: dict[str, int] = field(default_factory=dict)
    reduction: str | None = None
    open: slice | None = None

    def __str__(self) -> str:
        return f"{self.function} {self.pattern} {self.reduction or ''}"

    @property
    def arguments(self) -> tuple[str, ...]:
        return (self.pattern,) if self.reduction is None else (self.pattern, self.reduction)

    def call(self) -> str:
        parts = [f'"{argument}"' for argument in self.arguments]
        parts += [f"{name}={size}" for name, size in self.sizes.items()]
        return f"{self.function}(x, {', '.join(parts)})"


def rearrange(pattern: str, *shape: int, **sizes: int) -> Case:
    return Case("rearrange", pattern, shape, sizes)


def reduce(reduction: str, pattern: str, *shape: int, **sizes: int) -> Case:
    return Case("reduce", pattern, shape, sizes, reduction)


def repeat(pattern: str, *shape: int, **sizes: int) -> Case:
    return Case("repeat", pattern, shape, sizes)


CASES = [
    rearrange("b c h w -> b h w c", 2, 3, 4, 5),
    rearrange("b c h w -> b c w h", 2, 3, 4, 5),
    rearrange("b c h w -> b (h w) c", 2, 3, 4, 5),
    rearrange("b c (h p) (w q) -> b (h w) (p q c)", 2, 3, 4, 6, p=2, q=3),
    rearrange("b (h w) (p q c) -> b c (h p) (w q)", 2, 6, 12, h=2, p=2, q=2),
    rearrange("b n (three h d) -> three b h n d", 2, 5, 24, three=3, h=2),
    rearrange("b t -> (b t)", 2, 3),
    rearrange("b 1 t -> b t 1", 2, 1, 3),
    rearrange("b (c 1) -> 1 b () c", 2, 3),
    rearrange("... h w -> ... w h", 2, 3, 4, 5),
    rearrange("... (h d) -> ... h d", 2, 3, 8, h=2),
    rearrange("b ... c -> b c ...", 2, 3, 4, 5),
    rearrange("b ... c -> c ... b", 2, 3, 4, 5),
    rearrange("a ... b c -> ... (b c) a 1", 2, 3, 4, 5),
    rearrange("b c ... -> b (c ...)", 2, 3, 4, 5),
    rearrange("b ... -> b (...)", 2, 3, 4),
    rearrange("(a b) ... (c d) -> a ... 1 (d b) c", 6, 5, 4, a=2, c=2),
    rearrange("a b -> a b", 2, 3),
    reduce("mean", "b c h w -> b c", 2, 3, 4, 5),
    reduce("max", "b c (h 2) (w 2) -> b c h w", 2, 3, 4, 6),
    reduce("min", "b c (h p) -> h b", 2, 3, 6, p=3),
    reduce("sum", "b t c -> b 1 c", 2, 3, 4),
    reduce("prod", "a b c d -> c", 2, 3, 4, 2),
    reduce("mean", "b c ... -> b c", 2, 3, 4, 5),
    reduce("sum", "... c -> c", 2, 3, 4),
    reduce("max", "b ... c -> ...", 2, 3, 4, 5),
    reduce("sum", "a b ->", 2, 3),
    repeat("h w -> h w c", 2, 3, c=4),
    repeat("b c -> b n c", 2, 3, n=4),
    repeat("b c h w -> b c (h p) (w q)", 1, 2, 3, 4, p=2, q=3),
    repeat("d -> b 2 d", 3, b=4),
    repeat("... d -> n ... d k", 2, 3, 4, n=2, k=3),
    repeat("1 d -> (b d)", 1, 3, b=4),
]


def agree(case: Case) -> None:
    dims = [str(size) for size in case.shape]
    if case.open is not None:
        dims[case.open] = ["*N"]
    spec = f"""
module Net:
    def forward(x: [{", ".join(dims)}]):
        return {case.call()}
"""
    # Whole numbers, of which sums are exact in any order.
    x = (torch.arange(float(torch.Size(case.shape).numel())) * 7 % 11).reshape(case.shape)
    expected = getattr(einops, case.function)(x, *case.arguments, **case.sizes)
    shape = ", ".join(map(str, expected.shape))
    given = ", ".join(map(str, case.shape))
    checked = f"{spec}\ncheck Net:\n    forward([{given}]) -> [{shape}]\n"
    assert torch.equal(nnspec.loads(checked)(x), expected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_pattern_gives_what_einops_gives(case: Case) -> None:
    agree(case)


@st.composite
def cases(draw: Any) -> Case:
    """Rearrangements and repetitions of up to six names in groups, perhaps around `...`."""
    function = draw(st.sampled_from(["rearrange", "reduce", "repeat"]))
    names = list("abcdef"[: draw(st.integers(1, 5))])
    size = {name: draw(st.integers(1, 3)) for name in names}
    given: dict[str, int] = {}
    left: list[str] = []
    shape: list[int] = []
    rest = list(names)
    while rest:
        group = [rest.pop(0) for _ in range(min(len(rest), draw(st.sampled_from([1, 1, 2, 3]))))]
        given.update({name: size[name] for name in group[1:]})
        left.append(group[0] if len(group) == 1 else f"({' '.join(group)})")
        shape.append(torch.Size([size[name] for name in group]).numel())
    dots = draw(st.integers(0, 2))
    dotted = draw(st.booleans())
    open = None
    if dotted:
        at = draw(st.integers(0, len(left)))
        left.insert(at, "...")
        shape[at:at] = [2, 3][:dots]
        open = slice(at, at + dots) if draw(st.booleans()) else None
    kept = list(draw(st.permutations(names)))
    if function == "reduce":
        kept = kept[: draw(st.integers(0, len(kept)))]
    if function == "repeat":
        for name in "xyz"[: draw(st.integers(1, 2))]:
            kept.insert(draw(st.integers(0, len(kept))), name)
            given[name] = draw(st.integers(1, 3))
    if dotted and (function != "reduce" or draw(st.booleans())):
        kept.insert(draw(st.integers(0, len(kept))), "...")
    right: list[str] = []
    while kept:
        group = [kept.pop(0) for _ in range(min(len(kept), draw(st.sampled_from([1, 1, 2]))))]
        bare = len(group) == 1 and (group != ["..."] or draw(st.booleans()))
        right.append(group[0] if bare else f"({' '.join(group)})")
        if draw(st.integers(0, 5)) == 0:
            right.append("1")
    pattern = f"{' '.join(left)} -> {' '.join(right)}".strip()
    reduction = (
        draw(st.sampled_from(["sum", "max", "min", "mean"])) if function == "reduce" else None
    )
    return Case(function, pattern, tuple(shape), given, reduction, open)


@settings(max_examples=150)
@given(cases())
def test_random_patterns_give_what_einops_gives(case: Case) -> None:
    agree(case)


def test_a_list_counts_as_stacked() -> None:
    net = nnspec.loads("""
module Net:
    def forward(x: [B, T], y: [B, T]) -> [B, 2 * T]:
        return rearrange([x, y], "k b t -> b (k t)")
""")
    x, y = torch.randn(2, 3), torch.randn(2, 3)
    assert torch.equal(net(x, y), einops.rearrange([x, y], "k b t -> b (k t)"))


def test_any_rank_is_served_by_one_code() -> None:
    net = nnspec.loads("""
module Net(heads: int = 2):
    def forward(x: [*N, T, D]) -> [*N, heads, T, D // heads] where D % heads == 0:
        return rearrange(x, "... t (h d) -> ... h t d", h=heads)
""")
    for rank in range(3):
        x = torch.randn(*(2, 3)[:rank], 4, 6)
        assert torch.equal(net(x), einops.rearrange(x, "... t (h d) -> ... h t d", h=2))
