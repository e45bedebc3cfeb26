"""What torch has and the library has not, each with its reason: the page docs/library/left-out.md.

`python -m tests.conformance.left_out` writes the page. The reasons stand in nnspec/diagnostics/left_out.toml.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from nnspec.diagnostics import left_out
from nnspec.semantics.evaluate import attributes, lookup
from nnspec.semantics.values import Tensor
from nnspec.source import Source, Span
from nnspec.syntax import ast
from tests.conformance.harness import Checker

PAGE = Path("docs/library/left-out.md")

NAMESPACES: dict[str, Any] = {
    "torch.nn": nn,
    "torch.nn.functional": nn.functional,
    "torch": torch,
    "Tensor": torch.Tensor,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
    "torch.nn.utils": nn.utils,
}


def public(place: str) -> list[str]:
    """The names of a namespace that a model could use.

    Classes of torch.nn; of the others functions, and the classes that are written as functions (`no_grad`); everything
    that a tensor has.
    """
    names = []
    for name in sorted(dir(NAMESPACES[place])):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(NAMESPACES[place], name)
        if place == "torch.nn":
            wanted = inspect.isclass(value)
        elif place == "Tensor":
            wanted = True
        else:
            wanted = callable(value) and name[0].islower() and not isinstance(value, ModuleType)
        if wanted:
            names.append(name)
    return names


def declared(place: str, name: str) -> bool:
    """Whether the language means something by `place.name`."""
    frame = Checker().frame
    if place == "Tensor":
        place_of_it = Span(Source("spec", name), 0, len(name))
        read = ast.Attribute(place_of_it, ast.Name(place_of_it, "x"), name, place_of_it)
        found = attributes.tensor_attribute(Tensor("float32", (2, 3)), read, frame)
    else:
        found = lookup.in_namespace(place, name, frame)
    return found is not lookup.MISSING


def missing() -> Iterator[tuple[str, str]]:
    """Namespace and name of everything that torch has and the library has not."""
    for place in NAMESPACES:
        for name in public(place):
            if not declared(place, name):
                yield place, name


def page() -> str:
    """The page, in Markdown: a section for each reason, a line for each namespace."""
    given = left_out.table().reasons
    sections: dict[str, dict[str, list[str]]] = {reason.title: {} for reason in given}
    total = 0
    for place, name in missing():
        for reason in given:
            if reason.match(place, name):
                sections[reason.title].setdefault(place, []).append(name)
                total += 1
                break
    lines = [
        "# What the library leaves out",
        "",
        f"The {total} public names of torch {left_out.table().torch} that a spec cannot use, by the reason. "
        + "They are those of `"
        + "`, `".join(NAMESPACES)
        + "`.",
        "",
        "Written by `make reference` from torch's own namespaces and `nnspec/diagnostics/left_out.toml`.",
    ]
    for reason in given:
        lines += ["", f"## {reason.title}", "", reason.why]
        for place, names in sections[reason.title].items():
            lines += ["", f"`{place}`: " + ", ".join(f"`{name}`" for name in names)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
