"""What an emitted file is made of.

Code is Python's own `ast`: every node carries its place in the spec, so that one tree serves the
printed text and the code object that runs in memory. Two attributes hang on statements:
`comment`, a text for the end of the line, and `gap`, whether a blank line goes before it.
"""

from __future__ import annotations

import ast as py
from dataclasses import dataclass, field


@dataclass(slots=True)
class Function:
    """A function or a method.

    decorators, arguments, returns, body: as in Python's FunctionDef; the body has no docstring.
    """

    name: str
    arguments: py.arguments
    returns: py.expr | None
    body: list[py.stmt]
    doc: str | None = None
    decorators: list[py.expr] = field(default_factory=list)
    place: py.AST | None = None


@dataclass(slots=True)
class Class:
    """A subclass of nn.Module.

    fields: statements of the class's own body, such as constants and annotations of buffers.
    """

    name: str
    base: py.expr
    fields: list[py.stmt]
    methods: list[Function]
    doc: str | None = None
    place: py.AST | None = None


@dataclass(slots=True)
class NamedTupleClass:
    """A named tuple; its fields are annotated assignments."""

    name: str
    base: py.expr
    fields: list[py.stmt]
    place: py.AST | None = None


Item = Function | Class | NamedTupleClass


@dataclass(slots=True)
class File:
    """One emitted file.

    path: the spec, as the header names it.
    filename: the spec, as tracebacks name it.
    imports: import statements in their order, with None between sections.
    exports: the names of `__all__`.
    """

    path: str
    filename: str
    doc: str | None
    imports: list[py.stmt | None]
    exports: list[str]
    items: list[Item]
