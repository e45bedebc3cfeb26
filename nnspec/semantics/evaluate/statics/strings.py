"""Strings as they are built: joined, repeated, formatted, and their methods. None grows without end."""

from __future__ import annotations

import re

from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics.handlers import is_unknown
from nnspec.semantics.values import ErrorValue, ListValue, TupleValue, Unknown, Value
from nnspec.semantics.world import error
from nnspec.source import Span

MOST_CHARACTERS = 100_000

_WIDTH = re.compile(r"\d+")


def too_long(span: Span, frame: Frame) -> ErrorValue:
    """Report a string that is too long to build."""
    return frame.report(
        error("E0002", f"this string has more than {MOST_CHARACTERS:,} characters", span)
    )


def amount(number: int) -> str:
    """A number of things in a message: `1,000,000`, or in round words where it is very large."""
    return f"{number:,}" if number < 10**18 else f"more than 10**{len(str(number)) - 1}"


def joined(parts: list[str], span: Span, frame: Frame) -> Value:
    """The parts as one string."""
    if sum(map(len, parts)) > MOST_CHARACTERS:
        return too_long(span, frame)
    return "".join(parts)


def repeated(text: str, times: int, span: Span, frame: Frame) -> Value:
    """`text * times`."""
    return too_long(span, frame) if times * len(text) > MOST_CHARACTERS else text * times


def formatted(value: str | float | None, spec: str, span: Span, frame: Frame) -> Value:
    """A field of an f-string."""
    if _is_wide(spec):
        return too_long(span, frame)
    try:
        return format(value, spec)
    except (ValueError, TypeError, OverflowError) as reason:
        return frame.report(error("E0415", f"this format does not fit: {reason}", span))


def _is_wide(spec: str) -> bool:
    """Whether a format asks for a wide field, or for many digits."""
    return any(len(number) > 9 or int(number) > MOST_CHARACTERS for number in _WIDTH.findall(spec))


def method(receiver: str, name: str, args: list[Value], frame: Frame, span: Span) -> Value:
    """A method of a known string."""
    if is_unknown(args) or not all(isinstance(a, (str, int, ListValue, TupleValue)) for a in args):
        return Unknown("str")
    plain = [tuple(a.items) if isinstance(a, (ListValue, TupleValue)) else a for a in args]
    if _at_most(receiver, name, plain) > MOST_CHARACTERS:
        return too_long(span, frame)
    try:
        result = getattr(receiver, name)(*plain)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as reason:
        return frame.report(error("E0407", f"`{name}` does not go with these: {reason}", span))
    return ListValue(tuple(result)) if isinstance(result, list) else result


def _at_most(receiver: str, name: str, args: list[Value]) -> int:
    """How long the result can become, where it may be much longer than what it is made of."""
    texts = [a for a in args if isinstance(a, str)]
    if name == "join" and args and isinstance(args[0], tuple):
        parts = [part for part in args[0] if isinstance(part, str)]
        return len(receiver) * len(parts) + sum(map(len, parts))
    if name == "replace" and len(texts) == 2:
        return len(receiver) + (receiver.count(texts[0]) + 1) * len(texts[1])
    if name == "format":
        wide = MOST_CHARACTERS + 1 if _is_wide(receiver) else 0
        longest = max((len(str(a)) for a in args if not isinstance(a, tuple)), default=0)
        return max(wide, len(receiver) + receiver.count("{") * longest)
    return 0
