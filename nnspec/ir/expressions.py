"""Expressions of the spec as expressions of Python."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, calls, library, literals
from nnspec.ir.context import Frame, ModuleContext, Nothing, layer_attribute
from nnspec.ir.names import attribute_name
from nnspec.semantics.dims import Dim
from nnspec.semantics.dims.to_ast import to_ast
from nnspec.semantics.resolved import Binding, Kind
from nnspec.semantics.values import Namespace, Tensor
from nnspec.source import Span
from nnspec.syntax import ast

BINARY: dict[str, type[py.operator]] = {
    "+": py.Add,
    "-": py.Sub,
    "*": py.Mult,
    "/": py.Div,
    "//": py.FloorDiv,
    "%": py.Mod,
    "**": py.Pow,
    "@": py.MatMult,
    "&": py.BitAnd,
    "|": py.BitOr,
    "^": py.BitXor,
    "<<": py.LShift,
    ">>": py.RShift,
}
UNARY: dict[str, type[py.unaryop]] = {
    "-": py.USub,
    "+": py.UAdd,
    "~": py.Invert,
    "not": py.Not,
}
COMPARE: dict[str, type[py.cmpop]] = {
    "<": py.Lt,
    "<=": py.LtE,
    ">": py.Gt,
    ">=": py.GtE,
    "==": py.Eq,
    "!=": py.NotEq,
    "is": py.Is,
    "is not": py.IsNot,
    "in": py.In,
    "not in": py.NotIn,
}
OPPOSITE = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
}


def expression(expr: ast.Expr, frame: Frame) -> py.expr:
    """The expression in Python, with its place in the spec."""
    return build.at(_expression(expr, frame), expr.span)


def _expression(expr: ast.Expr, frame: Frame) -> py.expr:
    match expr:
        case ast.Name():
            return name(expr, frame)
        case ast.Number():
            return literals.number(expr)
        case ast.String(value):
            return py.Constant(value)
        case ast.Constant(value):
            return py.Constant(value)  # type: ignore[arg-type]
        case ast.Hole():
            return size(frame.file.checked.holes[expr], frame)
        case ast.FString():
            return fstring(expr, frame)
        case ast.Tuple(items):
            return build.tuple_([expression(item, frame) for item in items])
        case ast.List(items):
            return py.List([expression(item, frame) for item in items], py.Load())
        case ast.Dict(items):
            keys = [expression(i.key, frame) if i.key is not None else None for i in items]
            return py.Dict(keys, [expression(i.value, frame) for i in items])
        case ast.Starred(value):
            return py.Starred(expression(value, frame), py.Load())
        case ast.Attribute():
            return attribute(expr, frame)
        case ast.Call():
            return calls.call(expr, frame)
        case ast.Pipe():
            return calls.pipe(expr, expression(expr.value, frame), frame)
        case ast.Slice(lower, upper, step):
            return py.Slice(
                *(
                    expression(part, frame) if part is not None else None
                    for part in (lower, upper, step)
                )
            )
        case ast.Index(value, items, tupled):
            inside = [expression(item, frame) for item in items]
            index = build.tuple_(inside) if tupled or len(inside) != 1 else inside[0]
            return build.subscript(expression(value, frame), index)
        case ast.Unary(op, operand):
            return unary(op, operand, frame)
        case ast.Binary("**", left, ast.Unary("-", ast.Number(value))):
            # As one literal, a negative exponent is printed without parentheses.
            return py.BinOp(expression(left, frame), py.Pow(), py.Constant(-value))
        case ast.Binary(op, left, right):
            return py.BinOp(side(left, frame), BINARY[op](), side(right, frame))
        case ast.Compare():
            return compare(expr, frame)
        case ast.Logical(op, operands):
            join = py.And() if op == "and" else py.Or()
            return py.BoolOp(join, [expression(operand, frame) for operand in operands])
        case ast.Conditional(test, body, orelse):
            return py.IfExp(
                expression(test, frame), expression(body, frame), expression(orelse, frame)
            )
        case ast.Comprehension():
            return comprehension(expr, frame)
    raise AssertionError(expr)


def side(expr: ast.Expr, frame: Frame) -> py.expr:
    """One side of arithmetic; it remembers parentheses that the spec has around it."""
    made = expression(expr, frame)
    if isinstance(made, py.BinOp) and literals.is_parenthesised(expr.span):
        made.parenthesised = True  # type: ignore[attr-defined]
    return made


# --- names ---------------------------------------------------------------------------------------


def name(expr: ast.Name, frame: Frame) -> py.expr:
    """A name by what it is bound to."""
    binding = frame.file.binding(expr)
    match binding.kind:
        case Kind.LOCAL | Kind.ARGUMENT | Kind.DIM:
            return build.name(frame.local(expr.id))
        case Kind.HYPERPARAMETER | Kind.MEMBER | Kind.METHOD:
            return own(expr.id, frame)
        case Kind.TRAINING:
            return build.attribute(build.name(frame.root), "training")
        case Kind.SELF:
            return build.name(frame.root)
        case Kind.FILE:
            return declared(expr.id, binding, frame)
    return library.reference(expr, frame)


def own(id: str, frame: Frame) -> py.expr:
    """A name of the module around the code, wherever its value is kept."""
    module = frame.module
    assert module is not None
    if frame.stage == "method":
        module.read.add(id)
    if id in module.parameters and frame.stage == "init":
        return build.name(module.parameters[id])
    if module.lets.get(id) == "local" and frame.stage == "init":
        return build.name(frame.local(id))
    if frame.stage == "class" and module.lets.get(id) == "constant":
        return build.name(attribute_name(id))
    return build.attribute(build.name(frame.root), module.attribute(id))


def declared(id: str, binding: Binding, frame: Frame) -> py.expr:
    """A declaration of the file; a model's name means the model, which its function makes."""
    reference = frame.file.names.reference(id)
    return build.call(reference) if isinstance(binding.node, ast.Model) else reference


