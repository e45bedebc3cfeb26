"""Layers whose dtype nobody states: their weights are float32, as long as the whole model is not made in another one."""

from __future__ import annotations

from nnspec.semantics.describe import shape
from nnspec.semantics.evaluate.layers import made, parameters
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.rules import dtypes
from nnspec.semantics.values import Layer, LayerBody, ListValue, RepeatValue, Tensor, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnspec.semantics.evaluate.calling.matching import Callee


def agree(
    values: Mapping[str, Value], spans: Mapping[str, Span], inner: Frame, callee: Callee
) -> bool:
    """Whether the tensors, which are of known floating dtypes, are of that of the layer's weights; reports E0303.

    values: the arguments in question. What has no dtype in its type (`[B, 3]`) is of the weights' one.
    """
    body = inner.body
    assert body is not None
    norm = _is_norm(body)
    # An RMSNorm promotes as arithmetic does.
    wanted = None if norm and body.decl.name.startswith("RMS") else _of(body, inner)
    for name, value in values.items():
        assert isinstance(value, Tensor)
        if wanted in (None, value.dtype) or norm and dtypes.bits(value.dtype) == 16:
            continue
        inner.report(
            error(
                "E0303",
                f"`{callee.name}` has {wanted} weights, but is given {shape(inner.world, value)}",
                spans.get(name, callee.span),
                f"this is {value.dtype}",
                help=f"`.to({wanted})` converts it; a type without a dtype, such as `[B, 3]`, is of the dtype in which "
                "the model is made",
            )
        )
        return False
    return True


def _is_norm(body: LayerBody) -> bool:
    return isinstance(body.decl, ast.ExternModule) and body.decl.rule in made.NORMS


def _of(body: LayerBody, frame: Frame) -> str | None:
    """The dtype of the floating weights of a layer or of the layers in it; None where there are none.

    What a batch norm has counted are weights to it; a loss keeps its buffers as they are given.
    """
    batch = isinstance(body.decl, ast.ExternModule) and body.decl.rule == "batch_statistics"
    own = ("param", "buffer") if batch else ("param",)
    for name, parameter in body.parameters.items():
        tensor = parameters.tensor_of(body, name, frame) if parameter.kind in own else None
        if isinstance(tensor, Tensor) and dtypes.is_floating(tensor.dtype):
            return tensor.dtype
    for child in body.children.values():
        for layer in _layers(child):
            found = _of(layer.body, frame)
            if found is not None:
                return found
    return None


def _layers(value: Value) -> list[Layer]:
    match value:
        case Layer():
            return [value]
        case ListValue(items):
            return [layer for item in items for layer in _layers(item)]
        case RepeatValue(element):
            return _layers(element)
    return []
