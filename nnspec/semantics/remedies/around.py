"""The nodes around a place, found without a look at all the others: a file may have thousands of mistakes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from nnspec.semantics.budget import budget
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import children

# From so many on, nodes beside each other are searched by where they begin.
MANY = 64


class Tree:
    """The syntax tree of a file, asked often."""

    def __init__(self, file: ast.File) -> None:
        self._file = file
        self._below: dict[ast.Node, tuple[list[ast.Node], list[int]]] = {}

    def around(self, span: Span) -> Iterator[ast.Node]:
        """The nodes in which a place lies, each before those inside it, without the file itself."""
        waiting = self._holding(self._file, span)
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(self._holding(node, span))

    def _holding(self, node: ast.Node, span: Span) -> list[ast.Node]:
        known = self._below.get(node)
        if known is None:
            nodes = children(node)
            known = self._below[node] = nodes, [each.span.start for each in nodes]
        nodes, starts = known
        first, last = 0, len(nodes)
        if last > MANY:
            # Where so many stand beside each other, one ends before the next but a few begins.
            last = bisect_right(starts, span.start)
            first = max(last - MANY, 0)
        budget.spend(last - first + 1)
        return [each for each in nodes[first:last] if inside(span, each.span)]


def inside(inner: Span, outer: Span) -> bool:
    """Whether one place lies in another."""
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
