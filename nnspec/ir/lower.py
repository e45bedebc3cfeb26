"""From a checked file to what is emitted of it."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator

from nnspec.ir import build, functions, imports, models, modules, tree
from nnspec.ir.context import FileContext, read_attributes
from nnspec.ir.hints import is_record
from nnspec.ir.names import Names
from nnspec.ir.nodes import Class, File, Function, Item, NamedTupleClass
from nnspec.ir.signatures import name_records
from nnspec.semantics.checked import Checked
from nnspec.syntax import ast


def lower(checked: Checked, path: str | None = None, outside: frozenset[str] = frozenset()) -> File:
    """The ir of a file without errors.

    path: the spec, as the header of the emitted file names it; by default as its source does.
    outside: names that other files read as attributes of this file's modules; values of these names
        are kept by the modules that have them.
    """
    file = checked.scope.file
    declared = list(_declared(file))
    context = FileContext(checked, Names(declared), outside)
    context.attributes = read_attributes(file, checked)
    context.record_names = name_records(file, checked.scope, set(declared))
    items = _in_order(list(_items(file, context)))
    code = [part for item in items for part in tree.item(item)]
    return File(
        path=path if path is not None else file.source.path,
        filename=file.source.path,
        doc=file.doc.value if file.doc is not None else None,
        imports=imports.imports(code, checked.scope, _are_postponed(items)),
        exports=_exports(file, items, context.names),
        items=items,
    )


def _declared(file: ast.File) -> Iterator[str]:
    """The names at the top of the spec."""
    for decl in file.declarations:
        match decl:
            case ast.Import(_, _, names):
                yield from (item.alias or item.name for item in names)
            case ast.Check():
                pass
            case _:
                yield decl.name  # type: ignore[attr-defined]


def _items(file: ast.File, context: FileContext) -> Iterator[Item]:
    """The emitted declarations, in the order of the spec; named tuples of signatures before these."""
    done: set[str] = set()
    for decl in file.declarations:
        for type, name in context.record_names.items():
            if name not in done and decl.span.start <= type.span.start < decl.span.end:
                done.add(name)
                yield _record(name, type, context)
        match decl:
            case ast.Module():
                yield modules.lower(decl, context)
            case ast.Def() if decl.body is not None:
                yield functions.lower(decl, context)
            case ast.Model():
                yield models.lower(decl, context)
            case ast.TypeDecl(name, _, meaning) if is_record(decl):
                assert isinstance(meaning, ast.TupleType)
                yield _record(context.names.file(name), meaning, context)


def _record(name: str, type: ast.TupleType, context: FileContext) -> NamedTupleClass:
    """A named tuple, with the shapes of its fields."""
    fields: list[py.stmt] = []
    hints = context.hints()
    for field in type.items:
        hint = hints.of(field.type)
        value = py.Constant(None) if isinstance(field.type, ast.OptionalType) else None
        if any(
            not isinstance(later.type, ast.OptionalType)
            for later in type.items[_index(type, field) :]
        ):
            value = None
        statement = build.at(
            build.annotated(build.stored(str(field.name)), hint, value), field.span
        )
        inner = field.type.inner if isinstance(field.type, ast.OptionalType) else field.type
        if isinstance(inner, ast.TensorType):
            statement.comment = " ".join(inner.span.text.split())  # type: ignore[attr-defined]
        fields.append(statement)
    place = build.at(py.Pass(), type.span)
    return NamedTupleClass(name, context.names.root("NamedTuple"), fields, place)


def _index(type: ast.TupleType, field: ast.Field) -> int:
    return next(i for i, item in enumerate(type.items) if item is field)


def _exports(file: ast.File, items: list[Item], names: Names) -> list[str]:
    """The names of `__all__`: what the spec declares, and Python layers that it describes."""
    found = [item.name for item in items]
    for decl in file.declarations:
        if isinstance(decl, ast.ExternModule | ast.ExternDef):
            found.append(names.file(decl.name))
    return sorted(found, key=imports.member_key)


# --- order ---------------------------------------------------------------------------------------


def _in_order(items: list[Item]) -> list[Item]:
    """The items as they stand in the spec, but for what must exist when another one is defined."""
    by_name = {item.name: item for item in items}
    result: list[Item] = []
    on_the_way: set[str] = set()

    def add(item: Item) -> None:
        if item in result or item.name in on_the_way:
            return
        on_the_way.add(item.name)
        for name in _needed_at_once(item):
            if name in by_name:
                add(by_name[name])
        result.append(item)

    for item in items:
        add(item)
    return result


def _are_postponed(items: list[Item]) -> bool:
    """Whether a hint names what stands further down, as it must where two classes name each other."""
    later = {item.name for item in items}
    for item in items:
        if later.intersection(_needed_at_once(item)):
            return True
        later.discard(item.name)
    return False


def _needed_at_once(item: Item) -> Iterator[str]:
    """Names that Python reads when the item is defined: in hints, defaults and class bodies."""
    parts: list[py.AST | None] = []
    match item:
        case Function():
            parts = [item.arguments, item.returns]
        case Class():
            parts = list(item.fields)
            for method in item.methods:
                parts += [method.arguments, method.returns]
        case NamedTupleClass():
            parts = list(item.fields)
    for part in parts:
        if part is not None:
            for node in py.walk(part):
                if isinstance(node, py.Name):
                    yield node.id
