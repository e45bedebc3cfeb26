"""Drawing arguments: numbers, sizes, tensors, and whether they are given by position or by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from hypothesis import strategies as st
from torch import nn

from tests.conformance.layers.config import Config, Of, tensors

T = TypeVar("T")

FLOATS = ["float32", "float64", "float16", "bfloat16"]
INTEGERS = ["int64", "int32", "int16", "int8", "uint8"]
DTYPES = [*FLOATS, *INTEGERS, "bool", "complex64"]


class Draw:
    """What a family asks of hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def one(self, *options: T) -> T:
        """One of the options; the first is the simplest."""
        return self._draw(st.sampled_from(options))  # type: ignore[no-any-return]

    def int(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return self._draw(st.integers(low, high))  # type: ignore[no-any-return]

    def coin(self) -> bool:
        """True or False."""
        return self._draw(st.booleans())  # type: ignore[no-any-return]

    def seldom(self) -> bool:
        """True in one of six."""
        return self.int(0, 5) == 5

    def sizes(self, count: int, low: int = 1, high: int = 4) -> tuple[int, ...]:
        """So many numbers."""
        return tuple(self.int(low, high) for _ in range(count))

    def each(self, count: int, low: int, high: int) -> int | tuple[int, ...] | list[int]:
        """A number for every axis: an int that stands for all, a tuple, or a list."""
        if self.coin():
            return self.int(low, high)
        sizes = self.sizes(count, low, high)
        return list(sizes) if self.seldom() else sizes

    def floating(self) -> str:
        """A floating dtype, float32 mostly."""
        return self.one("float32", "float32", "float32", *FLOATS)

    def any_dtype(self) -> str:
        """Any dtype, float32 mostly."""
        return self.one(*(["float32"] * 6), *DTYPES)

    def batch(self) -> tuple[int, ...]:
        """No axis for a batch, or one."""
        return self.sizes(self.one(1, 1, 0), 1, 3)

    def shape(self, low: int = 0, high: int = 4) -> tuple[int, ...]:
        """Sizes of a tensor with so many axes."""
        return self.sizes(self.int(low, high))

    def some(self, **options: Callable[[], Any]) -> dict[str, Any]:
        """Some of the arguments, each drawn where it is taken."""
        return {name: make() for name, make in options.items() if self.coin()}


Family = Callable[[Draw, str], tuple[dict[str, Any], dict[str, Any]]]

FAMILIES: dict[str, Family] = {}


def layers(*names: str) -> Callable[[Family], Family]:
    """The function draws arguments of these layers: those of the constructor and those of a call, by name."""

    def register(family: Family) -> Family:
        FAMILIES.update(dict.fromkeys(names, family))
        return family

    return register


def spread(
    draw: Draw, signature: inspect.Signature, values: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Some of the first arguments by position, the others by name, as the signature of torch permits."""
    args: list[Any] = []
    rest = dict(values)
    most = draw.int(0, len(values))
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL and parameter.name in rest:
            return (*args, *rest.pop(parameter.name)), rest
        if (
            parameter.name not in rest
            or parameter.kind is inspect.Parameter.KEYWORD_ONLY
            or len(args) >= most
        ):
            break
        args.append(rest.pop(parameter.name))
    return tuple(args), rest


@st.composite
def configs(draw: Callable[[st.SearchStrategy[Any]], Any], name: str) -> Config:
    """A configuration that torch mostly takes."""
    drawn = Draw(draw)
    made, given = FAMILIES[name](drawn, name)
    layer = getattr(nn, name)
    if drawn.seldom() and _takes_dtype(layer) and not any(tensors([*made.values()])):
        dtype = drawn.one("float64", *FLOATS)
        made["dtype"] = getattr(torch, dtype)
        if drawn.coin():
            made["device"] = drawn.one(None, "cpu")
        given = {k: v if drawn.seldom() else _of(v, dtype) for k, v in given.items()}
    call = inspect.signature(layer.forward)
    call = call.replace(parameters=list(call.parameters.values())[1:])
    return Config(name, *spread(drawn, inspect.signature(layer), made), *spread(drawn, call, given))


def _takes_dtype(layer: type) -> bool:
    return "dtype" in inspect.signature(layer).parameters or issubclass(layer, nn.RNNBase)


def _of(value: Any, dtype: str) -> Any:
    """The floating tensors of an argument in another dtype."""
    match value:
        case Of(sizes, own) if own in FLOATS:
            return Of(sizes, dtype)
        case tuple() | list():
            return type(value)(_of(v, dtype) for v in value)
    return value


def like(x: Of, sizes: Sequence[int]) -> Of:
    """A tensor of the same dtype."""
    return Of(tuple(sizes), x.dtype)
