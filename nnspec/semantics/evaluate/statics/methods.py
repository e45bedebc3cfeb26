"""Methods of strings, lists and dicts."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.evaluate.statics import strings
from nnspec.semantics.evaluate.statics.handlers import is_unknown
from nnspec.semantics.values import (
    DictValue,
    ListValue,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span


def method(receiver: Value, name: str, given: list[Given], frame: Frame, span: Span) -> Value:
    """Methods of strings, lists and dicts."""
    args = [a.value for a in given]
    match receiver:
        case Unknown(kind):
            return Unknown("list" if name in ("keys", "values", "items", "split") else kind)
        case DictValue():
            return _dict_method(receiver, name, args)
        case ListValue(items) | TupleValue(items):
            if is_unknown(args):
                return frame.world.new_size("n")
            if name == "count":
                return sum(1 for i in items if i == args[0])
            for i, item in enumerate(items):
                if item == args[0]:
                    return i
            return frame.report(error("E0409", "this is not in the list", span))
        case str():
            return strings.method(receiver, name, args, frame, span)
        case int() | Dim():
            if name == "item":
                return receiver
            return receiver.bit_length() if isinstance(receiver, int) else frame.world.new_size("n")
    return tensor_unknown()


def _dict_method(receiver: DictValue, name: str, args: list[Value]) -> Value:
    match name:
        case "keys":
            return ListValue(tuple(receiver.items))
        case "values":
            return ListValue(tuple(receiver.items.values()))
        case "items":
            return ListValue(tuple(TupleValue(pair) for pair in receiver.items.items()))
    if is_unknown(args):
        return Unknown("any")
    return receiver.items.get(args[0], args[1] if len(args) > 1 else None)
