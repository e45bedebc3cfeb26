"""From text to a syntax tree."""

from __future__ import annotations

from nnspec.later import Later

# What only texts with mistakes need.
_LATER = frozenset(("oddities", "recovery"))


def __getattr__(name: str) -> Later:
    """What `from nnspec.syntax import recovery` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
