"""Where a layer has those that it calls: `fc`, `blocks.0`, `blocks.*` in a list of symbolic length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nnspec.semantics.evaluate.layers import tree
from nnspec.semantics.evaluate.trace import LayerCall
from nnspec.semantics.values import DictValue, Layer, ListValue, RepeatValue, TupleValue, Value


def places(parent: Layer, inner: Iterable[LayerCall]) -> list[str]:
    """The names under which the parent has the layers of its calls; how the code calls what it has not.

    A layer at several places is called at one after the other.
    """
    known: dict[int, list[str]] = {}
    for name, value in parent.body.children.items():
        for path, layer in paths(name, value):
            known.setdefault(id(layer), []).append(path)
    found: list[str] = []
    for call in inner:
        at = known.get(id(call.layer), [call.name])
        found.append(at.pop(0) if len(at) > 1 else at[0])
    return found


def paths(name: str, value: Value) -> Iterator[tuple[str, Layer]]:
    """The layers in a member, each with its name."""
    match value:
        case Layer():
            yield name, value
        case ListValue(items) | TupleValue(items):
            for i, item in enumerate(items):
                yield from paths(f"{name}.{i}", item)
        case DictValue():
            for key, item in value.items.items():
                yield from paths(f"{name}.{key}", item)
        case _:
            for layer in tree.layers_in(value):
                if isinstance(layer, Layer):
                    yield name, layer
                elif isinstance(layer, RepeatValue):
                    yield from paths(f"{name.removesuffix('.*')}.*", layer.element)
