"""Calling a layer or a function that a declaration was handed over: a loss its distance, a stack its norm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.cost import Cost
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.rulecall import Follow
from nnspec.semantics.values import Value
from nnspec.source import Span
from nnspec.syntax import ast


def follower(frame: Frame, place: Span) -> Follow:
    """What a rule calls it with, at the place where its own call stands.

    What is wrong is reported there. The call is not traced and costs nothing, as it is a part of the one whose rule asks;
    the declaration says what that costs.
    """

    def follow(
        function: Value, written: Span, values: Sequence[Value], named: Mapping[str, Value]
    ) -> Value:
        from nnspec.semantics.evaluate.calling import calls

        given = [Given(None, value, place) for value in values]
        given += [Given(name, value, place) for name, value in named.items()]
        func = ast.Name(written, written.text)
        run = frame.run
        cost, trace = run.cost, run.trace
        run.cost, run.trace = Cost(), None
        try:
            return calls.call(function, given, func, func, frame, place)
        finally:
            run.cost, run.trace = cost, trace

    return follow
