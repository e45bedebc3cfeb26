"""Going through a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.syntax import ast
from nnspec.syntax.node import Node


def nodes(root: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        yield node
        below: list[Node] = []
        for name in node.fields:
            value = getattr(node, name)
            if isinstance(value, Node):
                below.append(value)
            elif isinstance(value, tuple):
                below.extend(item for item in value if isinstance(item, Node))
        stack.extend(reversed(below))


def names_in(root: Node) -> Iterator[ast.Name]:
    """All names that stand in an expression, a statement or a type."""
    for node in nodes(root):
        if isinstance(node, ast.Name):
            yield node
