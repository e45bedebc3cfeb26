"""Diagnostics for programs: a list of objects, lines and columns from 1, ends exclusive."""

from __future__ import annotations

import json

from nnspec.diagnostics.diagnostic import Diagnostic, Fix
from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.render.order import ordered
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """A JSON list, an object for each diagnostic, with a newline at its end; never colored."""
    objects = [as_object(d) for d in ordered(diagnostics)]
    return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"


def as_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic in numbers, strings, lists and dicts.

    Columns count characters (code points). `name` is the code in words.
    """
    return {
        **_place(diagnostic.span),
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "name": CODES[diagnostic.code].name,
        "message": diagnostic.message,
        "labels": [
            {**_place(label.span), "message": label.message, "primary": i == 0 or label.primary}
            for i, label in enumerate(diagnostic.labels)
        ],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [{**_place(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _place(span: Span) -> dict[str, Any]:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "path": span.source.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
