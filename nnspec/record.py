"""The base of classes that are their fields: `dataclasses` without its price.

Importing `dataclasses` and defining sixty classes with it takes longer than checking a small spec, as it
compiles several functions for each. Here the functions are written once and read a table of each class.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar, TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_):
        """What type checkers read; `typing` has it, whose import takes a third as long as Python takes to start."""
        return lambda cls: cls


# What is read of objects without fields, which are all equal.
_NOTHING = ("__class__", "__class__")


class _Factory:
    """What makes the default of a field anew for each object."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any]) -> Any:
    """The default of a field that every object has of its own: `field(default_factory=list)`."""
    return _Factory(default_factory)


@dataclass_transform(frozen_default=True, eq_default=True, field_specifiers=(field,))
class RecordType(type):
    """The class of record classes: finds the fields, which are the annotations, and gives them slots."""

    fields: tuple[str, ...]
    _puts: tuple[Callable[[Any, Any], None], ...]
    _tail: tuple[Any, ...]

    def __new__(
        meta,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        frozen: bool = True,
        eq: bool = True,
    ) -> RecordType:
        own = [n for n, kind in namespace.get("__annotations__", {}).items() if _is_field(kind)]
        defaults = dict(next((d for b in bases if (d := getattr(b, "_defaults", None))), {}))
        defaults.update((n, namespace.pop(n)) for n in own if n in namespace)
        inherited = next((f for b in bases if (f := getattr(b, "fields", ()))), ())
        fields = (*inherited, *own)
        namespace["__slots__"] = tuple(own)
        namespace["fields"] = fields
        namespace["_defaults"] = defaults
        namespace.setdefault("__match_args__", fields)
        # Twice a lone field, as attrgetter gives a tuple for two names or more.
        namespace["_key"] = attrgetter(*(fields if len(fields) > 1 else fields * 2 or _NOTHING))
        if not frozen:
            namespace["__setattr__"] = object.__setattr__
            namespace["__delattr__"] = object.__delattr__
        if not eq:
            namespace["__eq__"] = object.__eq__
            namespace["__hash__"] = object.__hash__
        elif not frozen:
            namespace["__hash__"] = None
        cls = super().__new__(meta, name, bases, namespace)
        cls._puts = tuple(getattr(cls, n).__set__ for n in fields)
        tail: list[Any] = []
        for field_name in reversed(fields):
            if field_name not in defaults or type(defaults[field_name]) is _Factory:
                break
            tail.insert(0, defaults[field_name])
        cls._tail = tuple(tail)
        return cls


def _is_field(annotation: object) -> bool:
    return not str(annotation).startswith("ClassVar")


class Record(metaclass=RecordType):
    """An immutable object of named fields, equal to those of its class with equal fields.

    Fields are declared as annotations, with their defaults behind `=` (`field` for those that each object
    has of its own). Class arguments: `frozen=False` where fields may be set later, `eq=False` where
    objects are compared by identity.
    """

    fields: ClassVar[tuple[str, ...]]
    _defaults: ClassVar[dict[str, Any]]
    _puts: ClassVar[tuple[Callable[[Any, Any], None], ...]]
    _tail: ClassVar[tuple[Any, ...]]
    _key: ClassVar[attrgetter[Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        puts = self._puts
        values: Iterable[Any] = args
        if kwargs or len(args) != len(puts):
            missing = len(puts) - len(args)
            if not kwargs and 0 < missing <= len(self._tail):
                values = args + self._tail[-missing:]
            else:
                values = _all_values(type(self), args, kwargs)
        for put, value in zip(puts, values):
            put(self, value)

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        key = self._key
        return bool(key(self) == key(other))

    def __hash__(self) -> int:
        return hash(self._key(self))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __repr__(self) -> str:
        inside = ", ".join(f"{n}={getattr(self, n)!r}" for n in self.fields)
        return f"{type(self).__qualname__}({inside})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, n) for n in self.fields)


def replaced(record: T, **changes: Any) -> T:
    """A record with some fields changed."""
    old = {n: getattr(record, n) for n in type(record).fields}  # type: ignore[attr-defined]
    return type(record)(**(old | changes))


def _all_values(cls: type[Record], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The values of all fields in order, with the defaults of those that are not given."""
    fields = cls.fields
    if len(args) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} values, {len(args)} are given")
    values = list(args)
    defaults = cls._defaults
    for name in fields[len(args) :]:
        if name in kwargs:
            values.append(kwargs.pop(name))
        elif name in defaults:
            default = defaults[name]
            values.append(default.make() if type(default) is _Factory else default)
        else:
            raise TypeError(f"{cls.__name__} needs `{name}`")
    if kwargs:
        raise TypeError(f"{cls.__name__} has no field `{next(iter(kwargs))}` left to set")
    return values
