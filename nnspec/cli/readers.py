"""What the specs of a command line read of each other: a layer that only another file calls is not forgotten."""

from __future__ import annotations

import os

from nnspec import pipeline
from nnspec.files import read
from nnspec.record import Record
from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nnspec.cli.projects import Projects
    from nnspec.cli.specfiles import SpecFile
    from nnspec.diagnostics.diagnostic import Diagnostic

# Warnings of what nothing in the same file reads.
CODES = frozenset(("W0207", "W0208", "W0211", "W0220"))


class Reads(Record):
    """What a file reads of others.

    attributes: the names behind its dots, as in `model.head(x)`; values: the imported names that it hands on
    without a call, as layer types are; imported: the files that it imports, directly or not.
    """

    attributes: frozenset[str]
    values: frozenset[str]
    imported: frozenset[str]


def without_read(
    found: Iterable[Diagnostic], specs: Sequence[SpecFile], compilers: Projects
) -> list[Diagnostic]:
    """The findings, but for those of members and hyperparameters that a spec beside them reads.

    Raises OSError where a spec cannot be read, UnicodeDecodeError where it is not UTF-8.
    """
    found = list(found)
    if len(specs) < 2 or not any(d.code in CODES for d in found):
        return found
    # The text on standard input is perhaps that of no file, and imports are followed from files.
    readers = [_reads(spec, compilers) for spec in specs if spec.text is None]
    return [d for d in found if d.code not in CODES or not _is_read(d, readers)]


def _is_read(finding: Diagnostic, readers: Iterable[Reads]) -> bool:
    path = os.path.realpath(finding.span.source.path)
    module = _module_around(finding) if finding.code == "W0211" else None
    return any(
        finding.span.text in reader.attributes or module in reader.values
        for reader in readers
        if path in reader.imported
    )


def _module_around(finding: Diagnostic) -> str | None:
    span = finding.span
    for declaration in pipeline.parse(span.source).file.declarations:
        whole = declaration.span
        if isinstance(declaration, ast.Module) and whole.start <= span.start < whole.end:
            return declaration.name
    return None


def _reads(spec: SpecFile, compilers: Projects) -> Reads:
    project = compilers.of(spec)
    edited = project.edited.get(os.path.realpath(spec.name))
    text = read(spec.name) if edited is None else edited
    file = pipeline.parse(Source(spec.name, text)).file
    imported: set[str] = set()
    waiting: list[Path] = project.imports(spec.path)
    while waiting:
        path = waiting.pop()
        real = os.path.realpath(path)
        if real not in imported:
            imported.add(real)
            waiting += project.imports(path)
    names = {
        name.alias or name.name: name.name
        for declaration in file.declarations
        if isinstance(declaration, ast.Import)
        for name in declaration.names
    }
    nodes = list(walk(file))
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    return Reads(
        frozenset(node.name for node in nodes if isinstance(node, ast.Attribute)),
        frozenset(
            names[node.id]
            for node in nodes
            if isinstance(node, ast.Name) and node.id in names and node not in called
        ),
        frozenset(imported),
    )
