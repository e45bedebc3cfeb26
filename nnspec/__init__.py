"""nnspec: a language for neural-network models, compiled to readable PyTorch.

check(path): what is wrong with a spec. build(path): the spec as Python. load(target): the model itself.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.project import Emitted, NnspecError, Project, Report, SpecError, build, check
    from nnspec.runtime.load import LoadError, import_spec, load, loads

__all__ = [
    "Emitted",
    "LoadError",
    "NnspecError",
    "Project",
    "Report",
    "SpecError",
    "build",
    "check",
    "import_spec",
    "load",
    "loads",
]

# In a checkout the grammar and the model library stand beside this folder, in a wheel inside it: they are
# `nnspec.grammar` and `nnspec.specs` either way.
if not os.path.isdir(os.path.join(__path__[0], "grammar")):
    __path__.append(os.path.dirname(__path__[0]))

# torch, and even the compiler, are imported when they are needed and not before.
_RUNTIME = ("LoadError", "import_spec", "load", "loads")


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("nnspec")
    if name not in __all__:
        raise AttributeError(f"module 'nnspec' has no attribute {name!r}")
    from importlib import import_module

    try:
        home = import_module("nnspec.runtime.load" if name in _RUNTIME else "nnspec.project")
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise ImportError(
            f"nnspec.{name} needs torch: pip install 'nnspec[torch]'", name="torch"
        ) from missing
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
