"""Python's `math`: functions of static numbers."""

from __future__ import annotations

import math

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.looping import sequences
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics.handlers import Handler, Keywords, is_unknown, single
from nnspec.semantics.values import DimLike, RepeatValue, Unknown, Value
from nnspec.semantics.world import as_dim
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Functions that give a float, or a truth value, for floats.
_REAL: dict[str, Callable[..., Any]] = {
    name: getattr(math, name)
    for name in (
        "sqrt log exp sin cos log2 log10 log1p expm1 tan asin acos atan atan2 sinh cosh tanh hypot fabs fmod "
        "copysign degrees radians erf erfc gamma lgamma"
    ).split()
}
_TRUTH: dict[str, Callable[..., Any]] = {
    "isnan": math.isnan,
    "isinf": math.isinf,
    "isfinite": math.isfinite,
    "isclose": math.isclose,
}
# Functions that give an int for ints.
_WHOLE: dict[str, Callable[..., Any]] = {
    "gcd": math.gcd,
    "lcm": math.lcm,
    "isqrt": math.isqrt,
    "comb": math.comb,
    "perm": math.perm,
    "trunc": math.trunc,
}
# Larger numbers than these have more digits than a spec may compute with.
_MOST = 1000


def _real(function: Callable[..., Any]) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        if is_unknown(args) or any(isinstance(value, Dim) for value in args):
            return Unknown("float")
        return function(*args)

    return handler


def _truth(function: Callable[..., Any]) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        if is_unknown([*args, *keywords.values()]) or any(isinstance(v, Dim) for v in args):
            return Unknown("bool")
        return function(*args, **keywords)

    return handler


def _whole(function: Callable[..., Any]) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        if is_unknown(args) or any(isinstance(value, Dim) for value in args):
            return frame.world.new_size("n")
        if function in (math.comb, math.perm) and args and args[0] > _MOST:
            raise ValueError(f"the first number is more than {_MOST:,}")
        return function(*args)

    return handler


def _rounded(function: Callable[[Any], int]) -> Handler:
    def handler(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
        value = single(args)
        if isinstance(value, Dim):
            return value
        return (
            frame.world.new_size("n", -(10**9)) if isinstance(value, Unknown) else function(value)
        )

    return handler


def _prod(args: list[Value], keywords: Keywords, frame: Frame, span: Span) -> Value:
    """`math.prod(sizes, start=1)`."""
    value = single(args)
    if isinstance(value, RepeatValue) and isinstance(value.element, DimLike):
        return frame.world.new_size("n")
    items = sequences.items_of(value, span, frame)
    if items is None:
        return Unknown("any")
    frame.run.step(span, len(items))
    factors = [keywords.get("start", 1), *items]
    if is_unknown(factors):
        whole = all(isinstance(v, DimLike) or v == Unknown("int") for v in factors)
        return frame.world.new_size("n") if whole else Unknown("float")
    if not any(isinstance(factor, Dim) for factor in factors):
        return math.prod(factors)
    total: DimLike = 1
    for factor in factors:
        if not isinstance(factor, DimLike):
            raise TypeError(factor)
        total = frame.world.settle(as_dim(total) * factor)
    return total


# By the names that code gives them behind `math.`.
FUNCTIONS: dict[str, Handler] = {
    **{name: _real(function) for name, function in _REAL.items()},
    **{name: _truth(function) for name, function in _TRUTH.items()},
    **{name: _whole(function) for name, function in _WHOLE.items()},
    "ceil": _rounded(math.ceil),
    "floor": _rounded(math.floor),
    "prod": _prod,
}
