"""Statements of the spec's code as statements of Python."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator, Sequence

from nnspec.ir import build, expressions, gathering, pipelines, records, shapes
from nnspec.ir.context import Frame
from nnspec.ir.walk import nodes
from nnspec.semantics.dims import Dim
from nnspec.source import Span
from nnspec.syntax import ast


def block(statements: Sequence[ast.Statement], frame: Frame) -> list[py.stmt]:
    """A block; blank lines stay where the spec has them."""
    result: list[py.stmt] = []
    before: Span | None = None
    for statement in statements:
        made = [build.at(s, statement.span) for s in lower(statement, frame)]
        if made and before is not None and has_gap(before, statement.span):
            made[0].gap = True  # type: ignore[attr-defined]
        result.extend(made)
        before = statement.span
    return result


def has_gap(before: Span, after: Span) -> bool:
    """Whether a blank line stands between two spans."""
    between = before.source.text[before.end : after.start].split("\n")
    return any(not line.strip() for line in between[1:-1])


def lower(statement: ast.Statement, frame: Frame) -> Iterator[py.stmt]:
    """One statement, which may become several."""
    match statement:
        case ast.Assign():
            yield from assign(statement, frame)
        case ast.Return(value):
            yield from return_(statement, value, frame)
        case ast.If(test, body, orelse):
            yield py.If(
                expressions.expression(test, frame), block(body, frame), block(orelse, frame)
            )
        case ast.While(test, body):
            yield py.While(expressions.expression(test, frame), block(body, frame), [])
        case ast.For(target, iterable, body):
            yield py.For(
                build.as_target(expressions.expression(target, frame)),
                expressions.expression(iterable, frame),
                block(body, frame),
                [],
            )
        case ast.Evaluate(value):
            yield build.do(expressions.expression(value, frame))
        case ast.Pass():
            yield py.Pass()
        case ast.Break():
            yield py.Break()
        case ast.Continue():
            yield py.Continue()
        case _:
            raise AssertionError(statement)


def assign(statement: ast.Assign, frame: Frame) -> Iterator[py.stmt]:
    """`target = value`, `target += value`."""
    if statement.op is not None:
        yield from augmented(statement, statement.op, frame)
        return
    target, value = statement.target, statement.value
    if isinstance(value, ast.Pipe):
        before, made, entering = pipelines.split(value, target, frame)
        yield from before
    else:
        before, made, entering = [], expressions.expression(value, frame), None
    left = build.as_target(expressions.expression(target, frame))
    hint = gathering.hint(statement, frame)
    if hint is not None:
        yield build.annotated(left, hint, made)
        return
    last = py.Assign([left], made)
    if before:
        shapes.between(last, entering, frame.file.value(value))
    else:
        shapes.comment(last, statement, value, frame)
    yield last


def augmented(statement: ast.Assign, op: str, frame: Frame) -> Iterator[py.stmt]:
    """`x += y`, which never changes what `x` was: only for numbers, strings and lists
    that nothing else holds is Python's the same."""
    target, value = statement.target, statement.value
    right = expressions.expression(value, frame)
    left = expressions.expression(target, frame)
    gathered = op == "+" and gathering.is_gathered(target, frame)
    if gathered and isinstance(value, ast.List) and len(value.items) == 1:
        item = value.items[0]
        if not isinstance(item, ast.Starred):
            append = build.attribute(left, "append")
            yield build.do(build.call(append, [expressions.expression(item, frame)]))
            return
    operator = expressions.BINARY[op]()
    if gathered or any(
        isinstance(seen, int | float | str | Dim)
        for seen in (frame.file.value(target), _assigned_value(target, frame))
    ):
        yield py.AugAssign(build.as_target(left), operator, right)  # type: ignore[arg-type]
        return
    made = py.Assign(
        [build.as_target(expressions.expression(target, frame))], py.BinOp(left, operator, right)
    )
    shapes.comment(made, statement, value, frame)
    yield made


def _assigned_value(target: ast.Expr, frame: Frame) -> object:
    """What a name was first given, where its own value was not kept."""
    if not isinstance(target, ast.Name) or frame.definition is None:
        return None
    for node in nodes(frame.definition):
        if (
            isinstance(node, ast.Assign)
            and node.op is None
            and isinstance(node.target, ast.Name)
            and node.target.id == target.id
        ):
            return frame.file.value(node.value)
    return None


def return_(statement: ast.Return, value: ast.Expr | None, frame: Frame) -> Iterator[py.stmt]:
    """`return value`, as the named tuple that the signature promises."""
    if value is None:
        yield py.Return(None)
        return
    result = frame.definition.signature.result if frame.definition is not None else None
    named = result is not None and records.record_of(result, frame.file.scope, frame)[0] is not None
    if isinstance(value, ast.Pipe) and not named:
        before, made, entering = pipelines.split(value, None, frame)
        yield from before
        last = py.Return(made)
        if before:
            shapes.between(last, entering, frame.file.value(value))
        else:
            shapes.comment(last, statement, value, frame)
    else:
        last = py.Return(records.matching(value, result, None, frame))
        shapes.comment(last, statement, value, frame)
    yield last
