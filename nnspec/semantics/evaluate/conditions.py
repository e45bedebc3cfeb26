"""Conditions: what is decided now, what at each call, what by the data."""

from __future__ import annotations

import operator
from collections.abc import Callable

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate import joins
from nnspec.semantics.evaluate.run import Decisions, Frame
from nnspec.semantics.values import (
    ERROR,
    Choice,
    Compound,
    DictValue,
    ErrorValue,
    Layer,
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

# Ways tried through what one round of a list decides.
MOST_WAYS = 16

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def truth(value: Value, expr: ast.Expr, frame: Frame) -> Value:
    """True, False, or an undecided condition (Relation, Compound, Unknown)."""
    match value:
        case bool() | Relation() | Compound():
            return value
        case None:
            return False
        case int() | float() | str():
            return bool(value)
        case Dim():
            return decide(Relation(value, "!=", 0), frame)
        case ListValue(items) | TupleValue(items):
            return bool(items)
        case DictValue():
            return bool(value.items)
        case RepeatValue(_, count):
            return decide(Relation(count, "!=", 0), frame)
        case Tensor():
            return _tensor_truth(value, expr, frame)
        case Choice(options):
            found = {repr(truth(o, expr, frame)) for o in options}
            return truth(options[0], expr, frame) if len(found) == 1 else Unknown("bool")
        case Unknown() | RangeValue():
            return Unknown("bool")
        case ErrorValue():
            return Unknown("bool")
    return True


def _tensor_truth(value: Tensor, expr: ast.Expr, frame: Frame) -> Value:
    if value.dims is not None:
        for dim in value.dims:
            if frame.world.compare(dim, 1) == "different":
                frame.report(
                    error(
                        "E0430",
                        f"a tensor {describe(frame.world, value).removeprefix('a tensor ')} has many "
                        "values: a condition needs one",
                        expr.span,
                        help="reduce it first, such as `.any()`, `.all()` or `.sum() > 0`",
                    )
                )
                break
    return Unknown("bool")


ON_INTS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def decide(relation: Relation, frame: Frame) -> Value:
    """The relation as True or False where it is settled, else itself."""
    answer = frame.world.prove(relation)
    return relation if answer is None else answer


def negate(value: Value) -> Value:
    """`not value` of a condition."""
    match value:
        case bool():
            return not value
        case Relation(left, op, right):
            return Relation(left, OPPOSITE[op], right)
        case Compound("not", (inner,)):
            return inner
        case Compound("and", parts):
            return Compound("or", tuple(negate(p) for p in parts))
        case Compound("or", parts):
            return Compound("and", tuple(negate(p) for p in parts))
    return value


def assume(condition: Value, holds: bool, frame: Frame) -> None:
    """Add what follows from the condition being so to the facts."""
    if not holds:
        condition = negate(condition)
    match condition:
        case Relation():
            frame.world.assume(condition)
        case Compound("and", parts):
            for part in parts:
                assume(part, True, frame)


def leave(facts: Facts, demands: int, frame: Frame) -> None:
    """Go back to the facts before a loop, and keep what the layers made in it have demanded.

    demands: how many demands there were before the loop.
    """
    frame.world.facts = facts
    for condition in frame.run.demands[demands:]:
        if not _of_the_loop(condition):
            assume(condition, True, frame)


def _of_the_loop(condition: Value) -> bool:
    match condition:
        case Relation(left, _, right):
            sides = [side for side in (left, right) if isinstance(side, Dim)]
            return any("@" in symbol for side in sides for symbol in side.symbols())
        case Compound(_, parts):
            return any(_of_the_loop(part) for part in parts)
    return False


def logical(expr: ast.Logical, frame: Frame) -> Value:
    """`and`, `or`: settled operands decide as in Python; the rest stays a condition."""
    from nnspec.semantics.evaluate.expressions import evaluate

    stop = expr.op == "or"
    open_parts: list[Value] = []
    value: Value = None
    saved = frame.world.facts
    for operand in expr.operands:
        value = evaluate(operand, frame)
        known = truth(value, operand, frame)
        if known is stop:
            frame.world.facts = saved
            return stop if open_parts else value
        if known is not (not stop):
            open_parts.append(known)
            assume(known, not stop, frame)
    frame.world.facts = saved
    if not open_parts:
        return value
    if all(isinstance(p, (Relation, Compound)) for p in open_parts):
        return open_parts[0] if len(open_parts) == 1 else Compound(expr.op, tuple(open_parts))
    return Unknown("bool")


def comparison(expr: ast.Compare, frame: Frame) -> Value:
    """A chain of comparisons."""
    from nnspec.semantics.evaluate.expressions import evaluate

    left = evaluate(expr.first, frame)
    left_expr = expr.first
    parts: list[Value] = []
    for op, right_expr in zip(expr.ops, expr.rest, strict=True):
        right = evaluate(right_expr, frame)
        parts.append(compare(op, left, right, expr, left_expr, right_expr, frame))
        left, left_expr = right, right_expr
    if len(parts) == 1:
        return parts[0]
    if any(p is False for p in parts):
        return False
    rest = tuple(p for p in parts if p is not True)
    if not rest:
        return True
    if any(isinstance(p, ErrorValue) for p in rest):
        return ERROR
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

        if left is None or right is None:
            return op == "!="
        return rules.binary(
            frame.world, op, left, right, expr.span, left_expr.span, right_expr.span
        )
    if isinstance(left, (Dim, int)) and isinstance(right, (Dim, int)):
        return decide(Relation(left, op, right), frame)
    if isinstance(left, (Unknown, Dim)) or isinstance(right, (Unknown, Dim)):
        if op in ("==", "!=") and _apart(left, right):
            return op == "!="
        return Unknown("bool")
    if op in ("==", "!="):
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


def conditional(expr: ast.Conditional, frame: Frame) -> Value:
    """`body if test else orelse`: one side where the test is settled; else both, joined."""
    from nnspec.semantics.evaluate.expressions import evaluate

    test = settle_build(truth(evaluate(expr.test, frame), expr.test, frame), frame)
    if test is True:
        return evaluate(expr.body, frame)
    if test is False:
        return evaluate(expr.orelse, frame)
    saved_facts, saved_locals = frame.world.facts, frame.locals
    values = []
    for side, holds in ((expr.body, True), (expr.orelse, False)):
        frame.locals = dict(saved_locals)
        assume(test, holds, frame)
        narrow(expr.test, holds, frame)
        frame.run.branches += 1
        values.append(evaluate(side, frame))
        frame.run.branches -= 1
        frame.world.facts, frame.locals = saved_facts, saved_locals
    return joins.join(values[0], values[1], frame)


def settle_build(test: Value, frame: Frame) -> Value:
    """In a general pass an undecided build-time condition splits the pass: this one takes one way."""
    if (
        frame.run.general
        and frame.stage == "build"
        and isinstance(test, (Relation, Compound, Unknown))
    ):
        rounds = frame.run.rounds
        decisions = rounds[-1] if rounds and _of_the_loop(test) else frame.run.decisions
        answer = decisions.decide()
        assume(test, answer, frame)
        return answer
    return test


def each_way(evaluate: Callable[[], Value], frame: Frame) -> Value:
    """One item that stands for all of a list: the rounds that make them may go different ways.

    Items that are made in different ways are not known in general: no one of them stands for all.
    """
    run = frame.run
    waiting: list[list[bool]] = [[]]
    values: list[Value] = []
    facts = frame.world.facts
    while waiting and len(values) < MOST_WAYS:
        frame.world.facts = facts
        run.rounds.append(Decisions(waiting.pop()))
        values.append(evaluate())
        waiting.extend(run.rounds.pop().others())
    frame.world.facts = facts if len(values) > 1 else frame.world.facts
    first = values[0]
    if all(type(v) is type(first) and v == first for v in values[1:]):
        return first
    if any(isinstance(v, ErrorValue) for v in values):
        return ERROR
    if all(isinstance(v, Layer) for v in values):
        return Unknown("layer")
    if all(isinstance(v, (int, Dim)) and not isinstance(v, bool) for v in values):
        return Unknown("int")
    return Unknown("any")


def narrow(test: ast.Expr, holds: bool, frame: Frame) -> None:
    """`x is None`, `x is not None`, `x`: a local or member that may be None is so, or not, in a branch."""
    match test:
        case ast.Unary("not", operand):
            narrow(operand, not holds, frame)
        case ast.Logical(op, operands) if (op == "and") == holds:
            for operand in operands:
                narrow(operand, holds, frame)
        case ast.Compare(ast.Name(id), (op,), (ast.Constant(None),)) if op in ("is", "is not"):
            _narrow_name(id, (op == "is") == holds, frame)
        case ast.Name(id):
            if holds:
                _narrow_name(id, False, frame)


def _narrow_name(id: str, is_none: bool, frame: Frame) -> None:
    from nnspec.semantics.evaluate import lookup

    value = lookup.find(id, frame)
    if not isinstance(value, Choice):
        return
    if is_none:
        frame.locals[id] = None
        return
    rest = tuple(o for o in value.options if o is not None)
    if rest:
        frame.locals[id] = rest[0] if len(rest) == 1 else Choice(rest)
