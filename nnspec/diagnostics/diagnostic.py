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


LONGEST_WORD = 200
LONGEST_MESSAGE = 2_000


class Label(Record):
    """A place with a remark; the primary one is where the mistake is."""

    span: Span
    message: str = ""
    primary: bool = False


class Edit(Record):
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


def _readable(text: str) -> str:
    """A message without the middle of what nobody reads, such as a name of thousands of letters."""
    if len(text) <= LONGEST_WORD:
        return text
    words = text.split(" ")
    if max(map(len, words)) > LONGEST_WORD:
        text = " ".join(w if len(w) <= LONGEST_WORD else f"{w[:60]}...{w[-20:]}" for w in words)
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE - 200]} ... {text[-200:]}"
    return text


def _readable_label(label: Label) -> Label:
    if len(label.message) <= LONGEST_WORD:
        return label
    return Label(label.span, _readable(label.message), label.primary)


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

    def __init__(
        self,
        code: str,
        severity: Severity,
        message: str,
        labels: tuple[Label, ...],
        notes: tuple[str, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "code", code)
        put(self, "severity", severity)
        put(self, "message", _readable(message))
        put(self, "labels", tuple(_readable_label(label) for label in labels))
        put(self, "notes", tuple(_readable(note) for note in notes))
        put(self, "help", None if help is None else _readable(help))
        put(self, "fix", fix)

    @property
    def span(self) -> Span:
        """Where the mistake is."""
        return self.labels[0].span
