"""The line that ends a run."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.render.order import ordered


def summary(diagnostics: Iterable[Diagnostic], checked: int) -> str:
    """What a run found, in a line: `2 errors, 1 warning in 1 file`, or `3 files checked, no problems`.

    checked: files that were checked.
    """
    shown = ordered(diagnostics)
    if not shown:
        return f"{counted(checked, 'file')} checked, no problems\n"
    parts = []
    for severity in ("error", "warning"):
        count = sum(d.severity == severity for d in shown)
        if count:
            parts.append(counted(count, severity))
    files = len({d.span.source.path for d in shown})
    return f"{', '.join(parts)} in {counted(files, 'file')}\n"


def counted(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
