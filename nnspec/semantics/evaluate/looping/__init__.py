"""Loops and comprehensions, over lists of known and of symbolic length."""

from __future__ import annotations

from nnspec.later import Later

# What many specs do without.
_LATER = ("induction", "loops", "repeated")


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics.evaluate.looping import induction` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
