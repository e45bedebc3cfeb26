"""Reading the arguments of a call: tensors, sizes, axes.

An axis or a list of sizes that depends on what is not known yet (a hyperparameter in the general pass)
reads as None, and the rule answers with what it knows without it. A wrong one is reported here and reads
as ERROR. So a rule says `return axis or unknown(x)` for whatever is not an int.
"""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.dims import Dim
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    MOST_ITEMS,
    DimLike,
    DType,
    ErrorValue,
    ListValue,
    Origin,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import World

Dims = tuple[DimLike, ...]
Origins = tuple[Origin | None, ...]


def tensor(call: RuleCall, name: str = "input") -> Tensor:
    """The argument as a tensor; one of unknown dtype and shape where it is not known to be one."""
    return call.tensor(name) or Tensor(None, None, contiguous=None)


def unknown(like: Tensor | str | None = None) -> Tensor:
    """A tensor whose shape is not known, of the dtype given (or of the given tensor's)."""
    return Tensor(like.dtype if isinstance(like, Tensor) else like, None, contiguous=None)


def origins_of(x: Tensor) -> Origins:
    """Where every size of a tensor of known rank came from."""
    return x.origins if x.origins is not None else (None,) * len(x.dims or ())


def items(value: Value) -> tuple[Value, ...] | None:
    """The items of a list, tuple or `*args` (also when those are one list); None where not known."""
    if isinstance(value, TupleValue) and len(value.items) == 1:
        inner = value.items[0]
        if isinstance(inner, (TupleValue, ListValue)):
            return inner.items
    if isinstance(value, (TupleValue, ListValue)):
        return value.items
    if (
        isinstance(value, RepeatValue)
        and isinstance(value.count, int)
        and value.count <= MOST_ITEMS
    ):
        return (value.element,) * value.count
    return None


def is_size(value: Value) -> bool:
    """Whether the value is an int or a symbolic one."""
    return isinstance(value, (int, Dim)) and not isinstance(value, bool)


def sizes(value: Value) -> Dims | None:
    """An int, or a list or tuple of ints, as sizes; None where they are not known."""
    if is_size(value):
        return (value,)
    found = items(value)
    if found is None or not all(is_size(size) for size in found):
        return None
    return found


def repeated(value: Value, count: int) -> Dims | None:
    """One size for each of `count` axes: an int stands for all of them, a list of one too."""
    found = sizes(value)
    if found is None:
        return None
    if len(found) == 1:
        return found * count
    return found if len(found) == count else None


def axis(call: RuleCall, name: str, x: Tensor, extra: int = 0) -> int | ErrorValue | None:
    """The axis of `x` that an argument names, counted from 0. Reports E0305 where `x` has none such.

    extra: how many more axes than those of `x` there are (1 where the axis is to be inserted).
    """
    return axis_at(call, call.arguments.get(name), x, name, extra)


def axis_at(
    call: RuleCall, value: Value, x: Tensor, name: str, extra: int = 0
) -> int | ErrorValue | None:
    """The same for an axis that is one item of the argument `name`."""
    if not isinstance(value, int) or isinstance(value, bool) or x.dims is None:
        return None
    rank = len(x.dims) + extra
    # torch lets a scalar be indexed as if it had one axis.
    limit = max(rank, 1)
    if -limit <= value < limit:
        return value % limit
    return call.fail(
        "E0305",
        f"axis {value} does not exist: {call.name} got {call.show(x)}, {_axes(len(x.dims))}",
        name if call.given(name) else None,
        f"from {-limit} to {limit - 1}",
        help=f"write an axis from {-limit} to {limit - 1}",
    )


def axes(call: RuleCall, name: str, x: Tensor) -> tuple[int, ...] | ErrorValue | None:
    """Some axes of `x` out of an int or a list of ints, counted from 0, each once."""
    value = call.arguments.get(name)
    wanted = (value,) if is_size(value) else items(value)
    if wanted is None:
        return None
    found: list[int] = []
    for one in wanted:
        at = axis_at(call, one, x, name)
        if not isinstance(at, int):
            return at
        if at in found:
            rank = len(x.dims or ())
            named = {n % max(rank, 1) for n in wanted if isinstance(n, int)}
            left = [i for i in range(rank) if i not in named]
            help = f"axis {left[0]} is not named" if left and len(wanted) == rank else None
            return call.fail("E0305", f"axis {one} is named twice", name, help=help)
        found.append(at)
    return tuple(found)


def _axes(rank: int) -> str:
    if rank == 0:
        return "a scalar"
    return "which has 1 axis" if rank == 1 else f"which has {rank} axes"


def dtype(call: RuleCall, name: str = "dtype") -> str | None:
    """The dtype that the argument names; None where it is not given or not known."""
    value = call.arguments.get(name)
    return value.name if isinstance(value, DType) else None


def rank_is(
    call: RuleCall, x: Tensor, ranks: Sequence[int], name: str = "input", help: str | None = None
) -> bool:
    """Whether `x` may have one of the ranks; reports E0302, with the help, where it has another one."""
    if x.dims is None or len(x.dims) in ranks:
        return True
    words = [str(rank) for rank in ranks]
    wanted = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
    call.fail(
        "E0302",
        f"{call.name} takes {wanted} {'axis' if wanted == '1' else 'axes'}, but {name} is {call.show(x)}, "
        + _axes(len(x.dims)),
        name,
        f"this is {call.show(x)}",
        help=help,
    )
    return False


def came_from(x: Tensor, at: int) -> tuple[Whence, ...]:
    """A size of which a message tells where it comes from, as one of its `others`."""
    return (Whence(x, at),)


def product(world: World, dims: Sequence[DimLike]) -> DimLike:
    """The number of elements of a shape."""
    total: DimLike = 1
    for dim in dims:
        total = total * dim
    return world.settle(total)


def is_dimension(call: RuleCall, size: DimLike, message: str, name: str | None = None) -> bool:
    """Whether a number may be a size; one that may be is one from here on. Reports E0308 for a negative one."""
    relation = Relation(size, ">=", 0)
    answer = call.world.prove(relation)
    if answer is False:
        call.fail("E0308", message, name if name is not None and call.given(name) else None)
        return False
    if answer is None:
        call.world.assume(relation)
    return True


def within(
    call: RuleCall,
    name: str,
    low: float | None = None,
    high: float | None = None,
    over: bool = False,
) -> bool:
    """Whether a number is not below `low` (with over: above it) and not above `high`; reports E0308.

    A number that is not known may be any.
    """
    value = call.arguments.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return True
    if low is not None and (value <= low if over else value < low):
        wanted = f"above {low}" if over else f"{low} or more"
    elif high is not None and value > high:
        wanted = f"{high} or less" if low is None else f"from {low} to {high}"
    else:
        return True
    call.fail(
        "E0308",
        f"`{name}` of {call.name} is {wanted}, not {value}",
        name if call.given(name) else None,
    )
    return False


def not_negative(call: RuleCall, name: str) -> bool:
    """Whether a number is 0 or more; reports E0308."""
    return within(call, name, 0)


def show(call: RuleCall, *tensors: Tensor) -> str:
    """Several shapes in a row: `[B, 3] and [B, 4]`."""
    return " and ".join(call.show(x) for x in tensors)
