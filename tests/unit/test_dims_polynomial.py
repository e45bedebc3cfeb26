"""The normal form of symbolic integers: the value of every operation, and what is structurally equal."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnspec.semantics.dims import Dim, DimLimit, dim_max, dim_min, settle

H, W, B, T, S = (Dim.symbol(name) for name in ("H", "W", "B", "T", "S"))
stride, padding, dim, i = (Dim.symbol(name) for name in ("stride", "padding", "dim", "i"))

# A dim together with the function that Python's own arithmetic gives.
Pair = tuple[Dim, Callable[[dict[str, int]], int]]


def leaf(name: str) -> Pair:
    return Dim.symbol(name), lambda values: values[name]


def constant(value: int) -> Pair:
    return Dim.of(value), lambda values: value


PLAIN: dict[Callable[..., object], Callable[..., int]] = {dim_max: max, dim_min: min}


def combined(op: Callable[..., object], left: Pair, right: Pair) -> Pair:
    f, g = left[1], right[1]
    try:
        made = op(left[0], right[0])
    except ZeroDivisionError:
        return left
    assert isinstance(made, Dim)
    function: Callable[..., int] = PLAIN.get(op, op)  # type: ignore[arg-type]
    return made, lambda values: function(f(values), g(values))


OPERATIONS = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod]
OPERATIONS += [dim_max, dim_min]

pairs: st.SearchStrategy[Pair] = st.recursive(
    st.sampled_from("abc").map(leaf) | st.integers(-6, 16).map(constant),
    lambda inner: st.builds(combined, st.sampled_from(OPERATIONS), inner, inner),
    max_leaves=9,
)
values = st.fixed_dictionaries({name: st.integers(-9, 30) for name in "abc"})


@given(pairs, values)
def test_the_normal_form_has_the_value_of_python(pair: Pair, values: dict[str, int]) -> None:
    made, function = pair
    try:
        expected = function(values)
    except ZeroDivisionError:
        return
    assert made.evaluate(values) == expected


@given(pairs, values)
def test_the_text_is_python_for_the_same_value(pair: Pair, values: dict[str, int]) -> None:
    made = pair[0]
    try:
        expected = made.evaluate(values)
    except ZeroDivisionError:
        return
    assert eval(str(made), {"max": max, "min": min}, dict(values)) == expected


@given(pairs, pairs, values)
def test_substitution_is_evaluation_in_two_steps(
    outer: Pair, inner: Pair, values: dict[str, int]
) -> None:
    try:
        expected = outer[0].evaluate({**values, "a": inner[0].evaluate(values)})
        made = outer[0].substitute({"a": inner[0]})
    except ZeroDivisionError:
        return
    assert made.evaluate(values) == expected


@given(pairs)
def test_symbols_that_cancel_are_gone(pair: Pair) -> None:
    made = pair[0]
    assert made - made == 0
    assert (made - made).symbols() == frozenset()
    assert hash(made + B) == hash(B + made)


EQUAL = [
    (H + W, W + H),
    ((H + W) * (H - W), H * H - W**2),
    ((2 * H - 1) * W // (2 * H - 1), W),
    (B * H * W // (B * H), W),
    ((H + 2 - 3) // 2 + 1, (H + 1) // 2),
    ((H // 2) // 2, H // 4),
    (((H - 4) // 2 - 4) // 2, (H - 12) // 4),
    (((H - 10) // 5 + 1 - 3) // 2 + 1, (H - 20) // 10 + 1),
    (-(-H // 4), (H + 3) // 4),
    ((2 * H + 1) // 2, H),
    ((H * stride + padding) // stride, H + padding // stride),
    (H % 4 + H // 4 * 4, H),
    (H // -2, -H // 2),
    (2 * dim_max(H, W), dim_max(2 * W, 2 * H)),
    (dim_max(H, H + 3, W), dim_max(W, H + 3)),
    (dim_max(dim_max(H, W), T), dim_max(T, W, H)),
    (dim_min(H, 3) * -1, dim_max(-H, -3)),
    (2 * 2**i, 2 ** (i + 1)),
    (4 * 2 ** (i - 2), 2**i),
    (2 ** (i - 1) + 2 ** (i - 1), 2**i),
    (4**i * 2**i, 8**i),
    ((2**i) ** H, 2 ** (H * i)),
    (H // 2**i // 2, H // 2 ** (i + 1)),
    ((H + 1) ** 3, (H + 1) * (H * H + 2 * H + 1)),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_by_form(left: Dim, right: Dim) -> None:
    assert left == right
    assert hash(left) == hash(right)


DISTINCT = [
    (H // 2 * 2, H),
    ((H + 1) // 2, H // 2),
    (dim_max(H, W), H),
    (Dim.symbol("n@1"), Dim.symbol("n@2")),
]


@pytest.mark.parametrize(("left", "right"), DISTINCT)
def test_not_equal_by_form(left: Dim, right: Dim) -> None:
    assert left != right


def test_constants() -> None:
    assert Dim.of(7).as_int() == 7
    assert Dim.of(7) == 7 and hash(Dim.of(7)) == hash(7)
    assert (H - H).as_int() == 0
    assert H.as_int() is None
    assert settle(H * 0 + 5) == 5 and isinstance(settle(H * 0 + 5), int)
    assert settle(H) is H
    assert [d.as_int() for d in (Dim.of(-7) // 2, Dim.of(-7) % 2, Dim.of(7) // -2)] == [-4, 1, -4]
    assert 10 - H == -(H - 10)
    assert 7 // Dim.of(2) == 3 and 7 % Dim.of(4) == 3 and 2 ** Dim.of(5) == 32


def test_symbols_are_found_inside_operations() -> None:
    deep = dim_max(H // W, 2**i) + (T % 4)
    assert deep.symbols() == {"H", "W", "i", "T"}


def test_what_has_no_value_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        H // 0
    with pytest.raises(ZeroDivisionError):
        H % (W - W)
    with pytest.raises(ValueError, match="power"):
        H**-1
    with pytest.raises(TypeError):
        bool(H)
    with pytest.raises(KeyError):
        H.evaluate({})
    with pytest.raises(ZeroDivisionError):
        (H // W).evaluate({"H": 1, "W": 0})


def test_what_grows_too_large_is_refused() -> None:
    with pytest.raises(DimLimit):
        Dim.of(9) ** Dim.of(9**9)
    with pytest.raises(DimLimit):
        (H + W + T) ** 80
    with pytest.raises(DimLimit):
        nested = H
        for _ in range(1000):
            nested = (nested + W) // (nested + T)
    with pytest.raises(DimLimit):
        doubled = H
        for _ in range(10_000):
            doubled = 2 * doubled
    with pytest.raises(DimLimit):
        (2**i).evaluate({"i": 10**9})
    # Chains that come to one floor may be as long as they like.
    chain = H
    for _ in range(300):
        chain = (chain - 1) // 2 + 1
    assert chain.symbols() == {"H"}
