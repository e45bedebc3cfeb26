"""Types that contain themselves, perhaps by way of others."""

from __future__ import annotations

from nnspec.semantics.resolve.types import own_sizes
from nnspec.semantics.resolved import FileScope
from nnspec.syntax import ast


def endless(scope: FileScope) -> frozenset[ast.TypeDecl]:
    """The types of a file that lie on a ring: its strong components, each type looked at once (Tarjan, 1972)."""
    inner = {d: _named(d, scope) for d in scope.file.declarations if isinstance(d, ast.TypeDecl)}
    found: set[ast.TypeDecl] = set()
    number: dict[ast.TypeDecl, int] = {}
    # Of the types of components that are still open, the first one that each leads back to.
    lowest: dict[ast.TypeDecl, int] = {}
    open_: list[ast.TypeDecl] = []
    for root in inner:
        stack = [] if root in number else [(root, iter(inner[root]))]
        while stack:
            decl, rest = stack[-1]
            if decl not in number:
                number[decl] = lowest[decl] = len(number)
                open_.append(decl)
            for each in rest:
                if each not in number:
                    stack.append((each, iter(inner.get(each, ()))))
                    break
                if each in lowest:
                    lowest[decl] = min(lowest[decl], lowest[each])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[decl])
                if lowest[decl] == number[decl]:
                    ring = [open_.pop()]
                    while ring[-1] is not decl:
                        ring.append(open_.pop())
                    for each in ring:
                        del lowest[each]
                    if len(ring) > 1 or decl in inner.get(decl, ()):
                        found.update(ring)
    return frozenset(found)


def _named(decl: ast.TypeDecl, scope: FileScope) -> list[ast.TypeDecl]:
    """The types of the same file that a type names; those of other files lead nowhere back."""
    names: list[ast.NamedType] = []
    for _ in own_sizes(decl.type, names):
        pass
    found = (scope.names.get(each.name, (None, scope)) for each in names)
    return [each for each, home in found if home is scope and isinstance(each, ast.TypeDecl)]
