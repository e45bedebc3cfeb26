"""What is declared or computed and never read: torch makes it, saves it, and says nothing."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.mistakes.edits import remove_lines
from nnspec.source import Span


def parameter(name: str, span: Span, module: str) -> Diagnostic:
    """W0207: a `param` that no method reads. span: its name."""
    return _warning(
        "W0207",
        f"no method of `{module}` reads the parameter `{name}`",
        Label(span, "made and saved, but never trained: no gradient reaches it", primary=True),
        help="use it in a method, or take the line out; a tensor that is only to be saved is a `buffer`",
    )


def layer(name: str, span: Span, module: str, twin: tuple[str, Span] | None) -> Diagnostic:
    """W0208: a layer that no method calls or hands on.

    twin: a layer of like name that is used twice, with the second place.
    """
    others: tuple[Label, ...] = ()
    help = "call it in a method, or take the line out"
    fix = None
    if twin is not None:
        other, place = twin
        others = (Label(place, f"`{other}` is used a second time here"),)
        help = f"if one layer in two places is meant, take `{name}` out; else write `{name}` there"
        fix = Fix(f"use `{name}`", (Edit(place, name),), "maybe")
    return _warning(
        "W0208",
        f"no method of `{module}` uses the layer `{name}`",
        Label(span, "made and saved, but never called", primary=True),
        *others,
        help=help,
        fix=fix,
    )


def hyperparameter(name: str, span: Span, module: str) -> Diagnostic:
    """W0211: a hyperparameter that nothing in its module reads."""
    return _warning(
        "W0211",
        f"nothing in `{module}` reads the hyperparameter `{name}`",
        Label(span, "whatever is given here changes nothing", primary=True),
        help=f"use it, take it out, or call it `_{name}` where callers need it",
    )


def local(names: list[str], span: Span, why: str) -> Diagnostic:
    """W0212: an assignment whose value nothing reads. why: what becomes of it."""
    what = " and ".join(f"`{name}`" for name in names)
    return _warning(
        "W0212",
        f"nothing reads what {what} {'is' if len(names) == 1 else 'are'} given here",
        Label(span, why, primary=True),
        help=(
            f"use it, or take the line out; `_{names[0]}` says that it is dropped on purpose"
            if len(names) == 1
            else "use one of them, or take the line out"
        ),
    )


def dropped(span: Span, receiver: str | None) -> Diagnostic:
    """W0212: an expression alone on its line.

    receiver: the local that it begins with, which may have been meant to change.
    """
    help, fix = "give it a name and use it, or take the line out", None
    if receiver is not None:
        help = f"values are never changed in place: `{receiver} = ...` keeps the new one"
        start = Span(span.source, span.start, span.start)
        fix = Fix("keep the value", (Edit(start, f"{receiver} = "),), "maybe")
    return _warning(
        "W0212",
        "this value is computed and dropped",
        Label(span, "nothing takes what comes out", primary=True),
        help=help,
        fix=fix,
    )


def name(names: list[str], span: Span, kind: str, line: Span, twin: bool) -> Diagnostic:
    """W0220: a `let` or a `const` of which nothing reads a name.

    span: the names; line: the whole of it; twin: whether a hyperparameter has the same name.
    """
    what = " or ".join(f"`{name}`" for name in names)
    if twin:
        help = f"the lines of the module mean the hyperparameter: give the {kind} another name, and use that"
        fix = None
    else:
        help = f"use it, or take the line out; `_{names[0]}` says that it is meant"
        fix = remove_lines("take the line out", line, "maybe")
    return _warning(
        "W0220",
        f"nothing reads the {kind} {what}",
        Label(span, "worked out, and never used", primary=True),
        help=help,
        fix=fix,
    )


def argument(name: str, span: Span, function: str) -> Diagnostic:
    """W0220: an argument that its function does not read. span: its name."""
    return _warning(
        "W0220",
        f"`{function}` does not read its argument `{name}`",
        Label(span, "whatever is given here changes nothing", primary=True),
        help=f"use it, take it out, or call it `_{name}` where callers need it",
    )


def _warning(
    code: str, message: str, *labels: Label, help: str, fix: Fix | None = None
) -> Diagnostic:
    return Diagnostic(code, "warning", message, labels, help=help, fix=fix)
