"""Comments that tell the shape of what a line has made."""

from __future__ import annotations

import ast as py

from nnspec.ir.context import Frame
from nnspec.ir.walk import nodes
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import Tensor, Value
from nnspec.syntax import ast

LONGEST = 60


def comment(statement: py.stmt, node: ast.Statement, value: ast.Expr, frame: Frame) -> None:
    """Hang the shape on a statement, unless something that went into it has the same shape."""
    text = _promised(node, frame) or frame.file.checked.shapes.get(node)
    if text is None or len(text) > LONGEST:
        return
    made = frame.file.value(value)
    if isinstance(made, Tensor) and any(same(made, before) for before in inputs(value, frame)):
        return
    statement.comment = text  # type: ignore[attr-defined]


def _promised(node: ast.Statement, frame: Frame) -> str | None:
    """What the signature says of a result, in its own words."""
    if not isinstance(node, ast.Return) or frame.definition is None:
        return None
    result = frame.definition.signature.result
    if not isinstance(result, ast.TensorType) or any(isinstance(d, ast.Hole) for d in result.dims):
        return None
    return " ".join(result.span.text.split()) if node in frame.file.checked.shapes else None


def between(statement: py.stmt, before: Value, after: Value) -> None:
    """Hang the shape on a statement in the middle of a pipeline, if it has changed."""
    if isinstance(after, Tensor) and after.dims is not None and not same(before, after):
        text = shown(after)
        if len(text) <= LONGEST:
            statement.comment = text  # type: ignore[attr-defined]


def same(one: Value, other: Value) -> bool:
    """Whether two tensors are of equal shape."""
    return isinstance(one, Tensor) and isinstance(other, Tensor) and one.dims == other.dims


def inputs(expr: ast.Expr, frame: Frame) -> list[Tensor]:
    """The tensors among the locals and arguments that an expression reads."""
    found = []
    for node in nodes(expr):
        if isinstance(node, ast.Name):
            value = frame.file.value(node)
            if isinstance(value, Tensor) and frame.file.binding(node).kind in (
                Kind.LOCAL,
                Kind.ARGUMENT,
            ):
                found.append(value)
    return found


def shown(tensor: Tensor) -> str:
    """`[B, 6, H // 2]`."""
    assert tensor.dims is not None
    return "[" + ", ".join(str(dim) for dim in tensor.dims) + "]"
