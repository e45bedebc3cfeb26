"""Functions on static values: numbers, strings, lists, dicts."""

from __future__ import annotations

from nnspec.semantics.budget import BudgetExceeded
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim, dim_max, dim_min
from nnspec.semantics.evaluate import conditions
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.cost import Cost, size_beside
from nnspec.semantics.evaluate.looping import sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics import arithmetic, iteration, maths, methods, strings
from nnspec.semantics.evaluate.statics.handlers import Handler, Keywords, is_unknown, single
from nnspec.semantics.resolve import known
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.values import (
    ERROR,
    MOST_ITEMS,
    Builtin,
    Choice,
    DimLike,
    ErrorValue,
    Layer,
    LayerType,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


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


def _abs(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = single(args)
    if isinstance(value, Unknown):
        return value
    return dim_max(value, -value) if isinstance(value, Dim) else abs(value)


def _round(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    if is_unknown(args):
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
            frame.run.step(span, len(items))
        if not values:
            if "default" in keywords:
                return keywords["default"]
            raise ValueError("there is nothing to choose from")
        if is_unknown(values):
            return _one_of(values)
        result = values[0]
        for value in values[1:]:
            if isinstance(result, Dim) or isinstance(value, Dim):
                pick = dim_max if largest else dim_min
                result = frame.world.settle(pick(as_dim(result), as_dim(value)))
            else:
                result = max(result, value) if largest else min(result, value)
        return result

    return handler


def _one_of(values: Sequence[Value]) -> Value:
    """One of some values that are not all known: a number of their kind."""
    if any(value == Unknown("any") for value in values):
        return Unknown("any")
    whole = all(isinstance(value, (int, Dim)) or value == Unknown("int") for value in values)
    return Unknown("int" if whole else "float")


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
    frame.run.step(span, len(items))
    for i, item in enumerate(items):
        if i == 0 and total == 0 and isinstance(item, Tensor):
            total = item
        else:
            total = arithmetic.binary("+", total, item, node, span, span, frame)
    return total


def _len(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = single(args)
    length = sequences.length(value, frame)
    if length is None:
        raise TypeError
    return length


def _int(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = single(args)
    if isinstance(value, Tensor):
        return _of_tensor("int", value, frame, span)
    if isinstance(value, Unknown):
        return frame.world.new_size("n")
    return value if isinstance(value, Dim) else int(value)


def _float(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = single(args)
    if isinstance(value, Tensor):
        return _of_tensor("float", value, frame, span)
    if isinstance(value, (Unknown, Dim)):
        return Unknown("float")
    return float(value)


def _of_tensor(kind: str, value: Tensor, frame: Frame, span: Span) -> Value:
    from nnspec.semantics import rules

    if isinstance(rules.as_number(frame.world, kind, value, span), ErrorValue):
        return ERROR
    return frame.world.new_size("n") if kind == "int" else Unknown("float")


def _bool(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    from nnspec.syntax import ast

    return conditions.truth(single(args), ast.Constant(span, None), frame)


def _str(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    value = single(args)
    return str(value) if isinstance(value, (str, int, float)) else Unknown("str")


def _repeat_int(count: int) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        value = single(args)
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
    value = single(args)
    if isinstance(value, (ListValue, TupleValue)):
        dims: tuple[Value, ...] | None = value.items
    elif isinstance(value, (Tensor, RepeatValue, Unknown, Choice)):
        dims = value.dims if isinstance(value, Tensor) else None
    else:
        raise TypeError(value)
    if dims is None or any(isinstance(dim, (Unknown, Choice)) for dim in dims):
        return frame.world.new_size("n")
    total: DimLike = 1
    for dim in dims:
        if not isinstance(dim, DimLike):
            raise TypeError(dim)
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
        if count > MOST_ITEMS:
            raise BudgetExceeded(
                f"these are {strings.amount(count)} layers, more than the {MOST_ITEMS:,} that are followed",
                span,
                "E0003",
            )
        return ListValue(tuple(layer.again(copied=True) for _ in range(count)))
    return RepeatValue(layer.again(copied=True), count)


def _child(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """A layer that another one keeps among its children, None where a function stands for it (in the library)."""
    return args[0] if isinstance(args[0], Layer) else None


def _einsum_flops(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """What an einsum costs (in the library)."""
    from nnspec.semantics.rules.einsum import flops

    return frame.world.settle(flops(args[0], args[1]))


def _bytes_beside(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """The bytes that a result takes, none where it is a view of its source (in the library)."""
    return frame.world.settle(size_beside(args[0], args[1]))


def _layer_flops(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """What a call of a layer costs that a layer of the library makes unseen (in the library)."""
    from nnspec.semantics.evaluate.calling import calls

    layer, *inputs = args
    if not isinstance(layer, Layer):
        return 0
    run = frame.run
    cost, trace, sink = run.cost, run.trace, run.sink
    run.cost, run.trace, run.sink = Cost(), None, lambda diagnostic, depth: None
    try:
        given = [Given(None, value, span) for value in inputs]
        calls.call_layer(layer, given, layer.type_name, frame, span)
        return run.cost.flops
    finally:
        run.cost, run.trace, run.sink = cost, trace, sink


def _slice(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`slice(stop)`, `slice(start, stop, step)`: what stands between the brackets of an index, as a value."""
    if keywords or not 1 <= len(args) <= 3:
        raise TypeError(args)
    lower, upper, step = (None, *args, None)[:3] if len(args) == 1 else (*args, None)[:3]
    return SliceItem(lower, upper, step, span)


HANDLERS: dict[str, Handler] = {
    **{name: maths.FUNCTIONS[name] for name in known.STATICS & maths.FUNCTIONS.keys()},
    **{f"math.{name}": handler for name, handler in maths.FUNCTIONS.items()},
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
    "range": iteration.range_,
    "zip": iteration.zip_,
    "enumerate": iteration.enumerate_,
    "reversed": iteration.reversed_,
    "list": iteration.list_,
    "tuple": iteration.tuple_,
    "sorted": iteration.sorted_,
    "dict": iteration.dict_,
    "all": iteration.all_any(False),
    "any": iteration.all_any(True),
    "single": _repeat_int(1),
    "pair": _repeat_int(2),
    "triple": _repeat_int(3),
    "numel": _numel,
    "pow": _pow,
    "isinstance": _isinstance,
    "slice": _slice,
    "copies": _copies,
    "child": _child,
    "einsum_flops": _einsum_flops,
    "bytes_beside": _bytes_beside,
    "layer_flops": _layer_flops,
}
