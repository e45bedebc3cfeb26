"""Operators on static values: numbers, symbolic ints, strings, lists; tensors go to the rules."""

from __future__ import annotations

import operator

from nnspec.semantics import rules
from nnspec.semantics.describe import as_tensor, describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import provenance
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics import strings
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    MOST_ITEMS,
    Choice,
    DictValue,
    ErrorValue,
    Function,
    Layer,
    LayerType,
    LibraryFunction,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_BITS = 4096

# What ints below this give by these is no number too large to follow.
MOST_SMALL = 2**62
SMALL = frozenset("+-*")

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}


def binary(
    op: str,
    left: Value,
    right: Value,
    expr: ast.Node,
    left_span: Span,
    right_span: Span,
    frame: Frame,
) -> Value:
    """`left op right`."""
    if type(left) is int and type(right) is int:
        if op in SMALL and -MOST_SMALL < left < MOST_SMALL and -MOST_SMALL < right < MOST_SMALL:
            return OPERATORS[op](left, right)
        return numbers(op, left, right, expr.span, frame)
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return ERROR
    if isinstance(left, Choice) or isinstance(right, Choice):
        return _choices(op, left, right, expr, left_span, right_span, frame)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        if (isinstance(left, Unknown) and left.kind == "any") or (
            isinstance(right, Unknown) and right.kind == "any"
        ):
            return Tensor(None, None, contiguous=None)
        result = rules.binary(frame.world, op, left, right, expr.span, left_span, right_span)
        if frame.run.measured:
            if op == "@":
                frame.run.cost.flops = frame.run.cost.flops + rules.product_flops(left, result)
            frame.run.cost.hold(result)
        inputs = tuple([v for v in (left, right) if isinstance(v, Tensor)])
        return provenance.made(result, Step(op, expr.span, inputs))
    if is_number(left) and is_number(right):
        return numbers(op, left, right, expr.span, frame)
    if op == "+":
        joined = _join(left, right, expr.span, frame)
        if joined is not None:
            return joined
    if op == "*":
        repeated = _repeat(left, right, expr.span, frame)
        if repeated is not None:
            return repeated
    if op == "%" and isinstance(left, str):
        return Unknown("str")
    if op == "|":
        merged = _merge(left, right)
        if merged is not None:
            return merged
    if isinstance(left, Unknown) and left.kind == "any":
        return Unknown("any")
    if isinstance(right, Unknown) and right.kind == "any":
        return Unknown("any")
    world = frame.world
    return frame.report(
        error(
            "E0420",
            f"`{op}` does not go with {describe(world, left)} and {describe(world, right)}",
            expr.span,
            help=_called(left, left_span) or _called(right, right_span),
        )
    )


def _choices(
    op: str, left: Value, right: Value, expr: ast.Node, ls: Span, rs: Span, frame: Frame
) -> Value:
    from nnspec.semantics.evaluate import joins

    lefts = left.options if isinstance(left, Choice) else (left,)
    rights = right.options if isinstance(right, Choice) else (right,)
    results = [binary(op, a, b, expr, ls, rs, frame) for a in lefts for b in rights]
    return joins.join_all(results, frame)


def is_number(value: Value) -> bool:
    """Whether a value is an int or a float, known or not."""
    return isinstance(value, (int, float, Dim)) or (
        isinstance(value, Unknown) and value.kind in ("float", "int", "bool")
    )


