"""Which of the arguments that the user wrote a condition is about, so that the caret stands on these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Label
from nnspec.record import Record
from nnspec.semantics import trail
from nnspec.semantics.evaluate.calling import expansion, matching
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    Builtin,
    DimLike,
    Function,
    LibraryFunction,
    Tensor,
    Value,
)
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

CALLED = (Function, LibraryFunction, Builtin)


class Blame(Record):
    """Where a condition that does not hold is to be told.

    span: the argument that is wrong, or the whole call.
    label: what is to be said there.
    others: places of the other arguments, and of the numbers behind them.
    complete: whether every size in the condition is told by a label.
    """

    span: Span
    label: str
    others: tuple[Label | Whence, ...]
    complete: bool


def of_sizes(
    condition: ast.Expr,
    members: tuple[ast.Member, ...],
    spans: Mapping[str, Span],
    frame: Frame,
    call: Span,
    otherwise: str = "",
) -> Blame:
    """The blame for a condition on hyperparameters, or on static arguments of a function.

    members: those of the declaration, whose `let`s the condition may name; spans: where the arguments
    stand; frame: where the condition was evaluated; otherwise: the label where no argument is to blame.
    """
    named = dict.fromkeys(_names(condition, members))
    names = [n for n in named if not isinstance(_value(n, frame), CALLED)]
    written = [name for name in names if name in spans]
    numbers = [name for name in written if _is_number(name, frame)] or written
    part, whole = _division(condition)
    about_shapes = any(n in frame.dims or isinstance(_value(n, frame), Tensor) for n in names)
    first = part if part in numbers else numbers[0] if numbers and not about_shapes else None
    others: list[Label] = []
    for name in numbers:
        labels = trail.declared(frame.world, frame.layer, name)
        if name == first:
            others += labels[1:]
        else:
            others += labels or _is_here(name, spans[name], frame)
    if first is None:
        return Blame(call, otherwise, tuple(others), False)
    label = _said(first, frame)
    if first == part and whole is not None:
        label = _divides(part, whole, frame) or label
    return Blame(spans[first], label, tuple(others), set(names) <= set(written))


def of_dims(
    condition: ast.Expr,
    signature: ast.Signature,
    values: Mapping[str, Value],
    spans: Mapping[str, Span],
    frame: Frame,
    call: Span,
) -> Blame:
    """The blame for a fact on the dimensions of arguments."""
    names: list[str] = []
    expansion.names_in(condition, names)
    sizes: list[Whence] = []
    params: list[str] = []
    for param in signature.params:
        value = values.get(param.name)
        if param.name in names and param.name in spans:
            params.append(param.name)
        for type_, x in _shaped(param.type, value):
            for expr, axis in matching.axes(type_, x):
                if isinstance(expr, ast.Name) and expr.id in names and isinstance(axis, int):
                    sizes.append(Whence(x, axis))
                    params.append(param.name)
                    names.remove(expr.id)
    blamed = [name for name in dict.fromkeys(params) if name in spans]
    if len(blamed) != 1:
        return Blame(call, "this call does not meet it", tuple(sizes), False)
    found = values[blamed[0]]
    label = (
        f"this is {frame.world.show_shape(found.dims)}"
        if isinstance(found, Tensor)
        else "this does not meet it"
    )
    return Blame(spans[blamed[0]], label, tuple(sizes), False)


def _shaped(type_: ast.TypeExpr | None, value: Value) -> Iterator[tuple[ast.TensorType, Tensor]]:
    if isinstance(type_, ast.OptionalType):
        type_ = type_.inner
    if isinstance(type_, ast.TensorType) and isinstance(value, Tensor) and value.dims is not None:
        yield type_, value


def _names(condition: ast.Expr, members: tuple[ast.Member, ...]) -> Iterator[str]:
    """The names of a condition, those that a `let` defines replaced by what it is made of."""
    lets = {
        m.target.id: m.value
        for m in members
        if isinstance(m, ast.Let) and isinstance(m.target, ast.Name)
    }
    waiting, seen = [condition], set[str]()
    while waiting:
        for node in walk(waiting.pop(0)):
            if not isinstance(node, ast.Name):
                continue
            if node.id not in lets:
                yield node.id
            elif node.id not in seen:
                seen.add(node.id)
                waiting.append(lets[node.id])


def _division(condition: ast.Expr) -> tuple[str | None, str | None]:
    """`heads` and `dim` of `dim % heads == 0`."""
    match condition:
        case ast.Compare(ast.Binary("%", ast.Name(whole), ast.Name(part)), ("==",), _):
            return part, whole
    return None, None


def _value(name: str, frame: Frame) -> Value:
    from nnspec.semantics.evaluate import lookup

    return lookup.find(name, frame)


def _is_number(name: str, frame: Frame) -> bool:
    value = _value(name, frame)
    return isinstance(value, DimLike) and not isinstance(value, bool)


def _divides(part: str | None, whole: str, frame: Frame) -> str | None:
    if part is None or not (_is_number(part, frame) and _is_number(whole, frame)):
        return None
    show = frame.world.show
    return f"{show(_value(part, frame))} does not divide {show(_value(whole, frame))}"


def _said(name: str, frame: Frame) -> str:
    if not _is_number(name, frame):
        return f"`{name}` does not fit"
    return f"`{name}` is {frame.world.show(_value(name, frame))}"


def _is_here(name: str, span: Span, frame: Frame) -> tuple[Label, ...]:
    return (Label(span, _said(name, frame)),) if _is_number(name, frame) else ()
