"""Numbers, which remember how the spec writes them: `1e-6` is printed so, not as `1e-06`."""

from __future__ import annotations

import ast as py

from nnspec.syntax import ast


def number(expr: ast.Number) -> py.Constant:
    """The literal of a number; `written` is its text in the spec."""
    literal = py.Constant(expr.value)
    literal.written = expr.span.text  # type: ignore[attr-defined]
    return literal
