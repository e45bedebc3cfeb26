"""Static values: numbers, strings, lists and dicts, their operators, methods and functions."""

from __future__ import annotations

from nnspec.later import Later

# What many specs do without.
_LATER = ("changing", "methods", "strings")


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics.evaluate.statics import changing` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
