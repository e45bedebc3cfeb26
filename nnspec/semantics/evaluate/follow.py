"""Following one expression: by its kind, within the budget, and with a note of what it gave."""

from __future__ import annotations

from nnspec.semantics.values import ErrorValue, Unknown
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nnspec.semantics.evaluate.run import Frame
    from nnspec.semantics.values import Value

# How each kind of expression is followed; `expressions` fills it in.
FOLLOW: dict[type[ast.Expr], Callable[[Any, Frame], Value]] = {}


def evaluate(expr: ast.Expr, frame: Frame) -> Value:
    """The abstract value of an expression; mistakes are reported and leave ERROR."""
    run = frame.run
    run.steps += 1
    if run.steps > run.limit:
        run.look(expr.span)
    value = FOLLOW[type(expr)](expr, frame)
    noted = run.recorder.values
    old = noted.get(expr)
    # The first telling value is kept.
    if old is None or (
        isinstance(old, (ErrorValue, Unknown)) and not isinstance(value, ErrorValue)
    ):
        noted[expr] = value
    return value
