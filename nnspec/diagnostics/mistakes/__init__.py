"""What is said about each mistake: one function each, by family."""

from __future__ import annotations

from nnspec.later import Later

_FAMILIES = frozenset(
    (
        *("brackets", "characters", "constructors", "edits", "files", "habits"),
        *("imports", "lazy", "names", "namespaces", "sizes", "syntax", "unused"),
    )
)


def __getattr__(name: str) -> Later:
    """What `from nnspec.diagnostics.mistakes import names` gives: the module, loaded with the first mistake."""
    if name not in _FAMILIES:
        raise AttributeError(name)
    return Later(f"{__name__}.{name}")
