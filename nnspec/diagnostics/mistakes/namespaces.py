"""Names that are not in the namespace where they are sought."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.mistakes import lazy
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.source import Span


def not_in_namespace(
    namespace: str,
    name: str,
    whole: Span,
    span: Span,
    near: Sequence[str],
    elsewhere: str | None,
    layers: Sequence[str] = (),
    behind: tuple[str, ...] = (),
    plain: bool = False,
) -> Diagnostic:
    """`F.reluu`, `torch.kl_div`, or a function of torch that the library does not describe.

    whole: all that is written, `torch.kl_div`. span: its last name. near: names of the namespace that are
    spelt alike. elsewhere: the same name where there is one, `F.kl_div`. layers: those of the namespace.
    behind: names that follow after more dots. plain: whether the namespace has the name without its last underscore.
    """
    from nnspec.diagnostics import left_out

    fix: Fix | None
    instead = lazy.named(name, span, layers)
    if instead is not None:
        help, fix = instead
    elif plain:
        help = f"values are never changed in place: `{name.removesuffix('_')}` gives a new value"
        fix = respell(span, [name.removesuffix("_")])
    elif elsewhere is not None:
        help = f"`{elsewhere}` is there"
        fix = Fix(f"write `{elsewhere}`", (Edit(whole, elsewhere),))
    elif (reason := left_out.told(namespace, name, behind)) is not None:
        help, fix = reason, None
    else:
        help = did_you_mean(near) or (
            "the library does not describe it; `extern def` or `extern module` brings in Python of your own"
        )
        fix = respell(span, near)
    return Diagnostic(
        "E0212",
        "error",
        f"nnspec's library has no `{name}` in `{namespace}`",
        (Label(span, "", primary=True),),
        help=help,
        fix=fix,
    )
