"""Renderers of diagnostics, one to a file, found by the name of their format."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from nnspec.diagnostics.diagnostic import Diagnostic

    class Render(Protocol):
        """What every renderer is: diagnostics in, text out, each line of it ended by a newline."""

        def __call__(self, diagnostics: Iterable[Diagnostic], color: bool = False) -> str: ...


FORMATS = ("human", "short", "json", "github", "sarif")


def choose(name: str) -> Render:
    """The renderer of a format, imported only now.

    name: one of `FORMATS`.
    Raises ValueError where it is not.
    """
    if name == "human":
        from nnspec.diagnostics.render import human

        return human.render
    if name == "short":
        from nnspec.diagnostics.render import short

        return short.render
    if name == "json":
        from nnspec.diagnostics.render import json

        return json.render
    if name == "github":
        from nnspec.diagnostics.render import github

        return github.render
    if name == "sarif":
        from nnspec.diagnostics.render import sarif

        return sarif.render
    raise ValueError(f"no renderer is called {name!r}; there are {', '.join(FORMATS)}")
