"""Syntax trees as lists and tuples, and back.

A node is the list of its class's number, the start and the end of its span, and its other fields; a span by itself
is the list of its start and end. Tuples, strings, numbers and None stand for themselves.
"""

from __future__ import annotations

from nnspec.source import Source, Span
from nnspec.syntax import ast
from nnspec.syntax.node import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CLASSES: list[type[Node]] = sorted(
    {each for each in vars(ast).values() if isinstance(each, type) and issubclass(each, Node)},
    key=lambda each: each.__name__,
)
_NUMBERS = {each: number for number, each in enumerate(_CLASSES)}


def flat(value: Any) -> Any:
    """A node, or what a field of one holds, without classes."""
    if isinstance(value, Node):
        span = value.span
        fields = [flat(getattr(value, name)) for name in value.fields[1:]]
        return [_NUMBERS[type(value)], span.start, span.end, *fields]
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, tuple):
        return tuple(flat(each) for each in value)
    return value


def tree(value: Any, source: Source) -> Any:
    """What `flat` was given, of new nodes in `source`."""
    if type(value) is tuple:
        return tuple([tree(each, source) for each in value])
    if type(value) is not list:
        return value
    if len(value) == 2:
        return Span(source, value[0], value[1])
    made = _CLASSES[value[0]]
    fields = [
        tree(each, source) if type(each) is list or type(each) is tuple else each
        for each in value[3:]
    ]
    return made(Span(source, value[1], value[2]), *fields)
