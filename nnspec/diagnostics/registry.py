"""Every code that the compiler reports, in one table.

The families: E00xx limits and files, E01xx syntax, E02xx names and imports, E03xx shapes and dtypes, E04xx static
values, arguments and calls, E05xx modules, E06xx `check` blocks, E07xx emission and loading, W02xx mistakes that
torch would not notice, W03xx shapes that could not be proved.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnspec.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A kind of mistake: its code (`E0301`), its name in words, its severity and a sentence about it."""

    code: str
    name: str
    severity: Severity
    summary: str


# Sorted by code, one entry a line. Each has a page pages/<CODE>.md beside this file.
_TABLE: tuple[tuple[str, str, Severity, str], ...] = (
    ("E0001", "file-too-large", "error", "A spec is larger than the compiler reads."),
    ("E0301", "shape-mismatch", "error", "Two shapes that must agree do not."),
    ("W0209", "unused-ignore", "warning", "An ignore comment silences nothing."),
)

CODES: dict[str, Code] = {row[0]: Code(*row) for row in _TABLE}
