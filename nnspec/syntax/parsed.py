"""The product of parsing."""

from __future__ import annotations

from dataclasses import dataclass

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.syntax import ast


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A file as a tree, with the mistakes that were found on the way.

    file: what could be parsed; declarations and lines with mistakes are left out.
    diagnostics: in the order of the text.
    """

    file: ast.File
    diagnostics: tuple[Diagnostic, ...]
