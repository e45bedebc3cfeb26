"""Finding declarations of the library by name; each is parsed when it is first asked for.

The library is a few thousand lines of `.nnspec` files beside this one. What a check reads of them at
first are the heads of the declarations alone.
"""

from __future__ import annotations

import os
from functools import cache

from nnspec.library.index import Entry, index
from nnspec.library.stored import LibraryFile, Stored
from nnspec.source import Source, Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nnspec.semantics.resolved import FileScope

# Where a bare function name is looked for first.
_PREFERENCE = ("torch.nn.functional", "torch")
# Namespaces whose functions are never called by their bare names.
_KEPT = ("torch.linalg", "torch.fft", "torch.special")


class Catalog:
    """The declarations of library files.

    sources: the files, each with the name under which it is reported.
    stored: what earlier runs have kept of these files.
    """

    def __init__(self, sources: Iterable[Source], stored: Stored | None = None) -> None:
        self._stored = stored
        self._entries: dict[str, list[tuple[Entry, Source]]] = {}
        self._scopes: dict[Source, FileScope] = {}
        self._parsed: dict[tuple[Source, int], ast.Declaration | None] = {}
        self._homes: dict[ast.Node, FileScope] = {}
        self._found: dict[tuple[str, str], tuple[ast.ExternDef, ...]] = {}
        self._namespaces: dict[str, list[str]] = {}
        for source in sources:
            for entry in self._index(source):
                self._entries.setdefault(entry.name, []).append((entry, source))

    # --- whether there is one (nothing is parsed) ------------------------------------------------

    def has_layer(self, name: str) -> bool:
        """Whether the library has a layer of that name."""
        return any(entry.kind == "module" for entry, _ in self._entries.get(name, ()))

    def has_function(self, name: str) -> bool:
        """Whether a bare name is a function of torch."""
        return bool(self._free(name))

    def has_method(self, name: str) -> bool:
        """Whether tensors have a method, or an attribute, of that name."""
        return any("Tensor" in entry.places for entry, _ in self._externs(name))

    def has_static(self, name: str) -> bool:
        """Whether the library has a `def` of its own of that name."""
        return any(entry.kind == "def" for entry, _ in self._entries.get(name, ()))

    def has_in_namespace(self, namespace: str, name: str) -> bool:
        """Whether there is `namespace.name`; namespaces have their full names, `torch.nn.functional`."""
        return any(namespace in entry.places for entry, _ in self._entries.get(name, ()))

    def names(self) -> list[str]:
        """All layers and functions that a spec can use by their bare names."""
        return [name for name in self._entries if self.has_layer(name) or self.has_function(name)]

    def layer_names(self) -> list[str]:
        """All layers."""
        return [name for name in self._entries if self.has_layer(name)]

    def method_names(self) -> list[str]:
        """All methods and attributes of tensors."""
        if "Tensor" not in self._namespaces:
            names = [name for name in self._entries if self.has_method(name)]
            self._namespaces["Tensor"] = names
        return self._namespaces["Tensor"]

    def names_in_namespace(self, namespace: str) -> list[str]:
        """All names of a namespace."""
        if namespace not in self._namespaces:
            names = [name for name in self._entries if self.has_in_namespace(namespace, name)]
            self._namespaces[namespace] = names
        return self._namespaces[namespace]

    # --- declarations ----------------------------------------------------------------------------

    def functions(self, name: str) -> tuple[ast.ExternDef, ...]:
        """What a bare function name means: torch.nn.functional's, where there is none torch's, then others'."""
        return self._overloads("free", name, self._free(name))

    def methods(self, name: str) -> tuple[ast.ExternDef, ...]:
        """The tensor methods of a name."""
        entries = [each for each in self._externs(name) if "Tensor" in each[0].places]
        return self._overloads("Tensor", name, entries)

    def in_namespace(self, namespace: str, name: str) -> tuple[ast.ExternDef, ...]:
        """The functions that `namespace.name` may mean."""
        entries = [each for each in self._externs(name) if namespace in each[0].places]
        return self._overloads(namespace, name, entries)

    def layer(self, name: str) -> ast.ExternModule | None:
        """The layer of a name."""
        for entry, source in self._entries.get(name, ()):
            if entry.kind == "module":
                found = self._declaration(entry, source)
                return found if isinstance(found, ast.ExternModule) else None
        return None

    def static(self, name: str) -> ast.Def | None:
        """The library's own function of a name, written in the language."""
        for entry, source in self._entries.get(name, ()):
            if entry.kind == "def":
                found = self._declaration(entry, source)
                return found if isinstance(found, ast.Def) else None
        return None

    def named(self, name: str) -> list[ast.Declaration]:
        """Every declaration of a name, in the order of the files."""
        found = [self._declaration(entry, source) for entry, source in self._entries.get(name, ())]
        return [each for each in found if each is not None]

    def summary(self, stem: str) -> str:
        """What a file of the library says of itself in its docstring. Raises KeyError where there is none."""
        for source in self._scopes:
            if source.path.endswith(f"/{stem}.nnspec"):
                return source.text.split('"""', 2)[1].strip()
        raise KeyError(stem)

    def scope_of(self, declaration: ast.Node) -> FileScope:
        """The file scope in which a declaration of the library stands."""
        return self._homes[declaration]

    def is_library(self, declaration: ast.Node) -> bool:
        """Whether a declaration stands in the library."""
        return declaration in self._homes

    def is_source(self, source: Source) -> bool:
        """Whether a text is one of the library's."""
        return source in self._scopes

    def all_declarations(self) -> list[ast.Declaration]:
        """Every declaration, all parsed: for tests and tools."""
        found = [
            self._declaration(entry, source)
            for entries in self._entries.values()
            for entry, source in entries
        ]
        return [each for each in found if each is not None]

    # --- inside ----------------------------------------------------------------------------------

    def _index(self, source: Source) -> list[Entry]:
        return index(source.text) if self._stored is None else self._stored.index(source)

    def _externs(self, name: str) -> list[tuple[Entry, Source]]:
        return [each for each in self._entries.get(name, ()) if each[0].kind == "function"]

    def _free(self, name: str) -> list[tuple[Entry, Source]]:
        found = [
            (rank, each) for each in self._externs(name) if (rank := _rank(each[0])) is not None
        ]
        best = min((rank for rank, _ in found), default=None)
        return [each for rank, each in found if rank == best]

    def _overloads(
        self, where: str, name: str, entries: list[tuple[Entry, Source]]
    ) -> tuple[ast.ExternDef, ...]:
        key = (where, name)
        found = self._found.get(key)
        if found is None:
            declarations = (self._declaration(entry, source) for entry, source in entries)
            found = tuple(d for d in declarations if isinstance(d, ast.ExternDef))
            self._found[key] = found
        return found

    def _declaration(self, entry: Entry, source: Source) -> ast.Declaration | None:
        key = (source, entry.start)
        if key not in self._parsed:
            scope = self._scope(source)
            self._parsed[key] = self._parse(entry, source, scope)
        return self._parsed[key]

    def _scope(self, source: Source) -> FileScope:
        """The scope of a library file, which knows the file's types from the start."""
        scope = self._scopes.get(source)
        if scope is None:
            from nnspec.semantics.resolved import FileScope

            # Nobody asks for the span of the whole, and its end would need the text.
            file = ast.File(Span(source, 0, 0), source, None, ())
            stem = os.path.splitext(os.path.basename(source.path))[0]
            scope = self._scopes[source] = FileScope(file, f"nnspec.library.{stem}")
            for entries in self._entries.values():
                for entry, home in entries:
                    if entry.kind == "type" and home is source:
                        declaration = self._declaration(entry, source)
                        if declaration is not None:
                            scope.names[entry.name] = (declaration, scope)
        return scope

    def _parse(self, entry: Entry, source: Source, scope: FileScope) -> ast.Declaration | None:
        from nnspec.semantics.resolve import resolve_declaration

        declaration = self._tree(entry, source)
        self._homes[declaration] = scope
        resolve_declaration(declaration, scope, self)
        return declaration

    def _tree(self, entry: Entry, source: Source) -> ast.Declaration:
        stored = self._stored
        kept = stored.tree(source, entry) if stored is not None else None
        if kept is not None:
            return kept
        from nnspec.syntax.parser import parse_declaration

        declaration = parse_declaration(source, entry.start, entry.end)
        if stored is not None:
            stored.add(source, entry, declaration)
        return declaration


def _rank(entry: Entry) -> int | None:
    """How likely a bare name means a function; None where it never does."""
    ranks = [
        _PREFERENCE.index(place) if place in _PREFERENCE else len(_PREFERENCE)
        for place in entry.places
        if place != "Tensor" and place not in _KEPT
    ]
    return min(ranks, default=None)


@cache
def library() -> Catalog:
    """The library that ships with nnspec; one for the whole process."""
    folder = os.path.dirname(__file__)
    paths = sorted(
        os.path.join(top, name)
        for top, _, names in os.walk(folder)
        for name in names
        if name.endswith(".nnspec")
    )
    files = [LibraryFile(os.path.relpath(path, folder), path) for path in paths]
    return Catalog(files, Stored())
