"""Mistakes of brackets: strays, those of the wrong kind, those that nothing closes."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes.characters import error
from nnspec.diagnostics.mistakes.edits import replace
from nnspec.source import Span


def stray_bracket(span: Span, bracket: str) -> Diagnostic:
    """A closing bracket that nothing opened."""
    fix = replace("remove it", span, "", "maybe")
    return error("E0104", span, f"this `{bracket}` closes nothing", fix=fix)


def wrong_bracket(span: Span, bracket: str, expected: str, opening: Span | None) -> Diagnostic:
    """A closing bracket of the wrong kind. opening: the one that it would close."""
    return error(
        "E0104",
        span,
        f"`{bracket}` cannot close what is open here",
        f"expected `{expected}`",
        also=() if opening is None else ((opening, "opened here"),),
        help=f"close it with `{expected}`",
        fix=replace(f"write `{expected}`", span, expected, "maybe"),
    )


def unclosed_bracket(
    opening: Span,
    bracket: str,
    closing: str,
    before: Span | None,
    end: Span,
    around: tuple[tuple[Span, str], ...] = (),
) -> Diagnostic:
    """An opening bracket that nothing closed.

    before: where it must have been closed at the latest; end: the empty span where it may have been meant to end.
    around: brackets around it, not closed either, each with the one that closes it, the innermost last.
    """
    also = () if before is None else ((before, f"expected `{closing}` before this"),)
    missing = closing + "".join(each for _, each in reversed(around))
    return error(
        "E0103",
        opening,
        f"this `{bracket}` is never closed",
        "opened here",
        also=(*also, *((span, "not closed either") for span, _ in around)),
        help=f"close it with `{closing}`",
        fix=replace(f"add `{missing}`", end, _on_line_of_its_own(opening, end) + missing, "maybe"),
    )


def _on_line_of_its_own(opening: Span, end: Span) -> str:
    """What stands before a closing bracket behind items that have a line each: a newline, the indentation."""
    source = opening.source
    if opening.line == end.line or not source.text[: end.start].endswith(","):
        return ""
    line = source.line(opening.line)
    return "\n" + line[: len(line) - len(line.lstrip())]
