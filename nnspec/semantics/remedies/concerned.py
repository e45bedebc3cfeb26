"""The declarations that a change concerns: those in which it is made, and all that use them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


class Uses:
    """Which declarations of a file use which others."""

    def __init__(self, file: ast.File) -> None:
        self._file = file
        self._starts = [d.span.start for d in file.declarations]
        numbers = {getattr(d, "name", None): i for i, d in enumerate(file.declarations)}
        # The users of each declaration.
        self._users: list[set[int]] = [set() for _ in file.declarations]
        for i, declaration in enumerate(file.declarations):
            for node in walk(declaration):
                name = node.id if isinstance(node, ast.Name) else None
                name = node.name if isinstance(node, ast.NamedType) else name
                if name is not None and numbers.get(name, i) != i:
                    self._users[numbers[name]].add(i)

    def places(self, spans: Iterable[Span]) -> frozenset[int]:
        """The numbers of the declarations in which the places lie."""
        found: set[int] = set()
        for span in spans:
            if span.source is not self._file.source:
                continue
            # One that ends where the next begins has a place in both.
            last = bisect_right(self._starts, span.start)
            for i in range(max(last - 2, 0), last):
                if span.start <= self._file.declarations[i].span.end:
                    found.add(i)
        return frozenset(found)

    def of(self, spans: Iterable[Span]) -> frozenset[int]:
        """The numbers of the declarations in which the places lie, and of those that use them."""
        waiting = [*self.places(spans)]
        found: set[int] = set()
        while waiting:
            i = waiting.pop()
            if i not in found:
                found.add(i)
                waiting += self._users[i]
        return frozenset(found)
