"""What is printed as the spec writes it: `1e-6`, not `1e-06`; `(a * b) @ c`, not `a * b @ c`."""

from __future__ import annotations

import ast as py

from nnspec.source import Span
from nnspec.syntax import ast


def number(expr: ast.Number) -> py.Constant:
    """The literal of a number; `written` is its text in the spec."""
    literal = py.Constant(expr.value)
    literal.written = expr.span.text  # type: ignore[attr-defined]
    return literal


def is_parenthesised(span: Span) -> bool:
    """Whether parentheses stand around an operand."""
    text = span.source.text
    start, end = span.start - 1, span.end
    while start >= 0 and text[start].isspace():
        start -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    return text[start : start + 1] == "(" and text[end : end + 1] == ")"
