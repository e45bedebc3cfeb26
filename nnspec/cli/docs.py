"""`nnspec docs`: what the library knows of a layer, a function or a method."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble
from nnspec.cli.writing import replace_files
from nnspec.library.catalog import library
from nnspec.reference.lookup import families, find, near
from nnspec.reference.text import page, shown

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory

SUMMARY = "show the signature, shapes, obligations and cost of a layer or function"


def parser() -> Parser:
    """The arguments of the command."""
    it = Parser(
        "nnspec docs",
        "Show what the library declares under a name. Without one, list all names by family.",
    )
    it.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="a layer, a function or a tensor method: Conv2d, F.pad, linalg.norm, Tensor.view",
    )
    it.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        type=Path,
        help="write a page for each family into a folder instead",
    )
    return it


def run(arguments: Namespace, console: Console, projects: ProjectFactory) -> int:
    """Write the reference of a name, the list of names, or all pages.

    Returns the exit code; raises Trouble for a name that the library does not have.
    """
    catalog = library()
    if arguments.output is not None:
        if arguments.name is not None:
            raise Trouble("-o writes the pages of all families, and takes no NAME")
        contents = pages()
        replace_files({arguments.output / name: text.encode() for name, text in contents.items()})
        console.write(f"wrote {len(contents)} pages to {arguments.output}\n")
        return 0
    if arguments.name is None:
        for name, entries in families(catalog).items():
            names = dict.fromkeys(entry.name for entry in entries)
            console.write(f"{name}: {', '.join(names)}\n")
        return 0
    found = find(arguments.name, catalog)
    if not found:
        problem = f"the library has no {arguments.name}"
        meant = near(arguments.name, catalog)
        if meant:
            problem += f"; did you mean {' or '.join(meant)}?"
        raise Trouble(problem, hint="nnspec docs")
    console.write("\n".join(shown(entry) for entry in found))
    return 0


def pages() -> dict[str, str]:
    """The page of every family by the name of its file, and an index of them."""
    catalog = library()
    made: dict[str, str] = {}
    rows: list[str] = []
    for name, entries in families(catalog).items():
        summary = catalog.summary(name)
        made[f"{name}.md"] = page(name, summary, entries)
        rows.append(f"- [{name}]({name}.md): {summary}")
    made["README.md"] = "# The library\n\n" + "\n".join(rows) + "\n"
    return made
