"""Layers that no method calls, parameters that no method reads, hyperparameters that change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import unused as mistakes
from nnspec.semantics.resolved import FileScope
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


class Elsewhere:
    """What a file reads of its modules from outside their own code.

    attributes: every name behind a dot: `model.head(x)` calls a layer of another module.
    values: the modules that are handed on as layer types, which have to take what others take.
    sizes: every name in a `type`, which may leave it to the place of use: `type KV(S) = [B, heads, S, D]`.
    """

    def __init__(self, scope: FileScope) -> None:
        self.attributes: set[str] = set()
        self.values: set[ast.Node] = set()
        self.sizes = {
            node.id
            for home in {scope, *(home for _, home in scope.names.values())}
            for declaration in home.file.declarations
            if isinstance(declaration, ast.TypeDecl)
            for node in walk(declaration.type)
            if isinstance(node, ast.Name)
        }
        self._scope = scope
        self._imported: set[str] | None = None
        called: set[ast.Node] = set()
        for node in walk(scope.file):
            if isinstance(node, ast.Attribute):
                self.attributes.add(node.name)
            elif isinstance(node, ast.Call):
                called.add(node.func)
            elif isinstance(node, ast.Name) and node not in called:
                binding = scope.bindings.get(node)
                if binding is not None and isinstance(binding.node, ast.Module):
                    self.values.add(binding.node)

    def reads(self, name: str) -> bool:
        """Whether the file, or one that it imports, reads an attribute of the name (`block.expansion`), or a size."""
        if name in self.attributes or name in self.sizes:
            return True
        if self._imported is None:
            self._imported = set()
            seen = {self._scope}
            waiting = [*self._scope.imports.values()]
            while waiting:
                scope = waiting.pop()
                if scope not in seen:
                    seen.add(scope)
                    waiting += scope.imports.values()
                    nodes = walk(scope.file)
                    self._imported |= {n.name for n in nodes if isinstance(n, ast.Attribute)}
        return name in self._imported


def unused(decl: ast.Module, scope: FileScope, elsewhere: Elsewhere) -> Iterator[Diagnostic]:
    """Warnings about the members and hyperparameters of a module.

    A module without a method holds layers for others, so its members are all for use from outside. The
    hyperparameters of one that is handed on as a layer type are what its callers give to any such type.
    """
    uses = _uses(decl, scope)
    twins = _twins(decl, uses)
    if any(isinstance(member, ast.Def) for member in decl.body):
        for member in decl.body:
            name = getattr(member, "name", None)
            if member in uses or name in elsewhere.attributes or not isinstance(name, str):
                continue
            if isinstance(member, ast.Submodule) and member.value is not None:
                twin = twins.get(_stem(name))
                yield mistakes.layer(name, member.name_span, decl.name, twin)
            elif isinstance(member, ast.ParamDecl) and member.kind == "param":
                yield mistakes.parameter(name, member.name_span, decl.name)
    if decl not in elsewhere.values:
        for param in decl.signature.params:
            read = param in uses or param.name in elsewhere.attributes | elsewhere.sizes
            if not read and not param.name.startswith("_"):
                yield mistakes.hyperparameter(param.name, param.name_span, decl.name)


def _uses(decl: ast.Module, scope: FileScope) -> dict[ast.Node, list[Span]]:
    """Where the code and the lines of a module read its members and hyperparameters.

    `tie`, `init` and `freeze` name parameters by paths, which read nothing.
    """
    found: dict[ast.Node, list[Span]] = {}
    for node in walk(decl):
        if isinstance(node, ast.Name):
            binding = scope.bindings.get(node)
            if binding is not None and binding.node is not None:
                found.setdefault(binding.node, []).append(node.span)
        elif isinstance(node, ast.Submodule) and node.value is None:
            for param in decl.signature.params:
                if param.name == node.name:
                    found.setdefault(param, []).append(node.name_span)
    return found


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _twins(decl: ast.Module, uses: dict[ast.Node, list[Span]]) -> dict[str, tuple[str, Span]]:
    """By stem (`fc` of `fc2`) the first layer that is used twice, with the second place: perhaps a slip for another."""
    methods = [m.span for m in decl.body if isinstance(m, ast.Def)]
    found: dict[str, tuple[str, Span]] = {}
    for member in decl.body:
        if not isinstance(member, ast.Submodule):
            continue
        stem = _stem(member.name)
        if not stem or stem in found:
            continue
        places = [
            place
            for place in uses.get(member, ())
            if any(span.start <= place.start < span.end for span in methods)
        ]
        if len(places) > 1:
            found[stem] = member.name, places[1]
    return found
