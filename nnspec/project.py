"""A folder of specs: reading files, following imports, and remembering what has been compiled."""

from __future__ import annotations

import os

from nnspec import pipeline
from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.diagnostics.mistakes import files as file_mistakes
from nnspec.diagnostics.mistakes import imports as mistakes
from nnspec.files import SUFFIX, find_root, read
from nnspec.imports import Place, below, is_found, locate, missing, target
from nnspec.library.catalog import Catalog, library
from nnspec.record import Record, field
from nnspec.semantics.resolved import FileScope
from nnspec.source import Source, Span, plain_newlines
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from nnspec.ir.nodes import File
    from nnspec.semantics.checked import Checked


# What is wrong with an import whose file was not read: it may be there by now.
UNREAD = frozenset(("E0230", "E0235", "E0236", "E0237", "E0238"))


class NnspecError(Exception):
    """What nnspec raises where a spec, or what is asked of it, is wrong."""


class SpecError(NnspecError):
    """A spec has errors; `report` tells them."""

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        return f"{self.report.path} has errors\n{self.report}".rstrip()


class Report(Record):
    """What there is to say about one file.

    path: as it was given.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The mistakes that keep the file from being built."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is allowed and probably not meant, or could not be proved."""
        return tuple(d for d in self.diagnostics if d.severity == "warning")

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    def __str__(self) -> str:
        from nnspec.diagnostics.render import choose

        return choose("human")(list(self.diagnostics), color=False)


class Emitted(Record):
    """A spec as Python.

    path: of the spec; text: the Python, which needs torch alone (and the specs imported, built likewise);
    report: the warnings.
    """

    path: str
    text: str
    report: Report


class Entry(Record, frozen=False, eq=False):
    """One file on its way through the compiler.

    name: how messages call it; path: where it is; relative: the same below the root, with `/`.
    module: `package.folder.file` where a Python package ships it, else empty; the package's name begins `relative`.
    scope: None where its syntax is wrong; report: None until it is known.
    imported: the files that it imports, none of them with errors.
    refused: those with errors, each with its text; the entry is None where it imports this one.
    """

    name: str
    path: str
    relative: str
    source: Source
    module: str = ""
    scope: FileScope | None = None
    checked: Checked | None = None
    report: Report | None = None
    imported: list[Entry] = field(default_factory=list)
    refused: list[tuple[Place, str, Entry | None]] = field(default_factory=list)

    def closure(self) -> list[Entry]:
        """This file and all that it imports, directly or not: each once, behind those that it imports."""
        found: dict[str, Entry] = {}

        def add(entry: Entry) -> None:
            if entry.path not in found:
                for each in entry.imported:
                    add(each)
                found[entry.path] = entry

        add(self)
        return list(found.values())


