"""Sequential, ModuleList, ModuleDict: layers made of layers."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import provenance
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.calling.chain import Call
from nnspec.semantics.evaluate.layers import keys
from nnspec.semantics.evaluate.run import CALL, Frame, tensor_unknown
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
    Spread,
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
        keys.look_at(given[0].value.items, "Sequential", None, given[0].span, frame)
        children = {str(k): v for k, v in given[0].value.items.items()}
        places = dict.fromkeys(children, given[0].span)
    elif len(given) == 1 and given[0].name is None and _is_unknown_dict(given[0].value):
        return Unknown("layer")
    else:
        places = {}
        for i, argument in enumerate(given):
            if isinstance(argument.value, Spread):
                return _with_spread(given, frame, span)
            key = argument.name if argument.name is not None else str(i)
            if argument.name is not None:
                keys.look_at((key,), "Sequential", None, argument.span, frame)
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


def _with_spread(given: list[Given], frame: Frame, span: Span) -> Value:
    """A Sequential of layers and of lists of symbolic length; their numbers are not known.

    As among the members of a module, the key of a list begins with `*`.
    """
    body = LayerBody(SEQUENTIAL, _SCOPE, {})
    for i, argument in enumerate(given):
        value = argument.value
        if isinstance(value, Spread):
            value = value.items
            one = value.element if isinstance(value, RepeatValue) else value
            if not isinstance(value, RepeatValue) or isinstance(one, (Unknown, Choice)):
                return Unknown("layer")
        else:
            one = value
        if not _is_layer(one):
            return _not_a_layer(one, argument.span, frame)
        if isinstance(one, (Unknown, Choice)):
            return Unknown("layer")
        body.children[f"*{i}" if isinstance(argument.value, Spread) or i else "0"] = value
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


def is_open(layer: Layer) -> bool:
    """Whether a Sequential has a list of symbolic length among its layers."""
    children = layer.body.children.values()
    return is_container(layer.body) and any(isinstance(c, RepeatValue) for c in children)


def only_list(layer: Layer) -> RepeatValue | None:
    """The list of symbolic length that a Sequential consists of, if it is no more than that."""
    children = list(layer.body.children.values())
    return children[0] if len(children) == 1 and isinstance(children[0], RepeatValue) else None


def attribute(body: LayerBody, name: str, layer: Layer | None) -> Value:
    """A named child of a Sequential."""
    from nnspec.semantics.evaluate.lookup import MISSING

    return body.children.get(name, MISSING)


def call(layer: Layer, given: list[Given], name: str, frame: Frame, span: Span) -> Value:
    """Run a value through the layers in order."""
    from nnspec.semantics.evaluate.calling import calls

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
            if isinstance(child, RepeatValue):
                value = _through(child, value, name, frame, span)
                continue
            made = child.made if isinstance(child, Layer) and child.made is not None else span
            label = _child_label(child_name, child, name)
            run.step(made, CALL)
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


def _through(layers: RepeatValue, value: Value, name: str, frame: Frame, span: Span) -> Value:
    """Run a value through a list of layers of symbolic length: a loop over them."""
    from nnspec.semantics.evaluate import conditions
    from nnspec.semantics.evaluate.calling import calls
    from nnspec.semantics.evaluate.looping import induction, loops, sequences

    if not loops.is_settled_later(layers, frame):
        return tensor_unknown()
    facts, demands = frame.world.facts, len(frame.run.demands)
    inner = frame.child(frame.scope, frame.stage, frame.definition)
    inner.body, inner.layer, inner.top = frame.body, frame.layer, frame.top
    inner.locals["input"] = value
    (layer,), count = sequences.rounds(layers, span, inner)
    made = layer.made if isinstance(layer, Layer) and layer.made is not None else span

    def one_round() -> list[dict[str, Value]]:
        given = [Given(None, inner.locals["input"], made)]
        result = calls.call_layer(layer, given, f"{name}[i]", inner, made)
        inner.locals = {"input": result}
        return [inner.locals]

    index = induction.index_of(layers, layer, inner)
    loops.follow(None, one_round, count, True, inner, index)
    conditions.leave(facts, demands, frame)
    return inner.locals["input"]


def _child_label(name: str, child: Value, parent: str) -> str:
    if isinstance(child, Layer):
        return f"{parent}[{name}]" if name.isdigit() else f"{parent}.{name}"
    return name
