"""Lists of symbolic length by place: items, slices, lists reversed, zipped and counted.

The items of such a list are alike but for a symbol that counts them. What stands at a place is the item with
that place put in: its sizes, and the arguments of the layers in it, which are then made anew.
"""

from __future__ import annotations

from nnspec.semantics.dims import Dim, dim_max, dim_min, settle
from nnspec.semantics.evaluate.layers import containers
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    DimLike,
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
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span

Sequence = RepeatValue | RangeValue


def place_symbol(value: RepeatValue) -> str | None:
    """The symbol that counts the items, where they depend on their place."""
    counted = [r.left for r in value.where if r.op == "<" and isinstance(r.left, Dim)]
    if not counted:
        return None
    symbols = counted[0].symbols()
    return next(iter(symbols)) if len(symbols) == 1 else None


def item_at(value: Sequence, place: DimLike, frame: Frame) -> Value:
    """What stands at a place, counted from 0."""
    if isinstance(value, RangeValue):
        return frame.world.settle(value.start + place * value.step)
    name = place_symbol(value)
    return value.element if name is None else _placed(value.element, name, place, frame)


def _placed(value: Value, name: str, place: DimLike, frame: Frame) -> Value:
    match value:
        case Dim():
            return _placed_size(value, name, place, frame) if name in value.symbols() else value
        case Tensor() if value.dims is not None:
            dims = tuple(_placed(dim, name, place, frame) for dim in value.dims)
            same = dims == value.dims
            return value if same else value.with_(dims, value.origins, contiguous=value.contiguous)
        case TupleValue(items, names, type_name):
            return TupleValue(
                tuple(_placed(i, name, place, frame) for i in items), names, type_name
            )
        case ListValue(items):
            return ListValue(tuple(_placed(i, name, place, frame) for i in items))
        case RepeatValue(element, count, where):
            return RepeatValue(
                _placed(element, name, place, frame), _placed(count, name, place, frame), where
            )
        case Layer() if containers.is_container(value.body):
            return _placed_sequential(value, name, place, frame)
        case Layer():
            return _placed_layer(value, name, place, frame)
    return value


def _placed_size(size: Dim, name: str, place: DimLike, frame: Frame) -> DimLike:
    try:
        return settle(size.substitute({name: place}))
    except (ArithmeticError, ValueError):
        # `2 ** (i - 1)` in the first round.
        return frame.world.new_size("n")


def _placed_sequential(layer: Layer, name: str, place: DimLike, frame: Frame) -> Layer:
    before = layer.body.children
    children = {key: _placed(child, name, place, frame) for key, child in before.items()}
    if all(children[key] is before[key] for key in before):
        return layer
    body = LayerBody(layer.body.decl, layer.body.scope, {})
    body.children.update(children)
    return Layer(body, layer.made, layer.spans, layer.maker)


def _placed_layer(layer: Layer, name: str, place: DimLike, frame: Frame) -> Value:
    from nnspec.semantics.evaluate.layers import modules

    body = layer.body
    arguments = {key: _placed(v, name, place, frame) for key, v in body.arguments.items()}
    if all(arguments[key] is v for key, v in body.arguments.items()):
        return layer
    span = layer.made or body.decl.span
    inner = frame.child(body.scope, "build", body.decl)
    return modules.make(
        LayerBody(body.decl, body.scope, arguments), inner, frame, span, layer.spans
    )


def counted(count: DimLike, frame: Frame) -> tuple[Dim, tuple[Relation, ...]]:
    """A new symbol for places below a count, and that it is below."""
    place = frame.world.new_size("i")
    return place, (Relation(place, "<", count),)


def items(values: list[Sequence], frame: Frame) -> RepeatValue:
    """Rows of what stands at one place of each list; they end with the shortest."""
    from nnspec.semantics.evaluate.looping.sequences import length_of_range

    counts = [v.count if isinstance(v, RepeatValue) else length_of_range(v, frame) for v in values]
    count = counts[0]
    for other in counts[1:]:
        if frame.world.compare(count, other) != "equal":
            count = frame.world.settle(dim_min(count, other))
    place, where = counted(count, frame)
    return RepeatValue(TupleValue(tuple(item_at(v, place, frame) for v in values)), count, where)


