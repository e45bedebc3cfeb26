"""Axes that are stretched, repeated, or cut into windows."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import Dims, is_size, origins_of, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.strides import strided, strides
from nnspec.semantics.steps import Declared
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    ListValue,
    Origin,
    Relation,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)


def expand(call: RuleCall) -> Value:
    """`x.expand(*sizes)`: axes of size 1 are stretched, -1 keeps a size, new axes come in front."""
    x = arguments.tensor(call)
    wanted = arguments.sizes(call.arguments["size"])
    if wanted is None:
        return unknown(x)
    return _expand(call, x, wanted, "size")


def expand_as(call: RuleCall) -> Value:
    """`x.expand_as(other)`."""
    x, other = arguments.tensor(call), arguments.tensor(call, "other")
    if other.dims is None:
        return unknown(x)
    return _expand(call, x, other.dims, "other")


def _expand(call: RuleCall, x: Tensor, wanted: Dims, at: str) -> Value:
    wanted = tuple(call.settle(d) for d in wanted)
    if x.dims is None:
        return Tensor(x.dtype, wanted, contiguous=None) if -1 not in wanted else unknown(x)
    place = at if call.given(at) else None
    new = len(wanted) - len(x.dims)
    if new < 0 or any(dim == -1 for dim in wanted[:new]):
        return call.fail(
            "E0302",
            f"{call.show(x)} cannot be expanded to {call.world.show_shape(wanted)}: "
            + ("it has more axes" if new < 0 else "-1 keeps a size, and a new axis has none"),
            place,
        )
    dims: list[DimLike] = list(wanted[:new])
    origins: list[Origin | None] = [None] * new
    found = strides(call.world, x)
    steps: list[DimLike] = [0] * new
    old_origins = origins_of(x)
    for i, (old, size) in enumerate(zip(x.dims, wanted[new:], strict=True)):
        old = call.settle(old)
        if size == -1:
            size = old
        elif old != 1 and not call.agree(
            old,
            size,
            f"{call.show(x)} cannot be expanded to {call.world.show_shape(wanted)}: "
            f"only an axis of size 1 stretches, and axis {i} has {call.show(old)}",
            place,
            others=arguments.came_from(x, i),
        ):
            return ERROR
        dims.append(size)
        origins.append(old_origins[i] if old == size else None)
        steps.append(0 if found is None or (old == 1 and size != 1) else found[i])
    if tuple(dims) == x.dims:
        return x
    return strided(x, tuple(dims), tuple(origins), None if found is None else tuple(steps))


def broadcast_to(call: RuleCall) -> Value:
    """`broadcast_to(x, size)`."""
    return expand(call)


def broadcast_tensors(call: RuleCall) -> Value:
    """`broadcast_tensors(*tensors)`: each stretched to the shape of all together."""
    given = arguments.items(call.arguments["tensors"])
    if given is None:
        return unknown()
    if not given:
        return TupleValue(())
    tensors = [x if isinstance(x, Tensor) else unknown() for x in given]
    found = broadcast(call, [("tensors", x) for x in tensors])
    if isinstance(found, ErrorValue):
        return found
    dims, origins = found if found is not None else (None, None)
    return TupleValue(tuple(Tensor(x.dtype, dims, origins, None) for x in tensors))


def repeat(call: RuleCall) -> Value:
    """`x.repeat(*repeats)`: copies along every axis; further repeats make new axes in front."""
    return _copies(call, "repeats", strict=True)


def tile(call: RuleCall) -> Value:
    """`tile(x, dims)`: as repeat, where missing repeats count as 1."""
    return _copies(call, "dims", strict=False)


def _copies(call: RuleCall, name: str, strict: bool) -> Value:
    x = arguments.tensor(call)
    counts = arguments.sizes(call.arguments[name])
    if x.dims is None or counts is None:
        return unknown(x)
    missing = len(x.dims) - len(counts)
    if missing > 0 and strict:
        return call.fail(
            "E0302",
            f"repeat got {len(counts)} numbers for {call.show(x)}, which has {len(x.dims)} axes",
            name if call.given(name) else None,
            help="give one for each axis, from the first; 1 leaves an axis as it is",
        )
    counts = (1,) * missing + counts
    for count in counts:
        if isinstance(count, int) and count < 0:
            return call.fail("E0308", f"an axis cannot be repeated {count} times", name)
    new = max(-missing, 0)
    dims = (1,) * new + x.dims
    origins = (None,) * new + origins_of(x)
    return Tensor(
        x.dtype,
        tuple(call.settle(d * n) for d, n in zip(dims, counts, strict=True)),
        tuple(o if n == 1 else None for o, n in zip(origins, counts, strict=True)),
    )


def repeat_interleave(call: RuleCall) -> Value:
    """`repeat_interleave(x, repeats, dim)`: each slice `repeats` times; all elements in a row without dim."""
    x = arguments.tensor(call)
    repeats = call.arguments["repeats"]
    if x.dims is None:
        return unknown(x)
    if call.arguments.get("dim") is None:
        x = Tensor(x.dtype, (arguments.product(call.world, x.dims),))
        at: int | ErrorValue | None = 0
    else:
        at = arguments.axis(call, "dim", x)
    if not isinstance(at, int):
        return at or unknown(x)
    assert x.dims is not None
    if not x.dims:
        return call.fail("E0302", f"{call.name} along an axis takes no scalar", "input")
    whole = call.arguments["output_size"]
    if is_size(repeats) and is_size(whole):
        made = call.settle(x.dims[at] * repeats)
        message = f"{call.name} gives {call.show(made)} slices, and not {call.show(whole)}"
        if not call.agree(made, whole, message, "output_size"):
            return ERROR
    if is_size(repeats):
        size: DimLike = call.settle(x.dims[at] * repeats)
    else:
        output_size = call.arguments["output_size"]
        if isinstance(repeats, Tensor) and not takes.none_of(
            call, "bool low float complex", ("repeats",)
        ):
            return ERROR
        if isinstance(repeats, Tensor) and not arguments.rank_is(call, repeats, (0, 1), "repeats"):
            return ERROR
        if isinstance(repeats, Tensor) and repeats.dims is not None and len(repeats.dims) == 1:
            if repeats.dims != (1,) and not call.agree(
                repeats.dims[0],
                x.dims[at],
                f"repeats has {call.show(repeats.dims[0])} numbers for {call.show(x.dims[at])} slices",
                "repeats",
            ):
                return ERROR
        size = output_size if is_size(output_size) else call.new_size()
    origins = origins_of(x)
    return Tensor(
        x.dtype,
        (*x.dims[:at], size, *x.dims[at + 1 :]),
        (*origins[:at], None, *origins[at + 1 :]),
    )


def repeated_indices(call: RuleCall) -> Value:
    """`repeat_interleave(repeats)`: each index as often as `repeats` says. Source: aten/src/ATen/native/Repeat.cpp."""
    repeats = arguments.tensor(call, "repeats")
    if not arguments.rank_is(call, repeats, (1,), "repeats"):
        return ERROR
    if repeats.dtype not in ("int32", "int64", None):
        return call.fail(
            "E0303",
            f"{call.name} takes int32 or int64 repeats, got {repeats.dtype}",
            "repeats",
            help="`.long()` converts it",
        )
    known = arguments.sizes(call.arguments.get("output_size"))
    return Tensor(repeats.dtype, known or (call.new_size(),))


def sliding_windows(call: RuleCall) -> Value:
    """`x.unfold(dimension, size, step)`: the windows along an axis, their contents as a last axis."""
    x, size, step = (
        arguments.tensor(call),
        call.arguments["size"],
        call.arguments["step"],
    )
    at = arguments.axis(call, "dimension", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    length = x.dims[at] if x.dims else 1
    if not call.demand(
        Relation(size, "<=", length),
        f"a window of {call.show(size)} does not fit into axis {at} of {call.show(x)}",
        "size",
        code="E0308",
    ) or not call.demand(Relation(step, ">", 0), "the step is at least 1", "step", code="E0308"):
        return ERROR
    if not x.dims:
        return Tensor(x.dtype, (size,))
    count = call.settle((x.dims[at] - size) // step + 1)
    origins = origins_of(x)
    return Tensor(
        x.dtype,
        (*x.dims[:at], count, *x.dims[at + 1 :], size),
        (*origins[:at], None, *origins[at + 1 :], None),
        None,
    )


def as_strided(call: RuleCall) -> Value:
    """`as_strided(x, size, stride)`: the shape that is asked for."""
    x = arguments.tensor(call)
    size, stride = (arguments.sizes(call.arguments[n]) for n in ("size", "stride"))
    if size is not None and stride is not None and len(size) != len(stride):
        return call.fail(
            "E0302", f"{len(size)} sizes need as many strides, got {len(stride)}", "stride"
        )
    offset = call.arguments["storage_offset"]
    if offset is None:
        offset = 0
    for name in ("size", "stride"):
        for each in arguments.sizes(call.arguments[name]) or ():
            if not arguments.is_dimension(
                call, each, f"{call.name} of a {name} {call.show(each)}", name
            ):
                return ERROR
    if not arguments.within(call, "storage_offset", 0):
        return ERROR
    if size is not None and stride is not None and x.dims is not None:
        last = offset + sum(
            (call.settle((n - 1) * step) for n, step in zip(size, stride, strict=True)), 0
        )
        have = arguments.product(call.world, x.dims)
        if not isinstance(last, DimLike) or not isinstance(have, int) or 0 in size:
            return Tensor(x.dtype, size, contiguous=None)
        # What was made on the way may be a view of more elements.
        own = x.step is None or isinstance(x.step, Declared)
        if own and x.contiguous is True and isinstance(last, int) and last >= have:
            return call.fail(
                "E0308",
                f"{call.name} reaches element {last} of {call.show(x)}, which has {have}",
                "size",
            )
    return Tensor(x.dtype, size, contiguous=None)


def sum_to_size(call: RuleCall) -> Value:
    """`x.sum_to_size(size)`: axes that broadcasting would stretch are summed."""
    x = arguments.tensor(call)
    wanted = arguments.sizes(call.arguments["size"])
    if x.dims is None or wanted is None:
        return unknown(x)
    stretched = _expand(call, Tensor(x.dtype, wanted), x.dims, "size")
    if isinstance(stretched, ErrorValue):
        return stretched
    # What is summed adds up to int64.
    summed = x.dims != wanted and dtypes.is_integral(x.dtype)
    return Tensor("int64" if summed else x.dtype, wanted)


def broadcast_shapes(call: RuleCall) -> Value:
    """`broadcast_shapes(*shapes)`: a tuple of sizes."""
    given = call.arguments["shapes"]
    shapes = [arguments.sizes(shape) for shape in given.items]
    if not shapes:
        return TupleValue(())
    for value in given.items:
        inner: tuple[Value, ...] | None = ()
        if isinstance(value, Unknown) and value.kind in ("tuple", "list", "any", "int"):
            continue
        if not is_size(value):
            inner = value.items if isinstance(value, (TupleValue, ListValue)) else None
        if inner is None or any(not is_size(v) and not isinstance(v, Unknown) for v in inner):
            return call.fail("E0405", f"{call.name} takes ints, and tuples of ints", "shapes")
    if any(shape is None for shape in shapes):
        return Unknown("tuple")
    for size in (d for shape in shapes for d in shape or ()):
        if not arguments.is_dimension(
            call, size, f"{call.name} of a size {call.show(size)}", "shapes"
        ):
            return ERROR
    found = broadcast(call, [("shapes", Tensor(None, shape)) for shape in shapes])
    return found if isinstance(found, ErrorValue) or found is None else TupleValue(found[0])
