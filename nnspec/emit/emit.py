"""The text of an emitted file."""

from __future__ import annotations

import ast as py
from functools import cache
from typing import Any

from nnspec.emit import printer
from nnspec.emit.check import verify
from nnspec.ir import tree
from nnspec.ir.nodes import Class, File, Function, Item, NamedTupleClass

LINE_LENGTH = 88


def emit(file: File) -> str:
    """Readable Python, formatted and checked; the same file always gives the same bytes.

    Raises EmissionError where the text would not say what the ir says.
    """
    # The tree gives every node a place, which printing relies on.
    tree.module(file)
    items = [_item(item) for item in file.items]
    text = _template("file").render(
        doc=printer.docstring(file.doc) if file.doc is not None else [],
        path=" ".join(file.path.split()),
        imports=[py.unparse(s) if s is not None else "" for s in file.imports],
        exports=printer.expression(_exports(file)),
        items=items,
    )
    text = formatted(text)
    verify(text, file)
    return text


def formatted(text: str) -> str:
    """The text in black's style, whatever configuration lies around."""
    import black
    from black.mode import TargetVersion

    # Told of the version, black puts a comma after the last argument of every call that it breaks.
    mode = black.Mode(line_length=LINE_LENGTH, target_versions={TargetVersion.PY311})
    return black.format_str(text, mode=mode)


def _exports(file: File) -> py.expr:
    statement = tree.exports(file)
    assert isinstance(statement, py.Assign)
    return statement.value


@cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("nnspec.emit"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _template(name: str) -> Any:
    return _environment().get_template(f"{name}.jinja")


def _item(item: Item) -> str:
    match item:
        case Class():
            return _class(item)
        case Function():
            return _function(item)
        case NamedTupleClass():
            text: str = _template("named_tuple").render(
                name=item.name,
                base=printer.expression(item.base),
                fields=list(printer.lines(item.fields, width=LINE_LENGTH - 4)),
            )
            return text


def _class(item: Class) -> str:
    text: str = _template("class").render(
        name=item.name,
        base=printer.expression(item.base),
        doc=printer.docstring(item.doc) if item.doc is not None else [],
        fields=list(printer.lines(item.fields, width=LINE_LENGTH - 4)),
        methods=[_function(method, 2) for method in item.methods],
    )
    return text


def _function(item: Function, depth: int = 1) -> str:
    text: str = _template("function").render(
        decorators=[printer.expression(decorator) for decorator in item.decorators],
        name=item.name,
        arguments=printer.arguments(item.arguments),
        returns=printer.expression(item.returns) if item.returns is not None else "",
        doc=printer.docstring(item.doc) if item.doc is not None else [],
        body=list(printer.lines(item.body, width=LINE_LENGTH - 4 * depth)),
    )
    return text
