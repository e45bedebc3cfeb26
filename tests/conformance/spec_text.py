"""Calls of the tables as users write them: a module whose forward has literal sizes, and says what comes out."""

from __future__ import annotations

import ast
import copy
from typing import Any

import torch

from tests.conformance import tables

# Another dtype for each: not what it could be meant for.
OTHER = {"float32": "int64", "float64": "float32", "int64": "float32", "bool": "int64"}


def written(node: ast.expr, result: str) -> str:
    """The spec whose forward makes the call on its arguments, and says that `result` comes out."""
    arguments: list[str] = []

    class Arguments(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            if isinstance(node.func, ast.Name) and node.func.id in tables.MAKERS:
                made = tables.value(node)
                name = f"x{len(arguments)}"
                arguments.append(f"{name}: {_of_tensor(made)}")
                return ast.Name(name, ast.Load())
            return self.generic_visit(node)

    body = ast.unparse(Arguments().visit(copy.deepcopy(node)))
    return (
        "module Call:\n"
        f"    def forward({', '.join(arguments)}) -> {result}:\n"
        f"        return {body}\n"
    )


def of(value: Any) -> str | None:
    """The type of what torch gives, as a spec states it; None where it has none."""
    match value:
        case torch.Tensor():
            return _of_tensor(value)
        case bool() | int() | float():
            return type(value).__name__
        case tuple() if value and not isinstance(value, torch.Size):
            parts = [of(v) for v in value]
            return (
                None
                if None in parts
                else "(" + ", ".join(map(str, parts)) + ("," * (len(parts) == 1)) + ")"
            )
    return None


def _of_tensor(
    tensor: torch.Tensor, sizes: list[int] | None = None, dtype: str | None = None
) -> str:
    dtype = dtype or str(tensor.dtype).removeprefix("torch.")
    sizes = list(tensor.shape) if sizes is None else sizes
    return f"{dtype}[{', '.join(map(str, sizes))}]"


def wrong_size(value: torch.Tensor, at: int) -> str:
    """The type with another size on an axis."""
    sizes = list(value.shape)
    sizes[at] += 1
    return _of_tensor(value, sizes)


def wrong_dtype(value: torch.Tensor) -> str:
    """The type with another dtype."""
    name = str(value.dtype).removeprefix("torch.")
    return _of_tensor(value, dtype=OTHER.get(name, "float64"))
