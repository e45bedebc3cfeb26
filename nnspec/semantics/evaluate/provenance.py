"""Keeping with every tensor how it came to be: see `semantics/steps`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from nnspec.semantics.evaluate.calling import matching
from nnspec.semantics.evaluate.run import Frame, Run
from nnspec.semantics.nature import Nature, nature
from nnspec.semantics.steps import Declared, Entry, Origin, Step
from nnspec.semantics.values import (
    Choice,
    DimLike,
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.source import Span
from nnspec.syntax import ast

Origins = tuple[Origin | None, ...]
# What a dim of a result's type says of its size: the axis of an argument that it repeats, the hyperparameter
# that it is, or None where it is worked out.
Plan = tuple[tuple[str, int] | str | None, ...]


def tensors_in(values: Iterable[Value]) -> Iterator[Tensor]:
    """The tensors among some values, and in their tuples, lists and alternatives, in order."""
    for value in values:
        match value:
            case Tensor():
                yield value
            case TupleValue(items) | ListValue(items):
                yield from tensors_in(items)
            case Choice(options):
                yield from tensors_in(options)
            case RepeatValue(element):
                yield from tensors_in((element,))


def _each(value: Value, change: Callable[[Tensor], Tensor]) -> Value:
    """The value with every tensor in it changed."""
    match value:
        case Tensor():
            return change(value)
        case TupleValue(items, names, type_name):
            return TupleValue(tuple(_each(i, change) for i in items), names, type_name)
        case ListValue(items) if any(True for _ in tensors_in(items)):
            return ListValue(tuple(_each(i, change) for i in items))
        case Choice(options):
            return Choice(tuple(_each(o, change) for o in options))
        case RepeatValue(element, count, where):
            return RepeatValue(_each(element, change), count, where)
    return value


def _told(x: Tensor, origins: Origins | None, step: Step | None) -> Tensor:
    return Tensor(x.dtype, x.dims, origins, x.contiguous, x.strides, step)


# --- calls of the library --------------------------------------------------------------------------


def made(
    value: Value,
    step: Step,
    plan: Plan | None = None,
    arguments: Mapping[str, Value] | None = None,
) -> Value:
    """The result of a step, which knows from now on how it came to be.

    plan: what the result's type says of its sizes, in terms of the `arguments`.
    """
    if type(value) is Tensor:
        return _told(value, _origins(value, step, plan, arguments), step)
    return _each(value, lambda x: _told(x, _origins(x, step, None, None), step))


def apart(values: Mapping[str, Value], span: Span) -> dict[str, Value]:
    """The arguments of a call as beginnings of their own: what it gives is then the same for equal calls."""
    found: dict[str, Value] = {}
    number = 0
    for name, value in values.items():
        if type(value) is Tensor:
            value = entered(value, Entry(name, span, value, number, through=True))
            number += 1
        found[name] = value
    return found


def together(value: Value, inputs: tuple[Tensor, ...]) -> Value:
    """What a call with arguments set `apart` gave, in terms of its true arguments."""

    def one(x: Tensor) -> Tensor:
        if x.origins is None:
            return x
        return _told(x, tuple([_outer(o, inputs) for o in x.origins]), step=None)

    return _each(value, one)


def _outer(origin: Origin | None, inputs: tuple[Tensor, ...]) -> Origin | None:
    if origin is not None and type(origin.step) is Entry and origin.axis is not None:
        return inputs[origin.step.number].origin(origin.axis)
    return origin


def _origins(
    x: Tensor, step: Step, plan: Plan | None, arguments: Mapping[str, Value] | None
) -> Origins | None:
    dims, known = x.dims, x.origins
    if dims is None:
        return None
    inputs = step.inputs
    if known is not None:
        if None not in known:
            return known
        here = Origin(step)
        if all(t.origins is not None and None not in t.origins for t in inputs):
            # The rule knows which axes it kept; all others it made.
            return tuple([o or here for o in known])
        given = {d for t in inputs for d in t.dims or ()}
        return tuple([o if o or d in given else here for o, d in zip(known, dims, strict=True)])
    if plan is not None and arguments is not None and len(plan) == len(dims):
        return _planned(dims, step, plan, arguments)
    return tuple([_alike(i, dims, inputs) or Origin(step) for i in range(len(dims))])


def _planned(
    dims: tuple[DimLike, ...], step: Step, plan: Plan, arguments: Mapping[str, Value]
) -> Origins:
    found: list[Origin | None] = []
    here: Origin | None = None
    first = step.inputs[0] if step.inputs else None
    same = first is not None and first.dims is not None and len(first.dims) == len(dims)
    for i, said in enumerate(plan):
        if type(said) is tuple:
            found.append(arguments[said[0]].origin(said[1]))
        elif type(said) is str:
            found.append(Origin(step, None, said))
        elif same and first is not None and first.dims[i] == dims[i]:  # type: ignore[index]
            found.append(first.origin(i))
        else:
            here = here or Origin(step)
            found.append(here)
    return tuple(found)


def _alike(axis: int, dims: tuple[DimLike, ...], inputs: tuple[Tensor, ...]) -> Origin | None:
    """The origin of an input's axis of the same size, at the same place if there is one."""
    size = dims[axis]
    for x in inputs:
        if x.dims is not None and len(x.dims) == len(dims) and x.dims[axis] == size:
            return x.origin(axis)
    for x in inputs:
        if x.dims is not None and size in x.dims:
            return x.origin(x.dims.index(size))
    return None


