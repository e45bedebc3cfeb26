"""A configuration as a spec: a module with the layer, whose forward has the sizes of the inputs and of the result."""

from __future__ import annotations

from typing import Any

import torch

from tests.conformance.layers.config import Config, Made, Of


class Unwritten(Exception):
    """The language has no way to write a value."""


def spec(config: Config, result: Any, off: bool = False) -> str:
    """The spec.

    result: what torch gives. off: one size of it is stated wrong.
    """
    inputs: list[str] = []
    args = [_literal(a) for a in config.args]
    args += [f"{k}={_literal(v)}" for k, v in config.kwargs.items()]
    given = [_input(g, inputs) for g in config.given]
    given += [f"{k}={_input(v, inputs)}" for k, v in config.named.items()]
    call = f"layer({', '.join(given)})"
    if isinstance(result, tuple) and any(r is None for r in result):
        # A type has no word for what is always None.
        result, call = result[0], f"{call}[0]"
    return (
        f"module Case:\n"
        f"    layer = nn.{config.name}({', '.join(args)})\n\n"
        f"    def forward({', '.join(inputs)}) -> {_type(result, off)}:\n"
        f"        return {call}\n"
    )


def _literal(value: Any) -> str:
    match value:
        case Of(sizes, dtype):
            return f"zeros({', '.join(map(str, sizes)) or '()'}, dtype={dtype})"
        case Made(name, args, kwargs):
            inside = [_literal(a) for a in args] + [f"{k}={_literal(v)}" for k, v in kwargs.items()]
            return f"nn.{name}({', '.join(inside)})"
        case tuple():
            return f"({''.join(_literal(v) + ', ' for v in value)})"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case str():
            return f'"{value}"'
        case torch.dtype():
            return str(value).removeprefix("torch.")
    return repr(value)


def _input(value: Any, inputs: list[str]) -> str:
    """An argument of the call; tensors become arguments of the method."""
    match value:
        case Of(sizes, dtype):
            name = f"x{len(inputs)}"
            inputs.append(f"{name}: {_shape(dtype, sizes)}")
            return name
        case tuple() if value and all(isinstance(v, Of) for v in value):
            return f"({', '.join(_input(v, inputs) for v in value)})"
        case tuple() | list() | bool() | int() | float() | str() | None:
            return _literal(value)
    raise Unwritten


def _type(result: Any, off: bool) -> str:
    if isinstance(result, torch.Tensor):
        sizes = list(result.shape)
        if off and sizes:
            sizes[-1] += 1
        elif off:
            sizes = [2]
        return _shape(str(result.dtype).removeprefix("torch."), sizes)
    assert isinstance(result, tuple)
    return f"({', '.join(_type(r, off and i == 0) for i, r in enumerate(result))})"


def _shape(dtype: str, sizes: Any) -> str:
    return f"{dtype}[{', '.join(map(str, sizes))}]"
