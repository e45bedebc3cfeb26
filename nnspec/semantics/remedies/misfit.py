"""What a layer wants of an argument, and what it is given instead."""

from __future__ import annotations

from nnspec.record import Record
from nnspec.semantics.evaluate.calling import matching
from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.proposal import Maker
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.sizes import number, numbers
from nnspec.semantics.values import DimLike, Layer, ListValue, Tensor, TupleValue, Value
from nnspec.syntax import ast


class Misfit(Record, eq=False):
    """What a layer was given and wants.

    given: the argument's expression; shape: its sizes; axis: the one at fault; wanted: its size by the
        hyperparameter of that name.
    maker: where the layer is made, if that is in this file.
    """

    given: ast.Expr
    shape: tuple[int, ...]
    axis: int
    wanted: int
    name: str
    maker: Maker | None


def find(site: Site) -> Misfit | None:
    """The argument at which the mistake is told, if its layer wants another size of it."""
    callee = site.callee(site.node) if site.node is not None else None
    given = argument(site)
    value = site.value(given) if given is not None else None
    if not isinstance(callee, Layer) or not isinstance(value, Tensor) or given is None:
        return None
    dims = value.dims
    if dims is None:
        return None
    sizes = numbers(dims)
    forward = next(
        (m for m in callee.body.decl.body if isinstance(m, ast.Def) and m.name == "forward"), None
    )
    if forward is None or callee.made is None:
        return None
    over = sizes_of(callee.body.arguments.get("normalized_shape"))
    if over and len(over) <= len(sizes) and over != sizes[-len(over) :]:
        at = next(i for i in range(-len(over), 0) if over[i] != sizes[i])
        makers = flow.made_by(callee, site)
        maker = makers[0] if makers else None
        return Misfit(given, sizes, len(sizes) + at, over[at], "normalized_shape", maker)
    channels = _channels(callee, len(sizes))
    counted = callee.body.arguments.get(channels[0]) if channels is not None else None
    if channels is not None and isinstance(counted, DimLike):
        makers = flow.made_by(callee, site)
        maker = makers[0] if makers else None
        return Misfit(given, sizes, channels[1], number(counted), channels[0], maker)
    for param in forward.signature.params:
        if not isinstance(param.type, ast.TensorType) or not _has_rank(param.type, len(dims)):
            continue
        for dim, axis in matching.axes(param.type, value):
            if not isinstance(dim, ast.Name) or isinstance(axis, slice):
                continue
            size = callee.body.arguments.get(dim.id)
            if isinstance(size, DimLike) and size != dims[axis]:
                makers = [m for m in flow.made_by(callee, site) if m.takes(dim.id)]
                maker = makers[0] if makers else None
                return Misfit(given, sizes, axis, number(size), dim.id, maker)
    return None


def _channels(callee: Layer, rank: int) -> tuple[str, int] | None:
    """What counts the channels of a layer whose signature leaves it to its rule, and on which axis they are."""
    if callee.type_name.startswith("InstanceNorm"):
        return "num_features", rank - int(callee.type_name[-2]) - 1
    if callee.type_name.startswith("BatchNorm"):
        return "num_features", 1
    if callee.type_name == "GroupNorm" and callee.body.arguments.get("affine") is not False:
        return "num_channels", 1
    return None


def sizes_of(value: Value) -> tuple[int, ...] | None:
    """A size, or a tuple or list of sizes."""
    items = value.items if isinstance(value, (TupleValue, ListValue)) else (value,)
    return numbers(items) if all(isinstance(i, DimLike) for i in items) else None


def _has_rank(type_: ast.TensorType, rank: int) -> bool:
    stars = sum(isinstance(d, ast.Starred) for d in type_.dims)
    return len(type_.dims) - stars <= rank if stars == 1 else len(type_.dims) == rank


def argument(site: Site) -> ast.Expr | None:
    """The argument at which the mistake is told."""
    node, span = site.node, site.mistake.span
    if isinstance(node, ast.Pipe):
        return node.value
    if isinstance(node, ast.Call):
        return next((a.value for a in node.args if inside(span, a.value.span)), None)
    return None
