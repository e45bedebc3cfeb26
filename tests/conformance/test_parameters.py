"""Parameters and buffers of layers: torch's names, shapes and dtypes, and their number."""

from __future__ import annotations

import ast as python
from typing import Any

import pytest
import torch
from torch import nn

from nnspec.semantics.evaluate import attributes
from nnspec.semantics.evaluate.layers import tree
from nnspec.semantics.values import Layer, Tensor
from tests.conformance import harness, tables
from tests.conformance.layers import checked

LAYERS = """
Linear(3, 4)
Linear(3, 4, bias=False)
Bilinear(3, 4, 5)
Conv1d(4, 6, 3)
Conv2d(4, 6, (3, 5), groups=2)
Conv2d(4, 6, 3, bias=False)
Conv3d(4, 6, 3)
ConvTranspose1d(4, 6, 3)
ConvTranspose2d(4, 6, 3, groups=2)
ConvTranspose3d(4, 6, 3, bias=False)
PReLU()
PReLU(5)
BatchNorm1d(4)
BatchNorm2d(4, affine=False)
BatchNorm3d(4, track_running_stats=False)
SyncBatchNorm(4)
InstanceNorm1d(4)
InstanceNorm2d(4, affine=True, track_running_stats=True)
InstanceNorm3d(4, affine=True)
LayerNorm(4)
LayerNorm((4, 5), bias=False)
LayerNorm([4, 5], elementwise_affine=False)
RMSNorm((4, 5))
GroupNorm(2, 6)
GroupNorm(2, 6, affine=False)
Embedding(10, 4)
EmbeddingBag(10, 4)
LSTM(3, 4)
LSTM(3, 4, num_layers=3, bidirectional=True)
LSTM(3, 4, num_layers=2, bias=False, bidirectional=True, proj_size=2)
GRU(3, 4, num_layers=2)
RNN(3, 4, bias=False)
LSTMCell(3, 4)
GRUCell(3, 4, bias=False)
RNNCell(3, 4)
MultiheadAttention(8, 2)
MultiheadAttention(8, 2, bias=False)
MultiheadAttention(8, 2, kdim=4, vdim=6, add_bias_kv=True)
TransformerEncoderLayer(8, 2, 16)
TransformerEncoderLayer(8, 2, 16, bias=False)
TransformerDecoderLayer(8, 2, 16)
Transformer(8, 2, 2, 3, 16)
AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], div_value=2.0)
CrossEntropyLoss(weight=f(3))
BCEWithLogitsLoss(pos_weight=f(3))
NLLLoss()
""".strip().splitlines()


def _make(text: str) -> tuple[harness.Checker, Layer, nn.Module]:
    call = python.parse(text, mode="eval").body
    assert isinstance(call, python.Call) and isinstance(call.func, python.Name)
    args = [tables.value(a) for a in call.args]
    kwargs: dict[str, Any] = {str(k.arg): tables.value(k.value) for k in call.keywords}
    checker = harness.Checker()
    made = harness.construct(checker, call.func.id, args, kwargs)
    assert isinstance(made.value, Layer), made
    with torch.device("meta"):
        real = getattr(nn, call.func.id)(*args, **kwargs)
    return checker, made.value, real


@pytest.mark.parametrize("text", LAYERS)
def test_parameters(text: str) -> None:
    checker, layer, real = _make(text)
    assert checked.own_tensors(layer, checker.frame) == checked.real_tensors(real)
    count = tree.count_parameters(layer.body, checker.frame)
    assert count == sum(p.numel() for p in real.parameters())


def test_parameters_are_read() -> None:
    checker, layer, _ = _make("LSTM(3, 4)")
    weight = attributes.member(layer.body, "weight_ih_l0", checker.frame, layer)
    assert weight == Tensor("float32", (16, 3))
