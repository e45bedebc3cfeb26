"""Diagnostics as plain values and back.

The fields of the records and what they hold are read off their annotations, so that a field that is added is kept
as well. What comes back is checked value by value: whatever a file holds, the renderers meet nothing that a check
could not have given them.
"""

from __future__ import annotations

from nnspec.cache.encoding import Unreadable
from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.registry import CODES
from nnspec.record import Record
from nnspec.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from nnspec.cache.encoding import Value

_RECORDS: dict[str, type[Record]] = {
    cls.__name__: cls for cls in (Diagnostic, Label, Edit, Fix, Span)
}
_WORDS = {"Severity": ("error", "warning"), "Applicability": ("safe", "maybe")}
_PLAIN = {"str": str, "int": int, "bool": bool}


def plain(diagnostics: Sequence[Diagnostic], number: Callable[[Source], int]) -> tuple[Value, ...]:
    """Diagnostics as values.

    number: stands for a source.
    Raises TypeError where a diagnostic holds what has no such form.
    """
    return tuple(_plain("Diagnostic", each, number) for each in diagnostics)


def restored(values: Value, sources: Sequence[Source]) -> list[Diagnostic]:
    """The diagnostics of such values.

    sources: by their numbers.
    Raises Unreadable where the values are not those of diagnostics in these sources.
    """
    found = _restored("tuple[Diagnostic, ...]", values, sources)
    return list(found)


def _plain(kind: str, value: Any, number: Callable[[Source], int]) -> Value:
    if kind.endswith(" | None"):
        return None if value is None else _plain(kind.removesuffix(" | None"), value, number)
    each = _item(kind)
    if each is not None:
        return tuple(_plain(each, item, number) for item in value)
    if kind == "Source":
        return number(value)
    record = _RECORDS.get(kind)
    if record is not None:
        if type(value) is not record:
            raise TypeError(f"{value!r} is no {kind}")
        return tuple(_plain(k, getattr(value, name), number) for name, k in _fields(record))
    if kind in _WORDS or kind in _PLAIN:
        wanted = _PLAIN.get(kind, str)
        # Words of the tables may be a `str` with more to it.
        return wanted(value) if isinstance(value, wanted) else _refuse(kind)
    return _refuse(kind)


def _restored(kind: str, value: Value, sources: Sequence[Source]) -> Any:
    if kind.endswith(" | None"):
        return None if value is None else _restored(kind.removesuffix(" | None"), value, sources)
    each = _item(kind)
    if each is not None:
        return tuple(_restored(each, item, sources) for item in _tuple(value))
    if kind == "Source":
        if type(value) is not int or not 0 <= value < len(sources):
            raise Unreadable
        return sources[value]
    record = _RECORDS.get(kind)
    if record is not None:
        kinds = _fields(record)
        values = _tuple(value)
        if len(values) != len(kinds):
            raise Unreadable
        made = record(*(_restored(k, v, sources) for (_, k), v in zip(kinds, values)))
        if not _sound(made):
            raise Unreadable
        return made
    if type(value) is not _PLAIN.get(kind, str) or value not in _WORDS.get(kind, (value,)):
        raise Unreadable
    return value


def _sound(record: Record) -> bool:
    """Whether a record holds what no check of its fields' types can see."""
    if isinstance(record, Span):
        return 0 <= record.start <= record.end <= len(record.source.text)
    if isinstance(record, Diagnostic):
        return bool(record.labels) and record.code in CODES
    return True


def _fields(record: type[Record]) -> list[tuple[str, str]]:
    """Names and annotations of the fields."""
    return [(name, record.__annotations__[name]) for name in record.fields]


def _item(kind: str) -> str | None:
    """The kind of the items where a kind is a tuple of any length."""
    if kind.startswith("tuple[") and kind.endswith(", ...]"):
        return kind[len("tuple[") : -len(", ...]")]
    return None


def _tuple(value: Value) -> tuple[Value, ...]:
    if not isinstance(value, tuple):
        raise Unreadable
    return value


def _refuse(kind: str) -> Value:
    raise TypeError(f"{kind} has no plain form")
