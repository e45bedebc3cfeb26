"""Wrappers of layers: what each makes of each kind of layer is what torch makes of it, and what torch refuses is refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from nnspec.semantics.evaluate import attributes
from nnspec.semantics.evaluate.layers import parameters, tree
from nnspec.semantics.values import Layer, LibraryFunction, Tensor
from tests.conformance import harness

Call = tuple[str, dict[str, Any]]

LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Linear", (3, 4), {}),
    ("Linear", (4, 4), {}),
    ("Linear", (1, 1), {"bias": False}),
    ("Bilinear", (3, 4, 5), {}),
    ("Conv1d", (3, 8, 5), {}),
    ("Conv2d", (4, 6, (3, 2)), {"groups": 2}),
    ("Conv3d", (2, 3, 2), {}),
    ("ConvTranspose1d", (3, 8, 2), {}),
    ("ConvTranspose2d", (3, 8, 2), {}),
    ("ConvTranspose3d", (3, 2, 2), {}),
    ("Embedding", (10, 4), {}),
    ("LayerNorm", (4,), {}),
    ("LayerNorm", ((3, 4),), {}),
    ("BatchNorm1d", (4,), {}),
    ("LSTM", (3, 4), {}),
    ("MultiheadAttention", (4, 2), {}),
    ("ReLU", (), {}),
    ("PReLU", (), {}),
]
NAMES = ("weight", "bias", "weight_hh_l0", "in_proj_weight", "running_mean", "wieght")
ARGUMENTS: list[Call] = [
    ("weight_norm", {}),
    *(("weight_norm", {"dim": dim}) for dim in (None, 1, 2, 4, -1, -2, -3, -5)),
    ("spectral_norm", {}),
    *(("spectral_norm", {"dim": dim}) for dim in (0, 1, 3, -1, -2, -4)),
    *(("spectral_norm", {"n_power_iterations": n, "eps": 1e-6}) for n in (3, 0, -1)),
    ("orthogonal", {}),
    ("orthogonal", {"orthogonal_map": "cayley"}),
    ("orthogonal", {"orthogonal_map": "householder", "use_trivialization": False}),
    ("orthogonal", {"orthogonal_map": "qr"}),
]
# Two wrappers, the second around the first.
NESTED: list[tuple[Call, Call]] = [
    (("weight_norm", {}), ("spectral_norm", {})),
    (("weight_norm", {}), ("weight_norm", {"name": "bias"})),
    (("weight_norm", {"dim": None}), ("orthogonal", {})),
    (("spectral_norm", {}), ("spectral_norm", {"dim": 1})),
    (("orthogonal", {}), ("spectral_norm", {})),
    (("spectral_norm", {}), ("weight_norm", {})),
    (("spectral_norm", {}), ("orthogonal", {})),
    (("orthogonal", {}), ("orthogonal", {"orthogonal_map": "cayley"})),
    (("weight_norm", {}), ("orthogonal", {"use_trivialization": False})),
    (("spectral_norm", {}), ("orthogonal", {"use_trivialization": False})),
]


def checked(layer: tuple[Any, ...], calls: list[Call]) -> tuple[dict[str, Any], int] | None:
    """The tensors of a wrapped layer by their names, and its number of parameters; None where it is refused."""
    checker = harness.Checker()
    value = harness.construct(checker, *layer).value
    for name, arguments in calls:
        wrapper = LibraryFunction(name, harness.catalog().functions(name))
        outcome = checker.call(wrapper, [value], arguments)
        if outcome.refused:
            return None
        assert outcome.value is value
    assert isinstance(value, Layer)
    computed = {name for name, _ in value.body.wrapped}
    assert all(
        isinstance(attributes.member(value.body, n, checker.frame, value), Tensor) for n in computed
    )
    count = tree.count_parameters(value.body, checker.frame)
    assert isinstance(count, int)
    return {
        name: (each.kind, parameters.tensor_of(value.body, name, checker.frame).dims)
        for name, each in value.body.parameters.items()
        if each.kind != "const"
    }, count


def real(layer: tuple[Any, ...], calls: list[Call]) -> tuple[dict[str, Any], int] | None:
    """The same of torch, without what layers in the layer have."""
    name, args, kwargs = layer
    made = getattr(nn, name)(*args, **kwargs)
    try:
        for function, arguments in calls:
            getattr(parametrizations, function)(made, **arguments)
        wanted = {arguments.get("name", "weight") for _, arguments in calls}
        assert all(isinstance(getattr(made, each), torch.Tensor) for each in wanted)
    except (ValueError, IndexError, TypeError, AttributeError):
        return None
    tensors = {n: ("param", tuple(p.shape)) for n, p in made.named_parameters()}
    tensors |= {n: ("buffer", tuple(b.shape)) for n, b in made.named_buffers()}
    own = {n: each for n, each in tensors.items() if n.count(".") != 1}
    return own, sum(p.numel() for p in made.parameters())


def cases() -> Iterator[tuple[tuple[Any, ...], list[Call]]]:
    """Every wrapper around every kind of layer, for each parameter that one of them has, and for none."""
    for layer, name, (function, arguments) in product(LAYERS, NAMES, ARGUMENTS):
        given = arguments if name == "weight" else {"name": name, **arguments}
        yield layer, [(function, given)]
    for layer, calls in product(LAYERS[:8], NESTED):
        yield layer, list(calls)


def test_wrapped_layers_are_torchs() -> None:
    """Over 2,000 calls, most of them refused."""
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(cases())
        for layer, calls in found:
            expected = real(layer, calls)
            assert checked(layer, calls) == expected, (layer, calls)
            refused += expected is None
    assert len(found) > 2_000 and 300 < len(found) - refused < 1_000


NO_LAYERS = {
    "function": nn.functional.relu,
    "int": 3,
    "None": None,
    "list": [],
    "tensor": torch.zeros(2),
}


@pytest.mark.parametrize("wrapped", NO_LAYERS.values(), ids=NO_LAYERS)
def test_what_is_no_layer_is_refused(wrapped: Any) -> None:
    value = (
        LibraryFunction("relu", harness.catalog().functions("relu"))
        if callable(wrapped)
        else wrapped
    )
    for name in ("weight_norm", "spectral_norm", "orthogonal"):
        # Of a tensor, `orthogonal` is the initialiser.
        fills = name == "orthogonal" and isinstance(wrapped, torch.Tensor)
        assert harness.function(name, value).refused != fills
