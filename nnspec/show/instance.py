"""One instance of a target, made and called with the sizes that are given, and with symbols for the others."""

from __future__ import annotations

from collections.abc import Mapping

from nnspec.semantics import assertions, general, instances
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling import calls, expansion, matching, userdefs
from nnspec.semantics.evaluate.calling.binding import Given, has_default
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.layers import modules
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Choice, Function, Layer, Tensor, Value
from nnspec.syntax import ast
from nnspec.targets import Target, TargetError


class Sizes:
    """The numbers that are given for names of sizes and of integer hyperparameters.

    used: those that something is called by.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = numbers
        self.used: set[str] = set()

    def of(self, name: str) -> int | None:
        """The number of a name."""
        number = self.numbers.get(name)
        if number is not None:
            self.used.add(name)
        return number

    def put(self, inner: Frame) -> None:
        """Numbers in place of the symbols of dimensions."""
        for name, size in inner.dims.items():
            if isinstance(size, tuple):
                # The axes of a `*N` are N0, N1, ...
                axes = [each if isinstance(each, int) else self.of(str(each)) for each in size]
                inner.dims[name] = tuple(
                    size[i] if axis is None else axis for i, axis in enumerate(axes)
                )
                continue
            number = self.of(name)
            if number is not None:
                inner.dims[name] = number


def make(target: Target, sizes: Sizes, frame: Frame) -> Value:
    """The layer of a target. Raises TargetError where it needs a hyperparameter that nothing gives."""
    declaration = target.declaration
    if isinstance(declaration, ast.Def):
        raise TargetError(f"`{target.name}` is a function: show a model or a module")
    params = target.signature.params if target.signature is not None else ()
    numbers = [(param, sizes.of(param.name)) for param in params]
    given = [Given(p.name, n, p.span) for p, n in numbers if n is not None]
    if isinstance(declaration, ast.Model):
        line = declaration.value
        return modules.model(
            declaration,
            target.scope,
            frame,
            (lambda inner: instances.made(line, target.signature, given, inner)) if given else None,
        )
    for param, number in numbers:
        if number is None and not has_default(param):
            if not isinstance(param.type, ast.NamedType) or param.type.name != "int":
                raise TargetError(
                    f"`{target.name}` needs {param.name}: show a model that says what it is"
                )
            frame.world.facts = frame.world.facts.declare(param.name, 1)
            given.append(Given(param.name, Dim.symbol(param.name), param.span))
    return modules.construct(declaration, target.scope, given, frame, declaration.name_span)


def call(layer: Layer, target: Target, sizes: Sizes, frame: Frame) -> dict[str, Value]:
    """Call the forward with what is said of its arguments; gives these.

    They stand in its signature; optional ones are absent. Where it says no shapes, as that of a Sequential, the first
    line about the target in a `check` block says them. Raises TargetError where there is none.
    """
    body = layer.body.decl.body if isinstance(layer.body.decl, ast.Module) else ()
    forward = next((m for m in body if isinstance(m, ast.Def) and m.name == "forward"), None)
    if forward is not None and general.is_typed(forward.signature, frame):
        given = _by_signature(layer, forward, sizes, frame)
        span = forward.name_span
    else:
        line = _checked(target)
        span, given = line.span, _by_check(line, sizes, frame)
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


def _by_check(line: ast.MethodCheck, sizes: Sizes, frame: Frame) -> list[Given]:
    inner = assertions.symbols(line, frame)
    sizes.put(inner)
    values = [assertions.stand_in(each, inner) for each in line.args]
    return [
        Given(each.name, value.options[0] if isinstance(value, Choice) else value, each.span)
        for each, value in zip(line.args, values, strict=True)
    ]


def _by_signature(layer: Layer, forward: ast.Def, sizes: Sizes, frame: Frame) -> list[Given]:
    signature = forward.signature
    inner = userdefs.frame_of(Function(forward, layer.body.scope, layer), frame)
    world = {p.name: _alternative(p, inner) for p in signature.params if p.kind != "star"}
    rank = next(general.ranks(signature, inner))
    general.bind_dims(signature, world, rank, inner)
    sizes.put(inner)
    values: dict[str, Value] = {}
    for param in sorted(signature.params, key=lambda p: not isinstance(p.type, ast.NamedType)):
        if param.kind == "star" or param.default is not None:
            continue
        number = sizes.of(param.name)
        values[param.name] = (
            general.argument(param.name, world[param.name], inner) if number is None else number
        )
        inner.locals[param.name] = values[param.name]
    place = Callee("forward", forward.name_span, None, library=False)
    plain = {name: value for name, value in values.items() if not isinstance(value, Tensor)}
    matching.match(signature, plain, {}, inner, place, assume_where=True)
    spans = {param.name: param.span for param in signature.params}
    ordered = [p.name for p in signature.params if p.name in values]
    return [Given(name, values[name], spans[name]) for name in ordered]


def _alternative(param: ast.Param, inner: Frame) -> ast.TypeExpr | None:
    """One of the ways to call: without what may be absent, else the first of the options."""
    assert param.type is not None
    return general.alternatives(expansion.expanded(param.type, inner))[
        -1 if isinstance(param.type, ast.OptionalType) else 0
    ]
