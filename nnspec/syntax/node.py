"""The base of every syntax node: immutable, compared by identity, cheap to define.

Defining eighty dataclasses costs more than checking a small spec, so the fields of a node are the
annotations of its class, and one constructor serves all.
"""

from __future__ import annotations

from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, dataclass_transform
else:
    from nnspec.record import dataclass_transform


@dataclass_transform(frozen_default=True, eq_default=False)
class Record:
    """Subclasses declare their fields as annotations, class attributes give defaults.

    `__match_args__`, which leaves out the span, stands in every class, so that type checkers see it.
    """

    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = tuple(n for n in cls.__dict__.get("__annotations__", ()) if n != "fields")
        cls.fields = cls.fields + tuple(n for n in own if n not in cls.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fields = self.fields
        if len(args) != len(fields):
            values = dict(zip(fields, args, strict=False))
            values.update(kwargs)
            for name in fields:
                if name not in values and not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} needs {name}")
            self.__dict__.update(values)
        else:
            self.__dict__.update(zip(fields, args, strict=True))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __repr__(self) -> str:
        inside = ", ".join(f"{n}={getattr(self, n)!r}" for n in self.fields[1:])
        return f"{type(self).__name__}({inside})"


class Node(Record):
    """A piece of syntax with its place; `span` is the first field of every node."""

    span: Span
