"""The order in which diagnostics are shown."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nnspec.diagnostics.diagnostic import Diagnostic


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By path, then position, then code; what is said twice of one place is said once.

    Two specs that import a third report its mistakes both, which is where doubles come from.
    """
    by_place = {_key(d): d for d in diagnostics}
    return [by_place[key] for key in sorted(by_place)]


def _key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str, str]:
    span = diagnostic.span
    return (
        span.source.path,
        span.start,
        span.end,
        diagnostic.code,
        diagnostic.severity,
        diagnostic.message,
    )
