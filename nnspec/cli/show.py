"""`nnspec show`: the layers of a model with shapes, parameters, operations and memory."""

from __future__ import annotations

import re
from argparse import Namespace
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.findings import failed, show
from nnspec.cli.projects import Projects
from nnspec.cli.specfiles import gather
from nnspec.cli.trouble import Trouble
from nnspec.show.survey import survey
from nnspec.show.table import as_json, markdown
from nnspec.show.text import text
from nnspec.targets import TargetError, choose, split

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory

SUMMARY = "show the layers of a model with shapes, parameters and cost"
SIZE = re.compile(r"([A-Za-z_]\w*)=(\d{1,18})")
FORMATS = ("text", "markdown", "json")
# What a `check` expects and the model is not: no reason not to show it, as the cost may be what is looked for.
EXPECTED = ("E0601", "E0602")


def parser() -> Parser:
    """The arguments of the command."""
    it = Parser(
        "nnspec show",
        "Show the layers of a model as its forward calls them: the shape of each result, parameters, "
        "floating-point operations (those of products and convolutions, as torch.utils.flop_counter counts them; a "
        "multiplication and an addition are two), and the memory of what is computed (views take none).",
    )
    it.add_argument(
        "target", metavar="PATH[:NAME]", help="a spec, and one of its models or modules"
    )
    it.add_argument(
        "--dims",
        metavar="B=1,H=224",
        help="numbers for named sizes and integer hyperparameters; without them there are formulas",
    )
    it.add_argument("--depth", type=int, metavar="N", help="in text, show N levels below the model")
    it.add_argument(
        "--format",
        "--as",
        dest="form",
        choices=FORMATS,
        default="text",
        help="text fits the terminal and shortens numbers; the others have all digits",
    )
    return it


def run(arguments: Namespace, console: Console, projects: ProjectFactory) -> int:
    """Write the tree, or the findings of a spec with errors.

    What a `check` says of the model is no such error: `nnspec check` tells it.
    Returns the exit code; raises Trouble where there is no such model, or no such size.
    """
    numbers = _numbers(arguments.dims)
    try:
        path, name = split(arguments.target)
        (spec,) = gather([path])
        project = Projects(projects).of(spec)
        entry = project.entry(spec.name)
        assert entry.report is not None
        found = [d for d in entry.report.diagnostics if d.code not in EXPECTED]
        if entry.scope is None or failed(found):
            show(console, found, "human", console.out)
            return 1
        made = survey(choose(entry.scope, name), project.catalog, numbers)
    except TargetError as error:
        raise Trouble(str(error)) from None
    if isinstance(made, list):
        show(console, made, "human", console.out)
        return 1
    if arguments.form == "text":
        console.write(text(made, get_terminal_size().columns, arguments.depth))
    else:
        console.write(markdown(made) if arguments.form == "markdown" else as_json(made))
    return 0


def _numbers(written: str | None) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for part in written.split(",") if written else ():
        match = SIZE.fullmatch(part.strip())
        if match is None:
            raise Trouble(f"{part!r} is no size", hint="nnspec show --dims B=1,H=224 PATH")
        numbers[match[1]] = int(match[2])
    return numbers
