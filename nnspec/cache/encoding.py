"""Plain values as bytes and back. Reading knows nothing but these values, so that no content can do harm.

A value is None, a bool, an int, a str, or a tuple of values. `marshal` and `pickle` trust what they read; `json`
takes longer to import than all of this.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = None | bool | int | str | tuple["Value", ...]

MAX_DEPTH = 20
_MAX_DIGITS = 18
_CONSTANTS = {b"n": None, b"t": True, b"f": False}


class Unreadable(Exception):
    """Bytes that are not the encoding of a value."""


def encode(value: Value) -> bytes:
    """The bytes of a value.

    Raises TypeError where it is, or holds, something else.
    """
    parts: list[bytes] = []
    _put(value, parts)
    return b"".join(parts)


def decode(data: bytes) -> Value:
    """The value of bytes.

    Raises Unreadable where they are not what `encode` gives.
    """
    value, at = _get(data, 0, 0)
    if at != len(data):
        raise Unreadable
    return value


def _put(value: object, parts: list[bytes]) -> None:
    kind = type(value)
    if value is None:
        parts.append(b"n")
    elif kind is bool:
        parts.append(b"t" if value else b"f")
    elif isinstance(value, int) and kind is int:
        parts.append(b"i%d:" % value)
    elif isinstance(value, str) and kind is str:
        # Names of files may hold bytes that are no text.
        text = value.encode("utf-8", "surrogatepass")
        parts += (b"s%d:" % len(text), text)
    elif isinstance(value, tuple) and kind is tuple:
        parts.append(b"(%d:" % len(value))
        for each in value:
            _put(each, parts)
    else:
        raise TypeError(f"{kind.__name__} is no plain value")


def _get(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    sign = data[at : at + 1]
    if sign in _CONSTANTS:
        return _CONSTANTS[sign], at + 1
    end = data.find(b":", at, at + _MAX_DIGITS + 3)
    digits = data[at + 1 : end]
    if end < 0 or not digits.removeprefix(b"-").isdigit():
        raise Unreadable
    number = int(digits)
    at = end + 1
    if sign == b"i":
        return number, at
    if number < 0 or number > len(data) - at or depth >= MAX_DEPTH:
        raise Unreadable
    if sign == b"s":
        try:
            return data[at : at + number].decode("utf-8", "surrogatepass"), at + number
        except UnicodeDecodeError:
            raise Unreadable from None
    if sign != b"(":
        raise Unreadable
    values = []
    for _ in range(number):
        value, at = _get(data, at, depth + 1)
        values.append(value)
    return tuple(values), at
