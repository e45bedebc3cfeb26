"""The product of parsing."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.record import Record
from nnspec.syntax import ast


class Parsed(Record, eq=False):
    """A file as a tree, with the mistakes that were found on the way.

    file: what could be parsed; declarations and lines with mistakes are left out.
    diagnostics: in the order of the text.
    """

    file: ast.File
    diagnostics: tuple[Diagnostic, ...]
