"""Following the statements of a def: assignments, branches, loops, returns."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.budget import TOO_LARGE, BudgetExceeded, DimLimit
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate import conditions, joins, patterns
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.looping import induction, loops, sequences
from nnspec.semantics.evaluate.run import UNKNOWN_LOOP, Frame, Returned
from nnspec.semantics.evaluate.statics import arithmetic
from nnspec.semantics.values import (
    RangeValue,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

MOST_ROUNDS = 10_000


class Flow(Enum):
    """What happens after a block."""

    NEXT = "next"
    STOP = "stop"


def execute(body: tuple[ast.Statement, ...], frame: Frame) -> Flow:
    """Follow a block; STOP where every way through it has returned (or left the loop)."""
    for statement in body:
        frame.run.step(statement.span)
        try:
            flow = _statement(statement, frame)
        except BudgetExceeded as limit:
            limit.span = limit.span or statement.span
            raise
        except DimLimit:
            raise BudgetExceeded(TOO_LARGE, statement.span) from None
        if flow is Flow.STOP:
            return flow
    return Flow.NEXT


def _statement(statement: ast.Statement, frame: Frame) -> Flow:
    match statement:
        case ast.Assign(target, value, op):
            _assign(statement, target, value, op, frame)
        case ast.Return(value):
            _note_shape(statement, _returned(statement, value, frame), frame)
            return Flow.STOP
        case ast.If():
            return _if(statement, frame)
        case ast.For():
            return _for(statement, frame)
        case ast.While():
            return _while(statement, frame)
        case ast.Evaluate(value):
            evaluate(value, frame)
        case ast.Break():
            frame.breaks.append(dict(frame.locals))
            return Flow.STOP
        case ast.Continue():
            frame.continues.append(dict(frame.locals))
            return Flow.STOP
    return Flow.NEXT


def _returned(statement: ast.Return, value: ast.Expr | None, frame: Frame) -> Value:
    """What a return gives; each side of a conditional returns for itself."""
    if not isinstance(value, ast.Conditional):
        result = evaluate(value, frame) if value is not None else None
        frame.returns.append(Returned(result, statement.span, frame.world.facts))
        return result
    ways = conditions.ways(value, frame)
    for side, span, facts in ways:
        frame.returns.append(Returned(side, span if len(ways) > 1 else statement.span, facts))
    result = conditions.joined(ways, frame)
    frame.run.recorder.value(value, result)
    return result


def _assign(
    statement: ast.Assign, target: ast.Expr, value: ast.Expr, op: str | None, frame: Frame
) -> None:
    result = evaluate(value, frame)
    if op is not None:
        left = evaluate(target, frame)
        result = arithmetic.binary(op, left, result, statement, target.span, value.span, frame)
    patterns.bind(target, result, frame)
    _note_shape(statement, result, frame)


def _note_shape(statement: ast.Statement, value: Value, frame: Frame) -> None:
    if frame.top and isinstance(value, Tensor):
        vague = value.dims is None or frame.world.is_vague(value.dims)
        text = "" if vague else frame.world.show_shape(value.dims)
        frame.run.recorder.shapes.setdefault(statement, set()).add(text)


def _if(statement: ast.If, frame: Frame) -> Flow:
    test = conditions.truth(evaluate(statement.test, frame), statement.test, frame)
    on_data = isinstance(test, Unknown) and _reads_data(statement.test, frame)
    if not (test == Unknown("bool") and _rebinds_numbers(statement, frame)):
        test = conditions.settle_build(test, frame)
    if test is True:
        return execute(statement.body, frame)
    if test is False:
        return execute(statement.orelse, frame)
    before, facts = frame.locals, frame.world.facts
    left = len(frame.breaks) + len(frame.continues)
    ends: list[tuple[dict[str, Value], Facts]] = []
    for body, holds in ((statement.body, True), (statement.orelse, False)):
        frame.locals = dict(before)
        conditions.assume(test, holds, frame)
        conditions.narrow(statement.test, holds, frame)
        frame.run.branches += 1
        if execute(body, frame) is Flow.NEXT:
            ends.append((frame.locals, frame.world.facts))
        frame.run.branches -= 1
        frame.world.facts = facts
    if not ends:
        frame.locals = before
        return Flow.STOP
    if len(ends) == 1:
        frame.locals, known = ends[0]
        frame.left = True
        if left == len(frame.breaks) + len(frame.continues):
            # The other branch has returned: what decides between them holds from here on.
            frame.world.facts = known
        return Flow.NEXT
    (one, known), (other, known_else) = ends
    either = joins.Either(frame, known, known_else)
    frame.locals = _join_locals(one, other, before, statement, on_data, either)
    return Flow.NEXT


def _rebinds_numbers(statement: ast.If, frame: Frame) -> bool:
    """Whether the branches only give numbers other values: both ways then meet in a number again."""
    return all(
        isinstance(inner, ast.Assign)
        and isinstance(inner.target, ast.Name)
        and arithmetic.is_number(frame.locals.get(inner.target.id))
        for inner in (*statement.body, *statement.orelse)
    )


def _reads_data(test: ast.Expr, frame: Frame) -> bool:
    """Whether the condition depends on what is in a tensor."""
    value = frame.run.recorder.values.get(test)
    if isinstance(value, Tensor):
        return True
    if isinstance(test, ast.Compare):
        sides = (test.first, *test.rest)
        return any(isinstance(frame.run.recorder.values.get(s), Tensor) for s in sides)
    return False


def _join_locals(
    left: dict[str, Value],
    right: dict[str, Value],
    before: dict[str, Value],
    statement: ast.If,
    on_data: bool,
    either: joins.Either,
) -> dict[str, Value]:
    joined: dict[str, Value] = {}
    for name in left:
        if name not in right:
            if name in before:
                joined[name] = left[name]
            continue
        a, b = left[name], right[name]
        if on_data and isinstance(a, Tensor) and isinstance(b, Tensor):
            _same_shape(name, a, b, statement, either.frame)
        joined[name] = either.join(a, b)
    return joined


def _same_shape(name: str, a: Tensor, b: Tensor, statement: ast.If, frame: Frame) -> None:
    if a.dims is None or b.dims is None:
        return
    world = frame.world
    same = len(a.dims) == len(b.dims) and all(
        world.compare(x, y) != "different" for x, y in zip(a.dims, b.dims, strict=True)
    )
    if not same:
        first = statement.body[0].span
        other = statement.orelse[0].span if statement.orelse else statement.span
        frame.report(
            error(
                "E0310",
                f"`{name}` has another shape in each branch, and only the data decide which is taken",
                first,
                f"`{name}` is {world.show_shape(a.dims)} after this branch",
                (Label(other, f"`{name}` is {world.show_shape(b.dims)} here"),),
                help="give both branches the same shape",
            )
        )


def _for(statement: ast.For, frame: Frame) -> Flow:
    iterable = evaluate(statement.iterable, frame)
    facts, demands = frame.world.facts, len(frame.run.demands)
    parts, count = sequences.rounds(iterable, statement.iterable.span, frame)
    if count is not None:
        bind = partial(patterns.bind, statement.target, parts[0], frame)
        may_change = loops.is_settled_later(iterable, frame)
        followed = (may_change or isinstance(iterable, RangeValue)) and not _may_stop(statement)
        index = induction.index_of(iterable, parts[0], frame) if followed else None
        flow = _symbolic_loop(statement, statement.body, bind, count, may_change, frame, index)
        conditions.leave(facts, demands, frame)
        return flow
    outer_breaks, outer_continues = frame.breaks, frame.continues
    frame.breaks = []
    flow = Flow.NEXT
    for part in parts:
        patterns.bind(statement.target, part, frame)
        frame.continues = []
        before = frame.locals
        flow = execute(statement.body, frame)
        ends = frame.continues + ([frame.locals] if flow is Flow.NEXT else [])
        if not ends:
            frame.locals = before
            flow = Flow.STOP
            break
        frame.locals = joins.join_locals(ends, frame)
        flow = Flow.NEXT
    broken = frame.breaks
    frame.breaks, frame.continues = outer_breaks, outer_continues
    if broken:
        ends = broken + ([frame.locals] if flow is Flow.NEXT else [])
        frame.locals = joins.join_locals(ends, frame)
        return Flow.NEXT
    return flow


def _may_stop(loop: ast.For) -> bool:
    """Whether the loop may end before its last round, so that its count does not tell what it leaves."""
    return any(isinstance(node, ast.Break) for node in walk(loop))


def _while(statement: ast.While, frame: Frame) -> Flow:
    outer_breaks, outer_continues = frame.breaks, frame.continues
    frame.breaks = []
    broken: list[dict[str, Value]]
    for _ in range(MOST_ROUNDS):
        test = conditions.truth(evaluate(statement.test, frame), statement.test, frame)
        if test is False:
            broken = frame.breaks
            frame.breaks, frame.continues = outer_breaks, outer_continues
            if broken:
                frame.locals = joins.join_locals([*broken, frame.locals], frame)
            return Flow.NEXT
        if test is not True or _reads_data(statement.test, frame):
            frame.breaks, frame.continues = outer_breaks, outer_continues
            again = partial(evaluate, statement.test, frame)
            return _symbolic_loop(statement, statement.body, again, None, False, frame)
        frame.continues = []
        before = dict(frame.locals)
        flow = execute(statement.body, frame)
        ends = frame.continues + ([frame.locals] if flow is Flow.NEXT else [])
        if not ends:
            broken = frame.breaks
            frame.breaks, frame.continues = outer_breaks, outer_continues
            if broken:
                frame.locals = joins.join_locals(broken, frame)
                return Flow.NEXT
            return Flow.STOP
        frame.locals = joins.join_locals(ends, frame)
        if frame.locals == before and not frame.breaks and frame.stage == "build":
            raise BudgetExceeded("this loop never ends", statement.span)
        if frame.breaks and isinstance(statement.test, ast.Constant):
            # `while True:` whose break is decided by the data.
            broken = frame.breaks
            frame.breaks, frame.continues = outer_breaks, outer_continues
            loops.kept(before, frame.locals, statement, frame)
            frame.locals = joins.join_locals(broken, frame)
            return Flow.NEXT
    raise BudgetExceeded(f"this loop takes more than {MOST_ROUNDS:,} rounds", statement.span)


def _symbolic_loop(
    statement: ast.For | ast.While,
    body: tuple[ast.Statement, ...],
    bind: Callable[[], object],
    count: Value,
    may_change: bool,
    frame: Frame,
    index: Dim | None = None,
) -> Flow:
    """A loop of unknown length; `bind` does what comes before each round."""
    frame.run.step(statement.span, UNKNOWN_LOOP)
    outer = frame.breaks, frame.continues

    def one_round() -> list[dict[str, Value]]:
        frame.breaks, frame.continues = [], []
        bind()
        flow = execute(body, frame)
        return frame.breaks + frame.continues + ([frame.locals] if flow is Flow.NEXT else [])

    loops.follow(statement, one_round, count, may_change, frame, index)
    frame.breaks, frame.continues = outer
    return Flow.NEXT
