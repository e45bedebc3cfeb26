"""Python's defaults as the language writes them."""

from __future__ import annotations

import math
import sys
from inspect import isclass

from nnspec.library.catalog import library


def literal(value: object, kind: str | None = None) -> str | None:
    """A value in the language; None where it has no words for it.

    kind: the type that it is for, if one is known: of a list it is a list, though Python has a tuple there.
    """
    if value is None or isinstance(value, bool):
        return repr(value)
    # A member of an enumeration that is a number, or a text, counts as that.
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, str):
        return _text("".join(value))
    if isinstance(value, (tuple, list)):
        inner = [literal(each) for each in value]
        if None in inner:
            return None
        text = ", ".join(each for each in inner if each is not None)
        listed = isinstance(value, list) if kind is None else kind.startswith("list[")
        if listed:
            return f"[{text}]"
        return f"({text},)" if len(inner) == 1 else f"({text})"
    if isinstance(value, dict):
        items = [(literal(key), literal(each)) for key, each in value.items()]
        if any(None in item for item in items):
            return None
        return "{" + ", ".join(f"{key}: {each}" for key, each in items) + "}"
    return _of_torch(value)


def _of_torch(value: object) -> str | None:
    """A layer type, a function or a dtype that the library knows by the same name."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    name = getattr(value, "__name__", "")
    catalog = library()
    if isclass(value):
        known = catalog.has_layer(name) and getattr(torch.nn, name, None) is value
        return name if known else None
    homes = (torch.nn.functional, torch)
    meant = next((getattr(home, name) for home in homes if hasattr(home, name)), None)
    return name if catalog.has_function(name) and meant is value else None


def _number(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "inf" if value > 0 else "-inf" if value < 0 else "nan"


def _text(value: str) -> str:
    """A string literal, without a character that cannot be seen."""
    parts = []
    for char in value:
        if char in '"\\':
            parts.append("\\" + char)
        else:
            parts.append(char if char.isprintable() else repr(char)[1:-1])
    return '"' + "".join(parts) + '"'
