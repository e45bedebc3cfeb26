"""Wrapped layers, of which a parameter is computed from others: `weight_norm(Conv1d(...))`.

As in torch, the layer itself changes, under all of its names; its type stays, and its calls are what they were.
"""

from __future__ import annotations

from math import prod

from nnspec.diagnostics.spelling import did_you_mean
from nnspec.diagnostics.suggest import nearest
from nnspec.semantics.dims import dim_max
from nnspec.semantics.evaluate import attributes, lookup
from nnspec.semantics.evaluate.calling import binding, externs, matching, mismatches
from nnspec.semantics.evaluate.calling.binding import Bound
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Layer,
    LayerBody,
    Parameter,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

# Layers whose outputs are not the first axis of their weight.
_TRANSPOSED = ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")
# What takes the place of a parameter: names and kinds, each with its size where that is known.
Parts = list[tuple[str, str, tuple[DimLike, ...] | None]]


def wrap(decl: ast.ExternDef, bound: Bound, name: str, frame: Frame, span: Span) -> Value:
    """Change a layer as a wrapper of torch.nn.utils.parametrizations does; the layer is the result."""
    values, run = bound.values, frame.run
    inner = Frame(run, run.catalog.scope_of(decl), frame.stage, definition=decl)
    binding.fill(decl.signature, bound, inner)
    inner.locals.update(values)
    callee = Callee(name, span, None, True)
    if any(isinstance(value, ErrorValue) for value in values.values()):
        return ERROR
    if not matching.match(decl.signature, values, bound.spans, inner, callee):
        return ERROR
    if not externs.requirements_hold(decl.body, bound, inner, callee):
        return ERROR
    layer, wanted = values["module"], values["name"]
    if layer is None:
        param = decl.signature.params[0]
        assert param.type is not None
        place = bound.spans.get("module", span)
        mismatches.kind(param, param.type, layer, place, callee, frame)
        return ERROR
    if not isinstance(layer, Layer) or not isinstance(wanted, str):
        return layer if isinstance(layer, Unknown) else Unknown("layer")
    tensor = _parameter(layer, wanted, bound, callee, frame)
    if tensor is None or not _is_made_here(layer, bound, callee, frame):
        return ERROR
    key = ("wrapped", decl, layer.body, *(values[p.name] for p in decl.signature.params[1:]))
    body = run.bodies.get(key)
    if body is None:
        parts = _parts(decl.name, layer, tensor, bound, callee, frame)
        if parts is None:
            return ERROR
        body = run.bodies[key] = _computed(layer.body, wanted, tensor, decl.name, parts, frame)
    object.__setattr__(layer, "body", body)
    return layer


def add_cost(body: LayerBody, frame: Frame) -> None:
    """Count what a call of the layer computes its parameters with: `orthogonal` multiplies by its `base`."""
    cost = frame.run.cost
    for name, parameter in body.parameters.items():
        tensor = parameter.tensor
        if name.endswith(".base") and tensor is not None and tensor.dims is not None:
            whole = body.members[name.split(".")[1]]
            if isinstance(whole, Tensor) and whole.dims is not None:
                cost.flops = cost.flops + 2 * prod(whole.dims, start=tensor.dims[-1])


def _parameter(
    layer: Layer, wanted: str, bound: Bound, callee: Callee, frame: Frame
) -> Tensor | None:
    """The parameter, or buffer, that is wrapped; None where the layer has none of that name."""
    body = layer.body
    if wanted in body.parameters or any(name == wanted for name, _ in body.wrapped):
        value = attributes.member(body, wanted, frame, layer)
        return value if isinstance(value, Tensor) else tensor_unknown()
    absent = body.members.get(wanted, lookup.MISSING) is None
    names = [name for name in body.parameters if "." not in name]
    said = f"the `{wanted}` of this `{layer.type_name}` is None" if absent else ""
    frame.report(
        error(
            "E0427",
            said
            or f"`{layer.type_name}` has no parameter `{wanted}` that `{callee.name}` could compute",
            bound.spans.get("name", bound.spans.get("module", callee.span)),
            help=did_you_mean(nearest(wanted, names)) or _listed(names),
        )
    )
    return None


def _listed(names: list[str]) -> str:
    return f"it has {', '.join(f'`{name}`' for name in names)}" if names else "it has no parameters"


def _is_made_here(layer: Layer, bound: Bound, callee: Callee, frame: Frame) -> bool:
    """Whether nothing that is finished holds the layer: equal layers share what is in them."""
    makers = {id(each.layer) for each in frame.run.frames}
    if layer.maker is None or id(layer.maker) in makers:
        return True
    frame.report(
        error(
            "E0405",
            f"this `{layer.type_name}` is a part of a `{layer.maker.type_name}`, and `{callee.name}` changes the layer itself",
            bound.spans.get("module", callee.span),
            help=f"wrap it where `{layer.maker.type_name}` makes it",
        )
    )
    return False