def attribute(expr: ast.Attribute, frame: Frame) -> py.expr:
    """`value.name`."""
    if isinstance(expr.value, ast.Name) and frame.file.binding(expr.value).kind is Kind.SELF:
        if frame.module is not None and _is_own(expr.name, frame.module):
            return own(expr.name, frame)
        return build.attribute(build.name(frame.root), expr.name)
    value = frame.file.value(expr.value)
    if isinstance(value, Namespace) or _is_namespace(expr.value, frame):
        return library.reference(expr, frame)
    inside = expression(expr.value, frame)
    if expr.name == "data" and (isinstance(value, Tensor) or value is Nothing):
        return build.call(build.attribute(inside, "detach"))
    return build.attribute(inside, layer_attribute(value, expr.name))


def _is_own(id: str, module: ModuleContext) -> bool:
    return id in module.parameters or id in module.lets


def _is_namespace(expr: ast.Expr, frame: Frame) -> bool:
    while isinstance(expr, ast.Attribute):
        expr = expr.value
    return isinstance(expr, ast.Name) and frame.file.binding(expr).kind is Kind.NAMESPACE


# --- sizes ---------------------------------------------------------------------------------------


def size(dim: int | Dim, frame: Frame) -> py.expr:
    """A size that the checker found, over hyperparameters and dimensions."""
    if isinstance(dim, int):
        return build.constant(dim)

    def symbol(full: str) -> py.expr:
        id = full.partition("@")[0]
        module = frame.module
        if id in frame.locals:
            return build.name(frame.locals[id])
        if module is not None and _is_own(id, module):
            return own(id, frame)
        return build.name(frame.local(id))

    return to_ast(dim, symbol)


# --- operators -----------------------------------------------------------------------------------


def unary(op: str, operand: ast.Expr, frame: Frame) -> py.expr:
    """`-x`, `not x`; `not a in b` reads `a not in b`."""
    if op == "not" and not (isinstance(operand, ast.Unary) and operand.op == "not"):
        return negated(operand, frame)
    return py.UnaryOp(UNARY[op](), expression(operand, frame))


