"""Following expressions: from syntax to abstract values."""

from __future__ import annotations

from nnspec.semantics.evaluate import attributes, conditions, indexes, lookup
from nnspec.semantics.evaluate.calling import calls
from nnspec.semantics.evaluate.follow import FOLLOW, evaluate
from nnspec.semantics.evaluate.looping import comprehensions, sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics import arithmetic, comparisons, strings
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    ErrorValue,
    ListValue,
    RepeatValue,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


def _binary(expr: ast.Binary, frame: Frame) -> Value:
    left, right = expr.left, expr.right
    return arithmetic.binary(
        expr.op,
        evaluate(left, frame),
        evaluate(right, frame),
        expr,
        left.span,
        right.span,
        frame,
    )


def _unary(expr: ast.Unary, frame: Frame) -> Value:
    value = evaluate(expr.operand, frame)
    if expr.op == "not":
        return conditions.negate(conditions.truth(value, expr.operand, frame))
    return arithmetic.unary(expr.op, value, expr, frame)


def _starred(expr: ast.Starred, frame: Frame) -> Value:
    evaluate(expr.value, frame)
    return frame.report(
        error(
            "E0411",
            "`*` spreads a list in a call, a list, a tuple or an index, and nowhere else",
            expr.span,
        )
    )


def spread(items: tuple[ast.Expr, ...], frame: Frame) -> list[Value]:
    """The values of a list of expressions, starred ones spread out."""
    values: list[Value] = []
    for item in items:
        if isinstance(item, ast.Starred):
            value = evaluate(item.value, frame)
            parts = sequences.items_of(value, item.value.span, frame)
            if parts is None:
                values.append(Unknown("any") if not isinstance(value, ErrorValue) else ERROR)
            else:
                values.extend(parts)
        else:
            values.append(evaluate(item, frame))
    return values


def list_display(expr: ast.Expr, items: tuple[ast.Expr, ...], frame: Frame) -> Value:
    """`[a, *b]`; a starred list of unknown length makes the whole unknown."""
    values: list[Value] = []
    unknown = False
    for item in items:
        if isinstance(item, ast.Starred):
            value = evaluate(item.value, frame)
            if isinstance(value, (Unknown, RepeatValue)):
                unknown = True
                continue
            parts = sequences.items_of(value, item.value.span, frame)
            if parts is None:
                return ERROR
            values.extend(parts)
        else:
            values.append(evaluate(item, frame))
    return Unknown("list") if unknown else ListValue(tuple(values))


def dict_display(items: tuple[ast.DictItem, ...], frame: Frame) -> Value:
    """`{"a": 1, **rest}`; keys are known strings or numbers."""
    found: dict[Value, Value] = {}
    unknown = False
    for item in items:
        value = evaluate(item.value, frame)
        if item.key is None:
            if isinstance(value, DictValue):
                found.update(value.items)
            else:
                unknown = True
            continue
        key = evaluate(item.key, frame)
        if isinstance(key, (str, int, float)) or key is None:
            if key in found:
                frame.report(
                    error("E0413", f"the key {key!r} stands twice in this dict", item.key.span)
                )
            found[key] = value
        elif isinstance(key, (Unknown, Choice)):
            unknown = True
        elif not isinstance(key, ErrorValue):
            frame.report(error("E0414", "a key of a dict is a string or a number", item.key.span))
    return Unknown("dict") if unknown else DictValue(found)


def fstring(expr: ast.FString, frame: Frame) -> Value:
    """An f-string; unknown where one of its parts is."""
    text: list[str] = []
    known = True
    for part in expr.parts:
        if isinstance(part, str):
            text.append(part)
            continue
        value = evaluate(part.value, frame)
        if isinstance(value, (str, int, float)) or value is None:
            shown = strings.formatted(value, part.spec, part.span, frame)
            if isinstance(shown, ErrorValue):
                return ERROR
            text.append(shown)
        else:
            known = False
    result = strings.joined(text, expr.span, frame)
    return result if known or isinstance(result, ErrorValue) else Unknown("str")


FOLLOW.update(
    {
        ast.Name: lookup.name,
        ast.Number: lambda expr, frame: expr.value,
        ast.String: lambda expr, frame: expr.value,
        ast.Constant: lambda expr, frame: expr.value,
        ast.Attribute: attributes.attribute,
        ast.Call: calls.call_expression,
        ast.Pipe: calls.pipe,
        ast.Binary: _binary,
        ast.Unary: _unary,
        ast.Compare: comparisons.comparison,
        ast.Logical: conditions.logical,
        ast.Conditional: conditions.conditional,
        ast.Tuple: lambda expr, frame: TupleValue(tuple(spread(expr.items, frame))),
        ast.List: lambda expr, frame: list_display(expr, expr.items, frame),
        ast.Dict: lambda expr, frame: dict_display(expr.items, frame),
        ast.Index: indexes.index,
        ast.Comprehension: comprehensions.comprehension,
        ast.FString: fstring,
        ast.Hole: lambda expr, frame: frame.run.new_hole(expr, frame.definition),
        ast.Starred: _starred,
    }
)
