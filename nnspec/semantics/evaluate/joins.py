"""Where two ways meet: the value that stands for either."""

from __future__ import annotations

from nnspec.record import Record
from nnspec.semantics.dims import Dim, Facts, dim_max, dim_min
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.nature import kind
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DictValue,
    DimLike,
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


class Either(Record, eq=False):
    """Two ways that meet, with what is known on each.

    A size is kept that is the one of the left way by what is known there, and the one of the right way
    by what is known there: `T + extra` where one way has padded and `extra` is 0 on the other.
    """

    frame: Frame
    left: Facts
    right: Facts

    def join(self, left: Value, right: Value) -> Value:
        """The value that stands for those of both ways."""
        return join(left, right, self.frame, None if self.left is self.right else self)

    def size(self, left: DimLike, right: DimLike) -> DimLike | None:
        """The size that stands for those of both ways."""
        settle = self.frame.world.settle
        left, right = settle(left), settle(right)
        a = left if isinstance(left, Dim) else Dim.of(left)
        b = right if isinstance(right, Dim) else Dim.of(right)
        for size in (right, left, dim_min(a, b), dim_max(a, b)):
            if self.left.compare(a, size) == "equal" and self.right.compare(b, size) == "equal":
                return settle(size)
        return None


def join(left: Value, right: Value, frame: Frame, either: Either | None = None) -> Value:
    """Equal values stay; tensors keep the dims on which they agree; the rest is a Choice.

    either: what is known on each of the ways, where that tells them apart.
    """
    if left is right:
        return left
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return ERROR
    if type(left) is type(right) and left == right:
        return left if kind(left) == kind(right) else _either(left)
    match left, right:
        case Tensor(), Tensor():
            return join_tensors(left, right, frame, either)
        case (Dim() | int()), (Dim() | int()) if not isinstance(left, bool) and not isinstance(
            right, bool
        ):
            return _join_sizes(left, right, frame, either)
        case (int() | float() | Unknown("float")), (int() | float() | Unknown("float")):
            return Unknown(
                "bool" if isinstance(left, bool) and isinstance(right, bool) else "float"
            )
        case str(), str():
            return Unknown("str")
        case ListValue(a), ListValue(b) if len(a) == len(b):
            return ListValue(tuple(join(x, y, frame, either) for x, y in zip(a, b, strict=True)))
        case TupleValue(a, names, type_name), TupleValue(b) if len(a) == len(b):
            both = tuple(join(x, y, frame, either) for x, y in zip(a, b, strict=True))
            return TupleValue(both, names, type_name)
        case DictValue(), DictValue() if left.items.keys() == right.items.keys():
            return DictValue(
                {k: join(v, right.items[k], frame, either) for k, v in left.items.items()}
            )
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


def _join_sizes(
    left: DimLike, right: DimLike, frame: Frame, either: Either | None = None
) -> DimLike:
    if frame.world.settle(left) == frame.world.settle(right):
        return left
    found = either.size(left, right) if either is not None else None
    return frame.world.new_size("n") if found is None else found


def join_tensors(left: Tensor, right: Tensor, frame: Frame, either: Either | None = None) -> Tensor:
    """Dims on which both agree stay, the others become sizes known at run time only."""
    dtype = left.dtype if left.dtype == right.dtype else None
    if left.dims is None or right.dims is None or len(left.dims) != len(right.dims):
        return Tensor(dtype, None, contiguous=None)
    dims = tuple(
        _join_sizes(a, b, frame, either) for a, b in zip(left.dims, right.dims, strict=True)
    )
    contiguous = left.contiguous if left.contiguous == right.contiguous else None
    step = left.step if kind(left) == kind(right) else None
    return Tensor(dtype, dims, left.origins, contiguous, None, step)
