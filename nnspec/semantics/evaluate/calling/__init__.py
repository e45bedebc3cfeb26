"""Calls: arguments against signatures, the library's rules, the user's own functions, and messages about them."""

from __future__ import annotations

from nnspec.later import Later

# What many specs do without.
_LATER = ("blame", "mismatches", "ranks", "written")


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics.evaluate.calling import blame` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
