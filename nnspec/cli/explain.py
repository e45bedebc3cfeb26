"""`nnspec explain`: the page about a code."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble
from nnspec.diagnostics.explain import find, near, page
from nnspec.diagnostics.registry import CODES

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory

SUMMARY = "say what a code means, with an example and its cure"


def parser() -> Parser:
    """The arguments of the command."""
    it = Parser("nnspec explain", "Say what a code means. Without one, list them all.")
    it.add_argument(
        "code",
        nargs="?",
        metavar="CODE",
        help="a code, or its name: E0301, shape-mismatch",
    )
    return it


def run(arguments: Namespace, console: Console, projects: ProjectFactory) -> int:
    """Write the page, or the list of codes.

    Returns the exit code.
    """
    if arguments.code is None:
        width = max(len(code.name) for code in CODES.values())
        rows = (f"{c.code}  {c.name:<{width}}  {c.summary}\n" for c in CODES.values())
        console.write("".join(rows))
        return 0
    code = find(arguments.code)
    if code is None:
        meant = near(arguments.code)
        problem = f"there is no code {arguments.code}"
        if meant:
            problem += f"; did you mean {' or '.join(meant)}?"
        raise Trouble(problem, hint="nnspec explain")
    console.write(page(code))
    return 0
