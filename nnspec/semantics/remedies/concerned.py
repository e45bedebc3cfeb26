"""The declarations that a change concerns: those in which it is made, and all that use them."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


class Uses:
    """Which declarations of a file use which others."""

    def __init__(self, file: ast.File) -> None:
        self._file = file
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
        places = [s.start for s in spans if s.source is self._file.source]
        return frozenset(
            i
            for i, d in enumerate(self._file.declarations)
            if any(d.span.start <= at <= d.span.end for at in places)
        )

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
