"""`nnspec docs`: what the library knows of a layer, a function or a method."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble
from nnspec.cli.writing import replace_files
from nnspec.library.catalog import Catalog, library
from nnspec.reference.lookup import elsewhere, families, find, near, why_not
from nnspec.reference.text import listed, page, section, shown

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory

FORMATS = ("text", "markdown", "json")
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
        "--format",
        dest="form",
        choices=FORMATS,
        default="text",
        help="how to write it",
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
        for text in _families(catalog, arguments.form):
            console.write(text)
        return 0
    found = find(arguments.name, catalog)
    if not found:
        problem = f"the library has no {arguments.name}"
        meant = elsewhere(arguments.name, catalog)
        reason = why_not(arguments.name) if not meant else None
        if reason is not None:
            raise Trouble(f"{problem}: {reason}", hint="nnspec docs")
        meant = meant or near(arguments.name, catalog)
        if meant:
            problem += f"; did you mean {' or '.join(meant)}?"
        raise Trouble(problem, hint="nnspec docs")
    if arguments.form == "json":
        console.write(json.dumps([asdict(entry) for entry in found], indent=2) + "\n")
    elif arguments.form == "markdown":
        console.write("\n".join(section(entry) + "\n" for entry in found))
    else:
        console.write("\n".join(shown(entry) for entry in found))
    return 0


def _families(catalog: Catalog, form: str) -> Iterator[str]:
    """The names of the library by family."""
    names = {
        family: list(dict.fromkeys(entry.name for entry in entries))
        for family, entries in families(catalog).items()
    }
    if form == "json":
        yield json.dumps(
            {f: {"summary": catalog.summary(f), "names": n} for f, n in names.items()}, indent=2
        )
        yield "\n"
        return
    for family, each in names.items():
        summary = catalog.summary(family)
        if form == "markdown":
            yield f"- **{family}**: {summary}\n  {', '.join(f'`{name}`' for name in each)}\n"
        else:
            yield listed(family, summary, each)


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
