"""Other shapes for the same elements: view, reshape, flatten, unflatten."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, batch, scramble
from nnspec.semantics.rules.arguments import Dims, Origins, origins_of, product, unknown
from nnspec.semantics.rules.strides import strided, strides, view_strides, warn_of_view
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Origin,
    Relation,
    Tensor,
    Value,
)


def view(call: RuleCall) -> Value:
    """`x.view(*shape)`: a reshape that never copies."""
    return reshape(call)


def view_dtype(call: RuleCall) -> Value:
    """`x.view(dtype)`: the same bytes as numbers of another dtype."""
    from nnspec.semantics.rules.dtypes import bits

    x = arguments.tensor(call)
    dtype = arguments.dtype(call)
    if dtype is None:
        return Tensor(None, None)
    if x.dims is None or x.dtype is None or bits(x.dtype) == bits(dtype):
        return Tensor(dtype, x.dims, x.origins)
    if not x.dims:
        return call.fail("E0303", f"a scalar cannot be viewed as {dtype}, which has another size")
    steps = strides(call.world, x)
    if steps is not None and isinstance(steps[-1], int) and steps[-1] != 1 and x.dims[-1] != 1:
        return _apart(call, x, dtype)
    total = x.dims[-1] * bits(x.dtype)
    message = (
        f"{call.show(x)} {x.dtype} cannot be viewed as {dtype}: "
        f"{call.show(x.dims[-1])} {x.dtype} numbers make no whole {dtype} ones"
    )
    last = split_exactly(call, total, bits(dtype), message, "E0306")
    if last is None:
        return ERROR
    ratio = max(1, bits(dtype) // bits(x.dtype))
    if any(isinstance(step, int) and step % ratio for step in (steps or ())[:-1]):
        return _apart(call, x, dtype)
    return Tensor(dtype, (*x.dims[:-1], last))


def _apart(call: RuleCall, x: Tensor, dtype: str) -> ErrorValue:
    return call.fail(
        "E0306",
        f"{call.show(x)} {x.dtype} cannot be viewed as {dtype}: its elements do not lie side by side",
        help="`.contiguous()` copies it into that order first",
    )


def reshape(call: RuleCall) -> Value:
    """`reshape(x, shape)`, `x.reshape(*shape)`: the same number of elements, one `-1` is worked out."""
    x = arguments.tensor(call)
    name = "shape" if "shape" in call.arguments else "size"
    wanted = arguments.sizes(call.arguments[name])
    if wanted is None:
        return unknown(x)
    if x.dims is None:
        rank_known = all(not isinstance(d, int) or d >= 0 for d in wanted)
        return Tensor(x.dtype, wanted) if rank_known else unknown(x)
    dims = settle_shape(call, x, wanted, name)
    if dims is None:
        return ERROR
    if scramble.look(call, x, dims, vague=-1 in wanted):
        batch.look_at_rows(call, x, wanted, dims)
    return reshaped(call, x, dims, follow(call, x, dims), call.decl.name == "view")


def reshaped(call: RuleCall, x: Tensor, dims: Dims, origins: Origins, must_view: bool) -> Tensor:
    """`x` in another shape: a view where its strides allow one, else a copy (a warning with `view`)."""
    if x.dims is None or x.contiguous is True:
        return Tensor(x.dtype, dims, origins)
    found = strides(call.world, x)
    if found is None:
        return Tensor(x.dtype, dims, origins, None)
    seen = view_strides(call.world, x.dims, found, dims)
    if seen is None:
        if must_view:
            warn_of_view(call, x, dims)
        return Tensor(x.dtype, dims, origins)
    return strided(x, dims, origins, seen)


def view_as(call: RuleCall) -> Value:
    """`x.view_as(other)`, `x.reshape_as(other)`."""
    x, other = arguments.tensor(call), arguments.tensor(call, "other")
    if x.dims is None or other.dims is None:
        return Tensor(x.dtype, other.dims, other.origins)
    if settle_shape(call, x, other.dims, "other") is None:
        return ERROR
    scramble.look(call, x, other.dims)
    return reshaped(call, x, other.dims, origins_of(other), call.decl.name == "view_as")


def follow(call: RuleCall, x: Tensor, dims: Dims) -> tuple[Origin | None, ...]:
    """Origins of the axes at the front and at the back that a reshape leaves alone."""
    assert x.dims is not None
    origins = origins_of(x)
    found: list[Origin | None] = [None] * len(dims)
    for i, (old, new) in enumerate(zip(x.dims, dims, strict=False)):
        if old != new:
            break
        found[i] = origins[i]
    for i in range(1, min(len(dims), len(x.dims)) + 1):
        if x.dims[-i] != dims[-i]:
            break
        found[-i] = origins[-i]
    return tuple(found)


def settle_shape(call: RuleCall, x: Tensor, wanted: Dims, at: str) -> Dims | None:
    """The shape that a reshape of `x` to `wanted` gives, its `-1` worked out; None (and E0306) where none."""
    assert x.dims is not None
    wanted = tuple(call.settle(d) for d in wanted)
    place = at if call.given(at) else None
    for dim in wanted:
        call.world.used_as_sizes(Relation(dim, ">=", 1))
    open_axes = [i for i, dim in enumerate(wanted) if dim == -1]
    if len(open_axes) > 1 or any(isinstance(d, int) and d < -1 for d in wanted):
        call.fail(
            "E0306",
            f"{call.world.show_shape(wanted)} is no shape: one size may be -1, the others are 0 or more",
            place,
        )
        return None
    fixed = [dim for i, dim in enumerate(wanted) if i not in open_axes]
    have, want = cancel(call, x.dims, fixed)
    total, rest = product(call.world, have), product(call.world, want)
    if not open_axes:
        return wanted if _same_number(call, x, wanted, total, rest, place) else None
    target = f"{call.world.show_shape(wanted)}"
    size = split_exactly(
        call,
        total,
        rest,
        f"{call.show(x)} cannot be reshaped to {target}: "
        f"{call.show(total)} is not a multiple of {call.show(rest)}",
        "E0306",
        place,
    )
    if size is None:
        return None
    at_open = open_axes[0]
    return (*wanted[:at_open], size, *wanted[at_open + 1 :])


def _same_number(
    call: RuleCall, x: Tensor, wanted: Dims, total: DimLike, rest: DimLike, place: str | None
) -> bool:
    assert x.dims is not None
    return call.agree(
        total,
        rest,
        f"{call.show(x)} cannot be reshaped to {call.world.show_shape(wanted)}: "
        f"{call.show(product(call.world, x.dims))} elements do not fill "
        f"{call.show(product(call.world, wanted))} places",
        place,
        others=_whence(x),
        help=_mend(call, x, wanted),
        code="E0306",
    )


def _whence(x: Tensor) -> tuple[Whence, ...]:
    """The last size that a step has made: mostly the one that surprises."""
    made = [i for i, o in enumerate(origins_of(x)) if o is not None and o.axis is None]
    return (Whence(x, made[-1]),) if made else ()


def _mend(call: RuleCall, x: Tensor, wanted: Dims) -> str | None:
    """A single size of the wanted shape that would be right if it were another number."""
    assert x.dims is not None
    found: list[tuple[int, DimLike]] = []
    for i in reversed(range(len(wanted))):
        others = [d for j, d in enumerate(wanted) if j != i]
        have, want = cancel(call, x.dims, others)
        total, rest = product(call.world, have), product(call.world, want)
        if rest != 0 and call.world.prove(Relation(total % rest, "==", 0)) is True:
            found.append((i, call.settle(total // rest)))
    # A size that the tensor has on the same axis is the likeliest to be meant.
    found.sort(key=lambda one: x.dims is None or x.dims[one[0] : one[0] + 1] != (one[1],))
    if not found:
        return None
    at, size = found[0]
    shape = (*wanted[:at], size, *wanted[at + 1 :])
    return (
        f"{call.show(size)} instead of {call.show(wanted[at])} fits: {call.world.show_shape(shape)}"
    )


def cancel(
    call: RuleCall, left: Sequence[DimLike], right: Sequence[DimLike]
) -> tuple[list[DimLike], list[DimLike]]:
    """Both lists of factors without those that they have in common, and without ones."""
    have = [dim for dim in map(call.settle, left) if dim != 1]
    want: list[DimLike] = []
    for dim in map(call.settle, right):
        if dim in have and dim != 0:
            have.remove(dim)
        elif dim != 1:
            want.append(dim)
    return have, want


def split_exactly(
    call: RuleCall, total: DimLike, part: DimLike, message: str, code: str, at: str | None = None
) -> DimLike | None:
    """`total / part` where it has no remainder; None (and an error) where it always has one."""
    total, part = call.settle(total), call.settle(part)
    if part == 0:
        call.fail(code, message, at)
        return None
    if call.world.is_open(total) or call.world.is_open(part):
        return call.settle(total // part)
    if not call.demand(Relation(total % part, "==", 0), message, at, code=code):
        return None
    return call.settle(total // part)


def flatten(call: RuleCall) -> Value:
    """`flatten(x, start_dim, end_dim)`: the axes from start to end become one."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    start = arguments.axis(call, "start_dim", x)
    end = arguments.axis(call, "end_dim", x)
    if isinstance(start, ErrorValue) or isinstance(end, ErrorValue):
        return ERROR
    if start is None or end is None:
        return unknown(x)
    if not x.dims:
        return Tensor(x.dtype, (1,))
    if start > end:
        return call.fail(
            "E0305", f"flatten begins at axis {start}, behind its end at axis {end}", "start_dim"
        )
    merged = product(call.world, x.dims[start : end + 1])
    origins = origins_of(x)
    middle = origins[start] if start == end else None
    return reshaped(
        call,
        x,
        (*x.dims[:start], merged, *x.dims[end + 1 :]),
        (*origins[:start], middle, *origins[end + 1 :]),
        must_view=False,
    )


def unflatten(call: RuleCall) -> Value:
    """`unflatten(x, dim, sizes)`: one axis becomes several."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    name = "sizes" if "sizes" in call.arguments else "unflattened_size"
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int):
        return at or unknown(x)
    if not x.dims:
        return call.fail("E0302", f"{call.name} takes an axis apart, and a scalar has none")
    wanted = arguments.sizes(call.arguments[name])
    if wanted is None:
        return unknown(x)
    if not wanted:
        return call.fail(
            "E0308", f"{call.name} makes one axis or more of an axis, and not none", name
        )
    one = Tensor(x.dtype, (x.dims[at],))
    dims = settle_shape(call, one, wanted, name)
    if dims is None:
        return ERROR
    origins = origins_of(x)
    scramble.look(call, x, (*x.dims[:at], *dims, *x.dims[at + 1 :]))
    return reshaped(
        call,
        x,
        (*x.dims[:at], *dims, *x.dims[at + 1 :]),
        (*origins[:at], *(None for _ in dims), *origins[at + 1 :]),
        must_view=False,
    )
