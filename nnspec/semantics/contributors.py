"""Which layers a cost is made of, the dearest first: what a message says of one that is too high."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from nnspec.semantics.evaluate.layers import parameters, tree
from nnspec.semantics.evaluate.layers.places import paths, places
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.trace import LayerCall
from nnspec.semantics.values import DimLike, Layer, Tensor
from nnspec.semantics.world import as_dim

MOST = 3
NUMBER = re.compile(r"\.\d+(?=\.|$)")


def of_calls(call: LayerCall, what: str, total: int, values: Mapping[str, int]) -> str | None:
    """The layers of a call by `flops` or `memory`, for these values of its sizes; None where it has but one."""
    parts = _calls(call, "", what)
    return _told(((place, as_dim(cost).evaluate(values)) for place, cost in parts), total)


def of_parameters(layer: Layer, total: int, frame: Frame) -> str | None:
    """The layers of a layer by the parameters that they own."""
    settle = frame.world.settle
    owned = ((place, settle(size)) for place, size in _owned(layer, "", frame, set()))
    return _told(((place, size) for place, size in owned if isinstance(size, int)), total)


def _calls(call: LayerCall, path: str, what: str) -> Iterator[tuple[str, DimLike]]:
    """What each layer costs beside those that it calls, by its place."""
    rest: DimLike = getattr(call, what)
    if call.layer is not None:
        for inner, name in zip(call.inner, places(call.layer, call.inner), strict=True):
            rest = rest - getattr(inner, what) * inner.times
            for place, cost in _calls(inner, f"{path}{name}.", what):
                yield place, cost * inner.times
    yield path.removesuffix(".") or "its own code", rest


def _owned(layer: Layer, path: str, frame: Frame, seen: set[int]) -> Iterator[tuple[str, DimLike]]:
    body = layer.body
    own: DimLike = 0
    for name, parameter in body.parameters.items():
        tensor = parameters.tensor_of(body, name, frame) if parameter.kind == "param" else None
        if isinstance(tensor, Tensor) and tensor.dims is not None:
            size: DimLike = 1
            for dim in tensor.dims:
                size = size * dim
            own = own + size
    yield path.removesuffix(".") or "its own parameters", own
    given = tree.made_elsewhere(body)
    for name, value in body.children.items():
        for place, child in paths(name, value):
            if child in given:
                if id(child) in seen:
                    continue
                seen.add(id(child))
            yield from _owned(child, f"{path}{place}.", frame, seen)


def _told(parts: Iterable[tuple[str, int]], total: int) -> str | None:
    """`the most is in blocks.*.fc 98_304 (78 %), head 20_480 (16 %)`."""
    sums: dict[str, int] = {}
    for place, cost in parts:
        if cost > 0:
            name = NUMBER.sub(".*", f".{place}")[1:]
            sums[name] = sums.get(name, 0) + cost
    if len(sums) < 2 or total <= 0:
        return None
    first = sorted(sums.items(), key=lambda item: -item[1])[:MOST]
    shares = (f"`{name}` {cost:_} ({100 * cost / total:.0f} %)" for name, cost in first)
    return f"the most is in {', '.join(shares)}"
