"""Specs as Python modules in memory.

A program is one spec with all that it imports. The same texts give the same Python module, so two
loads of a file share their classes, and a class finds its way back from a pickle.
"""

from __future__ import annotations

import ast as py
import linecache
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from nnspec import pipeline
from nnspec.emit.memory import code_of
from nnspec.files import SUFFIX
from nnspec.ir.context import read_attributes
from nnspec.ir.nodes import File
from nnspec.ir.younger import missing
from nnspec.project import Entry, Project, SpecError
from nnspec.runtime.errors import LoadError
from nnspec.runtime.pickling import make_portable
from nnspec.semantics.resolve.scopes import target_names
from nnspec.semantics.resolved import FileScope
from nnspec.source import Span
from nnspec.syntax import ast

PACKAGE = "nnspec_loaded"
TEXT = "<string>"  # the name of a spec that is no file

# The modules that this process has executed, by their names and by what they were made of.
_BY_NAME: dict[str, ModuleType] = {}
_BY_IDENTITY: dict[str, ModuleType] = {}


class Program:
    """The texts of a spec and its imports, from which its module can be made anywhere.

    main: the name of the spec, relative to the project's root, with `/`.
    files: every text by such a name; those of specs that packages ship tell one program from another, and are read
        from the packages.
    outside: names that importing files read as attributes of this file's layers.
    names: the names of the Python modules, by the names of the specs; pickles refer to functions by them.
    """

    __slots__ = ("files", "identity", "main", "names", "outside")

    def __init__(
        self,
        main: str,
        files: Mapping[str, str],
        outside: Iterable[str] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.main = main
        self.files = dict(files)
        self.outside = tuple(sorted(outside))
        self.names = dict(names or {})
        parts = (main, *self.outside, *(part for pair in sorted(files.items()) for part in pair))
        self.identity = _digest(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.main, self.files, self.outside, self.names)

    def __copy__(self) -> Program:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Program:
        return self

    def module(self) -> ModuleType:
        """Its module; executed here where this process has not done so yet.

        Raises LoadError where it brings in Python, unless this process has loaded it before and allowed that.
        """
        name = self.names.get(self.main, "")
        module = _BY_NAME.get(name) or _BY_IDENTITY.get(self.identity)
        if module is None:
            module = execute(self._compiled(), (), self.outside, self.names)
        if name:
            _BY_NAME[name] = sys.modules[name] = module
        return module

    def _compiled(self) -> Entry:
        # Any folder will do that is not there: nothing is read from the disk.
        root = f"<{PACKAGE}>"
        files = {os.path.join(root, *name.split("/")): text for name, text in self.files.items()}
        project = Project(Path(root), files)
        return checked_entry(project.entry(Path(root, *self.main.split("/"))))


def _digest(parts: Iterable[str]) -> str:
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def checked_entry(entry: Entry) -> Entry:
    """The entry, where its spec has no errors.

    Raises SpecError where it has.
    """
    assert entry.report is not None
    if not entry.report.ok:
        raise SpecError(entry.report)
    return entry


def execute(
    entry: Entry,
    allow: tuple[str, ...],
    outside: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
) -> ModuleType:
    """The module of a compiled spec, those of its imports executed first.

    allow: packages whose Python the spec may bring in.
    outside: names that importing files read as attributes of its layers.
    names: names for the modules, by the relative names of the specs.
    Raises LoadError where the spec brings in other Python.
    """
    # What a package ships is Python, which its importers import.
    closure = [each for each in entry.closure() if not each.module]
    for each in closure:
        _refuse_python(each, allow)
    read = frozenset(outside).union(*(_read(each) for each in closure))
    modules: dict[str, ModuleType] = {}
    for each in closure:
        modules[each.path] = _module(each, read, modules, names or {})
    return modules[entry.path]


def _module(
    entry: Entry,
    read: frozenset[str],
    modules: Mapping[str, ModuleType],
    names: Mapping[str, str],
) -> ModuleType:
    """One spec's module. read: attributes that any file reads; modules: those of its imports, by path."""
    closure = entry.closure()
    program = Program(
        entry.relative,
        {each.relative: each.source.text for each in closure},
        # Only these can change what is emitted; without the others the module is the same for every importer.
        (read - _read(entry)) & _settings(entry),
    )
    program.names = {
        each.relative: modules[each.path].__name__
        for each in closure
        if each is not entry and not each.module
    }
    name = names.get(entry.relative) or _module_name(entry, program)
    program.names[entry.relative] = name
    known = _BY_NAME.get(name)
    if known is not None:
        _remember_lines(str(known.__file__), entry.source.text)
        return known
    assert entry.checked is not None
    file = pipeline.lower(entry.checked, outside=frozenset(program.outside))
    _refuse_younger(file, entry)
    if entry.name == TEXT:
        file.filename = f"<{name.rpartition('.')[2]}>"  # Tracebacks tell one text from another.
    module = ModuleType(name, file.doc)
    module.__file__ = file.filename
    module.__package__ = PACKAGE
    file.imports = [each for each in file.imports if not _is_relative(each)]
    _import(module, entry, modules)
    _remember_lines(file.filename, entry.source.text)
    _register(module)
    try:
        exec(code_of(file), module.__dict__)
    except ImportError as error:
        sys.modules.pop(module.__name__, None)
        raise LoadError(f"{entry.name} needs Python that is not there: {error}") from error
    except BaseException:
        sys.modules.pop(module.__name__, None)
        raise
    make_portable(module, program)
    _BY_NAME[name] = module
    _BY_IDENTITY.setdefault(program.identity, module)
    return module


def _module_name(entry: Entry, program: Program) -> str:
    """A name that is the same for the same texts at the same place, and for nothing else."""
    stem = entry.relative.rpartition("/")[2].removesuffix(SUFFIX)
    plain = "".join(c if ("_" + c).isidentifier() else "_" for c in stem)
    return f"{PACKAGE}.{plain}_{_digest((program.identity, entry.path))[:12]}"


def _read(entry: Entry) -> frozenset[str]:
    """The names that a file reads as attributes."""
    assert entry.checked is not None
    return read_attributes(entry.checked.scope.file, entry.checked)


def _settings(entry: Entry) -> frozenset[str]:
    """The names of a file's hyperparameters and `let`s."""
    assert entry.scope is not None
    names: set[str] = set()
    for declaration in entry.scope.file.declarations:
        if isinstance(declaration, ast.Module):
            names.update(param.name for param in declaration.signature.params)
            for member in declaration.body:
                if isinstance(member, ast.Let):
                    names.update(target.id for target in target_names(member.target))
    return frozenset(names)


def _is_relative(statement: py.stmt | None) -> bool:
    return isinstance(statement, py.ImportFrom) and statement.level > 0


def _import(module: ModuleType, entry: Entry, modules: Mapping[str, ModuleType]) -> None:
    """Give a module the names that its spec imports from other specs."""
    assert entry.scope is not None
    by_scope = {id(each.scope): modules[each.path] for each in entry.imported if not each.module}
    for node, scope in entry.scope.imports.items():
        for each in node.names if node.dots else ():
            value = getattr(by_scope[id(scope)], each.name)
            setattr(module, each.alias or each.name, value)


def _register(module: ModuleType) -> None:
    """Make a module known to Python, where classes are looked up by the names of their modules."""
    package = sys.modules.get(PACKAGE)
    if package is None:
        package = ModuleType(PACKAGE, "Specs that nnspec has loaded in this process.")
        package.__path__ = []
        sys.modules[PACKAGE] = package
    sys.modules[module.__name__] = module
    setattr(package, module.__name__.rpartition(".")[2], module)


def _remember_lines(filename: str, text: str) -> None:
    """Let tracebacks show a spec's lines as they were when it was loaded."""
    lines = [line + "\n" for line in text.split("\n")]
    linecache.cache[filename] = (len(text), None, lines, filename)


def _refuse_python(entry: Entry, allow: tuple[str, ...]) -> None:
    """Raise LoadError where a spec brings in Python that is not allowed."""
    assert entry.scope is not None
    for name, declaration, span in _python(entry.scope):
        for place in declaration.places:
            if not any(place == each or place.startswith(each + ".") for each in allow):
                package = place.split(".")[0]
                raise LoadError(
                    f"{entry.name}, line {span.line}: `{name}` is Python from {place}, which runs"
                    f" only where the caller allows it: load(..., allow=[{package!r}])"
                )


def _refuse_younger(file: File, entry: Entry) -> None:
    """Raise LoadError where a spec needs what this torch has not got."""
    for each in missing(file, torch.__version__, entry.source):
        raise LoadError(f"{entry.name}, line {each.span.line}: {each.message}")


def _python(scope: FileScope) -> Iterator[tuple[str, ast.ExternModule | ast.ExternDef, Span]]:
    """What a spec declares of Python, and imports of it from packages: its name, its declaration, where that stands."""
    for declaration in scope.file.declarations:
        if isinstance(declaration, (ast.ExternModule, ast.ExternDef)):
            yield declaration.name, declaration, declaration.span
        elif isinstance(declaration, ast.Import) and not declaration.dots:
            for each in declaration.names:
                found, _ = scope.names[each.alias or each.name]
                if isinstance(found, (ast.ExternModule, ast.ExternDef)):
                    yield each.name, found, each.span
