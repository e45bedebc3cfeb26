"""Methods of Python's lists and dicts that change them: what gives a new value instead."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics.values import DictValue, ListValue, RepeatValue, Value
from nnspec.semantics.world import error
from nnspec.syntax import ast

_OF_LISTS = {
    "append": "`{0} += [item]` adds one at the end",
    "extend": "`{0} += items` adds several at the end",
    "insert": "`{0} = [*{0}[:i], item, *{0}[i:]]` puts one in",
    "pop": "`{0}[-1]` is the last one, `{0} = {0}[:-1]` leaves it out",
    "remove": "`{0} = [x for i, x in enumerate({0}) if i != n]` leaves one out",
    "clear": "`{0} = []` begins anew",
    "sort": "`{0} = sorted({0})` gives a new list",
    "reverse": "`{0} = {0}[::-1]` gives a new list",
    "copy": "values never change, so that nothing need be copied",
}
_OF_DICTS = {
    "update": "`{0} = {{**{0}, **others}}` gives a new dict",
    "setdefault": '`{0} = {{"key": value, **{0}}}` gives a new dict',
    "pop": '`{0}["key"]` is the value; a dict without it is `{{k: v for k, v in {0}.items() if k != "key"}}`',
    "clear": "`{0} = {{}}` begins anew",
    "copy": "values never change, so that nothing need be copied",
}


def changing(value: Value, expr: ast.Attribute) -> Diagnostic | None:
    """`xs.insert(0, x)`, `d.update(other)`: what to write instead; None for any other attribute of any other value."""
    known = {}
    if isinstance(value, (ListValue, RepeatValue)):
        known = _OF_LISTS
    elif isinstance(value, DictValue):
        known = _OF_DICTS
    if expr.name not in known:
        return None
    kind = "dicts" if known is _OF_DICTS else "lists"
    return error(
        "E0416",
        f"{kind} are never changed in place: there is no `{expr.name}`",
        expr.name_span,
        help=known[expr.name].format(expr.value.span.text),
    )
