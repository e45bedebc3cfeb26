"""The keys under which torch keeps the layers of a dict."""

from __future__ import annotations

from collections.abc import Collection

from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.resolve.reserved import another, key_trouble
from nnspec.semantics.values import DictValue, ListValue, RepeatValue, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def look(value: Value, written: ast.Expr | None, span: Span, frame: Frame) -> None:
    """Report the keys that torch refuses, of all dicts in the value of a member."""
    match value:
        case DictValue(items=items):
            look_at(items, "ModuleDict", written, span, frame)
            for item in items.values():
                look(item, written, span, frame)
        case ListValue(items):
            for item in items:
                look(item, written, span, frame)
        case RepeatValue(element):
            look(element, written, span, frame)


def look_at(
    keys: Collection[object],
    container: str,
    written: ast.Expr | None,
    span: Span,
    frame: Frame,
    taken: Collection[object] = (),
) -> None:
    """Report the keys that torch refuses.

    container: what the layers go into, `ModuleDict`, `Sequential` or `Module`; written: where keys may be written out,
    which shows the place; span: the place where they are not; taken: names that the container has already.
    """
    for key in keys:
        why = key_trouble(key, container)
        if why is None and key in taken:
            why = "the module has something else of that name"
        if why is None:
            continue
        better = f'"{key}"'
        if isinstance(key, str):
            plain = key.strip(".").replace(".", "_")
            fits = plain != key and key_trouble(plain, container) is None
            better = plain if fits else another(plain)
        place = _place(key, written) or span
        shown = f"`{key}`" if key != "" else "the empty string"
        frame.report(
            error(
                "E0206",
                f"a layer cannot be called {shown}",
                place,
                why,
                help=f"call it `{better}`",
            )
        )


def _place(key: object, written: ast.Expr | None) -> Span | None:
    if written is None:
        return None
    for node in walk(written):
        if isinstance(node, ast.DictItem) and isinstance(node.key, ast.String | ast.Number):
            if node.key.value == key:
                return node.key.span
    return None
