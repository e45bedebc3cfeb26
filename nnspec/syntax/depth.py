"""How deep a tree is: later stages walk it by recursion, so that has a limit."""

from __future__ import annotations

from nnspec.syntax.node import Node
from nnspec.syntax.walk import children

MAX_DEPTH = 200


def too_deep(root: Node) -> Node | None:
    """The first node that stands more than MAX_DEPTH nodes deep, if there is one."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return node
        waiting += [(child, depth + 1) for child in children(node)]
    return None
