"""The emitter's check of its own work: the text says what the ir says, and its names are sound."""

from __future__ import annotations

import ast as py
import builtins
import symtable
from collections.abc import Iterator
from textwrap import dedent

from nnspec.ir import tree
from nnspec.ir.nodes import File


class EmissionError(Exception):
    """The emitted text is not what it should be: a mistake in the emitter."""


def verify(text: str, file: File) -> None:
    """Raise EmissionError unless the text parses to the file's tree and all its names are sound."""
    try:
        parsed = py.parse(text)
    except SyntaxError as mistake:
        raise EmissionError(f"the emitted text does not parse: {mistake}") from mistake
    written, meant = _dump(parsed), _dump(tree.module(file))
    if written != meant:
        raise EmissionError(
            f"the emitted text differs from what was meant: {_first_difference(written, meant)}"
        )
    for problem in (*collisions(tree.module(file)), *undefined(text)):
        raise EmissionError(problem)


def _dump(module: py.Module) -> str:
    module = py.parse(py.unparse(module))
    for node in py.walk(module):
        if isinstance(node, py.Module | py.ClassDef | py.FunctionDef):
            doc = py.get_docstring(node, clean=True)
            if doc is not None:
                # The formatter sets the blanks and tabs of docstrings anew: their words are compared.
                node.body[0] = py.Expr(py.Constant(" ".join(doc.split())))
    return py.dump(module)


def _first_difference(written: str, meant: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(written, meant)) if a != b), 0)
    start = max(0, at - 80)
    return f"…{written[start : at + 80]}… instead of …{meant[start : at + 80]}…"


def collisions(module: py.Module) -> Iterator[str]:
    """Names of the file that a local hides where they are read."""
    for node in py.walk(module):
        if not isinstance(node, py.FunctionDef):
            continue
        own = {argument.arg for argument in _arguments(node.args)}
        own |= {
            inner.id
            for part in node.body
            for inner in py.walk(part)
            if isinstance(inner, py.Name) and isinstance(inner.ctx, py.Store)
        }
        for part in node.body:
            for inner in py.walk(part):
                if (
                    isinstance(inner, py.Name)
                    and getattr(inner, "outer", False)
                    and inner.id in own
                ):
                    yield f"in {node.name} the local {inner.id} hides what the file calls so"


def _arguments(args: py.arguments) -> Iterator[py.arg]:
    yield from (*args.posonlyargs, *args.args, *args.kwonlyargs)
    if args.vararg is not None:
        yield args.vararg
    if args.kwarg is not None:
        yield args.kwarg


def undefined(text: str) -> Iterator[str]:
    """Names that nothing defines, and names that are defined twice at the top."""
    top = symtable.symtable(dedent(text), "<emitted>", "exec")
    known = {
        symbol.get_name()
        for symbol in top.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    known |= {symbol.get_name() for symbol in top.get_symbols() if symbol.is_namespace()}
    stack = [top]
    while stack:
        table = stack.pop()
        stack.extend(table.get_children())
        for symbol in table.get_symbols():
            name = symbol.get_name()
            free = symbol.is_global() or table is top
            if (
                free
                and symbol.is_referenced()
                and name not in known
                and not hasattr(builtins, name)
            ):
                yield f"nothing defines the name {name}"
    counts: dict[str, int] = {}
    for statement in py.parse(text).body:
        if isinstance(statement, py.FunctionDef | py.ClassDef):
            counts[statement.name] = counts.get(statement.name, 0) + 1
    for name, count in counts.items():
        if count > 1:
            yield f"{name} is defined twice"
