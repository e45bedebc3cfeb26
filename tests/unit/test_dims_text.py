"""How symbolic integers are written: the looks that a person would choose."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given

from nnspec.semantics.dims import Dim, dim_max, dim_min
from nnspec.semantics.dims.to_ast import to_ast
from tests.unit.test_dims_polynomial import Pair, pairs, values

H, W, B, T, S = (Dim.symbol(name) for name in ("H", "W", "B", "T", "S"))
k, stride, padding, dim, i, heads = (
    Dim.symbol(name) for name in ("kernel_size", "stride", "padding", "dim", "i", "heads")
)

WRITTEN = [
    (4 * dim, "4 * dim"),
    (B * T, "B * T"),
    (1 - H, "1 - H"),
    (-H, "-H"),
    (2 * H - 1, "2 * H - 1"),
    (dim * dim, "dim ** 2"),
    ((H - 1) // 2 + 1, "(H - 1) // 2 + 1"),
    ((H + 2 - 3) // 2 + 1, "(H - 1) // 2 + 1"),
    (H // 2, "H // 2"),
    ((H - 2) // 2 + 1, "H // 2"),
    ((H + 2 * padding - 3) // stride + 1, "(H + 2 * padding - 3) // stride + 1"),
    ((H + 2 * padding - k) // stride + 1, "(H + 2 * padding - kernel_size) // stride + 1"),
    ((H + 4 - 11) // 4 + 1, "(H - 7) // 4 + 1"),
    ((H - 1) * stride - 2 * padding + k, "(H - 1) * stride + kernel_size - 2 * padding"),
    (H % 4, "H % 4"),
    ((H * W) % dim, "(H * W) % dim"),
    (stride - H % stride, "stride - H % stride"),
    (2 * H // 3, "2 * H // 3"),
    (H // (2 * stride), "H // (2 * stride)"),
    (-(H // 2), "-(H // 2)"),
    (heads * (dim // heads), "heads * (dim // heads)"),
    (B * ((H - 1) // 2 + 1) * (W // 2), "B * ((H + 1) // 2) * (W // 2)"),
    (16 * (H // 4 - 3) * (W // 4 - 3), "16 * (H // 4 - 3) * (W // 4 - 3)"),
    (dim * (i + 1), "dim * (i + 1)"),
    ((H // 2 + 1) ** 2, "(H // 2 + 1) ** 2"),
    (dim_min(T, S), "min(S, T)"),
    (dim_max(T - S, 0) + 1, "max(T - S, 0) + 1"),
    (T - dim_min(T, 9), "T - min(T, 9)"),
    (dim * 2 ** (i + 1), "dim * 2 ** (i + 1)"),
    (2 ** (i - 1), "2 ** (i - 1)"),
    (3 * 2**i, "3 * 2 ** i"),
    (Dim.symbol("n@3") + 1, "n + 1"),
    (Dim.symbol("?3"), "?3"),
]


@pytest.mark.parametrize(("made", "expected"), WRITTEN)
def test_written(made: Dim, expected: str) -> None:
    assert str(made) == expected


def test_the_text_does_not_depend_on_what_was_made_first() -> None:
    late, early = Dim.symbol("Zeta"), Dim.symbol("Alpha")
    assert str(late * early + late // early) == "Alpha * Zeta + Zeta // Alpha"
    assert str(dim_max(late, early)) == str(dim_max(early, late)) == "max(Alpha, Zeta)"


@given(pairs, values)
def test_the_syntax_tree_has_the_same_value(pair: Pair, values: dict[str, int]) -> None:
    made = pair[0]
    try:
        expected = made.evaluate(values)
    except ZeroDivisionError:
        return
    tree = ast.Expression(to_ast(made, lambda name: ast.Name(name, ast.Load())))
    code = compile(ast.fix_missing_locations(tree), "dim", "eval")
    assert eval(code, {"max": max, "min": min}, dict(values)) == expected


def test_the_syntax_tree_names_symbols_in_full() -> None:
    seen: list[str] = []

    def name(full: str) -> ast.expr:
        seen.append(full)
        return ast.Attribute(ast.Name("self", ast.Load()), full.partition("@")[0], ast.Load())

    assert ast.unparse(to_ast(4 * Dim.symbol("dim@2") + 1, name)) == "4 * self.dim + 1"
    assert seen == ["dim@2"]
