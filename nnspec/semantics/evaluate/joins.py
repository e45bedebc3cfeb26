"""Where two ways meet: the value that stands for either."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.nature import kind
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    ErrorValue,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)


def join_all(values: list[Value], frame: Frame) -> Value:
    """The value that stands for any of several."""
    result = values[0]
    for value in values[1:]:
        result = join(result, value, frame)
    return result


def join_locals(ends: list[dict[str, Value]], frame: Frame) -> dict[str, Value]:
    """The locals that stand for any of several ends of a block: those that all of them have."""
    result = ends[0]
    for end in ends[1:]:
        result = {n: join(v, end[n], frame) for n, v in result.items() if n in end}
    return result


def join(left: Value, right: Value, frame: Frame) -> Value:
    """Equal values stay; tensors keep the dims on which they agree; the rest is a Choice."""
    if left is right:
        return left
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return ERROR
    if type(left) is type(right) and left == right:
        return left if kind(left) == kind(right) else _either(left)
    match left, right:
        case Tensor(), Tensor():
            return join_tensors(left, right, frame)
        case (Dim() | int()), (Dim() | int()) if not isinstance(left, bool) and not isinstance(
            right, bool
        ):
            if frame.world.settle(left) == frame.world.settle(right):
                return left
            return frame.world.new_size("n")
        case (int() | float() | Unknown("float")), (int() | float() | Unknown("float")):
            return Unknown(
                "bool" if isinstance(left, bool) and isinstance(right, bool) else "float"
            )
        case str(), str():
            return Unknown("str")
        case ListValue(a), ListValue(b) if len(a) == len(b):
            return ListValue(tuple(join(x, y, frame) for x, y in zip(a, b, strict=True)))
        case TupleValue(a, names, type_name), TupleValue(b) if len(a) == len(b):
            both = tuple(join(x, y, frame) for x, y in zip(a, b, strict=True))
            return TupleValue(both, names, type_name)
        case DictValue(), DictValue() if left.items.keys() == right.items.keys():
            return DictValue({k: join(v, right.items[k], frame) for k, v in left.items.items()})
        case (ListValue() | RepeatValue()), (ListValue() | RepeatValue()):
            return Unknown("list")
        case Unknown(), Unknown():
            return left if left.kind == right.kind else Unknown("any")
        case (Unknown(), _) if right is not None:
            return left
        case (_, Unknown()) if left is not None:
            return right
    options: list[Value] = []
    for value in (left, right):
        for option in value.options if isinstance(value, Choice) else (value,):
            if not any(type(o) is type(option) and o == option for o in options):
                options.append(option)
    tensors = [o for o in options if isinstance(o, Tensor)]
    if len(tensors) > 1:
        rest = [o for o in options if not isinstance(o, Tensor)]
        options = [*rest, join_all(list(tensors), frame)]
    return options[0] if len(options) == 1 else Choice(tuple(options))


def _either(x: Tensor) -> Tensor:
    """The tensor without the step that made it, for what its numbers are is left open."""
    return Tensor(x.dtype, x.dims, x.origins, x.contiguous, x.strides)


def join_tensors(left: Tensor, right: Tensor, frame: Frame) -> Tensor:
    """Dims on which both agree stay, the others become sizes known at run time only."""
    dtype = left.dtype if left.dtype == right.dtype else None
    if left.dims is None or right.dims is None or len(left.dims) != len(right.dims):
        return Tensor(dtype, None, contiguous=None)
    dims = tuple(
        a if frame.world.settle(a) == frame.world.settle(b) else frame.world.new_size("n")
        for a, b in zip(left.dims, right.dims, strict=True)
    )
    contiguous = left.contiguous if left.contiguous == right.contiguous else None
    step = left.step if kind(left) == kind(right) else None
    return Tensor(dtype, dims, left.origins, contiguous, None, step)
