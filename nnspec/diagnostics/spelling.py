"""What is said, and offered, about a name that was probably meant to be another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.source import Span


def did_you_mean(near: Sequence[str]) -> str | None:
    """The help that names what may be meant; None where nothing is near."""
    if not near:
        return None
    return f"did you mean {' or '.join(f'`{name}`' for name in near)}?"


def respell(span: Span, near: Sequence[str], others: Iterable[Span] = ()) -> Fix | None:
    """The fix that writes the name that was meant, where only one can be.

    Capitals tell layers and types from functions, so that among names which differ only in that, one can.
    others: further places where the wrong name stands and means the same.
    """
    capital = span.text[:1].isupper()
    alike = [name for name in near if name[:1].isupper() == capital] or list(near)
    if len(alike) != 1:
        return None
    return rename(f"write `{alike[0]}`", alike[0], (span, *others))


def rename(title: str, name: str, places: Iterable[Span]) -> Fix:
    """A fix that writes `name` at each of some places."""
    starts = {span.start: span for span in places}
    return Fix(title, tuple(Edit(starts[start], name) for start in sorted(starts)), "maybe")
