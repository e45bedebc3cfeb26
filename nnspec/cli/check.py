"""`nnspec check`: find the mistakes in specs."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

from nnspec.cli.console import Console
from nnspec.cli.findings import failed, show, strictly
from nnspec.cli.projects import Projects
from nnspec.cli.specfiles import gather
from nnspec.cli.trouble import Trouble, at_work

if TYPE_CHECKING:
    from argparse import Namespace

    from nnspec.cli.arguments import Parser
    from nnspec.cli.projects import ProjectFactory
    from nnspec.diagnostics.diagnostic import Diagnostic

SUMMARY = "find the mistakes in specs"


def parser() -> Parser:
    """The arguments of the command."""
    from nnspec.cli.arguments import Parser

    it = Parser(
        "nnspec check",
        "Find the mistakes in specs: syntax, names, shapes, and the specs' own `check` blocks.",
    )
    it.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="specs, folders of specs, or - for standard input",
    )
    it.add_format()
    it.add_strict()
    it.add_argument(
        "--stdin-filename",
        metavar="PATH",
        help="the path of the spec on standard input, for messages and its imports",
    )
    it.epilog = "exit code: 0 nothing found, or only warnings; 1 errors found; 2 wrong usage or unreadable files"
    return it


def read(argv: Sequence[str]) -> Namespace | SimpleNamespace:
    """The arguments of a command line; paths alone need no argparse, which takes longer than to parse a spec.

    Raises Trouble where they are wrong; SystemExit after `--help`.
    """
    if not argv or any(argument.startswith("-") for argument in argv):
        return parser().read(argv)
    return SimpleNamespace(paths=list(argv), format="human", strict=False, stdin_filename=None)


def run(arguments: Namespace | SimpleNamespace, console: Console, projects: ProjectFactory) -> int:
    """Check and show; findings and summary go to standard output.

    Returns the exit code.
    """
    if arguments.stdin_filename is not None and "-" not in arguments.paths:
        raise Trouble(
            "--stdin-filename names what is on standard input, which `-` asks for",
            hint=f"nnspec check --stdin-filename {arguments.stdin_filename} -",
        )
    specs = gather(arguments.paths, arguments.stdin_filename)
    compilers = Projects(projects)
    found: list[Diagnostic] = []
    for spec in specs:
        with at_work(f"checking {spec.name}"):
            found += compilers.of(spec).check(spec.name, spec.text).diagnostics
    found = strictly(found, arguments.strict)
    show(console, found, arguments.format, console.out)
    if arguments.format == "human":
        from nnspec.diagnostics.render.summary import summary

        console.write(summary(found, len(specs)))
    return 1 if failed(found) else 0
