"""What the compiler has to say about a spec: values, never exceptions."""

from __future__ import annotations

from nnspec.record import Record
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Severity = Literal["error", "warning"]
    Applicability = Literal["safe", "maybe"]
else:  # names for those that import them to annotate
    Severity = Applicability = str


class Label(Record):
    """A place with a remark; the primary one is where the mistake is."""

    span: Span
    message: str = ""
    primary: bool = False


class Edit(Record):
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


class Fix(Record):
    """Edits that mend the mistake. `safe` ones keep every meaning that was clear; `maybe` ones want a look."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "maybe"


class Diagnostic(Record):
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
