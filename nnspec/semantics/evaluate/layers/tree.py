"""The tree of layers: children, parameters, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnspec.semantics.evaluate.layers import containers, parameters
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DictValue,
    DimLike,
    ErrorValue,
    Layer,
    LayerBody,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast


def layers_in(value: Value) -> Iterator[Layer | Unknown | RepeatValue]:
    """The layers that a value holds; lists of symbolic length and unknown ones as they are."""
    match value:
        case Layer() | RepeatValue():
            yield value
        case Unknown():
            yield value
        case ListValue(items) | TupleValue(items):
            for item in items:
                yield from layers_in(item)
        case DictValue():
            for item in value.items.values():
                yield from layers_in(item)
        case Choice(options):
            for option in options:
                yield from layers_in(option)


def is_broken(body: LayerBody) -> bool:
    """Whether a mistake has left out a part of a layer, or of one below it."""
    bodies = [body, *(d.body for d in descendants(body) if isinstance(d, Layer))]
    return any(isinstance(v, ErrorValue) for b in bodies for v in b.members.values())


def children(body: LayerBody) -> Iterator[Layer | Unknown | RepeatValue]:
    """All registered layers directly below: those handed over as hyperparameters first, then those made here."""
    if isinstance(body.decl, ast.Module):
        for value in body.arguments.values():
            for layer in layers_in(value):
                if isinstance(layer, Layer):
                    yield layer
    for value in body.children.values():
        yield from layers_in(value)


def descendants(body: LayerBody) -> Iterator[Layer | Unknown]:
    """All layers below, each body once, in order."""
    seen: set[int] = set()

    def below(parent: LayerBody) -> Iterator[Layer | Unknown]:
        for child in children(parent):
            yield from visit(child)

    def visit(child: Layer | Unknown | RepeatValue) -> Iterator[Layer | Unknown]:
        if isinstance(child, RepeatValue):
            for inner in layers_in(child.element):
                yield from visit(inner)
        elif isinstance(child, Unknown):
            yield child
        elif id(child.body) not in seen:
            seen.add(id(child.body))
            yield child
            yield from below(child.body)

    yield from below(body)


def made_elsewhere(body: LayerBody) -> set[Layer]:
    """The layers that a layer holds and has not made: those of a Sequential, and those handed over to a module."""
    given = body.children if containers.is_container(body) else body.arguments
    return {
        layer for value in given.values() for layer in layers_in(value) if isinstance(layer, Layer)
    }


def count_parameters(body: LayerBody, frame: Frame) -> DimLike | None:
    """The number of learnable values, shared ones once; None where a part is not known."""
    return Count(frame).of(body)


Counted = tuple[DimLike | None, frozenset[Layer]]


class Count:
    """Adds up the parameters, or buffers, of layers: of equal ones it looks at one.

    kinds: `param`, `buffer`, `const`; weigh: what one counts, by default its values; ties: whether what a `tie` makes
    the same counts once.
    """

    def __init__(
        self,
        frame: Frame,
        kinds: tuple[str, ...] = ("param",),
        weigh: Callable[[Value], DimLike | None] | None = None,
        ties: bool = True,
    ) -> None:
        self._frame = frame
        self._kinds = kinds
        self._ties = ties and "param" in kinds
        self._weigh = weigh if weigh is not None else _size
        self._memo: dict[int, Counted] = {}

    def of(self, body: LayerBody) -> DimLike | None:
        """What a layer and all in it hold, shared ones once; None where a part is not known."""
        total, outside = self._inside(body)
        done: set[Layer] = set()
        waiting = list(outside)
        while waiting:
            layer = waiting.pop()
            if layer not in done:
                done.add(layer)
                inner, further = self._inside(layer.body)
                total = _add(total, inner)
                waiting.extend(further)
        return total

    def _inside(self, body: LayerBody) -> Counted:
        known = self._memo.get(id(body))
        if known is not None:
            return known
        total: DimLike | None = 0
        for name, parameter in body.parameters.items():
            if parameter.kind in self._kinds:
                total = _add(total, self._weigh(parameters.tensor_of(body, name, self._frame)))
        given = made_elsewhere(body)
        outside: set[Layer] = set()
        done: set[Layer] = set()
        waiting: list[Layer | Unknown | RepeatValue] = list(children(body))
        while waiting:
            child = waiting.pop()
            if isinstance(child, Unknown):
                total = None
            elif isinstance(child, RepeatValue):
                total = _add(total, self._repeated(child))
            elif child in given:
                outside.add(child)
            elif child not in done:
                done.add(child)
                inner, further = self._below(child)
                total = _add(total, inner)
                waiting.extend(further)
        for tied in body.ties if self._ties else ():
            size = self._weigh(tied)
            total = None if total is None or size is None else total - size
        result = total, frozenset(outside)
        self._memo[id(body)] = result
        return result

    def _below(self, layer: Layer) -> Counted:
        """What a layer holds; what it was handed over is its own where it is a copy."""
        return (self.of(layer.body), frozenset()) if layer.copied else self._inside(layer.body)

    def _repeated(self, layers: RepeatValue) -> DimLike | None:
        each: DimLike | None = 0
        for layer in layers_in(layers.element):
            each = _add(each, self._below(layer)[0] if isinstance(layer, Layer) else None)
        return None if each is None else each * layers.count


def _add(a: DimLike | None, b: DimLike | None) -> DimLike | None:
    return None if a is None or b is None else a + b


def _size(value: Value) -> DimLike | None:
    if value is None:
        return 0
    if isinstance(value, Choice):
        return None
    if not isinstance(value, Tensor) or value.dims is None:
        return None
    size: DimLike = 1
    for dim in value.dims:
        size = size * dim if isinstance(size, int) and isinstance(dim, int) else dim * size
    return size
