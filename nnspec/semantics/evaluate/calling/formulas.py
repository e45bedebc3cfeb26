"""Functions of the library that are one formula of ints, such as `conv_size`: worked out without a call's ceremony."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Function, Value
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

_ARITHMETIC = (ast.Name, ast.Number, ast.Binary, ast.Unary)


def value(function: Function, given: list[Given], frame: Frame) -> Value:
    """What the formula gives; None where the function is more than that, or is given more than ints by position."""
    decl = function.decl
    memo, key = frame.run.recorder.memo, ("formula", decl)
    if key not in memo:
        memo[key] = _formula(decl)
    formula: ast.Expr | None = memo[key]
    params = decl.signature.params
    if formula is None or len(given) != len(params):
        return None
    inner = frame.child(function.scope, frame.stage, decl)
    for param, argument in zip(params, given, strict=True):
        size = argument.value
        if argument.name is not None or not (type(size) is int or type(size) is Dim):
            return None
        inner.locals[param.name] = size
    return evaluate(formula, inner)


def _formula(decl: ast.Def) -> ast.Expr | None:
    """What a function of ints returns, where that is all it does."""
    signature = decl.signature
    for param in signature.params:
        if not (param.kind == "plain" and _is_int(param.type)):
            return None
    match decl.body:
        case (ast.Return(ast.Expr() as formula),) if _is_int(signature.result):
            if all(isinstance(node, _ARITHMETIC) for node in walk(formula)):
                return formula
    return None


def _is_int(type_: ast.TypeExpr | None) -> bool:
    return isinstance(type_, ast.NamedType) and type_.name == "int"