def plan_of(signature: ast.Signature, values: Mapping[str, Value], frame: Frame) -> Plan | None:
    """What the type of a result says of its sizes, for arguments of these ranks; worked out once."""
    result = signature.result
    if type(result) is not ast.TensorType:
        return None
    given = [values.get(p.name) for p in signature.params]
    ranks = tuple([v.rank if type(v) is Tensor else None for v in given])
    memo, key = frame.run.recorder.memo, ("plan", signature, ranks)
    if key not in memo:
        memo[key] = _plan(signature, result, values)
    return memo[key]  # type: ignore[no-any-return]


def _plan(
    signature: ast.Signature, result: ast.TensorType, values: Mapping[str, Value]
) -> Plan | None:
    bound: dict[str, list[tuple[str, int]]] = {}
    for param in signature.params:
        value, type_ = values.get(param.name), param.type
        type_ = type_.inner if isinstance(type_, ast.OptionalType) else type_
        if not isinstance(type_, ast.TensorType) or not isinstance(value, Tensor):
            continue
        if value.dims is None:
            return None
        for expr, axis in matching.axes(type_, value):
            inner = expr.value if isinstance(expr, ast.Starred) else expr
            if isinstance(inner, ast.Name):
                places = range(axis.start, axis.stop) if isinstance(axis, slice) else (axis,)
                bound.setdefault(inner.id, [(param.name, at) for at in places])
    plan: list[tuple[str, int] | str | None] = []
    for expr in result.dims:
        if isinstance(expr, ast.Starred):
            if not isinstance(expr.value, ast.Name) or expr.value.id not in bound:
                return None
            plan += bound[expr.value.id]
        elif isinstance(expr, ast.Name):
            plan += bound.get(expr.id, [expr.id])
        else:
            plan.append(None)
    return tuple(plan)


# --- calls of the user's code ----------------------------------------------------------------------


def enter(signature: ast.Signature, values: Mapping[str, Value], inner: Frame) -> None:
    """Inside the code that is called, its tensors begin as the arguments of the signature."""
    number = 0
    for param in signature.params:
        value = values.get(param.name)
        if value is None or not any(True for _ in tensors_in((value,))):
            continue
        place = param.type.span if param.type is not None else param.span

        def entry(x: Tensor, name: str = param.name, place: Span = place) -> Tensor:
            nonlocal number
            number += 1
            return entered(x, Entry(name, place, x, number - 1))

        inner.locals[param.name] = _each(inner.locals[param.name], entry)


def passing(value: Value, name: str, span: Span) -> Value:
    """What is given to a Sequential, whose layers go on where the code before them ended."""
    number = 0

    def entry(x: Tensor) -> Tensor:
        nonlocal number
        number += 1
        return entered(x, Entry(name, span, x, number - 1, through=True))

    return _each(value, entry)


def entered(x: Tensor, step: Step) -> Tensor:
    """A tensor whose sizes are those that a declaration, or a call, begins with."""
    origins = None if x.dims is None else tuple([Origin(step, i) for i in range(len(x.dims))])
    return _told(x, origins, step)


def declared(value: Value, name: str, span: Span) -> Value:
    """A tensor whose shape is written at a place."""
    return entered(value, Declared(name, span, ())) if isinstance(value, Tensor) else value


def leave(
    value: Value, inputs: tuple[Tensor, ...], name: str, span: Span, layer: Layer | None
) -> Value:
    """What the code that was called gave, seen from outside.

    Axes that it left alone have the origins that they had; all others were made by the call. The value
    may be that of an earlier, equal call.
    """
    plain: Step | None = None

    def left(x: Tensor) -> Tensor:
        nonlocal plain
        known = nature(x)
        if known is None:
            step = plain = plain or Step(name, span, inputs, layer)
        else:
            step = Step(name, span, inputs, layer, known)
        if x.dims is None:
            return _told(x, None, step)
        if x.origins is None:
            return _told(x, _origins(x, step, None, None), step)
        found: list[Origin | None] = []
        for origin in x.origins:
            if origin is not None and type(origin.step) is Entry:
                found.append(_outer(origin, inputs))
            else:
                found.append(Origin(step, inside=origin))
        return _told(x, tuple(found), step)

    return _each(value, left)


def note(decl: ast.Def, value: Value, run: Run) -> None:
    """Keep what a general pass found the numbers to be that a def returns."""
    if isinstance(value, Tensor):
        natures = run.recorder.memo.setdefault(("nature", decl), {})
        natures[run] = nature(value)


def as_noted(value: Tensor, decl: ast.Def, run: Run) -> Tensor:
    """What a def promises, with what is known of its numbers: by the same pass, else by all passes alike."""
    natures: dict[Run, Nature | None] = run.recorder.memo.get(("nature", decl), {})
    found = natures[run] if run in natures else next(iter(natures.values()), None)
    if found is None or (run not in natures and any(n != found for n in natures.values())):
        return value
    return _told(value, value.origins, Step(decl.name, decl.name_span, (), None, found))
