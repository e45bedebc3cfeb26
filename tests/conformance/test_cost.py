"""Operations that the declarations count, beside those that torch counts while it runs."""

from __future__ import annotations

import ast as python
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from nnspec.semantics.values import Layer, LibraryFunction
from tests.conformance import harness, tables

CALLS = """
Linear(3, 4)(f(2, 5, 3))
Conv1d(4, 6, 3)(f(2, 4, 9))
Conv2d(4, 6, 3, groups=2, stride=2, padding=1)(f(2, 4, 9, 9))
Conv3d(4, 6, 3)(f(2, 4, 5, 6, 7))
ConvTranspose2d(4, 6, 3, stride=2, groups=2)(f(2, 4, 9, 9))
GRU(3, 4)(f(5, 2, 3))
LSTMCell(3, 4)(f(2, 3))
GRUCell(3, 4)(f(2, 3))
RNNCell(3, 4)(f(2, 3))
MultiheadAttention(8, 2, batch_first=True)(f(2, 5, 8), f(2, 5, 8), f(2, 5, 8))
MultiheadAttention(8, 2)(f(5, 2, 8), f(7, 2, 8), f(7, 2, 8))
TransformerEncoderLayer(8, 2, 16)(f(5, 2, 8))
TransformerDecoderLayer(8, 2, 16)(f(5, 2, 8), f(6, 2, 8))
linear(f(2, 5, 3), f(4, 3))
matmul(f(2, 3, 4), f(4, 5))
matmul(f(2, 1, 3, 4), f(5, 4, 6))
mm(f(2, 3), f(3, 4))
bmm(f(2, 3, 4), f(2, 4, 5))
addmm(f(5), f(3, 4), f(4, 5))
baddbmm(f(2, 3, 5), f(2, 3, 4), f(2, 4, 5))
einsum("bhid,bhjd->bhij", f(2, 3, 4, 5), f(2, 3, 6, 5))
conv2d(f(2, 4, 9, 9), f(6, 2, 3, 3), groups=2)
conv_transpose2d(f(2, 4, 9, 9), f(4, 3, 3, 3))
scaled_dot_product_attention(f(2, 3, 4, 5), f(2, 3, 6, 5), f(2, 3, 6, 7))
""".strip().splitlines()


def _arguments(call: python.Call) -> tuple[list[Any], dict[str, Any]]:
    named = {str(k.arg): tables.value(k.value) for k in call.keywords}
    return [tables.value(a) for a in call.args], named


@pytest.mark.parametrize("text", CALLS)
def test_operations(text: str) -> None:
    call = python.parse(text, mode="eval").body
    assert isinstance(call, python.Call)
    args, kwargs = _arguments(call)
    checker = harness.Checker()
    checker.run.measured = True
    if isinstance(call.func, python.Call):
        assert isinstance(call.func.func, python.Name)
        name = call.func.func.id
        made, named = _arguments(call.func)
        layer = harness.construct(checker, name, made, named).value
        assert isinstance(layer, Layer)
        checker.run.cost.flops = 0
        outcome = checker.call(layer, args, kwargs)
        real = getattr(nn, name)(*made, **named)
    else:
        assert isinstance(call.func, python.Name)
        name = call.func.id
        callee = LibraryFunction(name, harness.catalog().functions(name))
        outcome = checker.call(callee, args, kwargs)
        real = getattr(functional, name, None) or getattr(torch, name)
    assert not outcome.refused
    with FlopCounterMode(display=False) as counter:
        real(*args, **kwargs)
    assert checker.run.cost.flops == counter.get_total_flops() > 0
