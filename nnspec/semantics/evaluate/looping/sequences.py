"""Going through lists, tuples, dicts, ranges and layers, known ones and symbolic ones."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.layers import containers
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.values import (
    ERROR,
    MOST_ITEMS,
    Choice,
    DictValue,
    DimLike,
    ErrorValue,
    Layer,
    ListValue,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span


def items_of(value: Value, span: Span, frame: Frame) -> list[Value] | None:
    """The items of something that can be gone through, or None (reported, unless it is unknown)."""
    match value:
        case ListValue(items) | TupleValue(items):
            return list(items)
        case DictValue():
            return list(value.items)
        case str():
            return list(value)
        case Tensor():
            if value.dims is None:
                return None
            if not value.dims:
                frame.report(error("E0302", "a scalar has no items to go through", span))
                return None
            count = frame.world.settle(value.dims[0])
            if isinstance(count, int) and count <= MOST_ITEMS:
                origins = value.origins[1:] if value.origins is not None else None
                return [value.with_(value.dims[1:], origins)] * count
            return None
        case Layer() if not containers.is_open(value):
            return containers.layers_of(value)
        case Layer() if containers.is_container(value.body):
            return None
        case Unknown() | ErrorValue() | RepeatValue() | RangeValue() | Choice():
            return None
    frame.report(
        error("E0410", f"{describe(frame.world, value)} cannot be gone through item by item", span)
    )
    return None


def rounds(value: Value, span: Span, frame: Frame) -> tuple[list[Value], DimLike | None]:
    """What a loop variable takes in turn, and None; or one item that stands for all, and their count.

    An unknown count is a fresh size. What holds inside the loop alone (an index is less than the count)
    becomes a fact: the caller restores the facts behind the loop.
    """
    if isinstance(value, Layer) and containers.is_open(value):
        value = containers.only_list(value) or Unknown("layer")
    if isinstance(value, RepeatValue):
        for relation in value.where:
            frame.world.assume(relation)
        return [value.element], value.count
    if isinstance(value, RangeValue):
        count = length_of_range(value, frame)
        index = frame.world.new_size("i")
        frame.world.assume(Relation(index, "<", count))
        return [value.start + index * value.step], count
    if isinstance(value, Tensor) and value.dims:
        known = items_of(value, span, frame)
        if known is None:
            return [value.with_(value.dims[1:])], value.dims[0]
        return known, None
    if isinstance(value, Tensor) and value.dims is None:
        return [tensor_unknown()], frame.world.new_size("n")
    if isinstance(value, (Unknown, Choice)):
        kind = "any" if not isinstance(value, Unknown) or value.kind != "layer" else "layer"
        return [Unknown(kind)], frame.world.new_size("n")
    if isinstance(value, ErrorValue):
        return [ERROR], 1
    items = items_of(value, span, frame)
    if items is None:
        return [ERROR], 1
    if len(items) > MOST_ITEMS:
        frame.report(
            error(
                "E0003",
                f"this has {len(items):,} items, more than the {MOST_ITEMS:,} that are followed",
                span,
            )
        )
        return [ERROR], 1
    return items, None


def alike(
    value: Value, span: Span, frame: Frame
) -> tuple[list[Value], DimLike | None, tuple[Relation, ...]]:
    """`rounds` of something that is not looped over yet, with what will hold in each round."""
    if isinstance(value, RangeValue):
        count = length_of_range(value, frame)
        index = frame.world.new_size("i")
        return [value.start + index * value.step], count, (Relation(index, "<", count),)
    facts = frame.world.facts
    items, length = rounds(value, span, frame)
    frame.world.facts = facts
    return items, length, value.where if isinstance(value, RepeatValue) else ()


def length_of_range(value: RangeValue, frame: Frame) -> DimLike:
    """How many numbers a symbolic range gives (0 where it is empty is left to the facts)."""
    span = value.stop - value.start
    if value.step == 1:
        return frame.world.settle(span)
    return frame.world.settle(-((-span) // value.step) if isinstance(span, (int, Dim)) else span)


def length(value: Value, frame: Frame) -> Value | None:
    """`len(value)`, None where the value has no length."""
    match value:
        case ListValue(items) | TupleValue(items):
            return len(items)
        case DictValue():
            return len(value.items)
        case str():
            return len(value)
        case RepeatValue(_, count):
            return count
        case RangeValue():
            return length_of_range(value, frame)
        case Tensor():
            if value.dims is None:
                return frame.world.new_size("n")
            return value.dims[0] if value.dims else None
        case Layer():
            if containers.is_open(value):
                known = containers.only_list(value)
                return known.count if known is not None else frame.world.new_size("n")
            layers = containers.layers_of(value)
            return len(layers) if layers is not None else None
        case Unknown():
            return frame.world.new_size("n")
    return None
