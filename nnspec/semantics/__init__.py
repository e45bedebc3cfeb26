"""What a spec means: its names, and its values as far as they are known without running anything."""

from __future__ import annotations

from nnspec.later import Later


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics import doubts` gives: the module, loaded with the first claim that is not proved."""
    if name != "doubts":
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
