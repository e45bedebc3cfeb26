"""From what a reader types to the declarations that it names."""

from __future__ import annotations

from nnspec.diagnostics.suggest import nearest, sharing
from nnspec.library.catalog import Catalog
from nnspec.reference.entry import Entry, entry
from nnspec.syntax import ast

# How code writes the namespaces, and how declarations do.
SPOKEN = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "nn.functional": "torch.nn.functional",
    "torch.Tensor": "Tensor",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
}


def find(asked: str, catalog: Catalog) -> list[Entry]:
    """The declarations of a name, layers first, then functions, then tensor methods.

    asked: `Conv2d`, or with its namespace: `nn.Conv2d`, `F.relu`, `torch.linalg.norm`, `Tensor.view`.
    """
    namespace, _, name = asked.strip().rpartition(".")
    place = SPOKEN.get(namespace, namespace)
    found = [
        entry(declaration, catalog)
        for declaration in catalog.named(name)
        if isinstance(declaration, (ast.ExternModule, ast.ExternDef))
        and (not place or place in declaration.places)
    ]
    return sorted(found, key=lambda each: ("layer", "function", "method").index(each.kind))


def near(asked: str, catalog: Catalog) -> list[str]:
    """The names of the library that somebody may have meant."""
    name = asked.strip().rpartition(".")[2]
    names = sorted({*catalog.names(), *catalog.method_names()})
    return nearest(name, names) or sharing(name, names)


def families(catalog: Catalog) -> dict[str, list[Entry]]:
    """Everything that there is, by the files of the library, in their order."""
    found: dict[str, list[Entry]] = {}
    for declaration in catalog.all_declarations():
        if isinstance(declaration, (ast.ExternModule, ast.ExternDef)):
            made = entry(declaration, catalog)
            found.setdefault(made.family, []).append(made)
    return dict(sorted(found.items()))
