"""Comprehensions: an element for each round of their clauses."""

from __future__ import annotations

from nnspec.semantics.evaluate import conditions, patterns
from nnspec.semantics.evaluate.calling import remembered
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.looping import sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    ERROR,
    DictValue,
    ErrorValue,
    ListValue,
    Relation,
    RepeatValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def comprehension(expr: ast.Comprehension, frame: Frame) -> Value:
    """List, dict and generator comprehensions, unrolled where the length is known."""
    inner = Frame(
        frame.run,
        frame.scope,
        frame.stage,
        dict(frame.locals),
        frame.dims,
        frame.body,
        frame.layer,
        frame.definition,
        False,
        frame.unbound,
    )
    keys: list[Value] = []
    values: list[Value] = []
    count: list[Value] = []
    where: list[Relation] = []

    alike = remembered.Alike(expr, frame.run)

    def element() -> None:
        if expr.key is not None:
            keys.append(evaluate(expr.key, inner))
        made = alike.another()
        if made is None:
            made = conditions.each_way(lambda: evaluate(expr.element, inner), inner)
            alike.note(made)
        values.append(made)

    facts, demands = frame.world.facts, len(frame.run.demands)
    exact = run_clauses(expr.clauses, 0, inner, element, count, where)
    if not exact:
        conditions.leave(facts, demands, frame)
    if not exact:
        if any(isinstance(v, ErrorValue) for v in values):
            return ERROR
        if expr.kind == "dict":
            return Unknown("dict")
        if len(expr.clauses) == 1 and len(values) == 1 and count and not expr.clauses[0].tests:
            return RepeatValue(values[0], count[0], tuple(where))
        return Unknown("list")
    if expr.kind == "dict":
        if all(isinstance(k, (str, int, float)) for k in keys):
            return DictValue(dict(zip(keys, values, strict=True)))
        return Unknown("dict")
    return ListValue(tuple(values))


def run_clauses(
    clauses: tuple[ast.Clause, ...],
    at: int,
    frame: Frame,
    element: Callable[[], None],
    count: list[Value],
    where: list[Relation],
) -> bool:
    """Run the element for each round of the clauses; False where a length or a test is not known."""
    if at == len(clauses):
        element()
        return True
    clause = clauses[at]
    iterable = evaluate(clause.iterable, frame)
    parts, length, holds = sequences.alike(iterable, clause.iterable.span, frame)
    for relation in holds:
        frame.world.assume(relation)
    where.extend(holds)
    exact = length is None
    if length is not None:
        count.append(length)
    for part in parts:
        patterns.bind(clause.target, part, frame)
        keep: Value = True
        for test in clause.tests:
            keep = conditions.truth(evaluate(test, frame), test, frame)
            if keep is False:
                break
            if keep is not True:
                exact = False
        if keep is False:
            continue
        exact = run_clauses(clauses, at + 1, frame, element, count, where) and exact
    return exact
