"""Conditions: what is decided now, what at each call, what by the data."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate import joins
from nnspec.semantics.evaluate.decisions import Decisions, Fork
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
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
from nnspec.source import Span
from nnspec.syntax import ast

# Ways tried through what one round of a list decides.
MOST_WAYS = 16

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def truth(value: Value, expr: ast.Expr, frame: Frame) -> Value:
    """True, False, or an undecided condition (Relation, Compound, Unknown)."""
    match value:
        case bool():
            return value
        case Relation() | Compound():
            return _settled(value, frame)
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
    if value.dims is None:
        return Unknown("bool")
    answers = [frame.world.compare(dim, 1) for dim in value.dims]
    if "different" in answers:
        frame.report(
            error(
                "E0430",
                f"a tensor {describe(frame.world, value).removeprefix('a tensor ')} has many "
                "values: a condition needs one",
                expr.span,
                help="reduce it first, such as `.any()`, `.all()` or `.sum() > 0`",
            )
        )
        return ERROR
    for dim, answer in zip(value.dims, answers, strict=True):
        if answer == "unknown":
            help = "a condition needs one value: reduce the tensor first, such as with `.any()` or `.all()`"
            frame.world.claimed(Relation(dim, "==", 1), expr.span, help=help)
    return Unknown("bool")


def decide(relation: Relation, frame: Frame) -> Value:
    """The relation as True or False where it is settled, else itself."""
    answer = frame.world.prove(relation)
    return relation if answer is None else answer


def _settled(value: Value, frame: Frame) -> Value:
    """A condition with what has become known since it was made: True, False, or what is left open of it."""
    match value:
        case Relation():
            return decide(value, frame)
        case Compound("not", (inner,)):
            return negate(_settled(inner, frame))
        case Compound(op, parts):
            stop = op == "or"
            left = [part for part in (_settled(p, frame) for p in parts) if part is not (not stop)]
            if any(part is stop for part in left):
                return stop
            return (Compound(op, tuple(left)) if len(left) > 1 else left[0]) if left else not stop
    return value


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
        case Compound("or", parts):
            alternatives = [_relations(part) for part in parts]
            if all(alternatives):
                frame.world.assume_either(tuple(alternatives))


def _relations(condition: Value) -> tuple[Relation, ...]:
    """The relations that a condition comes to together; none where it is more than some relations."""
    match condition:
        case Relation():
            return (condition,)
        case Compound("and", parts):
            found = [_relations(part) for part in parts]
            return tuple(r for each in found for r in each) if all(found) else ()
    return ()


def claim(condition: Value, place: Span, frame: Frame, needed: bool = True) -> None:
    """Ask for a condition that is open: what follows takes it for met, and `place` is told of it.

    needed: whether torch refuses what does not meet it.
    """
    match condition:
        case Relation():
            frame.world.claimed(condition, place, needed=needed)
        case Compound("and", parts):
            for part in parts:
                claim(part, place, frame, needed)
        case Compound("or", parts):
            simple = [part for part in parts if isinstance(part, Relation)]
            rest = [part for part in parts if not isinstance(part, Relation)]
            if not rest:
                if not frame.world.one_holds(tuple(simple)):
                    frame.world.claimed(simple[0], place, tuple(simple[1:]), needed)
            elif isinstance(rest[0], Compound) and rest[0].op == "and":
                # `(a and b) or c` is `(a or c) and (b or c)`.
                others = tuple(part for part in parts if part is not rest[0])
                for part in rest[0].operands:
                    claim(Compound("or", (part, *others)), place, frame, needed)


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


def conditional(expr: ast.Conditional, frame: Frame) -> Value:
    """`body if test else orelse`: one side where the test is settled; else both, joined."""
    return joined(ways(expr, frame), frame)


Way = tuple[Value, Span, Facts]


def ways(expr: ast.Conditional, frame: Frame) -> list[Way]:
    """The sides of a conditional that may be taken, where they stand, and what is known on each."""
    test = settle_build(truth(evaluate(expr.test, frame), expr.test, frame), frame)
    if isinstance(test, bool):
        side = expr.body if test else expr.orelse
        return [(evaluate(side, frame), side.span, frame.world.facts)]
    saved_facts, saved_locals = frame.world.facts, frame.locals
    found: list[Way] = []
    for side, holds in ((expr.body, True), (expr.orelse, False)):
        frame.locals = dict(saved_locals)
        assume(test, holds, frame)
        narrow(expr.test, holds, frame)
        frame.run.branches += 1
        found.append((evaluate(side, frame), side.span, frame.world.facts))
        frame.run.branches -= 1
        frame.world.facts, frame.locals = saved_facts, saved_locals
    return found


def joined(found: list[Way], frame: Frame) -> Value:
    """The value that stands for every way."""
    if len(found) == 1:
        return found[0][0]
    (one, _, known), (other, _, known_else) = found
    return joins.Either(frame, known, known_else).join(one, other)


def settle_build(test: Value, frame: Frame) -> Value:
    """In a general pass an undecided build-time condition splits the pass: this one takes one way."""
    if (
        frame.run.general
        and frame.stage == "build"
        and isinstance(test, (Relation, Compound, Unknown))
    ):
        rounds = frame.run.rounds
        return _choose(
            test, rounds[-1] if rounds and _of_the_loop(test) else frame.run.decisions, frame
        )
    return test


def _choose(test: Value, decisions: Decisions, frame: Frame) -> bool:
    """The way of this pass, part by part: what it takes for so is then known of each part, and settles it again."""
    test = _settled(test, frame)
    match test:
        case bool():
            return test
        case Compound("not", (inner,)):
            return not _choose(inner, decisions, frame)
        case Compound(op, parts):
            stop = op == "or"
            return (
                stop if any(_choose(part, decisions, frame) is stop for part in parts) else not stop
            )
    answer = decisions.decide()
    if _is_foreign(frame):
        taken = test if answer else negate(test)
        decisions.foreign[len(decisions.taken) - 1] = Fork(taken, frame.world.facts)
    assume(test, answer, frame)
    return answer


def _is_foreign(frame: Frame) -> bool:
    """Whether the code that asks belongs to another declaration than the one that the pass is about."""
    subject = frame.run.frames[0] if frame.run.frames else frame
    own = frame.body is subject.body if subject.body is not None else True
    return not (own and (frame.body is not None or frame.definition is subject.definition))


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
