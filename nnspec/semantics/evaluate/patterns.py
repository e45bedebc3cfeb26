"""Assignment: names and nested tuples on the left of `=`."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.looping import sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    DimLike,
    ErrorValue,
    ListValue,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.syntax import ast


def bind(target: ast.Expr, value: Value, frame: Frame) -> None:
    """Bind the names of a pattern to (the parts of) a value."""
    match target:
        case ast.Name(id):
            frame.locals[id] = value
            frame.run.recorder.value(target, value)
        case ast.Tuple(items) | ast.List(items):
            _unpack(target, items, value, frame)
        case ast.Index() | ast.Attribute():
            what = "an item" if isinstance(target, ast.Index) else "an attribute"
            frame.report(
                error(
                    "E0416",
                    f"values are never changed in place: {what} cannot be assigned",
                    target.span,
                    help=_new_value(target, frame),
                )
            )
        case ast.Starred():
            frame.report(
                error(
                    "E0417",
                    "a starred name on the left of `=` is not part of the language",
                    target.span,
                    help="take the parts by index, such as `rest = xs[1:]`",
                )
            )


def _new_value(target: ast.Index | ast.Attribute, frame: Frame) -> str:
    """How to write what the assignment would do."""
    whole = evaluate(target.value, frame)
    name = target.value.span.text
    if isinstance(whole, DictValue) or whole == Unknown("dict"):
        return f"make a new dict: `{name} = {{**{name}, key: value}}`"
    if isinstance(whole, (ListValue, RepeatValue)) or whole == Unknown("list"):
        return f"make a new list: `{name} = [*{name}[:i], value, *{name}[i + 1:]]`"
    return (
        f"make a new value, such as `{name} = where(mask, value, {name})` or `cat([a, b], dim=1)`"
    )


def _unpack(target: ast.Expr, items: tuple[ast.Expr, ...], value: Value, frame: Frame) -> None:
    if isinstance(value, Choice):
        real = [o for o in value.options if o is not None]
        if len(real) == 1:
            value = real[0]
    value = _counted(value, frame)
    if isinstance(value, RepeatValue):
        starred = any(isinstance(i, ast.Starred) for i in items)
        if not starred and not _is_count(value.count, len(items), target, frame):
            return _none_fit(value, str(frame.world.settle(value.count)), target, items, frame)
        for item in items:
            bind(item, value.element, frame)
        return
    if isinstance(value, Tensor) and value.dims is None:
        # What an unknown layer gives may be a tensor, or several.
        value = Unknown("any")
    if isinstance(value, (ErrorValue, Unknown, Choice)):
        left = ERROR if isinstance(value, ErrorValue) else Unknown("any")
        for item in items:
            bind(item, left, frame)
        return
    parts = sequences.items_of(value, target.span, frame)
    if any(isinstance(i, ast.Starred) for i in items):
        parts = None
    if parts is not None and len(parts) != len(items):
        return _none_fit(value, str(len(parts)), target, items, frame)
    for i, item in enumerate(items):
        bind(item, parts[i] if parts is not None else ERROR, frame)


def _counted(value: Value, frame: Frame) -> Value:
    """A tensor or a range of an open length as so many like items."""
    if isinstance(value, Tensor) and value.dims:
        count = frame.world.settle(value.dims[0])
        if isinstance(count, Dim):
            origins = value.origins[1:] if value.origins is not None else None
            return RepeatValue(value.with_(value.dims[1:], origins), count)
    if isinstance(value, RangeValue):
        return RepeatValue(Unknown("int"), sequences.length_of_range(value, frame))
    return value


def _is_count(count: DimLike, names: int, target: ast.Expr, frame: Frame) -> bool:
    """Whether a list may have as many items as there are names; a claim where that is open."""
    relation = Relation(count, "==", names)
    answer = frame.world.prove(relation)
    if answer is None:
        frame.world.claimed(relation, target.span)
    return answer is not False


def _none_fit(
    value: Value, count: str, target: ast.Expr, items: tuple[ast.Expr, ...], frame: Frame
) -> None:
    frame.report(
        error(
            "E0419",
            f"{describe(frame.world, value)} is taken apart into {len(items)} names",
            target.span,
            f"{len(items)} names here, {count} value" + ("" if count == "1" else "s"),
        )
    )
    for item in items:
        bind(item, ERROR, frame)