def reversed_(value: Sequence, frame: Frame) -> Sequence:
    """The list from its end."""
    if isinstance(value, RangeValue):
        from nnspec.semantics.evaluate.looping.sequences import length_of_range

        last = value.start + (length_of_range(value, frame) - 1) * value.step
        return RangeValue(last, value.start - value.step, -value.step)
    if place_symbol(value) is None:
        return value
    place, where = counted(value.count, frame)
    return RepeatValue(item_at(value, value.count - 1 - place, frame), value.count, where)


def part(value: RepeatValue, bounds: tuple[Value, Value, Value], frame: Frame) -> RepeatValue:
    """`list[lower:upper:step]`; of unknown length where the bounds say no more."""
    lower, upper, step = bounds
    world, whole = frame.world, value.count
    if step == -1:
        # Backwards from behind the upper bound to the lower one.
        begin = None if upper is None else _behind(upper)
        end = None if lower is None else _behind(lower)
        turned = reversed_(part(value, (begin, end, None), frame), frame)
        assert isinstance(turned, RepeatValue)
        return turned
    if step is None:
        step = 1
    begin = _bound(0 if lower is None else lower, whole, frame)
    end = _bound(whole if upper is None else upper, whole, frame)
    if begin is None or end is None or not isinstance(step, int) or step < 1:
        return RepeatValue(value.element, world.new_size("n"))
    count = world.settle(-(-as_dim(_not_below_zero(end - begin, frame)) // step))
    if place_symbol(value) is None:
        return RepeatValue(value.element, count)
    place, where = counted(count, frame)
    return RepeatValue(item_at(value, begin + place * step, frame), count, where)


def _behind(place: Value) -> Value:
    """The place behind another; of the last one, counted from the end, that has no number."""
    if isinstance(place, bool) or not isinstance(place, (int, Dim)) or place == -1:
        return Unknown("int")
    return place + 1


def _bound(bound: Value, count: DimLike, frame: Frame) -> DimLike | None:
    """A bound of a slice, counted from the begin and cut to the list; None where it is not known."""
    world = frame.world
    if isinstance(bound, bool) or not isinstance(bound, (int, Dim)):
        return None
    if isinstance(bound, int):
        if bound < 0:
            return (
                count + bound
                if _is_long(count, -bound, frame)
                else _not_below_zero(count + bound, frame)
            )
        return bound if _is_long(count, bound, frame) else world.settle(dim_min(count, bound))
    inside = (Relation(bound, "<=", count), Relation(bound, ">=", 0))
    return bound if all(world.prove(relation) is True for relation in inside) else None


def _is_long(count: DimLike, least: int, frame: Frame) -> bool:
    """Whether a list has so many items; one whose first or last is cut off is taken to have it."""
    relation = Relation(count, ">=", least)
    if frame.world.prove(relation) is True:
        return True
    return least == 1 and frame.world.used_as_sizes(relation)


def _not_below_zero(count: DimLike, frame: Frame) -> DimLike:
    if frame.world.prove(Relation(count, ">=", 0)) is True:
        return count
    return frame.world.settle(dim_max(count, 0))


def index(value: RepeatValue, place: Value, span: Span, frame: Frame) -> Value:
    """`list[place]`; the list is claimed to be that long."""
    world = frame.world
    if isinstance(place, bool) or not isinstance(place, (int, Dim)):
        return value.element
    if isinstance(place, int):
        needed = Relation(value.count, ">=", place + 1 if place >= 0 else -place)
    else:
        needed = Relation(place, "<", value.count)
    answer = world.prove(needed)
    if answer is False:
        count = world.show(value.count)
        return frame.report(
            error("E0426", f"there is no item {world.show(place)}: the list has {count}", span)
        )
    if answer is None:
        world.claimed(needed, span)
    if isinstance(place, int) and place < 0:
        place = value.count + place
    return item_at(value, place, frame)
