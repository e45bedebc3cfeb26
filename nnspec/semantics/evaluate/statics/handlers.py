"""What the functions of static values have in common: their form, and their arguments."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Choice, Compound, Relation, Unknown, Value
from nnspec.source import Span

Keywords = dict[str, Value]
Handler = Callable[[list[Value], Keywords, Frame, Span], Value]


def single(args: list[Value]) -> Value:
    """The one argument. Raises ValueError where there are several, or none."""
    (value,) = args
    return value


def is_unknown(values: list[Value]) -> bool:
    """Whether one of the values is known at run time only."""
    return any(isinstance(v, (Unknown, Choice, Relation, Compound)) for v in values)
