"""Limits of files: E000x."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.source import Span


def too_deep(span: Span) -> Diagnostic:
    """A file that nests deeper than the compiler follows."""
    return Diagnostic(
        "E0006",
        "error",
        "this file nests deeper than the compiler follows",
        (Label(span, "", True),),
        help="break its longest expression, or its deepest nesting, into parts with names",
    )
