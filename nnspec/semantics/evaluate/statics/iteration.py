"""Functions that make lists, tuples and dicts, and go through them."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import conditions, joins
from nnspec.semantics.evaluate.looping import repeated, sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics import strings
from nnspec.semantics.evaluate.statics.handlers import Handler, Keywords, is_unknown, single
from nnspec.semantics.values import (
    MOST_ITEMS,
    Choice,
    DictValue,
    ListValue,
    RangeValue,
    RepeatValue,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span


def range_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`range(stop)`, `range(start, stop, step)`: known numbers, or a symbolic range."""
    if not 1 <= len(args) <= 3:
        raise TypeError
    if is_unknown(args):
        return Unknown("list")
    if any(not isinstance(a, (int, Dim)) or isinstance(a, bool) for a in args):
        raise TypeError
    if any(isinstance(a, Dim) for a in args):
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        return RangeValue(start, stop, step)
    numbers = range(*args)
    # `len` of a range has to fit into 64 bits.
    count = (numbers.stop - numbers.start + numbers.step - (numbers.step > 0 or -1)) // numbers.step
    if count > MOST_ITEMS:
        return frame.report(
            error(
                "E0003",
                f"this range has {strings.amount(count)} numbers, more than the {MOST_ITEMS:,} that are followed",
                span,
            )
        )
    return ListValue(tuple(numbers))


def zip_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`zip(a, b, …)`: rows of what stands at one place of each."""
    rows = []
    for value in args:
        if isinstance(value, (RepeatValue, RangeValue, Unknown, Choice)):
            return loose_zip(args, frame, span)
        items = sequences.items_of(value, span, frame)
        if items is None:
            return loose_zip(args, frame, span)
        rows.append(items)
    return ListValue(tuple(TupleValue(row) for row in zip(*rows, strict=False)))


def loose_zip(args: list[Value], frame: Frame, span: Span) -> Value:
    """Rows of lists of which one has no known length: one row stands for all."""
    return repeated.items([_alike(value, span, frame) for value in args], frame)


def _alike(value: Value, span: Span, frame: Frame) -> RepeatValue | RangeValue:
    """A list as one item that stands for all."""
    if isinstance(value, (RepeatValue, RangeValue)):
        return value
    items, length, _ = sequences.alike(value, span, frame)
    item = joins.join_all(items, frame) if items else Unknown("any")
    return RepeatValue(item, len(items) if length is None else length)


def enumerate_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`enumerate(xs, start)`."""
    start = args[1] if len(args) > 1 else keywords.get("start", 0)
    value = args[0]
    if not isinstance(value, (RepeatValue, RangeValue)):
        items, length, _ = sequences.alike(value, span, frame)
        if length is None and isinstance(start, int):
            return ListValue(tuple(TupleValue((i + start, item)) for i, item in enumerate(items)))
    value = _alike(value, span, frame)
    numbers = RangeValue(start, start + sequences.length(value, frame), 1)
    return repeated.items([numbers, value], frame)


def reversed_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`reversed(xs)`."""
    value = single(args)
    if isinstance(value, (RepeatValue, RangeValue)):
        return repeated.reversed_(value, frame)
    if isinstance(value, Unknown):
        return value
    items = sequences.items_of(value, span, frame)
    return ListValue(tuple(reversed(items))) if items is not None else Unknown("list")


def list_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`list(xs)`."""
    if not args:
        return ListValue(())
    value = single(args)
    if isinstance(value, (RepeatValue, Unknown, RangeValue)):
        return value if not isinstance(value, Unknown) else Unknown("list")
    items = sequences.items_of(value, span, frame)
    return ListValue(tuple(items)) if items is not None else Unknown("list")


def tuple_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`tuple(xs)`."""
    value = list_(args, keywords, frame, span)
    return TupleValue(value.items) if isinstance(value, ListValue) else Unknown("tuple")


def sorted_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`sorted(xs, reverse=…)` of known numbers or strings."""
    value = list_(args[:1], {}, frame, span)
    if not isinstance(value, ListValue) or is_unknown(list(value.items)):
        return Unknown("list")
    if any(isinstance(i, Dim) for i in value.items):
        return Unknown("list")
    return ListValue(tuple(sorted(value.items, reverse=bool(keywords.get("reverse", False)))))


def dict_(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`dict(pairs, key=value)`."""
    found: dict[Value, Value] = {}
    if args:
        value = args[0]
        if isinstance(value, DictValue):
            found.update(value.items)
        else:
            items = sequences.items_of(value, span, frame)
            if items is None:
                return Unknown("dict")
            for item in items:
                key, entry = item.items
                found[key] = entry
    found.update({str(k): v for k, v in keywords.items()})
    return DictValue(found)


def all_any(stop: bool) -> Handler:
    """`all` (False decides) or `any` (True decides)."""

    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        from nnspec.syntax import ast

        items = sequences.items_of(single(args), span, frame)
        if items is None:
            return Unknown("bool")
        open_ = False
        for item in items:
            known = conditions.truth(item, ast.Constant(span, None), frame)
            if known is stop:
                return stop
            open_ = open_ or not isinstance(known, bool)
        return Unknown("bool") if open_ else not stop

    return handler
