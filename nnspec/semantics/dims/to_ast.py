"""A dim as a Python syntax tree, for emitted code."""

from __future__ import annotations

import ast
from collections.abc import Callable

from nnspec.semantics.dims.layout import Node, layout
from nnspec.semantics.dims.polynomial import Dim

_OPERATORS: dict[str, type[ast.operator]] = {
    "*": ast.Mult,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
}


def to_ast(dim: Dim, name: Callable[[str], ast.expr]) -> ast.expr:
    """The expression of a dim; `name` gives the expression for a symbol by its full name."""
    return _expression(layout(dim), name)


def _expression(node: Node, name: Callable[[str], ast.expr]) -> ast.expr:
    if isinstance(node, int):
        if node < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-node))
        return ast.Constant(node)
    if isinstance(node, str):
        return name(node)
    if node.op == "-":
        return ast.UnaryOp(ast.USub(), _expression(node.args[0], name))
    if node.op in ("max", "min"):
        args = [_expression(arg, name) for arg in node.args]
        return ast.Call(ast.Name(node.op, ast.Load()), args, [])
    result = _expression(node.args[0], name)
    for arg in node.args[1:]:
        if node.op != "+":
            result = ast.BinOp(result, _OPERATORS[node.op](), _expression(arg, name))
        elif not isinstance(arg, int | str) and arg.op == "-":
            result = ast.BinOp(result, ast.Sub(), _expression(arg.args[0], name))
        else:
            result = ast.BinOp(result, ast.Add(), _expression(arg, name))
    return result
