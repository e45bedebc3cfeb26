"""What the compiler has to say about a spec: values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nnspec.source import Span

Severity = Literal["error", "warning"]
Applicability = Literal["safe", "maybe"]


@dataclass(frozen=True, slots=True)
class Label:
    """A place with a remark; the primary one is where the mistake is."""

    span: Span
    message: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend the mistake. `safe` ones keep every meaning that was clear; `maybe` ones want a look."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "maybe"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: what is wrong (`message`), where (`labels`), and what to type instead (`help`, `fix`).

    code: of the form E0301 or W0201, registered in `nnspec.diagnostics.registry`.
    labels: the first is the primary one.
    notes: further facts, one a line.
    """

    code: str
    severity: Severity
    message: str
    labels: tuple[Label, ...]
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None

    @property
    def span(self) -> Span:
        """Where the mistake is."""
        return self.labels[0].span
