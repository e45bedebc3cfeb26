"""Layers of torch that take a size from their first input: here `_` stands for it."""

from __future__ import annotations

from collections.abc import Container

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.source import Span


def named(name: str, span: Span, library: Container[str]) -> tuple[str, Fix | None] | None:
    """Help and fix for `LazyLinear(10)`; None for a name that is not of such a layer.

    span: where the name stands. library: the layers that there are.
    """
    plain = name.removeprefix("Lazy")
    if plain == name or plain not in library:
        return None
    text = span.source.text
    behind = text[span.end : span.end + 1]
    help = f"write `{plain}` with `_` for its first argument: the size is worked out from the flow"
    if behind != "(":
        return help, None
    alone = text[span.end + 1 :].lstrip()[:1] == ")"
    call = Span(span.source, span.start, span.end + 1)
    return help, Fix(
        f"write `{plain}(_{'' if alone else ', …'})`",
        (Edit(call, f"{plain}(_{'' if alone else ', '}"),),
    )
