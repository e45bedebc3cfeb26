"""Showing what a run found, alike in every command."""

from __future__ import annotations

from nnspec.diagnostics.render import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from nnspec.cli.console import Console
    from nnspec.diagnostics.diagnostic import Diagnostic


def strictly(diagnostics: Iterable[Diagnostic], strict: bool) -> list[Diagnostic]:
    """The diagnostics, with unproved shapes (W03xx, W0202) as errors where `strict` is asked for."""
    if not strict:
        return list(diagnostics)
    from nnspec.record import replaced

    unproved = ("W03", "W0202")
    return [
        replaced(d, severity="error") if d.code.startswith(unproved) else d for d in diagnostics
    ]


def failed(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(d.severity == "error" for d in diagnostics)


def show(console: Console, diagnostics: list[Diagnostic], form: str, stream: TextIO) -> None:
    """Write diagnostics in a format to a stream; where there are none, only what is a document all the same."""
    if diagnostics or form in ("json", "sarif"):
        color = form == "human" and console.colored(stream)
        console.write(choose(form)(diagnostics, color), stream)
