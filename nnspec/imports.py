"""Which file an import means: one of the project, by a path that begins with a dot, or one that a package ships."""

from __future__ import annotations

import os

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import imports as mistakes
from nnspec.files import SUFFIX
from nnspec.record import Record
from nnspec.syntax import ast


class Place(Record):
    """Where a spec is.

    path: as messages name it.
    root: the folder that its own imports may not leave.
    module: `package.folder.file` where a Python package ships it, else empty.
    """

    path: str
    root: str
    module: str = ""


def locate(importer: Place, node: ast.Import) -> Place | Diagnostic:
    """The file that an import means, which need not be there, or what is wrong with the import."""
    if not node.dots:
        return _shipped(importer, node)
    path = target(importer.path, node)
    if importer.module:
        # Installers may put links in place of files, so what counts is where the package has the file.
        package, root = importer.module.partition(".")[0], importer.root
        if not below(os.path.abspath(path), root):
            return mistakes.above_package(node.module_span, package)
        inside = os.path.relpath(os.path.abspath(path), root).removesuffix(SUFFIX)
        return Place(path, root, ".".join((package, *inside.split(os.sep))))
    if not below(os.path.realpath(path), importer.root):
        return mistakes.above_root(node.module_span, importer.root)
    return Place(path, importer.root)


def target(importer: str, node: ast.Import) -> str:
    """The path that an import with dots means: `..a.b` in x/y.nnspec is a/b.nnspec."""
    folder = os.path.dirname(importer)
    above = [os.pardir] * (node.dots - 1)
    return os.path.normpath(os.path.join(folder, *above, *node.module.split("."))) + SUFFIX


def below(path: str, root: str) -> bool:
    """Whether a path lies in a folder, or deeper."""
    return path.startswith(root.rstrip(os.sep) + os.sep)


def missing(node: ast.Import, path: str) -> Diagnostic:
    """What to say of an import of a file that is not there."""
    if os.path.isdir(os.path.splitext(path)[0]):
        return mistakes.folder(node.module_span, node.module)
    return mistakes.missing_file(node.module, node.module_span, path, _specs_beside(path))


def is_found(place: Place) -> bool:
    """Whether Python still finds a package's spec at its place; a file of the project stays where it is."""
    if not place.module:
        return True
    from nnspec import packages

    found = packages.find(place.module)
    return found is not None and found[0] == place.path


def _shipped(importer: Place, node: ast.Import) -> Place | Diagnostic:
    from nnspec import packages

    span, name = node.module_span, node.names[0].name
    found = packages.find(node.module)
    if found is not None:
        return Place(*found, node.module)
    if os.path.isfile(target(importer.path, node)):
        return mistakes.without_dot(span, node.module)
    package = node.module.partition(".")[0]
    if packages.folders(package) is None:
        return mistakes.missing_package(span, package)
    return mistakes.not_shipped(span, node.module, name, packages.specs_of(package))


def _specs_beside(path: str) -> list[str]:
    try:
        names = os.listdir(os.path.dirname(path) or os.curdir)
    except OSError:
        return []
    return [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]