class Project:
    """The specs below a root folder; each is read and compiled once.

    root: no import leaves this folder. Where it is None, it is for each file the nearest folder around it
        with a `.git` or a `pyproject.toml`, else the file's own folder.
    files: texts by path, which are read in place of the disk.
    edited: texts by real path that are read in place of what the disk, or `files`, has there.
    """

    def __init__(
        self, root: str | Path | None = None, files: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self._files = files
        self.edited: Mapping[str, str] = {}
        self.catalog: Catalog = library()
        self._entries: dict[tuple[str, str], Entry] = {}
        self._open: list[Entry] = []
        # What was compiled, or seen to be current, for the file that is asked for: many ways may lead to it.
        self._fresh: set[Entry] = set()

    def check(self, path: str | Path, text: str | None = None) -> Report:
        """Everything that is wrong, or doubtful, in one file.

        text: what to take for the content of the file, which need not exist.
        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        entry = self.entry(path, text)
        assert entry.report is not None
        return entry.report

    def build(
        self, path: Path, text: str | None = None, readers: Iterable[Path] = ()
    ) -> Emitted | Report:
        """The Python of one file, or the report where it has errors.

        readers: other specs that are built along with it; what they read of its layers is kept there.
        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        entry = self.entry(path, text)
        assert entry.report is not None
        if not entry.report.ok or entry.checked is None:
            return entry.report
        importers = [
            each
            for each in map(self.entry, readers)
            if any(entry.path == below.path for below in each.closure())
        ]
        file = pipeline.lower(entry.checked, entry.relative, _read_from(importers))
        younger = _younger(file, entry.source)
        report = Report(entry.name, (*entry.report.diagnostics, *younger))
        return Emitted(entry.name, pipeline.emit(file), report)

    def imports(self, path: Path) -> list[Path]:
        """The specs of the project that a file imports, those that exist, in the order of its lines.

        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        parsed = pipeline.parse(Source(os.fspath(path), self._read(os.fspath(path))))
        found = [
            target(os.fspath(path), declaration)
            for declaration in parsed.file.declarations
            if isinstance(declaration, ast.Import) and declaration.dots and declaration.module
        ]
        from pathlib import Path

        return [Path(each) for each in found if os.path.isfile(each)]

    def entry(self, path: str | Path, text: str | None = None) -> Entry:
        """A file with all that is known of it.

        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        self._fresh.clear()
        name = os.fspath(path)
        content = self._read(name) if text is None else plain_newlines(text)
        root = self._root_of(name)
        key = (os.path.realpath(name), root)
        if key in self._entries and self._entries[key].name != name:
            del self._entries[key]  # an import of it had another name, which messages do not tell
        return self._compiled(Place(name, root), content)

    def _read(self, path: str, module: str = "") -> str:
        if self.edited:
            edited = self.edited.get(os.path.realpath(path))
            if edited is not None:
                return plain_newlines(edited)
        if self._files is None or module:
            return read(path)
        if path not in self._files:
            raise FileNotFoundError(path)
        return self._files[path]

    # --- one file --------------------------------------------------------------------------------

    def _root_of(self, name: str) -> str:
        return os.path.realpath(self.root) if self.root is not None else find_root(name)

    def _compiled(self, place: Place, text: str) -> Entry:
        name, root, module = place.path, place.root, place.module
        key = (os.path.realpath(name), root)
        known = self._entries.get(key)
        if known is None or known.source.text != text or not self._current(known):
            relative = module.replace(".", "/") + SUFFIX if module else _relative(key[0], root)
            known = Entry(name, key[0], relative, Source(name, text), module)
            self._entries[key] = known
            self._compile(known, root)
            self._fresh.add(known)
        return known

    def _current(self, entry: Entry) -> bool:
        """Whether the files that an entry imports still have the texts that it has seen."""
        if entry.report is None or entry in self._fresh:
            return True
        if any(d.code in UNREAD for d in entry.report.diagnostics):
            return False
        try:
            current = all(
                is_found(place)
                and self._read(place.path, place.module) == text
                and (below is None or self._current(below))
                for place, text, below in entry.refused
            ) and all(
                is_found(Place(each.name, "", each.module))
                and self._read(each.name, each.module) == each.source.text
                and self._current(each)
                for each in entry.imported
            )
        except (OSError, UnicodeDecodeError):
            return False
        if current:
            self._fresh.add(entry)
        return current

    def _compile(self, entry: Entry, root: str) -> None:
        self._open.append(entry)
        try:
            found = self._stages(entry, root)
        except RecursionError:
            whole = Span(entry.source, 0, len(entry.source.line(1)))
            found = [file_mistakes.too_deep(whole)]
            entry.checked = None
        finally:
            self._open.pop()
        # What is wrong in an imported file is told with that file.
        told = {
            (d.code, d.span.source.path, d.span.start)
            for each in entry.imported
            if each.report is not None
            for d in each.report.diagnostics
        }
        found = [d for d in found if (d.code, d.span.source.path, d.span.start) not in told]
        if any(
            "nnspec:" in source.text for source in {d.span.source for d in found} | {entry.source}
        ):
            from nnspec.diagnostics.ignore import silence

            found = silence(found, [entry.source])
        found.sort(key=lambda d: (d.span.source is not entry.source, d.span.start))
        entry.report = Report(entry.name, tuple(found))

    def _stages(self, entry: Entry, root: str) -> list[Diagnostic]:
        source = entry.source
        parsed = pipeline.parse(source)
        if any(d.severity == "error" for d in parsed.diagnostics):
            return list(parsed.diagnostics)
        scope = pipeline.resolve(
            parsed.file,
            entry.relative.removesuffix(SUFFIX).replace("/", "."),
            lambda node: self._imported(entry, node, root),
            self.catalog,
        )
        entry.scope = scope
        checked = pipeline.check(scope, self.catalog)
        entry.checked = checked
        return [*parsed.diagnostics, *_unique((*scope.diagnostics, *checked.diagnostics))]

    def _imported(self, importer: Entry, node: ast.Import, root: str) -> FileScope | Diagnostic:
        """The scope of an imported file, or what is wrong with the import."""
        span = node.module_span
        place = locate(Place(importer.name, root, importer.module), node)
        if isinstance(place, Diagnostic):
            return place
        path = place.path
        try:
            text = self._read(path, place.module)
        except (FileNotFoundError, NotADirectoryError):
            return missing(node, path)
        except UnicodeDecodeError:
            return mistakes.unreadable(span, path, "it is not UTF-8")
        except OSError as error:
            return mistakes.unreadable(span, path, (error.strerror or str(error)).lower())
        real = os.path.realpath(path)
        for at, entry in enumerate(self._open):
            if entry.path == real:
                files = [each.name for each in self._open[at:]]
                importer.refused.append((place, text, None))
                return mistakes.cycle(span, [*files, files[0]])
        entry = self._compiled(place, text)
        assert entry.report is not None
        if entry.scope is None or not entry.report.ok:
            first = entry.report.errors[0]
            importer.refused.append((place, text, entry))
            if first.code == "E0231":
                label = Label(first.span, "this import closes the circle")
                return mistakes.into_cycle(span, label, first.notes)
            return mistakes.broken(span, path, Label(first.span, first.message))
        importer.imported.append(entry)
        return entry.scope


def check(path: str | os.PathLike[str]) -> Report:
    """Everything that is wrong, or doubtful, in a spec; nothing of it is run.

    Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
    """
    from pathlib import Path

    return Project().check(Path(path))


def build(path: str | os.PathLike[str]) -> Emitted:
    """A spec as Python, in `.text`.

    Raises SpecError where the spec has errors, OSError where the file cannot be read.
    """
    from pathlib import Path

    built = Project().build(Path(path))
    if isinstance(built, Report):
        raise SpecError(built)
    return built


def _relative(path: str, root: str) -> str:
    relative = os.path.relpath(path, root) if below(path, root) else os.path.basename(path)
    return relative.replace(os.sep, "/")


def _read_from(entries: Iterable[Entry]) -> frozenset[str]:
    """The names that files read as attributes."""
    from nnspec.ir.context import read_attributes

    checked = [entry.checked for entry in entries if entry.checked is not None]
    return frozenset().union(*(read_attributes(each.scope.file, each) for each in checked))


def _younger(file: File, source: Source) -> list[Diagnostic]:
    """What a file needs of a younger torch than the one that is installed, if one is."""
    from importlib.metadata import PackageNotFoundError, version

    from nnspec.ir.younger import missing

    try:
        return missing(file, version("torch"), source)
    except PackageNotFoundError:
        return []


def _unique(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    seen: dict[tuple[str, int, int, str], Diagnostic] = {}
    for each in diagnostics:
        seen.setdefault((each.code, id(each.span.source), each.span.start, each.message), each)
    return list(seen.values())
