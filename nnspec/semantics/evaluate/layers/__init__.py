"""Layers as they are made: hyperparameters, members, parameters, and the tree of what is in them."""

from __future__ import annotations

from nnspec.later import Later

# What many specs do without.
_LATER = ("initialisers", "keys", "paths", "weights")


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics.evaluate.layers import initialisers` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
