"""Follow a model once, and tell each layer that it calls with its result and its cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics import assertions, general
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import calls, matching, modules, tree, userdefs
from nnspec.semantics.evaluate.binding import Given, has_default
from nnspec.semantics.evaluate.matching import Callee
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.evaluate.trace import LayerCall, Trace
from nnspec.semantics.values import (
    Choice,
    DictValue,
    DimLike,
    Function,
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.syntax import ast
from nnspec.targets import Target, TargetError

Number = int | str


@dataclass(frozen=True, slots=True)
class Row:
    """A call of a layer, or several equal ones in a row.

    name: where the layer is in the one that calls it; kind: its type.
    output: the shape of the result, None for a layer that is never called.
    params: learnable values of the layer and all in it; flops: floating-point operations; memory: bytes of all
    results. Numbers, or formulas in named sizes; None where they are not known.
    count: how many equal calls the row stands for; its numbers are those of one.
    """

    name: str
    kind: str
    output: str | None
    params: Number | None
    flops: Number | None
    memory: Number | None
    rows: tuple[Row, ...] = field(default=())
    count: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """A target with everything that its forward calls.

    inputs: what the forward was called with, by argument: tensors, numbers, None.
    """

    row: Row
    inputs: Mapping[str, Value]


def survey(
    target: Target, catalog: Catalog, numbers: Mapping[str, int]
) -> Survey | list[Diagnostic]:
    """The layers of a target, as its forward calls them.

    What the forward takes stands in its signature; optional arguments are absent. Where it says no shapes, as that of a
    Sequential, the first line about the target in a `check` block says them.

    numbers: sizes of dimensions, and integer hyperparameters, by name; what is not among them stays a symbol.
    Returns findings where the target does not fit these numbers.
    Raises TargetError where a name is none of the target's, or nothing says the shapes that its forward takes.
    """
    found: list[Diagnostic] = []
    run = new_run(catalog, Recorder(), lambda diagnostic, depth: found.append(diagnostic))
    run.measured, run.trace = True, Trace()
    frame = Frame(run, target.scope)
    run.frames.append(frame)
    used: set[str] = set()
    layer = _layer(target, numbers, used, frame)
    inputs = _call(layer, target, numbers, used, frame) if isinstance(layer, Layer) else {}
    errors = [each for each in found if each.severity == "error"]
    if errors:
        return errors
    unknown = sorted(set(numbers) - used)
    if unknown:
        raise TargetError(f"`{target.name}` has no size called {unknown[0]}")
    (call,) = run.trace.root.inner
    return Survey(_row(call, target.name, frame), inputs)


def _layer(target: Target, numbers: Mapping[str, int], used: set[str], frame: Frame) -> Value:
    declaration = target.declaration
    if isinstance(declaration, ast.Model):
        return modules.model(declaration, target.scope, frame)
    if isinstance(declaration, ast.Def):
        raise TargetError(f"`{target.name}` is a function: show a model or a module")
    given: list[Given] = []
    for param in declaration.signature.params:
        if param.name in numbers:
            used.add(param.name)
            given.append(Given(param.name, numbers[param.name], param.span))
        elif not has_default(param):
            if not isinstance(param.type, ast.NamedType) or param.type.name != "int":
                raise TargetError(
                    f"`{target.name}` needs {param.name}: show a model that says what it is"
                )
            frame.world.facts = frame.world.facts.declare(param.name, 1)
            given.append(Given(param.name, Dim.symbol(param.name), param.span))
    return modules.construct(declaration, target.scope, given, frame, declaration.name_span)


def _call(
    layer: Layer, target: Target, numbers: Mapping[str, int], used: set[str], frame: Frame
) -> dict[str, Value]:
    """Call the forward with what is said of its arguments."""
    body = layer.body.decl.body if isinstance(layer.body.decl, ast.Module) else ()
    forward = next((m for m in body if isinstance(m, ast.Def) and m.name == "forward"), None)
    if forward is not None and general.is_typed(forward.signature, frame):
        given = _by_signature(layer, forward, numbers, used, frame)
        span = forward.name_span
    else:
        line = _checked(target)
        span, given = line.span, _by_check(line, numbers, used, frame)
    calls.call_layer(layer, given, target.name, frame, span)
    return {each.name or str(i): each.value for i, each in enumerate(given)}


def _checked(target: Target) -> ast.MethodCheck:
    """The first line of a `check` block that calls the target's forward."""
    for check in target.scope.file.declarations:
        if isinstance(check, ast.Check):
            named = check.target.func if isinstance(check.target, ast.Call) else check.target
            for line in check.lines:
                if isinstance(line, ast.MethodCheck) and line.method == "forward":
                    if isinstance(named, ast.Name) and named.id == target.name:
                        return line
    raise TargetError(
        f"nothing says the shapes that `{target.name}` takes: write `check {target.name}:` with a line "
        "`forward([...])`"
    )


def _by_check(
    line: ast.MethodCheck, numbers: Mapping[str, int], used: set[str], frame: Frame
) -> list[Given]:
    inner = assertions.symbols(line, frame)
    _put(numbers, used, inner)
    values = [assertions.stand_in(each, inner) for each in line.args]
    return [
        Given(each.name, value.options[0] if isinstance(value, Choice) else value, each.span)
        for each, value in zip(line.args, values, strict=True)
    ]


