"""Sequential, ModuleList, ModuleDict: layers made of layers."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import provenance
from nnspec.semantics.evaluate.binding import Given
from nnspec.semantics.evaluate.chain import Call
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.nature import kind
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    ErrorValue,
    Function,
    Layer,
    LayerBody,
    LayerType,
    LibraryFunction,
    ListValue,
    RepeatValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Source, Span
from nnspec.syntax import ast

_NOWHERE = Span(Source("<library>", ""), 0, 0)
_SIGNATURE = ast.Signature(_NOWHERE, (), None, ())
SEQUENTIAL = ast.ExternModule(
    _NOWHERE, "Sequential", _SIGNATURE, ("torch.nn",), None, None, (), _NOWHERE
)
_SCOPE = FileScope(ast.File(_NOWHERE, _NOWHERE.source, None, ()), "<library>")


def is_container(body: LayerBody) -> bool:
    """Whether the layer is a Sequential."""
    return body.decl is SEQUENTIAL


def construct(kind: str, given: list[Given], frame: Frame, span: Span) -> Value:
    """`Sequential(...)`, `ModuleList([...])`, `ModuleDict({...})`."""
    if any(isinstance(a.value, ErrorValue) for a in given):
        return ERROR
    if kind == "ModuleList":
        return given[0].value if given else ListValue(())
    if kind == "ModuleDict":
        return given[0].value if given else DictValue({})
    children: dict[str, Value] = {}
    if len(given) == 1 and given[0].name is None and isinstance(given[0].value, DictValue):
        children = {str(k): v for k, v in given[0].value.items.items()}
        places = dict.fromkeys(children, given[0].span)
    elif len(given) == 1 and given[0].name is None and _is_unknown_dict(given[0].value):
        return Unknown("layer")
    else:
        places = {}
        for i, argument in enumerate(given):
            key = argument.name if argument.name is not None else str(i)
            children[key] = argument.value
            places[key] = argument.span
    for key, value in children.items():
        if not _is_layer(value):
            return _not_a_layer(value, places[key], frame)
    if any(isinstance(v, (Unknown, Choice)) for v in children.values()):
        return Unknown("layer")
    body = LayerBody(SEQUENTIAL, _SCOPE, {})
    body.children.update(children)
    return Layer(body, span, maker=frame.layer)


def _is_unknown_dict(value: Value) -> bool:
    return isinstance(value, Unknown) and value.kind in ("dict", "any")


def _is_layer(value: Value) -> bool:
    if isinstance(value, Choice):
        return all(_is_layer(o) for o in value.options)
    return isinstance(value, Layer) or (
        isinstance(value, Unknown) and value.kind in ("layer", "any")
    )


def _not_a_layer(value: Value, span: Span, frame: Frame) -> Value:
    help = None
    if isinstance(value, LayerType):
        help = f"call it: `{value.decl.name}()`"
    elif isinstance(value, LibraryFunction):
        layer = {"relu": "ReLU", "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "selu": "SELU"}.get(
            value.name, value.name.title().replace("_", "")
        )
        help = f"use the layer `{layer}()`" if frame.run.catalog.layer(layer) is not None else None
    elif isinstance(value, (ListValue, RepeatValue)):
        help = "spread the list with `*`"
    elif isinstance(value, Function):
        help = "a Sequential holds layers: write a module around the function"
    return frame.report(
        error(
            "E0511",
            f"a Sequential holds layers, but this is {describe(frame.world, value)}",
            span,
            help=help,
        )
    )


def layers_of(layer: Layer) -> list[Value] | None:
    """The layers of a Sequential in order; None for other layers."""
    return list(layer.body.children.values()) if is_container(layer.body) else None


def attribute(body: LayerBody, name: str, layer: Layer | None) -> Value:
    """A named child of a Sequential."""
    from nnspec.semantics.evaluate.lookup import MISSING

    return body.children.get(name, MISSING)


def call(layer: Layer, given: list[Given], name: str, frame: Frame, span: Span) -> Value:
    """Run a value through the layers in order."""
    from nnspec.semantics.evaluate import calls

    if len(given) != 1 or given[0].name not in (None, "input"):
        return frame.report(
            error(
                "E0402",
                f"`{name}` is a Sequential: it takes one value, but {len(given)} are given",
                span,
            )
        )
    outer = given[0].value
    inputs = tuple(provenance.tensors_in((outer,)))
    value = provenance.passing(outer, name, given[0].span)
    key = (layer.body, value, kind(value), frame.world.facts, "sequential")
    run = frame.run
    known = run.results.get(key)
    if known is not None:
        run.cost.flops = run.cost.flops + known[1]
        run.cost.memory = run.cost.memory + known[2]
        return provenance.leave(known[0], inputs, name, span, layer)
    before = run.cost.flops, run.cost.memory
    run.cost.flops = run.cost.memory = 0
    run.chain.append(Call("called", name, layer.type_name, span, frame, {"input": outer}, layer))
    run.sites.append(span)
    try:
        for child_name, child in layer.body.children.items():
            made = child.made if isinstance(child, Layer) and child.made is not None else span
            label = _child_label(child_name, child, name)
            value = calls.call_layer(child, [Given(None, value, made)], label, frame, made)
            if isinstance(value, ErrorValue):
                break
    finally:
        run.chain.pop()
        run.sites.pop()
    flops, memory = run.cost.flops, run.cost.memory
    run.cost.flops, run.cost.memory = before[0] + flops, before[1] + memory
    run.results[key] = (value, flops, memory)
    return provenance.leave(value, inputs, name, span, layer)


def _child_label(name: str, child: Value, parent: str) -> str:
    if isinstance(child, Layer):
        return f"{parent}[{name}]" if name.isdigit() else f"{parent}.{name}"
    return name
