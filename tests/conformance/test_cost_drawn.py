"""Operations of drawn calls: what a declaration counts is what torch.utils.flop_counter counts, to the digit."""

from __future__ import annotations

import ast as python
import os
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.conformance.test_cost import counted, measured

# `make conformance` asks for more.
EXAMPLES = int(os.environ.get("NNSPEC_CONFORMANCE", "8"))
Draw = Callable[..., int]


def conv(axes: int, transposed: bool, functional: bool) -> Callable[[Draw], str]:
    """A convolution over some axes, as a layer or as a function."""

    def text(draw: Draw) -> str:
        groups, kernel, stride = draw(1, 2), draw(1, 3), draw(1, 2)
        dilation, padding = draw(1, 2), draw(0, 2)
        inputs, outputs = groups * draw(1, 3), groups * draw(1, 3)
        sizes = [draw(kernel * dilation, 9) for _ in range(axes)]
        given = ", ".join(map(str, [draw(1, 3), inputs, *sizes]))
        rest = f"stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
        if functional:
            first, second = (
                (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
            )
            weight = ", ".join(map(str, [first, second, *[kernel] * axes]))
            return f"conv{'_transpose' * transposed}{axes}d(f({given}), f({weight}), {rest})"
        name = f"Conv{'Transpose' * transposed}{axes}d"
        return f"{name}({inputs}, {outputs}, {kernel}, {rest})(f({given}))"

    return text


def product(draw: Draw) -> str:
    """Two tensors of two axes or more, whose batches broadcast."""
    rows, inner, columns = draw(1, 5), draw(1, 5), draw(1, 5)
    batch = [draw(1, 4) for _ in range(draw(0, 2))]
    left = [1 if draw(0, 3) == 0 else size for size in batch][draw(0, 1) :]
    right = [1 if draw(0, 3) == 0 else size for size in batch][draw(0, 1) :]
    return f"matmul(f({_sizes(left, rows, inner)}), f({_sizes(right, inner, columns)}))"


def _sizes(batch: list[int], *last: int) -> str:
    return ", ".join(map(str, [*batch, *last]))


def contraction(draw: Draw) -> str:
    """An einsum of two or three operands."""
    letters = "abcdef"[: draw(2, 5)]
    sizes = {letter: draw(2, 5) for letter in letters}
    terms = ["".join(c for c in letters if draw(0, 2)) for _ in range(draw(2, 3))]
    used = sorted(set("".join(terms)))
    output = "".join(c for c in used if draw(0, 1))
    operands = ", ".join(f"f({', '.join(str(sizes[c]) for c in term)})" for term in terms)
    return f'einsum("{",".join(terms)}->{output}", {operands})'


def attended(draw: Draw) -> str:
    """Attention with a mask, or with fewer heads for keys than for queries."""
    batch, heads, length, keys = draw(1, 3), 2 * draw(1, 2), draw(1, 6), draw(1, 6)
    features, values = draw(1, 8), draw(1, 8)
    fewer = draw(0, 1)
    shared = heads // 2 if fewer else heads
    rest = ", enable_gqa=True" if fewer else ""
    rest += f", attn_mask=b({length}, {keys})" if draw(0, 1) else ""
    return (
        f"scaled_dot_product_attention(f({batch}, {heads}, {length}, {features}), "
        f"f({batch}, {shared}, {keys}, {features}), f({batch}, {shared}, {keys}, {values}){rest})"
    )


def attention_layer(draw: Draw) -> str:
    """A MultiheadAttention with other features for keys and values, and keys of its own."""
    heads, batch, length, keys = draw(1, 3), draw(1, 3), draw(1, 5), draw(1, 5)
    width = heads * draw(1, 4)
    k, v = (draw(1, 5), draw(1, 5)) if draw(0, 1) else (width, width)
    first = bool(draw(0, 1))
    options = f"kdim={k}, vdim={v}, batch_first={first}"
    options += f", add_bias_kv={bool(draw(0, 1))}, add_zero_attn={bool(draw(0, 1))}"
    order = (lambda n: f"{batch}, {n}") if first else (lambda n: f"{n}, {batch}")
    return (
        f"MultiheadAttention({width}, {heads}, {options})"
        f"(f({order(length)}, {width}), f({order(keys)}, {k}), f({order(keys)}, {v}))"
    )


def transformer_layer(draw: Draw) -> str:
    """A layer of a Transformer's encoder or decoder, or a stack of them."""
    heads, batch, length, keys = draw(1, 3), draw(1, 3), draw(1, 5), draw(1, 5)
    width, hidden = heads * draw(1, 4), draw(1, 9)
    layer = f"({width}, {heads}, {hidden}, norm_first={bool(draw(0, 1))})"
    source = f"f({length}, {batch}, {width})"
    if draw(0, 1):
        return f"TransformerEncoderLayer{layer}({source})"
    return f"TransformerDecoderLayer{layer}({source}, f({keys}, {batch}, {width}))"


def recurrent(draw: Draw) -> str:
    """A recurrent layer, or its cell."""
    kind, inputs, hidden, batch, length = draw(0, 2), draw(1, 5), draw(2, 5), draw(1, 3), draw(1, 4)
    name = ("RNN", "GRU", "LSTM")[kind]
    if draw(0, 2) == 0:
        return f"{name}Cell({inputs}, {hidden})(f({batch}, {inputs}))"
    options = f"num_layers={draw(1, 3)}, bidirectional={bool(draw(0, 1))}"
    if kind == 2 and draw(0, 1):
        options += f", proj_size={draw(1, hidden - 1)}"
    return f"{name}({inputs}, {hidden}, {options})(f({length}, {batch}, {inputs}))"


def by_hand(*patterns: str) -> Callable[[Draw], str]:
    """Calls whose sizes are letters: `mm(f(A, B), f(B, C))`."""

    def text(draw: Draw) -> str:
        pattern = patterns[draw(0, len(patterns) - 1)]
        sizes = {letter: str(draw(1, 6)) for letter in "ABCDE"}
        return "".join(sizes.get(c, c) if c.isupper() else c for c in pattern)

    return text


FAMILIES: dict[str, Callable[[Draw], str]] = {
    **{
        f"conv{'_transpose' * t}{n}d{'_function' * f}": conv(n, t, f)
        for n in (1, 2, 3)
        for t in (False, True)
        for f in (False, True)
    },
    "linear": by_hand("linear(f(A, B, C), f(D, C))", "linear(f(C), f(D, C), f(D))"),
    "products": by_hand(
        "mm(f(A, B), f(B, C))",
        "bmm(f(D, A, B), f(D, B, C))",
        "addmm(f(C), f(A, B), f(B, C))",
        "baddbmm(f(D, A, C), f(D, A, B), f(D, B, C))",
        "inner(f(A, B), f(C, B))",
        "tensordot(f(A, B, C), f(B, C, D), 2)",
        "tensordot(f(A, B, C), f(C, D, A), dims=([0, 2], [2, 0]))",
        "linalg.multi_dot([f(A, B), f(B, C), f(C, D), f(D, E)])",
        "linalg.matrix_power(f(A, B, B), 5)",
        "f(A, B, C).matmul(f(C, D))",
    ),
    "matmul": product,
    "einsum": contraction,
    "attention": attended,
    "attention_layer": attention_layer,
    "transformer_layer": transformer_layer,
    "recurrent": recurrent,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_drawn_calls_count_what_torch_counts(family: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES < 100,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def agrees(data: st.DataObject) -> None:
        text = FAMILIES[family](lambda low, high: data.draw(st.integers(low, high)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            operations = counted(text)
        assume(operations is not None)
        # What is contracted to one number is a sum of products to torch, which it does not count.
        assume(operations != 0 or not text.startswith(("inner", "tensordot")))
        call = python.parse(text, mode="eval").body
        assert isinstance(call, python.Call)
        outcome, flops, _ = measured(call)
        # What leaves nothing is a mistake in a spec, though torch goes on with an empty tensor.
        assume({d.code for d in outcome.errors} != {"E0304"})
        assert not outcome.refused, f"{text}: {outcome}"
        assert flops == operations, text

    agrees()
