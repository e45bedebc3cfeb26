"""What the checker makes of a configuration."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from nnspec.semantics.evaluate.layers import parameters, tree
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Layer, ListValue, Tensor
from tests.conformance import harness
from tests.conformance.harness import Checker, Outcome
from tests.conformance.layers.config import Config, Made
from tests.conformance.layers.truth import real


class Failed(Exception):
    """A layer within the arguments is refused."""


def _value(checker: Checker, value: Any) -> Any:
    match value:
        case Made():
            inner = harness.construct(checker, value.name, value.args, value.kwargs)
            if inner.refused:
                raise Failed
            return inner.value
        case tuple():
            return tuple(_value(checker, v) for v in value)
    return real(value)


def construct(checker: Checker, config: Config) -> Outcome:
    """The layer of a configuration."""
    args = [_value(checker, a) for a in config.args]
    return harness.construct(
        checker, config.name, args, {k: _value(checker, v) for k, v in config.kwargs.items()}
    )


def call(checker: Checker, layer: Outcome, config: Config) -> Outcome:
    """A call of a layer."""
    named = {k: _value(checker, v) for k, v in config.named.items()}
    return checker.call(layer.value, [_value(checker, g) for g in config.given], named)


def own_tensors(layer: Layer, frame: Frame, prefix: str = "") -> dict[str, tuple[str, Any]]:
    """The parameters and buffers of a layer and its children, by torch's names."""
    found: dict[str, tuple[str, Any]] = {}
    for name, parameter in layer.body.parameters.items():
        tensor = parameters.tensor_of(layer.body, name, frame)
        assert isinstance(tensor, Tensor)
        kind = "param" if parameter.kind == "param" else "buffer"
        found[prefix + name] = kind, (tensor.dtype, tensor.dims)
    for name, child in layer.body.children.items():
        inside = (
            {f"{name}.{i}": c for i, c in enumerate(child.items)}
            if isinstance(child, ListValue)
            else {name: child}
        )
        for path, one in inside.items():
            if isinstance(one, Layer):
                found.update(own_tensors(one, frame, f"{prefix}{path}."))
    return found


def real_tensors(layer: nn.Module) -> dict[str, tuple[str, Any]]:
    """The same of torch's layer."""
    found = {n: ("param", _shape(p)) for n, p in layer.named_parameters()}
    found.update({n: ("buffer", _shape(b)) for n, b in layer.named_buffers()})
    return found


def _shape(tensor: torch.Tensor) -> tuple[str, tuple[int, ...]]:
    return str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape)


def count(layer: Layer, frame: Frame) -> Any:
    """How many numbers the parameters of a layer hold."""
    return tree.count_parameters(layer.body, frame)