def _parts(
    function: str, layer: Layer, tensor: Tensor, bound: Bound, callee: Callee, frame: Frame
) -> Parts | None:
    """What takes the place of the parameter; None where a mistake was reported."""
    dims, values, wanted = tensor.dims, bound.values, bound.values["name"]
    before = [other for name, other in layer.body.wrapped if name == wanted]
    # Neither splits, or sets out from, what is computed; torch takes it, and fails when the layer is called.
    alone = function == "weight_norm" or (
        function == "orthogonal" and values["use_trivialization"] is not False
    )
    if before and alone:
        frame.report(
            error(
                "E0405",
                f"`{wanted}` is computed by `{before[-1]}` already, of which `{function}` can make nothing",
                bound.spans.get("module", callee.span),
                help=(
                    f"put `{function}` inside `{before[0]}`"
                    if before[0] == "spectral_norm"
                    else None
                ),
            )
        )
        return None
    if function == "weight_norm":
        axis = _axis(values["dim"], dims, bound, callee, frame, none=-1)
        if isinstance(axis, ErrorValue):
            return None
        return [("original0", "param", _norms(dims, axis)), ("original1", "param", dims)]
    original: Parts = [] if before else [("original", "param", dims)]
    place = len(before)
    if function == "spectral_norm":
        axis = values["dim"]
        if axis is None:
            axis = 1 if layer.type_name in _TRANSPOSED else 0
        axis = _axis(axis, dims, bound, callee, frame)
        if isinstance(axis, ErrorValue):
            return None
        if dims is not None and len(dims) < 2:
            return original
        matrix = _as_matrix(dims, axis)
        return [
            *original,
            (f"{place}._u", "buffer", matrix[0]),
            (f"{place}._v", "buffer", matrix[1]),
        ]
    if dims is not None and len(dims) < 2:
        frame.report(
            error(
                "E0302",
                f"`orthogonal` takes a matrix, and `{wanted}` is {frame.world.show_shape(dims)}",
                bound.spans.get("name", bound.spans.get("module", callee.span)),
            )
        )
        return None
    if values["use_trivialization"] is not True:
        return original
    side = None if dims is None else dim_max(*dims[-2:])
    base = None if dims is None or side is None else (*dims[:-2], side, side)
    return [*original, (f"{place}.base", "buffer", base)]


def _axis(
    axis: Value,
    dims: tuple[DimLike, ...] | None,
    bound: Bound,
    callee: Callee,
    frame: Frame,
    none: int | None = None,
) -> Value:
    """The axis counted from the front; None for the whole tensor, which `none` means too."""
    if axis is None or axis == none:
        return None
    if not isinstance(axis, int) or dims is None:
        return axis
    if -len(dims) <= axis < len(dims):
        return axis % len(dims)
    wanted = bound.values["name"]
    return frame.report(
        error(
            "E0305",
            f"`{callee.name}`: {frame.world.show_shape(dims)} has no axis {axis}",
            bound.spans.get("dim", bound.spans.get("name", callee.span)),
            f"`{wanted}` has the axes {-len(dims)} to {len(dims) - 1}",
        )
    )


def _norms(dims: tuple[DimLike, ...] | None, axis: Value) -> tuple[DimLike, ...] | None:
    if axis is None:
        return ()
    if dims is None or not isinstance(axis, int):
        return None
    return tuple(dim if at == axis else 1 for at, dim in enumerate(dims))


def _as_matrix(
    dims: tuple[DimLike, ...] | None, axis: Value
) -> tuple[tuple[DimLike, ...] | None, tuple[DimLike, ...] | None]:
    """The sizes of the two vectors that go with a tensor as a matrix, whose rows are an axis."""
    if dims is None or not isinstance(axis, int):
        return None, None
    others: DimLike = prod(dim for at, dim in enumerate(dims) if at != axis)
    return (dims[axis],), (others,)


def _computed(
    body: LayerBody, wanted: str, tensor: Tensor, function: str, parts: Parts, frame: Frame
) -> LayerBody:
    """The body of the layer with what takes the place of the parameter."""
    kind = body.parameters[wanted].kind if wanted in body.parameters else "param"
    parameters = {name: each for name, each in body.parameters.items() if name != wanted}
    for name, what, dims in parts:
        full = f"parametrizations.{wanted}.{name}"
        made = tensor_unknown() if dims is None else Tensor(tensor.dtype, dims)
        parameters[full] = Parameter(full, kind if what == "param" else what, made, None)
    found = LayerBody(
        body.decl,
        body.scope,
        body.arguments,
        {**body.members, wanted: tensor},
        body.children,
        parameters,
        body.ties,
        (*body.wrapped, (wanted, function)),
    )
    family, pending = frame.run.recorder.family, frame.run.pending
    for name in parameters:
        if (body, name) in family:
            family[found, name] = family[body, name]
    if body in pending:
        pending[found] = pending[body]
    return found
