"""Specs that lie beside installed Python: found where Python finds packages, by path alone.

Nothing of a package is imported, so none of its code runs.
"""

from __future__ import annotations

import os
import sys

from nnspec.files import SUFFIX


def folders(package: str) -> list[str] | None:
    """The folders of an installed package, several where its parts are installed apart.

    package: its name, without dots.
    Returns no folders for a module that is a single file, None where Python finds nothing of that name.
    """
    # What finds names at the top imports nothing; importlib.util would import what stands before a dot.
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        spec = find_spec(package, None) if find_spec is not None else None
        if spec is not None:
            return [os.path.abspath(each) for each in spec.submodule_search_locations or ()]
    return None


def find(module: str) -> tuple[str, str] | None:
    """The spec that `from module import ...` reads, and the folder of its package; None where there is none."""
    package, *rest = module.split(".")
    if rest:
        for folder in folders(package) or ():
            path = os.path.join(folder, *rest) + SUFFIX
            if os.path.lexists(path):
                return path, folder
    return None


def specs_of(package: str) -> list[str]:
    """What can stand behind `from`: all specs that an installed package ships, as `package.folder.file`."""
    found: list[str] = []
    for folder in folders(package) or ():
        for top, below, files in os.walk(folder):
            below[:] = [name for name in below if name.isidentifier() and name != "__pycache__"]
            inside = os.path.relpath(top, folder).split(os.sep)
            names = [name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)]
            parts = [part for part in inside if part != os.curdir]
            found += [".".join((package, *parts, name)) for name in names if name.isidentifier()]
    return sorted(found)
