"""The whole compiler: text in, Python out. Mistakes of a spec are values at every stage."""

from __future__ import annotations

from nnspec.semantics.resolve import resolve
from nnspec.syntax.parser import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.ir.nodes import File
    from nnspec.library.catalog import Catalog
    from nnspec.semantics.checked import Checked
    from nnspec.semantics.resolved import FileScope

__all__ = ["check", "emit", "lower", "parse", "resolve"]


def check(scope: FileScope, catalog: Catalog) -> Checked:
    """Follow every module, model and `check` block of a file: shapes, dtypes, sizes, parameter counts."""
    from nnspec.semantics.check import check

    return check(scope, catalog)


def lower(checked: Checked, path: str | None = None, outside: frozenset[str] = frozenset()) -> File:
    """What emission needs of a checked file, without its syntax.

    path: the spec, as the header of the Python names it; outside: names that other files read as attributes of its layers.
    """
    from nnspec.ir.lower import lower

    return lower(checked, path, outside)


def emit(file: File) -> str:
    """The Python of a file, as it is written to disk."""
    from nnspec.emit.emit import emit

    return emit(file)
