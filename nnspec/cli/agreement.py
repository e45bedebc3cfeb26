"""`nnspec stub --compare`: whether the declarations of a spec say what their Python says."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nnspec.cli.trouble import Trouble
from nnspec.project import Project
from nnspec.reference.agreement import Declared, disagreements
from nnspec.semantics.evaluate.layers import parameters
from nnspec.semantics.evaluate.layers.tree import layers_in
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.values import DictValue, Layer, ListValue, Tensor, TupleValue, Value
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.targets import choose

if TYPE_CHECKING:
    from nnspec.project import Entry

Shapes = dict[str, tuple[int, ...]]


def compare(path: str) -> tuple[list[str], int]:
    """Where a spec and Python disagree, a line each, and how many declarations were compared.

    Signatures are compared for every `extern`; names and shapes of parameters for every `model` of the file, which is made.
    Raises Trouble where the spec has errors, or its Python cannot be imported.
    """
    entry = Project().entry(path)
    assert entry.report is not None
    if entry.scope is None or not entry.report.ok:
        raise Trouble(f"{path} has errors", hint=f"nnspec check {path}")
    declared = [
        each
        for each in entry.scope.file.declarations
        if isinstance(each, (ast.ExternModule, ast.ExternDef)) and each.places[0] != "Tensor"
    ]
    found = [each for one in declared for each in disagreements(one, _python(one))]
    found += [
        each
        for model in entry.scope.file.declarations
        if isinstance(model, ast.Model)
        for each in _parameters(model, entry, declared)
    ]
    return [f"{path}:{_place(span)}: {said}" for span, said in found], len(declared)


def _place(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{line}:{column}"


def _python(declared: Declared) -> Any:
    place = declared.places[0]
    try:
        module = import_module(place)
    except Exception as error:
        raise Trouble(f"cannot import {place}: {type(error).__name__}: {error}") from error
    if not hasattr(module, declared.name):
        raise Trouble(f"{place} has no {declared.name}")
    return getattr(module, declared.name)


def _parameters(
    model: ast.Model, entry: Entry, declared: list[Declared]
) -> Iterator[tuple[Span, str]]:
    """What differs between the parameters that a model is declared to have and those that it has.

    Raises Trouble where Python does not make it.
    """
    from nnspec.show import instance

    assert entry.scope is not None
    target = choose(entry.scope, model.name)
    run = new_run(Project().catalog, Recorder(), lambda diagnostic, depth: None)
    frame = Frame(run, target.scope)
    run.frames.append(frame)
    layer = instance.make(target, instance.Sizes({}), frame)
    # One of the language's own, or torch's, is what the checker says anyway.
    if not isinstance(layer, Layer) or layer.body.decl not in declared:
        return
    given = {name: _plain(layer.body.arguments[name]) for name in layer.spans}
    try:
        made = _python(layer.body.decl)(**given)
    except Exception as error:
        raise Trouble(f"`{model.name}` cannot be made: {type(error).__name__}: {error}") from error
    said = dict(_declared(layer, frame))
    named = getattr(made, "named_parameters", None)
    held = [] if named is None else named(remove_duplicate=False)
    real = {name: tuple(each.shape) for name, each in held}
    for name in sorted(set(said) | set(real)):
        if name not in real:
            yield model.name_span, f"`{model.name}` has no parameter `{name}` in Python"
        elif name not in said:
            yield model.name_span, f"`{model.name}` has a parameter `{name}` {list(real[name])} in Python, which is not declared"
        elif said[name] != real[name]:
            yield model.name_span, f"`{name}` of `{model.name}` is {list(real[name])} in Python, and {list(said[name])} here"


def _plain(value: Value) -> Any:
    """A value of the language as Python's own."""
    match value:
        case ListValue(items):
            return [_plain(each) for each in items]
        case TupleValue(items):
            return tuple(_plain(each) for each in items)
        case DictValue():
            return {key: _plain(each) for key, each in value.items.items()}
        case None | bool() | int() | float() | str():
            return value
    raise Trouble(
        f"{value!r} is neither a number, a text nor a list of these, so no model is made with it"
    )


def _declared(
    layer: Layer, frame: Frame, prefix: str = ""
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, parameter in layer.body.parameters.items():
        if parameter.kind == "param":
            tensor = parameters.tensor_of(layer.body, name, frame)
            if isinstance(tensor, Tensor) and tensor.dims is not None:
                yield prefix + name, tuple(int(str(dim)) for dim in tensor.dims)
    for name, child in layer.body.children.items():
        for path, inner in _named(name.removeprefix("*"), child):
            yield from _declared(inner, frame, f"{prefix}{path}.")


def _named(path: str, value: Value) -> Iterator[tuple[str, Layer]]:
    if isinstance(value, ListValue):
        for number, item in enumerate(value.items):
            yield from _named(f"{path}.{number}", item)
    elif isinstance(value, DictValue):
        for key, item in value.items.items():
            yield from _named(f"{path}.{key}", item)
    else:
        for layer in layers_in(value):
            if isinstance(layer, Layer):
                yield path, layer
