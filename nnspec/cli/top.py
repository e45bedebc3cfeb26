"""`nnspec` without a command: help, version, and the command that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble
from nnspec.diagnostics.suggest import nearest


def top(arguments: Sequence[str], console: Console) -> int:
    """Answer a command line that begins with none of the commands.

    Returns the exit code; raises Trouble where there is no such command or option.
    """
    if not arguments:
        console.write(usage(), console.err)
        return 2
    first = arguments[0]
    if first in ("-h", "--help", "help"):
        console.write(usage())
        return 0
    if first in ("-V", "--version"):
        console.write(f"nnspec {version()}\n")
        return 0
    from nnspec.cli.main import COMMANDS

    if first.startswith("-"):
        meant = nearest(first, ["--help", "--version"], 1)
        if meant:
            raise Trouble(f"there is no option {first}; did you mean {meant[0]}?")
        raise Trouble(f"{first} stands before the command", hint=f"nnspec check {first} ...")
    if first.endswith(".nnspec"):
        raise Trouble("no command is given", hint=f"nnspec check {first}")
    meant = nearest(first, COMMANDS, 1)
    if meant:
        rest = " ".join([meant[0], *arguments[1:]])
        raise Trouble(
            f"there is no command {first}; did you mean {meant[0]}?", hint=f"nnspec {rest}"
        )
    raise Trouble(f"there is no command {first} (there are {', '.join(COMMANDS)})")


def usage() -> str:
    """The help of the program: its commands, a line each."""
    from nnspec.cli.main import COMMANDS

    rows = [f"  {name:<9} {import_module(f'nnspec.cli.{name}').SUMMARY}" for name in COMMANDS]
    return "\n".join(
        [
            "usage: nnspec COMMAND ...",
            "",
            "Checks specs of neural networks and makes readable PyTorch of them.",
            "",
            "commands:",
            *rows,
            "",
            "nnspec COMMAND --help tells its options; nnspec --version the version.",
            "",
        ]
    )


def version() -> str:
    """The version of the installed package."""
    from nnspec import __version__

    return str(__version__)
