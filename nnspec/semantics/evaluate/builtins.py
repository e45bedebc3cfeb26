"""Functions on static values: numbers, strings, lists, dicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim, dim_max, dim_min
from nnspec.semantics.evaluate import arithmetic, conditions, joins, methods, sequences
from nnspec.semantics.evaluate.binding import Given
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    ERROR,
    Builtin,
    Choice,
    Compound,
    DictValue,
    DimLike,
    ErrorValue,
    Layer,
    LayerType,
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

MOST_ITEMS = 100_000

MATHS: dict[str, Callable[[Any], Any]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "ceil": math.ceil,
    "floor": math.floor,
}


def call(callee: Builtin, given: list[Given], frame: Frame, span: Span) -> Value:
    """Call a function that the evaluator knows."""
    values = [a.value for a in given]
    if any(isinstance(v, ErrorValue) for v in values):
        return ERROR
    if callee.receiver is not None:
        return methods.method(callee.receiver, callee.name, given, frame, span)
    name = callee.name
    handler = HANDLERS.get(name)
    if handler is None:
        return frame.report(error("E0423", f"`{name}` cannot be called here", span))
    keywords: Keywords = {a.name: a.value for a in given if a.name is not None}
    positional = [a.value for a in given if a.name is None]
    try:
        result = handler(positional, keywords, frame, span)
    except (TypeError, IndexError, KeyError):
        listed = ", ".join(describe(frame.world, v) for v in values) or "nothing"
        return frame.report(error("E0407", f"`{name}` does not go with {listed}", span))
    except (ValueError, OverflowError, ArithmeticError) as reason:
        return frame.report(error("E0409", f"`{name}` cannot be computed: {reason}", span))
    return result


Keywords = dict[str, Value]
Handler = Callable[[list[Value], Keywords, Frame, Span], Value]


def _single(args: list[Value]) -> Value:
    (value,) = args
    return value


def _unknown(values: list[Value]) -> bool:
    return any(isinstance(v, (Unknown, Choice, Relation, Compound)) for v in values)


def _maths(name: str) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        if name == "log" and len(args) == 2:
            return Unknown("float") if _unknown(args) else math.log(*args)
        value = _single(args)
        if isinstance(value, Dim):
            return value if name in ("ceil", "floor") else Unknown("float")
        if isinstance(value, Unknown):
            return frame.world.new_size("n", -(10**9)) if name in ("ceil", "floor") else value
        return MATHS[name](value)

    return handler


def _abs(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    if isinstance(value, Unknown):
        return value
    return dim_max(value, -value) if isinstance(value, Dim) else abs(value)


def _round(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    if _unknown(args):
        return frame.world.new_size("n") if len(args) == 1 else Unknown("float")
    return args[0] if isinstance(args[0], Dim) else round(*args)


def _extreme(largest: bool) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        values = args
        if len(args) == 1:
            items = sequences.items_of(args[0], span, frame)
            if items is None:
                return Unknown("any")
            values = items
        if not values:
            if "default" in keywords:
                return keywords["default"]
            raise ValueError("there is nothing to choose from")
        if _unknown(values):
            return Unknown("float")
        result = values[0]
        for value in values[1:]:
            if isinstance(result, Dim) or isinstance(value, Dim):
                pick = dim_max if largest else dim_min
                result = frame.world.settle(pick(as_dim(result), as_dim(value)))
            else:
                result = max(result, value) if largest else min(result, value)
        return result

    return handler


def _sum(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = args[0]
    if isinstance(value, RepeatValue) and isinstance(value.element, (int, Dim)):
        return frame.world.settle(as_dim(value.element) * value.count)
    if isinstance(value, RepeatValue):
        return value.element
    items = sequences.items_of(value, span, frame)
    if items is None:
        return Unknown("any")
    total: Value = args[1] if len(args) > 1 else keywords.get("start", 0)
    from nnspec.syntax import ast

    node = ast.Pass(span)
    for i, item in enumerate(items):
        if i == 0 and total == 0 and isinstance(item, Tensor):
            total = item
        else:
            total = arithmetic.binary("+", total, item, node, span, span, frame)
    return total


def _len(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    length = sequences.length(value, frame)
    if length is None:
        raise TypeError
    return length


def _int(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    if isinstance(value, (Unknown, Tensor)):
        return frame.world.new_size("n")
    return value if isinstance(value, Dim) else int(value)


def _float(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    if isinstance(value, (Unknown, Tensor, Dim)):
        return Unknown("float")
    return float(value)


def _bool(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    from nnspec.syntax import ast

    return conditions.truth(_single(args), ast.Constant(span, None), frame)


def _str(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    return str(value) if isinstance(value, (str, int, float)) else Unknown("str")


def _range(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    if not 1 <= len(args) <= 3:
        raise TypeError
    if _unknown(args):
        return Unknown("list")
    if any(not isinstance(a, (int, Dim)) or isinstance(a, bool) for a in args):
        raise TypeError
    if any(isinstance(a, Dim) for a in args):
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        return RangeValue(start, stop, step)
    numbers = range(*args)
    if len(numbers) > MOST_ITEMS:
        return frame.report(error("E0003", f"more than {MOST_ITEMS:,} rounds", span))
    return ListValue(tuple(numbers))


def _zip(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    rows = []
    for value in args:
        if isinstance(value, (RepeatValue, RangeValue, Unknown, Choice)):
            return _loose_zip(args, frame, span)
        items = sequences.items_of(value, span, frame)
        if items is None:
            return _loose_zip(args, frame, span)
        rows.append(items)
    return ListValue(tuple(TupleValue(row) for row in zip(*rows, strict=False)))


def _loose_zip(args: list[Value], frame: Frame, span: Span) -> Value:
    parts = []
    count: DimLike = 1
    where: tuple[Relation, ...] = ()
    for value in args:
        items, length, facts = sequences.alike(value, span, frame)
        if length is not None:
            count = length
        parts.append(joins.join_all(items, frame) if items else Unknown("any"))
        where += facts
    return RepeatValue(TupleValue(tuple(parts)), count, where)


def _enumerate(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    start = args[1] if len(args) > 1 else keywords.get("start", 0)
    value = args[0]
    items, length, where = sequences.alike(value, span, frame)
    if length is None and isinstance(start, int):
        return ListValue(tuple(TupleValue((i + start, item)) for i, item in enumerate(items)))
    count = len(items) if length is None else length
    index = frame.world.new_size("i")
    item = joins.join_all(items, frame) if items else Unknown("any")
    return RepeatValue(
        TupleValue((start + index, item)), count, (*where, Relation(index, "<", count))
    )


def _reversed(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    if isinstance(value, RepeatValue):
        # The items count from the end now, so what their places tell does not hold any more.
        return RepeatValue(value.element, value.count)
    if isinstance(value, (Unknown, RangeValue)):
        return value
    items = sequences.items_of(value, span, frame)
    return ListValue(tuple(reversed(items))) if items is not None else Unknown("list")


def _list(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    if not args:
        return ListValue(())
    value = _single(args)
    if isinstance(value, (RepeatValue, Unknown, RangeValue)):
        return value if not isinstance(value, Unknown) else Unknown("list")
    items = sequences.items_of(value, span, frame)
    return ListValue(tuple(items)) if items is not None else Unknown("list")


def _tuple(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _list(args, keywords, frame, span)
    return TupleValue(value.items) if isinstance(value, ListValue) else Unknown("tuple")


def _sorted(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _list(args[:1], {}, frame, span)
    if not isinstance(value, ListValue) or _unknown(list(value.items)):
        return Unknown("list")
    if any(isinstance(i, Dim) for i in value.items):
        return Unknown("list")
    return ListValue(tuple(sorted(value.items, reverse=bool(keywords.get("reverse", False)))))


def _dict(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
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


def _all_any(stop: bool) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        from nnspec.syntax import ast

        items = sequences.items_of(_single(args), span, frame)
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


def _repeat_int(count: int) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        value = _single(args)
        if isinstance(value, (TupleValue, ListValue)):
            if len(value.items) == 1:
                return TupleValue(value.items * count)
            if len(value.items) != count:
                return frame.report(
                    error("E0406", f"{count} numbers are needed here, not {len(value.items)}", span)
                )
            return TupleValue(value.items)
        return TupleValue((value,) * count)

    return handler


def _numel(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = _single(args)
    if isinstance(value, Unknown):
        return frame.world.new_size("n")
    dims = value.dims if isinstance(value, Tensor) else value.items
    if dims is None:
        return frame.world.new_size("n")
    total: Value = 1
    for dim in dims:
        total = frame.world.settle(as_dim(total) * dim)
    return total


def _pow(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    return arithmetic.numbers("**", args[0], args[1], span, frame)


def _isinstance(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value, kind = args
    if isinstance(value, Layer) and isinstance(kind, LayerType):
        return value.body.decl is kind.decl
    if isinstance(kind, Builtin):
        python: dict[str, Any] = {
            "int": (int, Dim),
            "float": float,
            "str": str,
            "tuple": TupleValue,
            "list": ListValue,
        }
        expected = python.get(kind.name)
        if expected is not None and not isinstance(value, Unknown):
            return isinstance(value, expected) and not isinstance(value, bool)
    return Unknown("bool")


def _copies(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """As many layers like the one given, each with parameters of its own (in the library)."""
    layer, count = args
    if not isinstance(layer, Layer):
        return Unknown("layer")
    if isinstance(count, int):
        return ListValue(tuple(Layer(layer.body, layer.made) for _ in range(count)))
    return RepeatValue(Layer(layer.body, layer.made), count)


def _einsum_flops(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """What an einsum costs (in the library)."""
    from nnspec.semantics.rules.einsum import flops

    return frame.world.settle(flops(args[0], args[1]))


HANDLERS: dict[str, Handler] = {
    **{name: _maths(name) for name in MATHS},
    "abs": _abs,
    "round": _round,
    "min": _extreme(False),
    "max": _extreme(True),
    "sum": _sum,
    "len": _len,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "str": _str,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "list": _list,
    "tuple": _tuple,
    "sorted": _sorted,
    "dict": _dict,
    "all": _all_any(False),
    "any": _all_any(True),
    "single": _repeat_int(1),
    "pair": _repeat_int(2),
    "triple": _repeat_int(3),
    "numel": _numel,
    "pow": _pow,
    "isinstance": _isinstance,
    "copies": _copies,
    "einsum_flops": _einsum_flops,
}
