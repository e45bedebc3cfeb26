"""From what a reader types to the declarations that it names."""

from __future__ import annotations

from nnspec.diagnostics import left_out
from nnspec.diagnostics.suggest import nearest, sharing
from nnspec.library.catalog import Catalog
from nnspec.reference.entry import Entry, entry
from nnspec.syntax import ast

# How code writes the namespaces, and how declarations do.
SPOKEN = {
    "nn": "torch.nn",
    "f": "torch.nn.functional",
    "functional": "torch.nn.functional",
    "nn.functional": "torch.nn.functional",
    "tensor": "Tensor",
    "torch.tensor": "Tensor",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
}
KINDS = ("layer", "function", "method")


def find(asked: str, catalog: Catalog) -> list[Entry]:
    """The declarations of a name, layers first, then functions, then tensor methods.

    asked: `Conv2d`, or with its namespace: `nn.Conv2d`, `F.relu`, `torch.linalg.norm`, `Tensor.view`.
    """
    place, name = _parts(asked)
    found = [each for each in _named(name, catalog) if not place or place in each.places]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


def elsewhere(asked: str, catalog: Catalog) -> list[str]:
    """Under which other names the library has what was asked for: `nn.Conv2d` for `F.Conv2d` or `nn.conv2D`."""
    _, name = _parts(asked)
    alike = [each for each in _all_names(catalog) if each.casefold() == name.casefold()]
    spoken = {place: name for name, place in SPOKEN.items() if name != "f"}
    spoken |= {"torch.nn.functional": "F", "torch.nn": "nn", "Tensor": "Tensor"}
    found = [
        f"{spoken.get(entry.places[0], entry.places[0])}.{each}"
        for each in sorted(alike, key=lambda each: (each != name, each))
        for entry in _named(each, catalog)
    ]
    return list(dict.fromkeys(found))


def why_not(asked: str) -> str | None:
    """Why the library leaves out what was asked for, or what to write instead; None for what torch has not got."""
    place, name = _parts(asked)
    if not place:
        return left_out.told_bare(name) or left_out.told("Tensor", name)
    return left_out.told(
        place if place == "Tensor" or place.startswith("torch") else f"torch.{place}", name
    )


def _parts(asked: str) -> tuple[str, str]:
    """The place and the name of what was asked for; a call, or the self of a method, is let pass."""
    namespace, _, name = asked.strip().partition("(")[0].strip().rpartition(".")
    namespace = namespace.removeprefix(".")
    return SPOKEN.get(namespace.casefold(), namespace), name


def _named(name: str, catalog: Catalog) -> list[Entry]:
    return [
        entry(declaration, catalog)
        for declaration in catalog.named(name)
        if isinstance(declaration, (ast.ExternModule, ast.ExternDef))
    ]


def _all_names(catalog: Catalog) -> list[str]:
    return sorted({*catalog.names(), *catalog.method_names()})


def near(asked: str, catalog: Catalog) -> list[str]:
    """The names of the library that somebody may have meant."""
    _, name = _parts(asked)
    names = _all_names(catalog)
    return nearest(name, names) or sharing(name, names)


def families(catalog: Catalog) -> dict[str, list[Entry]]:
    """Everything that there is, by the files of the library, in their order."""
    found: dict[str, list[Entry]] = {}
    for declaration in catalog.all_declarations():
        if isinstance(declaration, (ast.ExternModule, ast.ExternDef)):
            made = entry(declaration, catalog)
            found.setdefault(made.family, []).append(made)
    return dict(sorted(found.items()))
