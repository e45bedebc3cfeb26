"""`param`, `buffer`, `const`: names, shapes, and what they start as."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import conditions, provenance
from nnspec.semantics.evaluate.calling import results
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import initialisers, made
from nnspec.semantics.evaluate.looping.comprehensions import run_clauses
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.values import (
    Choice,
    LayerBody,
    Parameter,
    Relation,
    Tensor,
    Value,
)
from nnspec.syntax import ast


def declare(item: ast.ParamDecl, inner: Frame) -> None:
    """Register a parameter, or a family of them, with the layer."""
    body = inner.body
    assert body is not None
    if isinstance(item.name, str):
        _declare_one(item, item.name, inner)
        return
    family = Frame(
        inner.run,
        inner.scope,
        "build",
        dict(inner.locals),
        {},
        inner.body,
        inner.layer,
        inner.definition,
    )

    def element() -> None:
        assert isinstance(item.name, ast.FString)
        name = evaluate(item.name, family)
        if isinstance(name, str):
            _declare_one(item, name, family)

    count: list[Value] = []
    run_clauses(item.clauses, 0, family, element, count, [])


def _declare_one(item: ast.ParamDecl, name: str, inner: Frame) -> None:
    body = inner.body
    assert body is not None
    if item.condition is not None:
        test = conditions.truth(evaluate(item.condition, inner), item.condition, inner)
        test = conditions.settle_build(test, inner)
        if test is False:
            body.members[name] = None
            return
        if test is not True:
            tensor = _tensor(item, name, inner)
            body.members[name] = Choice((None, tensor if tensor is not None else tensor_unknown()))
            return
    if isinstance(body.decl, ast.ExternModule):
        # Shapes of a library layer may wait for the size of a `_`: they are worked out when asked for.
        body.parameters[name] = Parameter(name, item.kind, None, item)
        inner.run.recorder.family[body, name] = dict(inner.locals)
        return
    tensor = _tensor(item, name, inner)
    if tensor is not None:
        for dim in tensor.dims or ():
            inner.world.used_as_sizes(Relation(dim, ">=", 1))
    if tensor is None and item.value is not None:
        value = initialisers.value_of(item.value, None, inner)
        tensor = value if isinstance(value, Tensor) else tensor_unknown()
    elif item.value is not None and tensor is not None:
        initialisers.check(item.value, tensor, name, inner)
    parameter = Parameter(name, item.kind, tensor or tensor_unknown(), item)
    body.parameters[name] = parameter
    inner.run.recorder.value(item, parameter.tensor)


def _tensor(item: ast.ParamDecl, name: str, inner: Frame) -> Tensor | None:
    if item.type is None:
        return None
    dtype = made.of(inner.body) if inner.body is not None else None
    value = results.value_of(item.type, inner, dtype or "float32")
    value = provenance.declared(value, name, item.type.span)
    return value if isinstance(value, Tensor) else None


def tensor_of(body: LayerBody, name: str, frame: Frame) -> Value:
    """The tensor of a layer's parameter."""
    parameter = body.parameters[name]
    if parameter.tensor is not None:
        # What a wrapper has made may wait for the size of a `_` as well.
        dims = parameter.tensor.dims if parameter.decl is None else None
        if dims is None:
            return parameter.tensor
        return parameter.tensor.with_(tuple(map(frame.world.settle, dims)))
    assert parameter.decl is not None
    inner = frame.child(body.scope, "build", body.decl)
    inner.body = body
    inner.locals.update(body.arguments)
    inner.locals.update(body.members)
    inner.locals.update(frame.run.recorder.family.get((body, name), {}))
    tensor = _tensor(parameter.decl, name, inner)
    if tensor is None:
        return tensor_unknown()
    dims = tensor.dims
    if dims is not None:
        dims = tuple(frame.world.settle(d) for d in dims)
        tensor = tensor.with_(dims, tensor.origins)
        if not any(isinstance(d, Dim) and frame.world.is_open(d) for d in dims):
            parameter.tensor = tensor
    return tensor
