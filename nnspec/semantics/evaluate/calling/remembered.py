"""What calls and layers of the library gave, kept for all passes over a file.

A deep model calls equal layers with equal shapes many times, and its passes repeat one another. What a call
gives is kept where it depends on nothing but what the key names, and changed nothing but the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nnspec.record import Record
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.cost import Cost
from nnspec.semantics.evaluate.run import Frame, Run
from nnspec.semantics.nature import kind
from nnspec.semantics.steps import Entry
from nnspec.semantics.values import (
    DimLike,
    DType,
    Layer,
    LayerBody,
    LayerType,
    ListValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import HOLE
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


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


def call_key(
    body: LayerBody, method: ast.Def, values: Mapping[str, Value], frame: Frame
) -> object | None:
    """What the call of a declared layer's method depends on; None where more than that may decide.

    A `_` whose size is open is solved by the call, and a build-time choice splits the pass.
    """
    run = frame.run
    if frame.stage != "call" or body in run.pending:
        return None
    parts: list[object] = ["call", body, method, run.world.facts, run.general, run.measured]
    if not _add_tensors(parts, values.items()):
        return None
    if not _is_settled(body.arguments.values()):
        return None
    return tuple(parts)


def _add_tensors(parts: list[object], values: Iterable[tuple[str | None, Value]]) -> bool:
    """Add arguments to a key; False where one of them is no tensor of settled sizes."""
    for name, value in values:
        if isinstance(value, Tensor):
            if not _is_settled(value.dims or ()):
                return False
            parts += (name, value, value.contiguous, value.strides, kind(value))
        elif value is None:
            parts += (name, None)
        else:
            return False
    return True


def forward_key(body: LayerBody, given: list[Given], frame: Frame) -> object | None:
    """What the call of a module's forward depends on; None where more than that may decide."""
    run = frame.run
    if frame.stage != "call" or body in run.pending:
        return None
    world = run.world
    parts: list[object] = [
        "forward",
        body,
        world.facts,
        run.general,
        run.measured,
        len(world.holes),
    ]
    return tuple(parts) if _add_tensors(parts, ((g.name, g.value) for g in given)) else None


def function_key(decl: ast.ExternDef, values: Mapping[str, Value], frame: Frame) -> object | None:
    """What the call of a library function depends on; None where more than that may decide.

    A rule may find the call suspicious, each at its own place.
    """
    run = frame.run
    if decl.rule is not None or frame.stage != "call":
        return None
    parts: list[object] = ["function", decl, run.world.facts, run.general, run.measured]
    return tuple(parts) if _add_tensors(parts, values.items()) else None


def known_outcome(run: Run, key: object) -> Outcome | None:
    """What an equal call gave earlier; its facts and costs count as if it were made again."""
    found = run.recorder.memo.get(key) if key is not None else None
    if found is None:
        return None
    assert isinstance(found, Outcome)
    run.world.facts = found.facts
    run.cost.add(found.flops, found.memory)
    return found


def keep_forward(run: Run, key: object, before: State, value: Value, cost: Cost) -> None:
    """Keep what a call gave, if `state` is what it was before."""
    if key is not None and state(run) == before and _are_tensors(value):
        run.recorder.memo[key] = Outcome(value, run.world.facts, cost.flops, cost.memory)


def _are_tensors(value: Value) -> bool:
    if isinstance(value, TupleValue):
        return all(_are_tensors(item) for item in value.items)
    return isinstance(value, Tensor)


def _is_settled(values: Iterable[Value]) -> bool:
    """Whether no size is that of an open `_`."""
    for value in values:
        if type(value) is int:
            continue
        if isinstance(value, Dim):
            for symbol in value.symbols():
                if symbol[0] == HOLE:
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
        sum(len(way.taken) for way in run.rounds),
        len(run.pending),
    )


def keep_call(
    run: Run, key: object, before: State, value: Value, flops: DimLike, memory: DimLike
) -> None:
    """Keep what a call gave, if `state` is what it was before and the value is new in full."""
    if state(run) == before and _is_plain(value):
        run.recorder.memo[key] = Outcome(value, run.world.facts, flops, memory)


def _is_plain(value: Value) -> bool:
    """Whether all sizes are new or those of arguments, so that another call can tell its own origins."""
    if isinstance(value, TupleValue):
        return all(_is_plain(item) for item in value.items)
    if not isinstance(value, Tensor):
        return False
    origins = value.origins
    return origins is None or all(o is None or type(o.step) is Entry for o in origins)