def _put(numbers: Mapping[str, int], used: set[str], inner: Frame) -> None:
    """Numbers in place of the symbols of dimensions."""
    for name, size in inner.dims.items():
        if name in numbers:
            used.add(name)
            inner.dims[name] = numbers[name]
        elif isinstance(size, tuple):
            # The axes of a `*N` are N0, N1, ...
            used |= {str(each) for each in size if str(each) in numbers}
            inner.dims[name] = tuple(numbers.get(str(each), each) for each in size)


def _by_signature(
    layer: Layer, forward: ast.Def, numbers: Mapping[str, int], used: set[str], frame: Frame
) -> list[Given]:
    signature = forward.signature
    inner = userdefs.frame_of(Function(forward, layer.body.scope, layer), frame)
    world = {p.name: _alternative(p, inner) for p in signature.params if p.kind != "star"}
    general.bind_dims(signature, world, {}, inner)
    _put(numbers, used, inner)
    values: dict[str, Value] = {}
    for param in sorted(signature.params, key=lambda p: not isinstance(p.type, ast.NamedType)):
        if param.kind == "star" or param.default is not None:
            continue
        if param.name in numbers:
            used.add(param.name)
            values[param.name] = numbers[param.name]
        else:
            values[param.name] = general.argument(param.name, world[param.name], inner)
        inner.locals[param.name] = values[param.name]
    place = Callee("forward", forward.name_span, None, library=False)
    plain = {name: value for name, value in values.items() if not isinstance(value, Tensor)}
    matching.match(signature, plain, {}, inner, place, assume_where=True)
    spans = {param.name: param.span for param in signature.params}
    return [Given(name, value, spans[name]) for name, value in values.items()]


def _alternative(param: ast.Param, inner: Frame) -> ast.TypeExpr | None:
    """One of the ways to call: without what may be absent, else the first of the options."""
    assert param.type is not None
    return general.alternatives(matching.expanded(param.type, inner))[
        -1 if isinstance(param.type, ast.OptionalType) else 0
    ]


def _row(call: LayerCall, name: str, frame: Frame) -> Row:
    assert call.layer is not None
    layer = call.layer
    rows = [_row(each, _place(layer, each), frame) for each in call.inner]
    rows += _uncalled(layer, call.inner, frame)
    return Row(
        name,
        layer.type_name,
        _output(call.value, frame),
        _number(tree.count_parameters(layer.body, frame), frame),
        _number(call.flops, frame),
        _number(call.memory, frame),
        tuple(collapsed(rows)),
    )


def _output(value: Value, frame: Frame) -> str:
    if isinstance(value, TupleValue):
        return f"({', '.join(_output(each, frame) for each in value.items)})"
    return describe(frame.world, value).removeprefix("a tensor ")


def _uncalled(layer: Layer, inner: Iterable[LayerCall], frame: Frame) -> list[Row]:
    """Children with parameters that this call leaves out; a layer of the library uses its own unseen."""
    if isinstance(layer.body.decl, ast.ExternModule):
        return []
    called = {id(call.layer) for call in inner}
    rows: list[Row] = []
    for name, value in layer.body.children.items():
        layers = [each for each in tree.layers_in(value) if isinstance(each, Layer)]
        for each in layers if not called & {id(found) for found in layers} else ():
            params = _number(tree.count_parameters(each.body, frame), frame)
            if params != 0:
                rows.append(Row(_path(name, value, each), each.type_name, None, params, 0, 0))
    return rows


def _number(value: DimLike | None, frame: Frame) -> Number | None:
    if value is None:
        return None
    settled = frame.world.settle(value)
    return settled if isinstance(settled, int) else frame.world.show(settled)


def _place(parent: Layer, call: LayerCall) -> str:
    """The name under which the parent has a layer; how the code calls it, where it has it not."""
    for name, value in parent.body.children.items():
        if any(each is call.layer for each in tree.layers_in(value)):
            return _path(name, value, call.layer)
    return call.name


def _path(name: str, value: Value, layer: Layer | None) -> str:
    items: Iterable[tuple[object, Value]] = ()
    if isinstance(value, ListValue):
        items = enumerate(value.items)
    elif isinstance(value, DictValue):
        items = value.items.items()
    elif isinstance(value, RepeatValue):
        return f"{name}.*"
    for key, item in items:
        if any(each is layer for each in tree.layers_in(item)):
            return _path(f"{name}.{key}", item, layer)
    return name


def collapsed(rows: Iterable[Row]) -> list[Row]:
    """Rows in which equal neighbours are one: `blocks.0` to `blocks.11` are `blocks.0-11`, twelve times."""
    found: list[tuple[Row, list[str]]] = []
    for row in rows:
        if found and _alike(found[-1][0]) == _alike(row):
            found[-1][1].append(row.name)
        else:
            found.append((row, [row.name]))
    return [replace(row, name=_joined(names), count=len(names)) for row, names in found]


def _alike(row: Row) -> Row:
    """The row without what may differ between equal ones."""
    return replace(row, name="")


def _joined(names: list[str]) -> str:
    if len(set(names)) == 1:
        return names[0]
    head, dot, first = names[0].rpartition(".")
    other, _, last = names[-1].rpartition(".")
    if head == other and first.isdigit() and last.isdigit():
        return f"{head}{dot}{first}-{last}"
    return f"{names[0]} … {names[-1]}"
