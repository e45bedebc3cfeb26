"""The lines of a module's body that make layers and locals."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import patterns
from nnspec.semantics.evaluate.calling import constants
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import keys
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DictValue,
    ErrorValue,
    Layer,
    LayerType,
    ListValue,
    RepeatValue,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.syntax import ast


def submodule(item: ast.Submodule, inner: Frame) -> None:
    """`name = value`, `*name = value`, `*name`."""
    body = inner.body
    assert body is not None
    if item.value is None:
        value = body.arguments.get(item.name)
    else:
        value = evaluate(item.value, inner)
    value = _registered(value)
    inner.run.recorder.value(item, value)
    if not _holds_layers(value):
        _not_a_layer(item, value, inner)
    body.members[item.name] = value
    if not item.splat or not isinstance(value, DictValue):
        if type(value) is not Layer:
            keys.look(value, item.value, item.span, inner)
    else:
        taken = {n for n in body.children if n != item.name} | set(body.parameters)
        taken |= {m.name for m in body.decl.body if isinstance(m, ast.Def)}
        keys.look_at(value.items, "Module", item.value, item.span, inner, taken)
    if not item.splat:
        body.children[item.name] = value
    elif isinstance(value, ListValue):
        body.children.update({str(i): layer for i, layer in enumerate(value.items)})
    elif isinstance(value, DictValue):
        body.children.update({str(k): layer for k, layer in value.items.items()})
    elif isinstance(value, (RepeatValue, Unknown)):
        body.children[f"*{item.name}"] = value
    elif not isinstance(value, ErrorValue):
        inner.report(
            error(
                "E0501",
                f"`*{item.name}` takes a list or a dict of layers, not {describe(inner.world, value)}",
                item.name_span,
            )
        )


def _registered(value: Value) -> Value:
    """The value of a member as torch's containers hold it: a tuple of layers is a list, at any depth."""
    match value:
        case TupleValue(items):
            return ListValue(tuple(map(_registered, items)))
        case ListValue(items):
            return ListValue(tuple(map(_registered, items)))
        case DictValue():
            return DictValue({key: _registered(item) for key, item in value.items.items()})
        case RepeatValue(element, count, where):
            return RepeatValue(_registered(element), count, where)
        case Choice(options):
            return Choice(tuple(map(_registered, options)))
    return value


def _holds_layers(value: Value) -> bool:
    match value:
        case None | Layer() | ErrorValue() | Unknown():
            return True
        case ListValue(items) | TupleValue(items):
            return all(_holds_layers(i) for i in items)
        case DictValue():
            return all(_holds_layers(i) for i in value.items.values())
        case RepeatValue(element):
            return _holds_layers(element)
        case Choice(options):
            return all(_holds_layers(o) for o in options)
    return False


def _not_a_layer(item: ast.Submodule, value: Value, inner: Frame) -> None:
    assert item.value is not None
    text = item.value.span.text
    if isinstance(value, LayerType):
        help = f"call it: `{item.name} = {text}(...)`"
    else:
        help = f"a value that is not a layer is declared with `let`: `let {item.name} = {text}`"
    inner.report(
        error(
            "E0501",
            f"`{item.name}` is declared as a layer, but is {describe(inner.world, value)}",
            item.value.span,
            help=help,
        )
    )


def let(item: ast.Let, inner: Frame) -> None:
    """`let target = value`: a static local of the module."""
    body = inner.body
    assert body is not None
    library = type(body.decl) is ast.ExternModule
    value = constants.value(item.value, inner) if library else evaluate(item.value, inner)
    saved = inner.locals
    inner.locals = {}
    patterns.bind(item.target, value, inner)
    body.members.update(inner.locals)
    inner.locals = saved
