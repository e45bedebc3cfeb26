"""The argument parser of every command: argparse, with nearer words for mistakes."""

from __future__ import annotations

import argparse
import re

from nnspec.cli.trouble import Trouble
from nnspec.diagnostics.render import FORMATS
from nnspec.diagnostics.suggest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: the same bytes everywhere, and no shutil to ask the terminal for its own."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{**more, "width": 100})


class Parser(argparse.ArgumentParser):
    """A parser that raises `Trouble` instead of printing its usage, and names the option that was meant."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=_Formatter,
        )

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """The arguments of a command line.

        Raises Trouble where they are wrong; SystemExit after `--help`.
        """
        known = [option for action in self._actions for option in action.option_strings]
        arguments = list(argv)
        if "--" in arguments:
            arguments = arguments[: arguments.index("--")]
        for argument in arguments:
            name = argument.split("=")[0] if argument.startswith("--") else argument[:2]
            if len(name) > 1 and name.startswith("-") and name not in known:
                meant = nearest(name, known, 1)
                problem = f"there is no option {name}"
                if meant:
                    problem += f"; did you mean {meant[0]}?"
                raise Trouble(problem, hint=f"{self.prog} --help")
        return self.parse_args(argv)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found as `Trouble`."""
        raise Trouble(_plainer(message), hint=f"{self.prog} --help")

    def add_format(self) -> None:
        """The option `--format`."""
        self.add_argument(
            "--format",
            choices=FORMATS,
            default="human",
            metavar="FORM",
            help="how findings are shown: human, with their source lines; short, a line each; json;"
            " github, as annotations of its Actions; sarif, version 2.1.0",
        )

    def add_strict(self) -> None:
        """The option `--strict`."""
        self.add_argument(
            "--strict",
            action="store_true",
            help="shapes that could not be proved (W03xx) are errors",
        )


def _plainer(message: str) -> str:
    """argparse's message in plain words, with the nearest choice where a choice is wrong."""
    choice = re.match(r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)", message)
    if choice:
        option, given, offered = choice.groups()
        names = [name.strip(" '") for name in offered.split(",")]
        meant = nearest(given, names, 1)
        end = f"; did you mean {meant[0]}?" if meant else f" (there are {', '.join(names)})"
        return f"{option} cannot be {given!r}{end}"
    missing = re.match(r"the following arguments are required: (.*)", message)
    if missing:
        return f"{missing[1]} is missing"
    value = re.match(r"argument (\S+): expected one argument", message)
    if value:
        return f"{value[1].split('/')[-1]} needs a value"
    return message.removeprefix("argument ")
