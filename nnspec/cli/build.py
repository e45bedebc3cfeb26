"""`nnspec build`: write specs as Python."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nnspec.cli.arguments import Parser
from nnspec.cli.console import Console
from nnspec.cli.findings import failed, show, strictly
from nnspec.cli.layout import lay_out
from nnspec.cli.projects import Projects
from nnspec.cli.specfiles import SpecFile, gather
from nnspec.cli.tree import Changes, apply, compare, with_packages
from nnspec.cli.trouble import Trouble, at_work

if TYPE_CHECKING:
    from nnspec.cli.projects import ProjectFactory
    from nnspec.diagnostics.diagnostic import Diagnostic
    from nnspec.project import Project

SUMMARY = "write specs as Python that runs on torch alone"


def parser() -> Parser:
    """The arguments of the command."""
    it = Parser(
        "nnspec build",
        "Write specs as Python: a folder as a package that mirrors it, one file to standard output.\n"
        "Nothing is written where any spec has an error.",
    )
    it.add_argument("paths", nargs="+", metavar="PATH", help="specs, or folders of specs")
    it.add_argument("-o", "--output", metavar="OUT", help="the folder to write into")
    it.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit with 1 where OUT is not what the specs give",
    )
    it.add_format()
    it.add_strict()
    it.epilog = (
        "exit code: 0 written, or nothing to write; 1 errors found, or --check found a difference;"
        " 2 wrong usage or unreadable files"
    )
    return it


def run(arguments: Namespace, console: Console, projects: ProjectFactory) -> int:
    """Compile everything, then write; findings go to standard output, or to standard error where Python goes there.

    Returns the exit code.
    """
    _agree(arguments)
    specs = gather(arguments.paths)
    if arguments.output is None:
        return _to_stdout(specs[0], arguments, console, projects)
    compilers = Projects(projects)
    targets = lay_out(specs, lambda given, path: compilers.of(given).imports(path))
    together = [target.spec for target in targets.values()]
    texts: dict[PurePosixPath, str] = {}
    found: list[Diagnostic] = []
    for file, target in targets.items():
        text, diagnostics = _compile(compilers.of(target.given), target.spec, together)
        found += diagnostics
        if text is not None:
            texts[file] = text
    found = strictly(found, arguments.strict)
    show(console, found, arguments.format, console.out)
    human = arguments.format == "human"
    if failed(found):
        if human:
            from nnspec.diagnostics.render.summary import summary

            console.write(summary(found, len(targets)))
            console.write("nothing was written\n")
        return 1
    texts = with_packages(texts)
    out = Path(arguments.output)
    changes = compare(out, texts, [spec.folder for spec in specs if spec.folder])
    stream = console.out if human else console.err
    if arguments.check:
        console.write(_difference(out, changes, arguments), stream)
        return 1 if changes else 0
    apply(out, texts, changes)
    if human:
        console.write(_done(out, changes))
    return 0


def _agree(arguments: Namespace) -> None:
    """Raise Trouble where the arguments do not go together."""
    paths = arguments.paths
    named = " ".join(paths)
    if "-" in paths:
        raise Trouble("build reads files, not standard input", hint="nnspec build net.nnspec")
    if arguments.output is None:
        if arguments.check:
            raise Trouble(
                "--check needs the folder to compare with",
                hint=f"nnspec build {named} -o generated --check",
            )
        if len(paths) > 1 or Path(paths[0]).is_dir():
            raise Trouble(
                "several specs need a folder to be written into",
                hint=f"nnspec build {named} -o generated",
            )
    elif arguments.output.endswith(".py"):
        raise Trouble(
            f"-o names a folder, and {arguments.output} reads as a file",
            hint=f"nnspec build {named} > {arguments.output}",
        )


def _compile(
    project: Project, path: Path, together: Sequence[Path] = ()
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The Python of a spec, None where it has errors, and what there is to say about it.

    together: all specs of the build.
    """
    from nnspec.project import Report

    with at_work(f"building {path}"):
        result = project.build(path, readers=together)
    if isinstance(result, Report):
        return None, result.diagnostics
    return result.text, result.report.diagnostics


def _to_stdout(
    spec: SpecFile, arguments: Namespace, console: Console, projects: ProjectFactory
) -> int:
    text, diagnostics = _compile(Projects(projects).of(spec), spec.path)
    found = strictly(diagnostics, arguments.strict)
    show(console, found, arguments.format, console.err)
    if text is None or failed(found):
        return 1
    console.write(text)
    return 0


def _difference(out: Path, changes: Changes, arguments: Namespace) -> str:
    if not changes:
        return f"{out} is what the specs give\n"
    kinds = (
        ("stale", changes.stale),
        ("missing", changes.missing),
        ("left over", changes.left_over),
    )
    lines = [f"{kind}: {out / file}\n" for kind, files in kinds for file in files]
    command = f"nnspec build {' '.join(arguments.paths)} -o {arguments.output}"
    return "".join(lines) + f"run `{command}`\n"


def _done(out: Path, changes: Changes) -> str:
    written = len(changes.stale) + len(changes.missing)
    parts = [f"wrote {written} {'file' if written == 1 else 'files'} to {out}"]
    if changes.unchanged:
        parts.append(f"{changes.unchanged} unchanged")
    if changes.left_over:
        parts.append(f"removed {len(changes.left_over)} that no spec gives any more")
    return ", ".join(parts) + "\n"