def static_key(decl: ast.Def, given: list[Given], frame: Frame) -> object | None:
    """What a call of the library's own arithmetic depends on, where its arguments are numbers and sizes."""
    parts: list[object] = ["static", decl]
    constant = True
    for argument in given:
        value = argument.value
        if not is_constant(value):
            if not _is_settled((value,)):
                return None
            constant = False
        parts += (argument.name, type(value), value)
    if not constant:
        parts += (frame.run.world.facts, frame.run.general, frame.stage)
    return tuple(parts)


def known_static(run: Run, key: object) -> Value:
    """What such a call gave; None where it is not known, as none of them gives None."""
    return run.recorder.memo.get(key)


def keep_static(run: Run, key: object, before: State, facts: Facts, value: Value) -> None:
    """Keep what such a call gave, if it is a number or a list of them, and making it changed nothing."""
    if value is not None and state(run) == before and run.world.facts is facts:
        if _is_settled((value,)):
            run.recorder.memo[key] = value


def body_key(body: LayerBody, run: Run) -> object | None:
    """What a layer's body depends on where its arguments are constants; None where more may decide.

    A general pass follows modules for what they are, and where a choice splits it once for each way.
    """
    decl = body.decl
    if run.owner is not None or (run.general and isinstance(decl, ast.Module)):
        return None
    values = tuple(body.arguments[p.name] for p in decl.signature.params)
    if not all(is_constant(value) for value in values):
        return None
    return "body", decl, values, tuple(type(value) for value in values)


def is_constant(value: Value) -> bool:
    """Whether a value is the same whatever is known of the sizes: a number, a string, a type, or made of these."""
    if type(value) is int:
        return True
    if isinstance(value, (TupleValue, ListValue)):
        return all(map(is_constant, value.items))
    return value is None or isinstance(value, (int, float, str, DType, LayerType))


def known_body(run: Run, key: object) -> LayerBody | None:
    """The body of an earlier pass."""
    found = run.recorder.memo.get(key)
    assert found is None or isinstance(found, LayerBody)
    return found


def keep_body(run: Run, key: object, before: State, facts: Facts, body: LayerBody) -> None:
    """Keep a body for other passes, if making it changed nothing."""
    if state(run) == before and run.world.facts is facts:
        run.recorder.memo[key] = body


class Alike:
    """The layers of a comprehension whose element does not read what it loops over: `[Block(d) for _ in …]`.

    Two rounds tell whether each makes a layer of its own, and of one body; then so do the others.
    """

    def __init__(self, expr: ast.Comprehension, run: Run) -> None:
        self._run = run
        self._usable = expr.key is None and _is_constant_in(expr, run)
        self._last: Value = None
        self._state = self._now()
        self._pattern: Layer | None = None
        self._steps = 0

    def _now(self) -> tuple[State, Facts, int]:
        return state(self._run), self._run.world.facts, len(self._run.bodies)

    def note(self, value: Value) -> None:
        """Tell what a round made."""
        if not self._usable:
            return
        last, before, now = self._last, self._state, self._now()
        self._steps, spent = self._run.steps, self._run.steps - self._steps
        self._last, self._state = value, now
        if isinstance(value, Layer) and isinstance(last, Layer) and value is not last:
            if value.body is last.body and now == before:
                self._pattern, self._steps = value, spent

    def another(self) -> Layer | None:
        """The layer of the next round, None where the round has to be followed."""
        first, run = self._pattern, self._run
        if first is None:
            return None
        # Rounds count as if they were followed, so that the budget means the same.
        run.steps += self._steps
        if run.steps > run.limit and first.made is not None:
            run.look(first.made)
        return first.again()


def _is_constant_in(expr: ast.Comprehension, run: Run) -> bool:
    """Whether the element of a comprehension reads none of the names that its clauses bind."""
    key = ("constant", expr)
    memo = run.recorder.memo
    if key not in memo:
        bound = {n.id for c in expr.clauses for n in walk(c.target) if isinstance(n, ast.Name)}
        memo[key] = not any(
            isinstance(n, (ast.Hole, ast.Comprehension))
            or (isinstance(n, ast.Name) and n.id in bound)
            for n in walk(expr.element)
        )
    return bool(memo[key])
