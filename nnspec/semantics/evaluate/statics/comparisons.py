"""Comparisons: chains of them, identity, membership."""

from __future__ import annotations

import operator
from collections.abc import Callable

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import provenance
from nnspec.semantics.evaluate.conditions import decide, truth
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    COPIED,
    ERROR,
    Choice,
    Compound,
    DictValue,
    ErrorValue,
    ListValue,
    RangeValue,
    Relation,
    RepeatValue,
    Sized,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.syntax import ast

ON_INTS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(expr: ast.Compare, frame: Frame) -> Value:
    """A chain of comparisons."""
    left = evaluate(expr.first, frame)
    left_expr = expr.first
    parts: list[Value] = []
    for op, right_expr in zip(expr.ops, expr.rest, strict=True):
        right = evaluate(right_expr, frame)
        parts.append(compare(op, left, right, expr, left_expr, right_expr, frame))
        left, left_expr = right, right_expr
    if len(parts) == 1:
        return parts[0]
    # As in Python, all but the last part decide whether the next one is looked at.
    parts[:-1] = [
        truth(part, expr, frame) if isinstance(part, Tensor) else part for part in parts[:-1]
    ]
    if any(p is False for p in parts):
        return False
    rest = tuple(p for p in parts if p is not True)
    if not rest:
        return True
    if any(isinstance(p, ErrorValue) for p in rest):
        return ERROR
    if isinstance(rest[-1], Tensor):
        return rest[-1]
    return rest[0] if len(rest) == 1 else Compound("and", rest)


def compare(
    op: str,
    left: Value,
    right: Value,
    expr: ast.Compare,
    left_expr: ast.Expr,
    right_expr: ast.Expr,
    frame: Frame,
) -> Value:
    """One comparison."""
    if type(left) is int and type(right) is int and op in ON_INTS:
        return ON_INTS[op](left, right)
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return ERROR
    if op in ("is", "is not"):
        return _identity(op, left, right, expr, frame)
    if op in ("in", "not in"):
        return _membership(op, left, right, expr, frame)
    if isinstance(left, Choice) or isinstance(right, Choice):
        if not (isinstance(left, Tensor) or isinstance(right, Tensor)):
            return Unknown("bool")
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        from nnspec.semantics import rules

        if op in ("==", "!=") and (left is None or right is None):
            return op == "!="
        found = rules.binary(
            frame.world, op, left, right, expr.span, left_expr.span, right_expr.span
        )
        if frame.run.measured:
            frame.run.cost.hold(found)
        inputs = tuple([v for v in (left, right) if isinstance(v, Tensor)])
        return provenance.made(found, Step(op, expr.span, inputs))
    if isinstance(left, (Dim, int)) and isinstance(right, (Dim, int)):
        return decide(Relation(left, op, right), frame)
    if isinstance(left, (Unknown, Dim)) or isinstance(right, (Unknown, Dim)):
        if op in ("==", "!=") and _apart(left, right):
            return op == "!="
        # What is not known at all may be a tensor, and so is the answer then.
        return Unknown("any" if Unknown("any") in (left, right) else "bool")
    if op in ("==", "!="):
        if isinstance(left, Sized):
            frame.run.step(expr.span, left.weight // COPIED)
        return (left == right) == (op == "==")
    try:
        if isinstance(left, TupleValue | ListValue) and isinstance(right, TupleValue | ListValue):
            left, right = left.items, right.items
        return {
            "<": lambda: left < right,
            "<=": lambda: left <= right,
            ">": lambda: left > right,
            ">=": lambda: left >= right,
        }[op]()
    except TypeError:
        world = frame.world
        return frame.report(
            error(
                "E0420",
                f"`{op}` does not go with {describe(world, left)} and {describe(world, right)}",
                expr.span,
            )
        )


def _apart(left: Value, right: Value) -> bool:
    """Whether two values are of kinds that are never equal, such as a size and a string."""
    kinds = _kind(left), _kind(right)
    return "any" not in kinds and kinds[0] != kinds[1]


def _kind(value: Value) -> str:
    match value:
        case None:
            return "None"
        case int() | float() | Dim() | Unknown("int" | "float" | "bool" | "number"):
            return "number"
        case str() | Unknown("str"):
            return "str"
        case ListValue() | RepeatValue() | RangeValue() | Unknown("list"):
            return "list"
        case TupleValue() | Unknown("tuple"):
            return "tuple"
        case DictValue() | Unknown("dict"):
            return "dict"
        case Unknown("layer" | "layer type"):
            return "layer"
    return "any"


def _maybe_none(value: Value) -> bool:
    return isinstance(value, Unknown) and value.kind == "any"


def _identity(op: str, left: Value, right: Value, expr: ast.Compare, frame: Frame) -> Value:
    same: bool
    if left is None or right is None:
        other = right if left is None else left
        if isinstance(other, Choice) and None in other.options:
            return Unknown("bool")
        if _maybe_none(other):
            return Unknown("bool")
        same = other is None
    elif isinstance(left, bool) and isinstance(right, bool):
        same = left is right
    elif isinstance(left, (Unknown, Choice)) or isinstance(right, (Unknown, Choice)):
        return Unknown("bool")
    else:
        same = left is right or left == right
    return same == (op == "is")


def _membership(op: str, left: Value, right: Value, expr: ast.Compare, frame: Frame) -> Value:
    match right:
        case ListValue(items) | TupleValue(items):
            frame.run.step(expr.span, len(items))
            found = [compare("==", left, i, expr, expr.first, expr.first, frame) for i in items]
            if any(f is True for f in found):
                answer: Value = True
            elif all(f is False for f in found):
                answer = False
            else:
                return Unknown("bool")
        case DictValue():
            if isinstance(left, Unknown):
                return Unknown("bool")
            answer = left in right.items
        case str() if isinstance(left, str):
            answer = left in right
        case Unknown() | RepeatValue() | Choice() | str() | RangeValue():
            return Unknown("bool")
        case _:
            return frame.report(
                error("E0420", f"`{op}` does not go with {describe(frame.world, right)}", expr.span)
            )
    return answer == (op == "in")
