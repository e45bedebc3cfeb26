"""What calls and layers of the library gave, kept for all passes over a file.

A deep model calls equal layers with equal shapes many times, and its passes repeat one another. What a call
gives is kept where it depends on nothing but what the key names, and changed nothing but the facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnspec.record import Record
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate.binding import Given
from nnspec.semantics.evaluate.run import Frame, Run
from nnspec.semantics.values import (
    DimLike,
    DType,
    LayerBody,
    ListValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import HOLE
from nnspec.syntax import ast


class Outcome(Record, eq=False):
    """What a call gave.

    value: its result, whose sizes do not say yet where they come from.
    facts: what is known after the call.
    flops, memory: what it costs, where that is measured.
    """

    value: Value
    facts: Facts
    flops: DimLike
    memory: DimLike


State = tuple[int, ...]


def call_key(body: LayerBody, values: Mapping[str, Value], frame: Frame) -> object | None:
    """What the call of a library layer depends on; None where more than that may decide.

    A `_` whose size is open is solved by the call, and a build-time choice splits the pass.
    """
    run = frame.run
    if frame.stage != "call" or body in run.pending:
        return None
    parts: list[object] = ["call", body, run.world.facts, run.general, run.measured]
    for name, value in values.items():
        if isinstance(value, Tensor):
            if not _is_settled(value.dims or ()):
                return None
            parts += (name, value, value.contiguous, value.history)
        elif value is None:
            parts += (name, None)
        else:
            return None
    if not all(_is_settled((value,)) for value in body.arguments.values()):
        return None
    return tuple(parts)


def _is_settled(values: tuple[Value, ...]) -> bool:
    """Whether no size is that of an open `_`."""
    for value in values:
        if isinstance(value, Dim):
            if any(symbol.startswith(HOLE) for symbol in value.symbols()):
                return False
        elif isinstance(value, (TupleValue, ListValue)):
            if not _is_settled(value.items):
                return False
        elif not (value is None or isinstance(value, (int, float, str, DType))):
            return False
    return True


def state(run: Run) -> State:
    """What grows when something other than the facts changes."""
    world = run.world
    return (
        run.reported,
        len(run.claims),
        len(run.demands),
        len(run.holes),
        len(world.holes),
        world.counter,
        len(run.decisions.taken),
        len(run.pending),
    )


def keep_call(
    run: Run, key: object, before: State, value: Value, flops: DimLike, memory: DimLike
) -> None:
    """Keep what a call gave, if `state` is what it was before and the value is new in full."""
    if state(run) == before and _is_plain(value):
        run.recorder.memo[key] = Outcome(value, run.world.facts, flops, memory)


def _is_plain(value: Value) -> bool:
    """Whether the origins of all sizes are still to be told, so that another call can tell its own."""
    if isinstance(value, TupleValue):
        return all(_is_plain(item) for item in value.items)
    return isinstance(value, Tensor) and value.origins is None


def static_key(decl: ast.Def, given: list[Given], frame: Frame) -> object | None:
    """What a call of the library's own arithmetic depends on, where its arguments are numbers and sizes."""
    parts: list[object] = ["static", decl, frame.run.world.facts, frame.run.general, frame.stage]
    for argument in given:
        value = argument.value
        if not _is_settled((value,)):
            return None
        parts += (argument.name, type(value), value)
    return tuple(parts)


def known_static(run: Run, key: object) -> Value:
    """What such a call gave; None where it is not known, as none of them gives None."""
    found = run.recorder.memo.get(key)
    if found is None:
        return None
    assert isinstance(found, Outcome)
    run.world.facts = found.facts
    return found.value


def keep_static(run: Run, key: object, before: State, value: Value) -> None:
    """Keep what such a call gave, if it is a number or a list of them, and `state` is what it was before."""
    if value is not None and state(run) == before and _is_settled((value,)):
        run.recorder.memo[key] = Outcome(value, run.world.facts, 0, 0)


def body_key(decl: ast.Module | ast.ExternModule, body: LayerBody) -> object | None:
    """What a library layer's body depends on, where its arguments are constants and it holds no layers."""
    if not isinstance(decl, ast.ExternModule):
        return None
    values = tuple(body.arguments[p.name] for p in decl.signature.params)
    if not all(_is_constant(value) for value in values):
        return None
    if any(isinstance(item, ast.Submodule) for item in decl.body):
        return None
    return "body", decl, values, tuple(type(value) for value in values)


def _is_constant(value: Value) -> bool:
    if isinstance(value, (TupleValue, ListValue)):
        return all(_is_constant(item) for item in value.items)
    return value is None or isinstance(value, (int, float, str, DType))


def known_body(run: Run, key: object) -> LayerBody | None:
    """The body of an earlier pass."""
    found = run.recorder.memo.get(key)
    if found is None:
        return None
    body, families = found
    run.family.update(families)
    assert isinstance(body, LayerBody)
    return body


def keep_body(run: Run, key: object, before: State, facts: Facts, body: LayerBody) -> None:
    """Keep a body for other passes, if making it changed nothing."""
    if state(run) == before and run.world.facts is facts:
        families = {
            (body, name): run.family[body, name]
            for name in body.parameters
            if (body, name) in run.family
        }
        run.recorder.memo[key] = (body, families)