def numbers(op: str, left: Value, right: Value, span: Span, frame: Frame) -> Value:
    """Arithmetic on ints, floats and symbolic ints."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("float")
    function = OPERATORS.get(op)
    if function is None:
        return frame.report(error("E0420", f"`{op}` is for tensors, not for numbers", span))
    symbolic = isinstance(left, Dim) or isinstance(right, Dim)
    if op in ("/", "//", "%") and _is_zero(right, frame):
        return frame.report(error("E0409", "this divides by zero", span))
    if symbolic:
        if op == "/" or isinstance(left, float) or isinstance(right, float):
            return Unknown("float")
        if op not in ("+", "-", "*", "//", "%", "**"):
            return frame.world.new_size("n")
        try:
            return frame.world.settle(function(as_dim(left), right))
        except (ArithmeticError, ValueError):
            return frame.world.new_size("n")
    if op in ("**", "<<") and _too_large(op, left, right):
        return frame.report(error("E0004", "this number is too large", span))
    try:
        result = function(left, right)
    except (ArithmeticError, TypeError, ValueError) as reason:
        return frame.report(error("E0409", f"this cannot be computed: {reason}", span))
    if isinstance(result, int) and result.bit_length() > MOST_BITS:
        return frame.report(error("E0004", "this number is too large", span))
    if isinstance(result, complex):
        return frame.report(error("E0409", "this gives a complex number", span))
    return result


def _is_zero(value: Value, frame: Frame) -> bool:
    if isinstance(value, Dim):
        return frame.world.settle(value) == 0
    return bool(value == 0)


def _too_large(op: str, left: Any, right: Any) -> bool:
    if not isinstance(left, int) or not isinstance(right, int):
        return False
    if op == "<<":
        return right > MOST_BITS
    return abs(left) > 1 and right > 0 and left.bit_length() * right > MOST_BITS


def _join(left: Value, right: Value, span: Span, frame: Frame) -> Value | None:
    match left, right:
        case str(), str():
            return strings.joined([left, right], span, frame)
        case ListValue(a), ListValue(b):
            return ListValue(a + b)
        case TupleValue(a), TupleValue(b):
            return TupleValue(a + b)
        case (RepeatValue() | Unknown("list")), (ListValue() | RepeatValue() | Unknown("list")):
            return Unknown("list")
        case ListValue(), (RepeatValue() | Unknown("list")):
            return Unknown("list")
        case (Unknown("tuple"), TupleValue()) | (TupleValue(), Unknown("tuple")):
            return Unknown("tuple")
        case (Unknown("str"), (str() | Unknown("str"))) | (str(), Unknown("str")):
            return Unknown("str")
    return None


def _merge(left: Value, right: Value) -> Value | None:
    """`a | b` of two dicts: b's entries win."""
    match left, right:
        case DictValue(), DictValue():
            return DictValue({**left.items, **right.items})
        case (Unknown("dict"), (DictValue() | Unknown("dict"))) | (DictValue(), Unknown("dict")):
            return Unknown("dict")
    return None


def _repeat(left: Value, right: Value, span: Span, frame: Frame) -> Value | None:
    if isinstance(left, (ListValue, TupleValue, str, Unknown)) and not is_number(left):
        left, right = right, left
    if isinstance(right, str):
        if isinstance(left, int):
            return strings.repeated(right, left, span, frame)
        return Unknown("str")
    if not isinstance(right, (ListValue, TupleValue)):
        if isinstance(right, Unknown) and right.kind in ("list", "tuple"):
            return right
        return None
    if isinstance(left, Dim):
        if isinstance(right, ListValue) and len(right.items) == 1:
            return RepeatValue(right.items[0], left)
        return Unknown("list" if isinstance(right, ListValue) else "tuple")
    if isinstance(left, int):
        if left * len(right.items) > MOST_ITEMS:
            return frame.report(
                error(
                    "E0003",
                    f"this list has {strings.amount(left * len(right.items))} items, more than the {MOST_ITEMS:,} that are followed",
                    span,
                )
            )
        return type(right)(right.items * left)
    return None


def unary(op: str, value: Value, expr: ast.Unary, frame: Frame) -> Value:
    """`-x`, `+x`, `~x`."""
    if isinstance(value, ErrorValue):
        return ERROR
    if isinstance(value, Choice):
        from nnspec.semantics.evaluate import joins

        return joins.join_all([unary(op, o, expr, frame) for o in value.options], frame)
    if isinstance(value, Tensor):
        result = rules.unary(frame.world, op, value, expr.span)
        if frame.run.measured and op != "+":
            frame.run.cost.hold(result)
        return provenance.made(result, Step(op, expr.span, (value,)))
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Dim):
        return frame.world.settle(-value) if op == "-" else value
    if isinstance(value, (int, float)) and not (op == "~" and isinstance(value, float)):
        return -value if op == "-" else +value if op == "+" else ~int(value)
    return frame.report(
        error(
            "E0420",
            f"`{op}` does not go with {describe(frame.world, value)}",
            expr.span,
            help=_called(value, expr.operand.span),
        )
    )


def _called(value: Value, span: Span) -> str | None:
    """What is said of a layer, or of a function, that stands where a number is needed."""
    callable_ = isinstance(value, (Layer, LayerType, Function, LibraryFunction))
    return as_tensor(value, span.text) if callable_ else None
