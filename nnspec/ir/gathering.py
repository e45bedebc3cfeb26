"""Lists that a def fills step by step: `ys = []`, then `ys += [y]`."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator

from nnspec.ir import build, calls, signatures
from nnspec.ir.context import Frame
from nnspec.ir.walk import nodes
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import (
    Function,
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast
from nnspec.syntax.node import Node


def hint(statement: ast.Assign, frame: Frame) -> py.expr | None:
    """The hint of an empty list, by what is added to it; None where that is not known."""
    target, value = statement.target, statement.value
    if not (isinstance(target, ast.Name) and isinstance(value, ast.List) and not value.items):
        return None
    if frame.definition is None or frame.file.binding(target).kind is not Kind.LOCAL:
        return None
    starts = 0
    item: Value = None
    for node in nodes(frame.definition):
        if isinstance(node, ast.Assign) and isinstance(node.target, ast.Name):
            if node.target.id == target.id:
                starts += node.op is None
                if node.op == "+" and isinstance(node.value, ast.List) and node.value.items:
                    item = frame.file.value(node.value.items[0])
    if starts != 1 or not isinstance(item, Tensor | Layer | Unknown | TupleValue):
        return None
    inner = signatures.hint_of_value(item, frame)
    if inner is None:
        return None
    return build.subscript(frame.file.names.builtin("list"), inner)


def is_gathered(target: ast.Expr, frame: Frame) -> bool:
    """Whether a list is this name's alone, so that a change of it is seen nowhere else."""
    if not isinstance(target, ast.Name) or frame.definition is None:
        return False
    if frame.file.binding(target).kind is not Kind.LOCAL:
        return False
    for parent, node in _outside_returns(frame.definition):
        if not (isinstance(node, ast.Name) and node.id == target.id):
            continue
        match parent:
            case ast.Assign(assigned, value, op) if node is assigned:
                if op != "+" and not (op is None and isinstance(value, ast.List)):
                    return False
            case ast.Index() | ast.For() | ast.Clause() | ast.Argument():
                pass
            case ast.Pipe(value, _) if node is value:
                pass
            case ast.Call(_, args) if any(a.value is node for a in args):
                pass
            case _:
                return False
    return not any(_hands_on(node, target.id, frame) for node in nodes(frame.definition))


def _hands_on(node: Node, name: str, frame: Frame) -> bool:
    """Whether a user's function gets the list, and may give it back."""
    if not isinstance(node, ast.Call):
        return False
    if not any(isinstance(a.value, ast.Name) and a.value.id == name for a in node.args):
        return False
    if not isinstance(calls.callee_of(node, node.func, frame, node.args), Function):
        return False
    return isinstance(frame.file.value(node), ListValue | RepeatValue | TupleValue | Unknown)


def _outside_returns(root: Node) -> Iterator[tuple[Node, Node]]:
    """All nodes with their parents, but for those in `return` lines, after which nothing changes."""
    stack = [root]
    while stack:
        parent = stack.pop()
        for name in parent.fields:
            value = getattr(parent, name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Node) and not isinstance(item, ast.Return):
                    yield parent, item
                    stack.append(item)
