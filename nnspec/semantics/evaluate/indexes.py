"""`value[items]`: tensors, lists, tuples, dicts, strings, layers."""

from __future__ import annotations

from nnspec.diagnostics.suggest import nearest
from nnspec.semantics import rules
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim, settle
from nnspec.semantics.evaluate import containers, joins, provenance
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.rules.indexing import SliceItem
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    DimLike,
    ErrorValue,
    Layer,
    LayerBody,
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
from nnspec.syntax import ast


def index(expr: ast.Index, frame: Frame) -> Value:
    """The value of an index expression."""
    from nnspec.semantics.evaluate.expressions import evaluate

    quick = _in_library(expr, frame)
    if quick is not None:
        return quick
    value = evaluate(expr.value, frame)
    items = [_item(i, frame) for i in expr.items]
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


def _item(item: ast.Expr, frame: Frame) -> Value:
    from nnspec.semantics.evaluate.expressions import evaluate

    if not isinstance(item, ast.Slice):
        if isinstance(item, ast.Starred):
            return evaluate(item.value, frame)
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
        if any(isinstance(i, (Unknown, Choice)) for i in items):
            return Tensor(value.dtype, None, contiguous=None)
        result = rules.index(frame.world, value, tuple(items), expr.span)
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
            return (
                _repeated_slice(value, item, frame)
                if isinstance(item, SliceItem)
                else _repeated(value, item, expr, frame)
            )
        case RangeValue():
            return frame.world.new_size("i")
        case Layer() if containers.is_container(value.body):
            return _sequential(value, item, expr, frame)
    return frame.report(
        error("E0425", f"{describe(frame.world, value)} cannot be indexed", expr.span)
    )


def _repeated(value: RepeatValue, item: Value, expr: ast.Index, frame: Frame) -> Value:
    """An item of a list of symbolic length: a size that depends on its place has that place put in."""
    if isinstance(value.element, Tensor) and isinstance(item, int):
        relation = Relation(value.count, ">=", item + 1 if item >= 0 else -item)
        answer = frame.world.prove(relation)
        if answer is False:
            count = frame.world.show(value.count)
            return frame.report(
                error("E0426", f"there is no item {item}: the list has {count}", expr.span)
            )
        if answer is None:
            frame.world.claimed(relation, expr.span)
    places = [r.left for r in value.where if r.op == "<" and isinstance(r.left, Dim)]
    element = value.element
    if not isinstance(element, Dim) or len(places) != 1 or isinstance(item, bool):
        return element
    if isinstance(item, int):
        item = item if item >= 0 else value.count + item
    if not isinstance(item, (int, Dim)):
        return element
    (name,) = places[0].symbols()
    return settle(element.substitute({name: item}))


def _repeated_slice(value: RepeatValue, item: SliceItem, frame: Frame) -> Value:
    lower, upper = 0 if item.lower is None else item.lower, item.upper
    count: DimLike = frame.world.new_size("n")
    if item.step in (None, 1) and isinstance(lower, int) and lower >= 0:
        if upper is None:
            count = frame.world.settle(value.count - lower)
        elif isinstance(upper, int) and upper < 0:
            count = frame.world.settle(value.count + upper - lower)
    # Places are counted anew from the slice's begin.
    where = value.where if lower == 0 and item.step in (None, 1) else ()
    return RepeatValue(value.element, count, where)


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
        return joins.join_all(list(parts), frame) if parts else Unknown("any")
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
    return frame.report(
        error(
            "E0426",
            f"there is no key {item!r} in this dict",
            expr.items[0].span,
            help=(
                f"did you mean {close[0]!r}?"
                if close
                else f"its keys are {', '.join(map(repr, value.items))}"
            ),
        )
    )


def _sequential(value: Layer, item: Value, expr: ast.Index, frame: Frame) -> Value:
    names = list(value.body.children)
    layers = tuple(value.body.children.values())
    if isinstance(item, SliceItem):
        bounds = _bounds(item)
        if bounds is None:
            return Unknown("layer")
        body = LayerBody(containers.SEQUENTIAL, value.body.scope, {})
        # Slices of a Sequential keep the names of their children.
        body.children.update(zip(names[bounds], layers[bounds], strict=True))
        return Layer(body, value.made, value.spans, value.maker)
    return _sequence(ListValue(layers), layers, item, expr, frame)
