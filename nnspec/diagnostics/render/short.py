"""One line for each diagnostic, for editors and grep."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.render.columns import printable
from nnspec.diagnostics.render.order import ordered


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """`path:line:column: CODE message`, a line each, never colored."""
    return "".join(_line(d) for d in ordered(diagnostics))


def _line(diagnostic: Diagnostic) -> str:
    source = diagnostic.span.source
    line, column = source.position(diagnostic.span.start)
    message = " ".join(printable(diagnostic.message).split())
    return f"{printable(source.path)}:{line}:{column}: {diagnostic.code} {message}\n"
