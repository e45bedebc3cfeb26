"""Calls of one of several layers, which a number picks that is not known in general."""

from __future__ import annotations

from nnspec.semantics.evaluate import joins
from nnspec.semantics.evaluate.run import Doubt, Frame
from nnspec.semantics.values import ERROR, Value
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nnspec.diagnostics.diagnostic import Diagnostic

    Found = list[tuple[Diagnostic, int]]


def any_of(
    options: list[Value], follow: Callable[[Value], Value], span: Span, frame: Frame
) -> Value:
    """What any of several layers gives.

    A mistake that only some of them make is none for all numbers: what an instance picks, it tells.
    follow: calls one of them.
    """
    run, sink = frame.run, frame.run.sink
    fitting: list[Value] = []
    wrong: Found = []
    for option in options:
        found: Found = []
        run.sink = _into(found)
        try:
            value = follow(option)
        finally:
            run.sink = sink
        if any(diagnostic.severity == "error" for diagnostic, _ in found):
            wrong = wrong or found
            continue
        fitting.append(value)
        for diagnostic, depth in found:
            sink(diagnostic, depth)
    if not fitting:
        for diagnostic, depth in wrong:
            sink(diagnostic, depth)
        return ERROR
    if wrong:
        run.unrolled_later = True
        if frame.definition is not None:
            run.doubts.append(Doubt(frame.definition, span))
    return joins.join_all(fitting, frame)


def _into(found: Found) -> Callable[[Diagnostic, int], None]:
    return lambda diagnostic, depth: found.append((diagnostic, depth))
