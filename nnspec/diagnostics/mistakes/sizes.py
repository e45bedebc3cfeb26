"""Mistakes of what stands for a size in a shape or behind the name of a type."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.source import Span

NEW = "a capitalised name stands for any size"


def not_a_size(name: str, span: Span, what: str, declared: Span | None) -> Diagnostic:
    """A name of something else where a dimension is expected. what: what it is, in words."""
    labels = [Label(span, "used as a dimension", primary=True)]
    if declared is not None:
        labels.append(Label(declared, "declared here"))
    return Diagnostic(
        "E0215",
        "error",
        f"`{name}` is {what}, not a size",
        tuple(labels),
        help="rename the dimension",
    )


def no_size(span: Span, is_: str = "", help: str = NEW) -> Diagnostic:
    """What never is a size as a dimension: a number with a sign, a float, a string. is_: what it is."""
    label = Label(span, f"this is {is_}" if is_ else "", primary=True)
    return Diagnostic("E0215", "error", f"`{span.text}` is no size", (label,), help=help)


def no_run_of_axes(span: Span, name: str) -> Diagnostic:
    """`...`, or `*` before something that is no name, where any number of axes is meant.

    name: what to write instead, `*N`.
    """
    return Diagnostic(
        "E0215",
        "error",
        f"`{span.text}` is no size",
        (Label(span, primary=True),),
        help=f"a name with a star stands for any number of axes: `{name}`",
        fix=Fix(f"write `{name}`", (Edit(span, name),), "maybe"),
    )


def not_so_many(
    name: str, span: Span, given: int, params: Sequence[str], declared: Span | None
) -> Diagnostic:
    """A named type with more or fewer sizes than it takes: E0402, E0401.

    given: how many; params: the names of those that it takes; declared: where, if the spec does.
    """
    labels = [Label(span, primary=True)]
    if declared is not None:
        labels.append(Label(declared, "declared here"))
    takes = "no sizes" if not params else f"{len(params)} size" + "s" * (len(params) > 1)
    written = f"{name}({', '.join(params)})" if params else name
    return Diagnostic(
        "E0402" if given > len(params) else "E0401",
        "error",
        f"`{name}` takes {takes}, but {given or 'none'} {'is' if given < 2 else 'are'} given",
        tuple(labels),
        help=f"write `{written}`" + (", with the sizes that are meant" if params else ""),
    )
