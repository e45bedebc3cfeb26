"""`value[items]`: tensors, lists, tuples, dicts, strings, layers."""

from __future__ import annotations

from nnspec.diagnostics.spelling import respell
from nnspec.diagnostics.suggest import nearest
from nnspec.semantics import rules
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import joins, provenance
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import containers
from nnspec.semantics.evaluate.looping import repeated, sequences
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.rules.indexing import is_mask
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    ErrorValue,
    Layer,
    LayerBody,
    ListValue,
    RangeValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

# So many of a string are copied in a step.
CHARACTERS = 1000


def index(expr: ast.Index, frame: Frame) -> Value:
    """The value of an index expression."""
    quick = _in_library(expr, frame)
    if quick is not None:
        return quick
    value = evaluate(expr.value, frame)
    items: list[Value] = []
    for item in expr.items:
        if isinstance(item, ast.Starred):
            spread = evaluate(item.value, frame)
            parts = sequences.items_of(spread, item.span, frame)
            unknown = spread if isinstance(spread, ErrorValue) else Unknown("tuple")
            items.extend(parts if parts is not None else [unknown])
        else:
            items.append(_item(item, frame))
    if isinstance(value, ErrorValue) or any(isinstance(i, ErrorValue) for i in items):
        return ERROR
    return _of(value, items, expr, frame)


def _in_library(expr: ast.Index, frame: Frame) -> int | None:
    """`k[0]` of a library layer, of which its formulas are full; None where it is anything else."""
    body, name, item = frame.body, expr.value, expr.items[0]
    if body is None or type(name) is not ast.Name or type(item) is not ast.Number:
        return None
    found = body.members.get(name.id)
    if not isinstance(found, (ListValue, TupleValue)) or type(body.decl) is not ast.ExternModule:
        return None
    if frame.locals.get(name.id, found) is not found or name.id in frame.dims:
        return None
    at, parts = item.value, found.items
    if len(expr.items) == 1 and type(at) is int and 0 <= at < len(parts):
        size = parts[at]
        return size if type(size) is int else None
    return None


def of_axes(items: list[Value], tupled: bool) -> list[Value]:
    """What an index says of each axis: a tuple is its items, and so is a list that holds more than numbers.

    Source: treatSequenceAsTuple in torch/csrc/autograd/python_variable_indexing.cpp.
    """
    only = items[0] if len(items) == 1 and not tupled else None
    if isinstance(only, TupleValue):
        return list(only.items)
    if isinstance(only, ListValue) and len(only.items) < 32:
        several = (ListValue, TupleValue, Tensor, SliceItem)
        if any(i is None or i is Ellipsis or isinstance(i, several) for i in only.items):
            return list(only.items)
    return items


def _item(item: ast.Expr, frame: Frame) -> Value:
    if not isinstance(item, ast.Slice):
        return evaluate(item, frame)
    parts = [
        evaluate(p, frame) if p is not None else None for p in (item.lower, item.upper, item.step)
    ]
    if any(isinstance(p, ErrorValue) for p in parts):
        return ERROR
    return SliceItem(parts[0], parts[1], parts[2], item.span)


def _of(value: Value, items: list[Value], expr: ast.Index, frame: Frame) -> Value:
    if isinstance(value, Choice):
        real = [o for o in value.options if o is not None]
        return joins.join_all([_of(o, items, expr, frame) for o in real], frame)
    if isinstance(value, Tensor):
        items = of_axes(items, expr.tupled)
        places: tuple[Span, ...] = ()
        choosing = any(isinstance(i, Tensor) or is_mask(i) for i in items)
        if choosing and len(items) == len(expr.items):
            places = tuple(item.span for item in expr.items)
        result = rules.index(frame.world, value, tuple(items), expr.span, places)
        if frame.run.measured and any(isinstance(i, (Tensor, ListValue)) for i in items):
            frame.run.cost.hold(result)
        name = expr.span.text[len(expr.value.span.text) :]
        return provenance.made(result, Step(name, expr.span, (value,)))
    if isinstance(value, Unknown):
        if value.kind in ("tensor",):
            return tensor_unknown()
        one = items[0] if items else None
        if isinstance(one, SliceItem):
            return value
        return Unknown("layer" if value.kind == "layer" else "any")
    if len(items) != 1 or expr.tupled:
        return frame.report(
            error("E0425", f"{describe(frame.world, value)} takes one index", expr.span)
        )
    item = items[0]
    match value:
        case ListValue(parts) | TupleValue(parts):
            return _sequence(value, parts, item, expr, frame)
        case str():
            if isinstance(item, (int, SliceItem)):
                return _plain(value, item, expr, frame)
            return Unknown("str")
        case DictValue():
            return _dict(value, item, expr, frame)
        case RepeatValue():
            if isinstance(item, SliceItem):
                return repeated.part(value, (item.lower, item.upper, item.step), frame)
            return repeated.index(value, item, expr.span, frame)
        case RangeValue():
            if isinstance(item, (int, Dim)) and not isinstance(item, bool):
                return repeated.item_at(value, item, frame)
            return frame.world.new_size("i")
        case Layer() if containers.is_container(value.body):
            return _sequential(value, item, expr, frame)
    return frame.report(
        error("E0425", f"{describe(frame.world, value)} cannot be indexed", expr.span)
    )


