"""The nodes inside a node."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.syntax.node import Node


def children(node: Node) -> list[Node]:
    """The nodes directly inside `node`, in the order of the text."""
    found: list[Node] = []
    for value in node.__dict__.values():
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Node)]
    if len(found) > 1:
        # The fields of some nodes stand in another order than their text: `body if test else orelse`.
        found.sort(key=_start)
    return found


def walk(node: Node) -> Iterator[Node]:
    """`node` and all nodes inside it, each before its own, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(children(current))


def _start(node: Node) -> int:
    return node.span.start
