"""Lists and dicts whose layers are children of the module itself: `*name = [...]`."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator

from nnspec.ir import build, expressions
from nnspec.ir.context import FileContext, Frame, ModuleContext
from nnspec.ir.nodes import Function
from nnspec.semantics.values import DictValue, Unknown
from nnspec.syntax import ast


def members(decl: ast.Module) -> list[ast.Submodule]:
    return [m for m in decl.body if isinstance(m, ast.Submodule) and m.splat]


def kinds(decl: ast.Module, file: FileContext) -> dict[str, str]:
    found: dict[str, str] = {}
    for member in members(decl):
        value = file.value(member.value) if member.value is not None else None
        is_dict = (
            isinstance(member.value, ast.Dict)
            or (isinstance(member.value, ast.Comprehension) and member.value.kind == "dict")
            or isinstance(value, DictValue)
            or (isinstance(value, Unknown) and value.kind == "dict")
        )
        found[member.name] = "dict" if is_dict else "list"
    return found


def register(member: ast.Submodule, module: ModuleContext, frame: Frame) -> Iterator[py.stmt]:
    """Register the layers of a list or dict one by one."""
    names = frame.file.names
    layers = (
        expressions.expression(member.value, frame)
        if member.value is not None
        else build.name(module.parameters[member.name])
    )
    variable = layers.id if isinstance(layers, py.Name) else frame.fresh(member.name)
    if not isinstance(layers, py.Name):
        yield build.assign(build.stored(variable), layers)
    add = build.of_self("add_module")
    layer = frame.loop_variable("layer")
    key = frame.loop_variable(
        *("name", "key") if module.splats[member.name] == "dict" else ("i", "j", "k")
    )
    target = py.Tuple([build.stored(key), build.stored(layer)], py.Store())
    if module.splats[member.name] == "dict":
        items = build.call(build.attribute(build.name(variable), "items"))
        body = build.do(build.call(add, [build.name(key), build.name(layer)]))
        yield py.For(target, items, [body], [])
        kept = build.call(names.builtin("list"), [build.name(variable)])
    else:
        items = build.call(names.builtin("enumerate"), [build.name(variable)])
        text = build.call(names.builtin("str"), [build.name(key)])
        body = build.do(build.call(add, [text, build.name(layer)]))
        yield py.For(target, items, [body], [])
        kept = build.call(names.builtin("len"), [build.name(variable)])
    yield build.assign(build.of_self(_note(member, module)), kept)


def _note(member: ast.Submodule, module: ModuleContext) -> str:
    """The attribute that remembers which children belong to a list or dict."""
    what = "names" if module.splats[member.name] == "dict" else "count"
    return f"_{member.name}_{what}"


def reader(member: ast.Submodule, module: ModuleContext, file: FileContext) -> Function:
    """The list or dict itself, read from the children."""
    names = file.names
    layer_class = build.attribute(names.root("nn"), "Module")
    note = build.of_self(_note(member, module))
    getter = names.builtin("getattr")
    if module.splats[member.name] == "dict":
        clause = py.comprehension(build.stored("name"), note, [], 0)
        child = build.call(getter, [build.name("self"), build.name("name")])
        made: py.expr = py.DictComp(build.name("name"), child, [clause])
        key = build.tuple_([names.builtin("str"), layer_class])
        hint = build.subscript(names.builtin("dict"), key)
    else:
        clause = py.comprehension(
            build.stored("i"), build.call(names.builtin("range"), [note]), [], 0
        )
        index = build.call(names.builtin("str"), [build.name("i")])
        made = py.ListComp(build.call(getter, [build.name("self"), index]), [clause])
        hint = build.subscript(names.builtin("list"), layer_class)
    arguments = py.arguments([], [py.arg("self")], None, [], [], None, [])
    return Function(
        member.name,
        arguments,
        hint,
        [build.at(py.Return(made), member.span)],
        decorators=[names.builtin("property")],
        place=build.at(py.Pass(), member.span),
    )
