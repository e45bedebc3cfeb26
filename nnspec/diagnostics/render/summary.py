"""The line that ends a run."""

from __future__ import annotations

from nnspec.diagnostics.render.order import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nnspec.diagnostics.diagnostic import Diagnostic


def summary(diagnostics: Iterable[Diagnostic], checked: int) -> str:
    """What a run found, in a line: `2 errors, 1 warning in 1 file`, or `3 files checked, no problems`.

    A second line says how many of them `--fix` mends, where it mends any.
    checked: files that were checked.
    """
    shown = ordered(diagnostics)
    if not shown:
        return f"{counted(checked, 'file')} checked, no problems\n"
    return f"{_counts(shown)} in {_files(shown)}\n{_fixable(shown)}"


def fixed_summary(
    fixes: int, changed: int, diagnostics: Iterable[Diagnostic], checked: int, would: bool = False
) -> str:
    """What fixes have mended and what is left: `3 mistakes fixed in 1 file; 1 error left in 1 file`.

    fixes: applied in `changed` files; diagnostics: those that are left; checked: files that were checked.
    would: whether the fixes are only shown.
    """
    left = ordered(diagnostics)
    if not fixes and not left:
        return summary(left, checked)
    done = "would be fixed" if would else "fixed"
    first = (
        f"{counted(fixes, 'mistake')} {done} in {counted(changed, 'file')}"
        if fixes
        else "nothing to fix"
    )
    rest = f"{_counts(left)} left in {_files(left)}" if left else "no problems left"
    return f"{first}; {rest}\n{_fixable(left)}"


def _counts(shown: list[Diagnostic]) -> str:
    parts = []
    for severity in ("error", "warning"):
        count = sum(d.severity == severity for d in shown)
        if count:
            parts.append(counted(count, severity))
    return ", ".join(parts)


def _files(shown: list[Diagnostic]) -> str:
    return counted(len({d.span.source.path for d in shown}), "file")


def _fixable(shown: list[Diagnostic]) -> str:
    """How many of them a fix mends."""
    kinds = [d.fix.applicability for d in shown if d.fix is not None]
    safe, maybe = kinds.count("safe"), kinds.count("maybe")
    parts = []
    if safe:
        parts.append(f"{safe} can be mended by --fix")
    if maybe:
        more = " more" if safe else ""
        parts.append(f"{maybe}{more} can be mended by --fix --unsafe-fixes")
    return f"{', '.join(parts)}\n" if parts else ""


def counted(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