def compare(expr: ast.Compare, frame: Frame) -> py.expr:
    """A chain of comparisons; with None by identity."""
    return _compare(expr, expr.ops, frame)


def _compare(expr: ast.Compare, ops: tuple[str, ...], frame: Frame) -> py.expr:
    operators: list[py.cmpop] = []
    left = expr.first
    for op, right in zip(ops, expr.rest, strict=True):
        if _is_none(left) or _is_none(right):
            op = {"==": "is", "!=": "is not"}.get(op, op)
        operators.append(COMPARE[op]())
        left = right
    return py.Compare(
        expression(expr.first, frame), operators, [expression(part, frame) for part in expr.rest]
    )


def _is_none(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.Constant) and expr.value is None


def _may_be_nan(expr: ast.Compare, op: str, frame: Frame) -> bool:
    """Whether data are compared by size: of a value that is no number, neither `<` nor `>=` holds."""
    sides = (expr.first, *expr.rest)
    return op in ("<", "<=", ">", ">=") and any(
        isinstance(frame.file.value(side), Tensor) for side in sides
    )


def negated(expr: ast.Expr, frame: Frame) -> py.expr:
    """The opposite of a condition, as a person would write it."""
    match expr:
        case ast.Compare(_, (op,), _) if not _may_be_nan(expr, op, frame):
            return build.at(_compare(expr, (OPPOSITE[op],), frame), expr.span)
        case ast.Unary("not", operand):
            return expression(operand, frame)
        case ast.Logical("and" | "or" as op, operands) if all(
            isinstance(operand, ast.Compare)
            and len(operand.ops) == 1
            and not _may_be_nan(operand, operand.ops[0], frame)
            for operand in operands
        ):
            join = py.Or() if op == "and" else py.And()
            return build.at(
                py.BoolOp(join, [negated(operand, frame) for operand in operands]), expr.span
            )
    return build.at(py.UnaryOp(py.Not(), expression(expr, frame)), expr.span)


# --- strings, comprehensions ---------------------------------------------------------------------


def fstring(expr: ast.FString, frame: Frame) -> py.expr:
    """An f-string; text that needs escapes stands beside it, since f-strings of 3.11 take none."""
    pieces: list[py.expr] = []
    values: list[py.expr] = []

    def close() -> None:
        if any(isinstance(value, py.FormattedValue) for value in values):
            pieces.append(build.at(py.JoinedStr(list(values)), expr.span))
        else:
            pieces.extend(values)
        values.clear()

    for part in expr.parts:
        if isinstance(part, str):
            plain = part.isprintable() and "\\" not in part
            if not plain:
                close()
            if part:
                values.append(py.Constant(part))
            if not plain:
                close()
            continue
        spec = py.JoinedStr([py.Constant(part.spec)]) if part.spec else None
        values.append(py.FormattedValue(expression(part.value, frame), -1, spec))
    close()
    if not pieces:
        return py.Constant("")
    result = pieces[0]
    for piece in pieces[1:]:
        result = py.BinOp(result, py.Add(), piece)
    return result


def comprehension(expr: ast.Comprehension, frame: Frame) -> py.expr:
    """List, dict and generator comprehensions."""
    clauses = [
        py.comprehension(
            build.as_target(expression(clause.target, frame)),
            expression(clause.iterable, frame),
            [expression(test, frame) for test in clause.tests],
            0,
        )
        for clause in expr.clauses
    ]
    element = expression(expr.element, frame)
    if expr.kind == "dict":
        assert expr.key is not None
        return py.DictComp(expression(expr.key, frame), element, clauses)
    if expr.kind == "generator":
        return py.GeneratorExp(element, clauses)
    return py.ListComp(element, clauses)


def placed(node: py.expr, span: Span) -> py.expr:
    """The node with a place, for code that other rooms of this package make."""
    return build.at(node, span)
