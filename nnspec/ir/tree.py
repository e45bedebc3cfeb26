"""The ir of a file as one tree of Python's `ast`: what runs in memory, and what the text must parse to."""

from __future__ import annotations

import ast as py

from nnspec.ir.nodes import Class, File, Function, Item, NamedTupleClass


def module(file: File) -> py.Module:
    """The whole file; nodes without a place of their own take that of the node around them."""
    body: list[py.stmt] = []
    if file.doc is not None:
        body.append(py.Expr(py.Constant(file.doc)))
    body.extend(statement for statement in file.imports if statement is not None)
    body.append(exports(file))
    for part in file.items:
        body.extend(item(part))
    made = py.Module(body, [])
    for statement in body:
        if getattr(statement, "lineno", None) is None:
            statement.lineno = statement.end_lineno = 1
            statement.col_offset = statement.end_col_offset = 0
    return py.fix_missing_locations(made)


def exports(file: File) -> py.stmt:
    """`__all__`."""
    names: list[py.expr] = [py.Constant(name) for name in file.exports]
    return py.Assign([py.Name("__all__", py.Store())], py.List(names, py.Load()))


def item(part: Item) -> list[py.stmt]:
    """An item as statements."""
    match part:
        case Function():
            return [function(part)]
        case Class():
            body = [*part.fields, *(function(method) for method in part.methods)]
            return [_class(part, part.doc, body)]
        case NamedTupleClass():
            return [_class(part, None, part.fields)]


def _class(part: Class | NamedTupleClass, doc: str | None, body: list[py.stmt]) -> py.stmt:
    body = _documented(doc, body) or [py.Pass()]
    made = _class_def(part.name, [part.base], body)
    return _placed(made, part.place)


def _class_def(name: str, bases: list[py.expr], body: list[py.stmt]) -> py.ClassDef:
    fields = {"name": name, "bases": bases, "keywords": [], "body": body, "decorator_list": []}
    if "type_params" in py.ClassDef._fields:
        fields["type_params"] = []
    return py.ClassDef(**fields)  # type: ignore[arg-type]


def function(part: Function) -> py.stmt:
    """A function or method."""
    fields = {
        "name": part.name,
        "args": part.arguments,
        "body": _documented(part.doc, part.body),
        "decorator_list": part.decorators,
        "returns": part.returns,
        "type_comment": None,
    }
    if "type_params" in py.FunctionDef._fields:
        fields["type_params"] = []
    return _placed(py.FunctionDef(**fields), part.place)  # type: ignore[arg-type]


def _documented(doc: str | None, body: list[py.stmt]) -> list[py.stmt]:
    return [py.Expr(py.Constant(doc)), *body] if doc is not None else body


def _placed(node: py.stmt, place: py.AST | None) -> py.stmt:
    return py.copy_location(node, place) if place is not None else node
