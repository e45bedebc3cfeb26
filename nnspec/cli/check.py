"""`nnspec check`: find the mistakes in specs."""

from __future__ import annotations

from types import SimpleNamespace

from nnspec.cli.findings import failed, show, strictly
from nnspec.cli.projects import Projects, remembered
from nnspec.cli.specfiles import gather
from nnspec.cli.trouble import Trouble, at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from nnspec.cli.arguments import Parser
    from nnspec.cli.console import Console
    from nnspec.cli.projects import ProjectFactory
    from nnspec.cli.specfiles import SpecFile
    from nnspec.diagnostics.diagnostic import Diagnostic

SUMMARY = "find the mistakes in specs"
# Options without a value, and what they set.
_PLAIN = {"--no-cache": ("cache", False), "--strict": ("strict", True)}


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
    mending = it.add_argument_group("mending")
    mending.add_argument(
        "--fix",
        action="store_true",
        help="mend the specs where there is one clear cure, and show what is left",
    )
    mending.add_argument(
        "--diff",
        action="store_true",
        help="show what --fix would change, as a unified diff, and change nothing",
    )
    mending.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also cures that are likely and not certain",
    )
    it.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help="check anew, and do not remember what was found",
    )
    it.add_argument(
        "--watch",
        action="store_true",
        help="check again whenever a spec is saved, until Ctrl-C (needs watchfiles)",
    )
    it.epilog = (
        "exit code: 0 no errors, or none left by --fix; 1 errors, or --diff has something to show;"
        " 2 wrong usage or unreadable files"
    )
    return it


def read(argv: Sequence[str]) -> Namespace | SimpleNamespace:
    """The arguments of a command line; paths and plain options need no argparse, which takes longer than to parse a spec.

    Raises Trouble where they are wrong; SystemExit after `--help`.
    """
    paths = [argument for argument in argv if argument not in _PLAIN]
    if not paths or any(argument.startswith("-") for argument in paths):
        return parser().read(argv)
    arguments = SimpleNamespace(
        paths=paths,
        format="human",
        strict=False,
        stdin_filename=None,
        fix=False,
        diff=False,
        unsafe_fixes=False,
        cache=True,
        watch=False,
    )
    for argument in argv:
        if argument in _PLAIN:
            setattr(arguments, *_PLAIN[argument])
    return arguments


def run(arguments: Namespace | SimpleNamespace, console: Console, projects: ProjectFactory) -> int:
    """Check and show, or mend (see `fixing`); findings and summary go to standard output.

    Returns the exit code.
    """
    _agree(arguments)
    if arguments.watch:
        from nnspec.cli import watch

        return watch.run(arguments, console, projects)
    specs = gather(arguments.paths, arguments.stdin_filename)
    if arguments.fix or arguments.diff:
        from nnspec.cli import fixing

        return fixing.run(specs, arguments, console, projects)
    compilers = Projects(projects, remembered(arguments.cache))
    found: list[Diagnostic] = []
    for spec in specs:
        with at_work(f"checking {spec.name}"):
            found += compilers.check(spec)
    found = _unread(found, specs, compilers)
    found = strictly(found, arguments.strict)
    show(console, found, arguments.format, console.out)
    if arguments.format == "human":
        from nnspec.diagnostics.render.summary import summary

        console.write(summary(found, len(specs)))
    return 1 if failed(found) else 0


def _unread(
    found: list[Diagnostic], specs: Sequence[SpecFile], compilers: Projects
) -> list[Diagnostic]:
    """The findings without those of a file that another one refutes."""
    if len(specs) == 1 or all(d.severity == "error" for d in found):
        return found
    from nnspec.cli.readers import without_read

    with at_work("checking what specs read of each other"):
        return without_read(found, specs, compilers)


def _agree(arguments: Namespace | SimpleNamespace) -> None:
    """Raise Trouble where the arguments do not go together."""
    named = " ".join(arguments.paths)
    if arguments.stdin_filename is not None and "-" not in arguments.paths:
        raise Trouble(
            "--stdin-filename names what is on standard input, which `-` asks for",
            hint=f"nnspec check --stdin-filename {arguments.stdin_filename} -",
        )
    if arguments.unsafe_fixes and not (arguments.fix or arguments.diff):
        raise Trouble(
            "--unsafe-fixes says which fixes to apply, which --fix and --diff do",
            hint=f"nnspec check --diff --unsafe-fixes {named}",
        )
    if arguments.watch:
        if arguments.fix or arguments.diff:
            other = "--fix" if arguments.fix else "--diff"
            raise Trouble(f"--watch only looks, so it does not go with {other}")
        if "-" in arguments.paths:
            raise Trouble("--watch needs files, and standard input is none")
        if arguments.format not in ("human", "short"):
            raise Trouble(
                f"--watch shows findings again and again, and {arguments.format} is one document",
                hint=f"nnspec check --watch --format short {named}",
            )
    if arguments.diff and arguments.format != "human":
        raise Trouble("--diff shows a diff, which has no other --format")
