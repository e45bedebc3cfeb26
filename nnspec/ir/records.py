"""Tuples with named fields: plain tuples become them where a signature asks for one."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, expressions
from nnspec.ir.context import Frame
from nnspec.ir.hints import is_record
from nnspec.ir.names import apart
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import ListValue, RepeatValue, TupleValue
from nnspec.syntax import ast


def matching(
    expr: ast.Expr, type: ast.TypeExpr | None, scope: FileScope | None, frame: Frame
) -> py.expr:
    """The expression, as a named tuple where the type is one and the value is a plain tuple.

    scope: the file in which the type stands; None for the frame's own.
    """
    if type is None:
        return expressions.expression(expr, frame)
    return build.at(_matching(expr, type, scope or frame.file.scope, frame), expr.span)


def _matching(expr: ast.Expr, type: ast.TypeExpr, scope: FileScope, frame: Frame) -> py.expr:
    if isinstance(expr, ast.Conditional):
        return py.IfExp(
            expressions.expression(expr.test, frame),
            matching(expr.body, type, scope, frame),
            matching(expr.orelse, type, scope, frame),
        )
    while isinstance(type, ast.OptionalType):
        if isinstance(expr, ast.Constant):
            return expressions.expression(expr, frame)
        type = type.inner
    if isinstance(type, ast.ListType):
        return _each(expr, type.element, scope, frame)
    found, fields = record_of(type, scope, frame)
    value = frame.file.value(expr)
    if isinstance(expr, ast.Tuple) and isinstance(fields, ast.TupleType):
        if len(fields.items) == len(expr.items):
            items = [
                matching(item, field.type, scope, frame)
                for item, field in zip(expr.items, fields.items, strict=True)
            ]
            return build.tuple_(items) if found is None else build.call(found, items)
    elif found is not None and isinstance(value, TupleValue) and value.names is None:
        return build.call(found, [py.Starred(expressions.expression(expr, frame), py.Load())])
    return expressions.expression(expr, frame)


def _each(expr: ast.Expr, element: ast.TypeExpr, scope: FileScope, frame: Frame) -> py.expr:
    """A list, with its items as named tuples where they are plain ones."""
    if isinstance(expr, ast.List):
        items = [
            (
                expressions.expression(item, frame)
                if isinstance(item, ast.Starred)
                else matching(item, element, scope, frame)
            )
            for item in expr.items
        ]
        return py.List(items, py.Load())
    made = expressions.expression(expr, frame)
    found, _ = record_of(element, scope, frame)
    value = frame.file.value(expr)
    items_of: tuple[object, ...] = value.items if isinstance(value, ListValue) else ()
    if isinstance(value, RepeatValue):
        items_of = (value.element,)
    if found is None or not any(isinstance(i, TupleValue) and i.names is None for i in items_of):
        return made
    # A plain name for one item: it stands in the comprehension alone.
    item = apart("item", frame.file.names.declared)
    one = build.call(found, [py.Starred(build.name(item), py.Load())])
    clause = py.comprehension(build.stored(item), made, [], 0)
    return py.ListComp(one, [clause])


def record_of(
    type: ast.TypeExpr, scope: FileScope, frame: Frame
) -> tuple[py.expr | None, ast.TypeExpr]:
    """The class of a type with named fields, None for other types; and the type without its name."""
    names = frame.file.names
    if isinstance(type, ast.TupleType):
        record = frame.file.record_names.get(type)
        return (None if record is None else names.reference(record)), type
    if isinstance(type, ast.NamedType):
        binding = scope.bindings.get(type)
        decl = binding.node if binding is not None else None
        if isinstance(decl, ast.TypeDecl):
            if not is_record(decl):
                there = binding.scope if binding is not None and binding.scope else scope
                return record_of(decl.type, there, frame)
            visible = visible_name(decl, type.name, frame)
            return (None if visible is None else names.reference(visible)), decl.type
    return None, type


def visible_name(decl: ast.TypeDecl, wanted: str, frame: Frame) -> str | None:
    """The name of a type in this file; None where the file does not import it."""
    for name, (found, _) in frame.file.scope.names.items():
        if found is decl:
            return name
    return None
