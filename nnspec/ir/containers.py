"""Lists, dicts and sequences of layers."""

from __future__ import annotations

import ast as py
from keyword import iskeyword

from nnspec.ir import build, calls, expressions
from nnspec.ir.context import Frame, Nothing
from nnspec.semantics.values import (
    DictValue,
    ListValue,
    RepeatValue,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast


def container_call(name: str, args: tuple[ast.Argument, ...], frame: Frame) -> py.expr:
    """`Sequential(...)` with numbered or named children, `ModuleList([...])`, `ModuleDict({...})`."""
    container = build.attribute(frame.file.names.root("nn"), name)
    if name == "Sequential" and (any(_names_children(a, frame) for a in args)):
        return build.call(container, [_named_children(args, frame)])
    positional, keywords = calls.arguments(Nothing, args, frame)
    return build.call(container, positional, keywords)


def _names_children(argument: ast.Argument, frame: Frame) -> bool:
    if argument.name is not None or argument.stars == 2:
        return True
    return argument.stars == 0 and _is_dict(argument.value, frame)


def _is_dict(expr: ast.Expr, frame: Frame) -> bool:
    if isinstance(expr, ast.Dict) or (isinstance(expr, ast.Comprehension) and expr.kind == "dict"):
        return True
    if isinstance(expr, ast.Conditional):
        return _is_dict(expr.body, frame)
    value = frame.file.value(expr)
    return isinstance(value, DictValue) or (isinstance(value, Unknown) and value.kind == "dict")


def _named_children(args: tuple[ast.Argument, ...], frame: Frame) -> py.expr:
    """The OrderedDict of a Sequential's children."""
    ordered = frame.file.names.root("OrderedDict")
    if all(argument.name is not None and not iskeyword(argument.name) for argument in args):
        keywords = [(a.name, expressions.expression(a.value, frame)) for a in args]
        return build.call(ordered, keywords=keywords)
    if len(args) == 1:
        return build.call(ordered, [expressions.expression(args[0].value, frame)])
    keys: list[py.expr | None] = []
    values: list[py.expr] = []
    count = 0
    for argument in args:
        value = expressions.expression(argument.value, frame)
        if argument.stars == 1:
            keys.append(None)
            values.append(_numbered(value, count, frame))
        elif argument.name is not None:
            keys.append(py.Constant(argument.name))
            values.append(value)
        elif argument.stars == 2 or _is_dict(argument.value, frame):
            keys.append(None)
            values.append(value)
        else:
            keys.append(py.Constant(str(count)))
            values.append(value)
            count += 1
    return build.call(ordered, [py.Dict(keys, values)])


def _numbered(layers: py.expr, start: int, frame: Frame) -> py.expr:
    """`{str(i): layer for i, layer in enumerate(layers, start)}`."""
    args = [layers] if start == 0 else [layers, build.constant(start)]
    i, layer = frame.fresh("i"), frame.fresh("layer")
    clause = py.comprehension(
        py.Tuple([build.stored(i), build.stored(layer)], py.Store()),
        build.call(frame.file.names.builtin("enumerate"), args),
        [],
        0,
    )
    key = build.call(frame.file.names.builtin("str"), [build.name(i)])
    return py.DictComp(key, build.name(layer), [clause])


# --- members -------------------------------------------------------------------------------------


def member(expr: ast.Expr, frame: Frame) -> py.expr:
    """The value of a submodule: lists and dicts of layers become containers that register them."""
    return build.at(_member(expr, frame), expr.span)


def _member(expr: ast.Expr, frame: Frame) -> py.expr:
    match expr:
        case ast.Conditional(test, body, orelse):
            return py.IfExp(
                expressions.expression(test, frame), member(body, frame), member(orelse, frame)
            )
        case ast.List(items) | ast.Tuple(items):
            return _module_list(py.List([_item(item, frame) for item in items], py.Load()), frame)
        case ast.Comprehension(kind, element, _, _):
            made = expressions.comprehension(expr, frame)
            assert isinstance(made, py.ListComp | py.DictComp | py.GeneratorExp)
            if isinstance(made, py.DictComp):
                made.value = member(element, frame)
            else:
                made.elt = member(element, frame)
            return _module_dict(made, frame) if kind == "dict" else _module_list(made, frame)
        case ast.Dict(items):
            keys = [
                expressions.expression(i.key, frame) if i.key is not None else None for i in items
            ]
            values = [
                (
                    member(i.value, frame)
                    if i.key is not None
                    else expressions.expression(i.value, frame)
                )
                for i in items
            ]
            return _module_dict(py.Dict(keys, values), frame)
        case ast.Binary("+", _, _) if is_list(frame.file.value(expr)) or _has_list(expr):
            return _module_list(_joined(expr, frame), frame)
    made = expressions.expression(expr, frame)
    value = frame.file.value(expr)
    if _is_registered(expr, frame):
        return made
    if is_list(value):
        if _is_nested(value):
            part = frame.fresh("part")
            clause = py.comprehension(build.stored(part), made, [], 0)
            return _module_list(py.ListComp(_module_list(build.name(part), frame), [clause]), frame)
        return _module_list(made, frame)
    if isinstance(value, DictValue) or (isinstance(value, Unknown) and value.kind == "dict"):
        return _module_dict(made, frame)
    return made


def _item(item: ast.Expr, frame: Frame) -> py.expr:
    if isinstance(item, ast.Starred):
        return expressions.expression(item, frame)
    return member(item, frame)


def _has_list(expr: ast.Expr) -> bool:
    match expr:
        case ast.Binary("+", left, right):
            return _has_list(left) or _has_list(right)
        case ast.List() | ast.Tuple() | ast.Comprehension():
            return True
    return False


def _joined(expr: ast.Expr, frame: Frame) -> py.expr:
    """Lists that are added; those that are registered already are no plain lists, so all are spread."""
    parts: list[ast.Expr] = []
    while isinstance(expr, ast.Binary) and expr.op == "+":
        parts.insert(0, expr.right)
        expr = expr.left
    parts.insert(0, expr)
    if not any(_is_registered(part, frame) for part in parts):
        result = _plain_list(parts[0], frame)
        for part in parts[1:]:
            result = py.BinOp(result, py.Add(), _plain_list(part, frame))
        return result
    items: list[py.expr] = []
    for part in parts:
        made = _plain_list(part, frame)
        if isinstance(made, py.List):
            items.extend(made.elts)
        else:
            items.append(py.Starred(made, py.Load()))
    return py.List(items, py.Load())


def _plain_list(expr: ast.Expr, frame: Frame) -> py.expr:
    """A list or tuple of layers that is not registered itself, though its items may be containers."""
    if isinstance(expr, ast.Tuple):
        return py.Tuple([_item(item, frame) for item in expr.items], py.Load())
    made = member(expr, frame)
    if isinstance(made, py.Call) and _is_call_of(made, "ModuleList"):
        return made.args[0]
    return made


def _is_call_of(made: py.Call, container: str) -> bool:
    return isinstance(made.func, py.Attribute) and made.func.attr == container


def _is_registered(expr: ast.Expr, frame: Frame) -> bool:
    """Whether the expression reads a member, which is a container of torch's already."""
    if not isinstance(expr, ast.Name) or frame.module is None:
        return isinstance(expr, ast.Attribute)
    binding = frame.file.binding(expr)
    return isinstance(binding.node, ast.Submodule)


def is_list(value: Value) -> bool:
    """Whether a value is a list or a tuple, and not a sequence that is a layer."""
    return isinstance(value, ListValue | TupleValue | RepeatValue) or (
        isinstance(value, Unknown) and value.kind in ("list", "tuple")
    )


def _is_nested(value: Value) -> bool:
    match value:
        case ListValue(items) | TupleValue(items):
            return bool(items) and is_list(items[0])
        case RepeatValue(element):
            return is_list(element)
    return False


def _module_list(layers: py.expr, frame: Frame) -> py.expr:
    return build.call(build.attribute(frame.file.names.root("nn"), "ModuleList"), [layers])


def _module_dict(layers: py.expr, frame: Frame) -> py.expr:
    return build.call(build.attribute(frame.file.names.root("nn"), "ModuleDict"), [layers])
