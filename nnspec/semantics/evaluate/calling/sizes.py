"""What a dimension of a shape stands for."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import sizes as mistakes
from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DimLike,
    ErrorValue,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
)
from nnspec.syntax import ast

# What can be no size, whatever its names stand for.
NEVER = (
    ast.String,
    ast.FString,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Comprehension,
    ast.Compare,
    ast.Logical,
)
_NOT_KNOWN = (Unknown("int"), Unknown("any"))


def size(expr: ast.Expr, frame: Frame) -> DimLike | ErrorValue | None:
    """The value of a dimension; None where it is not known, ErrorValue (and E0215) where it is no size."""
    if isinstance(expr, NEVER) or (
        isinstance(expr, ast.Unary) and isinstance(expr.operand, ast.Number)
    ):
        return ErrorValue()  # reported where the names were bound
    value = evaluate(expr, frame)
    if isinstance(value, DimLike) and value is not True and value is not False:
        return value
    if isinstance(value, (Choice, ErrorValue, Tensor)) or value in _NOT_KNOWN:
        return None  # of a name that is a tensor's too it was told where the name stands
    if value is None and frame.run.general:
        # An optional hyperparameter may be given wherever this is reached.
        return None
    help = mistakes.NEW
    if isinstance(expr, ast.Binary) and expr.op == "/":
        help = "`//` divides to a whole number"
    elif isinstance(expr, ast.Name) and (
        isinstance(value, (ListValue, TupleValue, RepeatValue)) or value == Unknown("list")
    ):
        help = f"a star makes its items sizes: `*{expr.id}`"
    frame.report(mistakes.no_size(expr.span, describe(frame.world, value), help))
    return ErrorValue()
