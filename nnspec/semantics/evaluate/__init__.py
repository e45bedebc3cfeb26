"""Following code as an interpreter would, on abstract values."""

from __future__ import annotations

from nnspec.later import Later

# What many specs do without: the causes of mistakes, loops, initialisers, methods of lists, texts.
_LATER = frozenset(
    (
        *("blame", "induction", "initialisers", "loops", "methods", "mismatches"),
        *("paths", "ranks", "repeated", "strings"),
    )
)


def __getattr__(name: str) -> Later:
    """What `from nnspec.semantics.evaluate import loops` gives: the module, loaded when it is needed."""
    if name not in _LATER:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
