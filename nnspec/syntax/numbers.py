"""The values of number literals."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.source import Span

MAX_DIGITS = 1000  # Far beyond every size; Python itself refuses to print more than 4,300.


def read_number(text: str, span: Span, report: Callable[[Diagnostic], None]) -> int | float:
    """The value of a literal such as `1_000`, `0x1F`, `.5`, `10e9`; 0 where it is malformed, and reported."""
    if len(text) > MAX_DIGITS:
        report(mistakes.number_too_long(span, MAX_DIGITS))
        return 0
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        value = float(text) if not (text.isdigit() or text.replace("_", "").isdigit()) else None
    except ValueError:
        value = None
    if value is None:
        report(mistakes.bad_number(span, text))
        return 0
    if value == float("inf"):
        report(mistakes.number_too_large(span))
    return value
