"""Where `nnspec build` puts each spec: the mirror of a folder of specs as a Python package."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from keyword import iskeyword
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nnspec.cli.specfiles import SUFFIX, SpecFile
from nnspec.cli.trouble import Trouble


class Target(NamedTuple):
    """A spec and the file that it becomes, relative to the output folder.

    given: the spec of the command line that brought it, itself or by an import.
    """

    spec: Path
    file: PurePosixPath
    given: SpecFile


def module_name(stem: str) -> str:
    """The name under which Python can import what a file or folder called `stem` holds.

    `my-net` becomes my_net, `2d` _2d, `class` class_; most names stay as they are.
    """
    if not stem.isascii():
        from unicodedata import normalize

        # Python compares identifiers in this form, so an import would look for a file of this name.
        stem = normalize("NFKC", stem)
    name = "".join(char if ("_" + char).isidentifier() else "_" for char in stem)
    if not name.isidentifier():
        name = "_" + name
    if iskeyword(name) or name in ("__init__", "__main__"):
        name += "_"
    return name


def mirrored(relative: Path) -> PurePosixPath:
    """The file that a spec becomes: `basics/my-net.nnspec` gives basics/my_net.py."""
    *folders, name = relative.parts
    stem = module_name(name.removesuffix(SUFFIX))
    return PurePosixPath(*(module_name(folder) for folder in folders), stem + ".py")


def lay_out(
    specs: Iterable[SpecFile], imports: Callable[[SpecFile, Path], Iterable[Path]]
) -> dict[PurePosixPath, Target]:
    """Every file to write, with the spec that it comes from: the given specs and those that they import.

    A folder's specs keep their places below it; a spec named by itself stands at the top.
    imports: the specs that a spec imports; the first argument is the spec of the command line that brought it.
    Raises Trouble where an imported spec lies outside the folder given, or two specs would become one file.
    """
    targets: dict[PurePosixPath, Target] = {}
    problems: list[str] = []
    for given in specs:
        home = given.folder or given.path.parent
        waiting = [(given.path, given.path)]
        while waiting:
            path, importer = waiting.pop()
            relative = _inside(path, home)
            if relative is None:
                problems.append(_outside(importer, path, home))
                continue
            target = Target(path, mirrored(relative), given)
            other = targets.setdefault(target.file, target)
            if other is target:
                waiting += [(each, path) for each in imports(given, path)]
            elif not _same(other.spec, path):
                problems.append(
                    f"{other.spec} and {path} would both become {target.file}; rename one of them"
                )
    for file, target in targets.items():
        package = next(
            (t for t in targets.values() if file.with_suffix("") in t.file.parents), None
        )
        if package is not None:
            problems.append(
                f"{target.spec} would become the module {file}, and {package.spec} makes a package of"
                f" that name; rename one of them"
            )
    if problems:
        raise Trouble(*dict.fromkeys(problems))
    return dict(sorted(targets.items()))


def _inside(path: Path, folder: Path) -> Path | None:
    """The path relative to a folder, or None where it lies outside."""
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(folder))
    return None if relative.split(os.sep)[0] == os.pardir else Path(relative)


def _outside(importer: Path, path: Path, home: Path) -> str:
    both = os.path.commonpath([os.path.abspath(path), os.path.abspath(home)])
    return (
        f"{importer} imports {path}, which lies outside {home};"
        f" build a folder that holds both: nnspec build {os.path.relpath(both)} -o OUT"
    )


def _same(left: Path, right: Path) -> bool:
    return os.path.abspath(left) == os.path.abspath(right)
