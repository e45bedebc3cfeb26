"""The calls that lead to a mistake, told innermost first.

in `Block.forward`, called as `blocks[3]` by `Net.forward`, line 14, with x: [B, 64, 8, 8]
"""

from __future__ import annotations

from nnspec.record import Record
from nnspec.semantics.dims import Dim
from nnspec.semantics.trail import path_of
from nnspec.semantics.values import (
    DType,
    Layer,
    LayerBody,
    ListValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.source import Source, Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnspec.semantics.evaluate.run import Frame
    from nnspec.semantics.world import World

# Of a long chain the innermost and the outermost calls are told.
INNERMOST, OUTERMOST = 3, 1
LONGEST_VALUE = 40


class Call(Record, eq=False):
    """A call, or the making of a layer, whose code is being followed.

    verb: `called` or `made`.
    name: what was called, as the user wrote it.
    code: the code that is followed, in words (`Block.forward`).
    caller: the code in which the call stands.
    values: the arguments by name.
    layer: the layer that is called or whose method is.
    """

    verb: str
    name: str
    code: str
    span: Span
    caller: Frame
    values: Mapping[str, Value]
    layer: Layer | None = None


class Subject(Record, eq=False):
    """What a pass with numbers is about: `model resnet50`, `check Net(width=5)`."""

    text: str
    span: Span
    layer: Layer | None = None


def code_of(definition: ast.Node | None, body: LayerBody | None) -> str:
    """`Block.forward`, `mlp`, `Block`."""
    if isinstance(definition, ast.Def):
        return definition.name if body is None else f"{body.decl.name}.{definition.name}"
    if isinstance(definition, (ast.Module, ast.ExternModule)):
        return definition.name
    if isinstance(definition, ast.Model):
        return f"model {definition.name}"
    return ""


def notes(calls: list[Call], subject: Subject | None, place: Span, world: World) -> tuple[str, ...]:
    """The calls in words, the innermost first, and what the pass is about.

    place: where the mistake is; what stands in the same line is not told again.
    """
    found: list[str] = []
    for call in reversed(calls):
        text = _call(call, subject, place.source, world)
        if text not in found:
            found.append(text)
    if len(found) > INNERMOST + OUTERMOST + 1:
        between = len(found) - INNERMOST - OUTERMOST
        found = [*found[:INNERMOST], f"… {between} more calls …", *found[-OUTERMOST:]]
    if subject is not None and not _inside(place, subject.span):
        # The outermost call may stand in the subject, and then has named it.
        outermost = calls[0].span if calls else None
        if outermost is None or not _inside(outermost, subject.span):
            found.append(_subject(subject, place.source, world))
    return tuple(found)


def _call(call: Call, subject: Subject | None, home: Source, world: World) -> str:
    caller = code_of(call.caller.definition, call.caller.body)
    if not caller and subject is not None:
        caller = subject.text
    name = call.name if call.layer is None else path_of(call.layer, call.name)
    alias = f" as `{name}`" if name not in (call.code, *call.code.split(".")) else ""
    text = f"in `{call.code}`, {call.verb}{alias}"
    text += f" by `{caller}`" if caller else ""
    return f"{text}, {_line(call.span, home)}{_with(_shown(call, world))}"


def _subject(subject: Subject, home: Source, world: World) -> str:
    given = _hyperparameters(subject.layer, world) if subject.layer is not None else []
    return f"in `{subject.text}`, {_line(subject.span, home)}{_with(given)}"


def _line(span: Span, home: Source) -> str:
    return f"line {span.line}" if span.source is home else f"line {span.line} of {span.source.path}"


def _with(parts: list[str]) -> str:
    return f", with {', '.join(parts)}" if parts else ""


def _shown(call: Call, world: World) -> list[str]:
    if call.verb == "made":
        return _hyperparameters(call.layer, world) if call.layer is not None else []
    return [
        f"{name}: {text}" if isinstance(value, Tensor) else f"{name}={text}"
        for name, value in call.values.items()
        if (text := _value(value, world)) is not None
    ]


def _hyperparameters(layer: Layer, world: World) -> list[str]:
    return [
        f"{name}={text}"
        for name in layer.spans
        if (text := _value(layer.body.arguments.get(name), world)) is not None
    ]


def _value(value: Value, world: World) -> str | None:
    """A value that says something in a line; None for layers and what is not known."""
    match value:
        case Tensor():
            return world.show_shape(value.dims) if value.dims is not None else None
        case bool() | float() | str():
            text = repr(value)
        case int() | Dim():
            text = world.show(value)
        case DType(name):
            text = name
        case ListValue(items) | TupleValue(items):
            parts = [_value(i, world) for i in items]
            if None in parts:
                return None
            brackets = "[]" if isinstance(value, ListValue) else "()"
            text = brackets[0] + ", ".join(str(p) for p in parts) + brackets[1]
        case _:
            return None
    return text if len(text) <= LONGEST_VALUE else None


def _inside(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
