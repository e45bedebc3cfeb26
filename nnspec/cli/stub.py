"""`nnspec stub`: a first declaration of a layer or function that is written in Python."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from importlib import import_module
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble, reason
from nnspec.diagnostics.suggest import nearest
from nnspec.reference.stub import stub

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory

SUMMARY = "write a first extern declaration of a Python layer or function"


def parser() -> Parser:
    """The arguments of the command."""
    it = Parser(
        "nnspec stub",
        "Write a first `extern` declaration of a Python class or function, from its signature. "
        "The module is imported, so its code runs.",
    )
    what = it.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "target", nargs="?", metavar="MODULE:NAME", help="where it is: my_pkg.attn:FlashAttention"
    )
    what.add_argument(
        "--compare",
        metavar="SPEC",
        help="say instead where the externs of a spec disagree with their Python",
    )
    it.epilog = "exit code: 0 written, or no disagreement; 1 --compare found some; 2 wrong usage, or no such Python"
    return it


def run(arguments: Namespace, console: Console, projects: ProjectFactory) -> int:
    """Write the declaration to standard output.

    Returns the exit code; raises Trouble where there is no such thing, or Python tells no signature of it.
    """
    # As `python -m` does: packages of the working folder can be imported.
    sys.path.insert(0, os.getcwd())
    if arguments.compare is not None:
        return _compare(arguments.compare, console)
    place, colon, name = arguments.target.partition(":")
    if not (place and colon and name.isidentifier()):
        raise Trouble(
            f"{arguments.target} is not of the form MODULE:NAME",
            hint="nnspec stub my_pkg.attn:FlashAttention",
        )
    try:
        module = import_module(place)
    except Exception as error:
        raise Trouble(f"cannot import {place}: {type(error).__name__}: {error}") from error
    if not hasattr(module, name):
        meant = nearest(name, vars(module), 2)
        ending = f"; did you mean {' or '.join(meant)}?" if meant else ""
        raise Trouble(f"{place} has no {name}{ending}")
    try:
        console.write(stub(getattr(module, name), place, name))
    except (TypeError, ValueError) as error:
        raise Trouble(f"no declaration can be made of {arguments.target}: {error}") from error
    return 0


def _compare(path: str, console: Console) -> int:
    from nnspec.cli.agreement import compare

    try:
        found, count = compare(path)
    except OSError as error:
        raise Trouble(f"cannot read {path}: {reason(error)}") from error
    console.write("".join(line + "\n" for line in found))
    things = "declaration" if count == 1 else "declarations"
    if not found:
        console.write(f"{count} {things} compared with Python, no disagreement\n")
    return 1 if found else 0