def _bounds(item: SliceItem) -> slice | None:
    parts = (item.lower, item.upper, item.step)
    if any(p is not None and (not isinstance(p, int) or isinstance(p, bool)) for p in parts):
        return None
    return slice(*parts)


def _plain(value: str, item: Value, expr: ast.Index, frame: Frame) -> Value:
    try:
        if isinstance(item, int):
            return value[item]
        bounds = _bounds(item)
        frame.run.step(expr.span, len(value) // CHARACTERS)
        return value[bounds] if bounds is not None else Unknown("str")
    except (IndexError, ValueError) as reason:
        return frame.report(error("E0426", f"{reason}", expr.span))


def _sequence(
    value: ListValue | TupleValue,
    parts: tuple[Value, ...],
    item: Value,
    expr: ast.Index,
    frame: Frame,
) -> Value:
    kind = type(value)
    if isinstance(item, SliceItem):
        bounds = _bounds(item)
        if bounds is None:
            return Unknown("list" if kind is ListValue else "tuple")
        if bounds.step == 0:
            return frame.report(error("E0426", "the step of a slice is not 0", expr.span))
        return kind(parts[bounds])
    if isinstance(item, bool) or not isinstance(item, (int, Dim, Unknown, Choice)):
        return frame.report(
            error(
                "E0425",
                f"a list is indexed by an int, not by {describe(frame.world, item)}",
                expr.items[0].span,
            )
        )
    if not isinstance(item, int):
        any_of = joins.join_all(list(parts), frame) if parts else Unknown("any")
        return Choice(any_of.options, True) if isinstance(any_of, Choice) else any_of
    if not -len(parts) <= item < len(parts):
        return frame.report(
            error(
                "E0426",
                f"there is no item {item}: the {'list' if kind is ListValue else 'tuple'} has {len(parts)}",
                expr.items[0].span,
                help=f"its items are 0 to {len(parts) - 1}" if parts else None,
            )
        )
    return parts[item]


def _dict(value: DictValue, item: Value, expr: ast.Index, frame: Frame) -> Value:
    if isinstance(item, (Unknown, Choice, Dim)):
        found = list(value.items.values())
        return joins.join_all(found, frame) if found else Unknown("any")
    try:
        known = item in value.items
    except TypeError:
        known = False
    if known:
        return value.items[item]
    close = nearest(str(item), [str(k) for k in value.items])
    key = expr.items[0]
    fix = None
    if isinstance(key, ast.String) and len(close) == 1 and key.span.text[1:-1] == item:
        inside = Span(key.span.source, key.span.start + 1, key.span.end - 1)
        fix = respell(inside, close)
    return frame.report(
        error(
            "E0426",
            f"there is no key {item!r} in this dict",
            key.span,
            help=(
                f"did you mean {close[0]!r}?"
                if close
                else f"its keys are {', '.join(map(repr, value.items))}"
            ),
            fix=fix,
        )
    )


def _sequential(value: Layer, item: Value, expr: ast.Index, frame: Frame) -> Value:
    names = list(value.body.children)
    layers = tuple(value.body.children.values())
    if containers.is_open(value):
        known = containers.only_list(value)
        if known is not None and not isinstance(item, SliceItem):
            return repeated.index(known, item, expr.span, frame)
        if isinstance(item, int) and -len(layers) <= item < len(layers):
            passed = layers[: item + 1] if item >= 0 else layers[item:]
            if all(isinstance(layer, Layer) for layer in passed):
                return layers[item]
        return Unknown("layer")
    if isinstance(item, SliceItem):
        bounds = _bounds(item)
        if bounds is None:
            return Unknown("layer")
        body = LayerBody(containers.SEQUENTIAL, value.body.scope, {})
        # Slices of a Sequential keep the names of their children.
        body.children.update(zip(names[bounds], layers[bounds], strict=True))
        return Layer(body, value.made, value.spans, value.maker)
    return _sequence(ListValue(layers), layers, item, expr, frame)
