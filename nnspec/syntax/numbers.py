"""The values of number literals."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters as mistakes
from nnspec.source import Span

# What may stand behind a number that bounds a cost.
UNITS = {
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
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


def read_amount(text: str) -> int | float | None:
    """The value of a number with a unit, such as `25.6M` or `512MiB`; None for any other text."""
    digits = text.rstrip("kMGTKiB")
    scale = UNITS.get(text[len(digits) :])
    whole, _, part = digits.replace("_", "").partition(".")
    if scale is None or len(text) > MAX_DIGITS or not (whole + part).isdecimal():
        return None
    parts: int = 10 ** len(part)
    value, rest = divmod(int(whole + part) * scale, parts)
    return value if rest == 0 else value + rest / parts
