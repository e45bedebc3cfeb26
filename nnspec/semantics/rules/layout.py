"""Axes in another order, more or fewer of them, and copies along them."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import Dims, axis_at, is_size, origins_of, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Origin, Relation, Tensor, Value


def reorder(x: Tensor, order: Sequence[int]) -> Tensor:
    """The tensor with its axes in the given order."""
    assert x.dims is not None
    origins = origins_of(x)
    contiguous = x.contiguous if tuple(order) == tuple(range(len(order))) else False
    return Tensor(
        x.dtype,
        tuple(x.dims[i] for i in order),
        tuple(origins[i] for i in order),
        contiguous,
    )


def permute(call: RuleCall) -> Value:
    """`permute(x, dims)`: every axis once, in the new order."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    order = arguments.axes(call, "dims", x)
    if not isinstance(order, tuple):
        return order or unknown(x)
    if len(order) != len(x.dims):
        return call.fail(
            "E0302",
            f"{call.name} names {len(order)} axes, but {call.show(x)} has {len(x.dims)}",
            "dims" if call.given("dims") else None,
            help=f"name each of 0 to {len(x.dims) - 1} once",
        )
    return reorder(x, order)


def transpose(call: RuleCall) -> Value:
    """`transpose(x, dim0, dim1)`: two axes change places. Also swapaxes and swapdims."""
    x = arguments.tensor(call)
    first_name, second_name = [name for name in call.arguments if name != "input"][:2]
    first = arguments.axis(call, first_name, x)
    second = arguments.axis(call, second_name, x)
    if isinstance(first, ErrorValue) or isinstance(second, ErrorValue):
        return ERROR
    if x.dims is None or first is None or second is None:
        return unknown(x)
    if not x.dims:
        return x
    order = list(range(len(x.dims)))
    order[first], order[second] = order[second], order[first]
    return reorder(x, order)


def t(call: RuleCall) -> Value:
    """`t(x)`: the transpose of a matrix; a vector or scalar itself."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if not arguments.rank_is(call, x, (0, 1, 2)):
        return ERROR
    return reorder(x, range(len(x.dims))[::-1])


def adjoint(call: RuleCall) -> Value:
    """The last two axes change places."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if len(x.dims) < 2:
        return call.fail(
            "E0302", f"{call.name} takes two axes or more, got {call.show(x)}", "input"
        )
    rank = len(x.dims)
    return reorder(x, [*range(rank - 2), rank - 1, rank - 2])


def movedim(call: RuleCall) -> Value:
    """`movedim(x, source, destination)`: the named axes move, the others keep their order."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    source = arguments.axes(call, "source", x)
    destination = arguments.axes(call, "destination", x)
    if isinstance(source, ErrorValue) or isinstance(destination, ErrorValue):
        return ERROR
    if source is None or destination is None:
        return unknown(x)
    if len(source) != len(destination):
        return call.fail(
            "E0305",
            f"{call.name} moves {len(source)} axes to {len(destination)} places",
            "destination",
        )
    rest = iter([i for i in range(len(x.dims)) if i not in source])
    placed = dict(zip(destination, source, strict=True))
    return reorder(x, [placed[i] if i in placed else next(rest) for i in range(len(x.dims))])


def squeeze(call: RuleCall) -> Value:
    """`squeeze(x)`, `squeeze(x, dim)`: axes of size 1 go away, others stay."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if call.arguments.get("dim") is None:
        chosen: tuple[int, ...] | ErrorValue | None = tuple(range(len(x.dims)))
    else:
        chosen = arguments.axes(call, "dim", x)
    if not isinstance(chosen, tuple):
        return chosen or unknown(x)
    every = call.arguments.get("dim") is None
    gone = []
    for at in chosen if x.dims else ():
        answer = call.world.prove(Relation(x.dims[at], "==", 1))
        if answer is None:
            if every:
                # A symbol stands for a size that a batch or image may have; torch would drop it where it is 1.
                call.world.claimed(Relation(x.dims[at], "!=", 1), call.span)
            else:
                call.world.claimed(Relation(x.dims[at], "==", 1), call.where("dim"))
                gone.append(at)
        elif answer:
            gone.append(at)
    kept = [i for i in range(len(x.dims)) if i not in gone]
    return _pick(x, kept)


def _pick(x: Tensor, kept: Sequence[int]) -> Tensor:
    assert x.dims is not None
    origins = origins_of(x)
    return Tensor(
        x.dtype,
        tuple(x.dims[i] for i in kept),
        tuple(origins[i] for i in kept),
        x.contiguous,
    )


def unsqueeze(call: RuleCall) -> Value:
    """`unsqueeze(x, dim)`: a new axis of size 1."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x, extra=1)
    if not isinstance(at, int):
        return at or unknown(x)
    return insert(x, at, 1)


def insert(x: Tensor, at: int, size: DimLike) -> Tensor:
    """The tensor with one more axis."""
    assert x.dims is not None
    origins = origins_of(x)
    return Tensor(
        x.dtype,
        (*x.dims[:at], size, *x.dims[at:]),
        (*origins[:at], None, *origins[at:]),
        x.contiguous,
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
    return Tensor(x.dtype, tuple(dims), tuple(origins), False if dims != list(x.dims) else None)


def broadcast_to(call: RuleCall) -> Value:
    """`broadcast_to(x, size)`."""
    return expand(call)


def broadcast_tensors(call: RuleCall) -> Value:
    """`broadcast_tensors(*tensors)`: each stretched to the shape of all together."""
    from nnspec.semantics.values import TupleValue

    given = arguments.items(call.arguments["tensors"])
    if given is None or not given:
        return unknown()
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
    if is_size(repeats):
        size: DimLike = call.settle(x.dims[at] * repeats)
    else:
        output_size = call.arguments["output_size"]
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


def flip(call: RuleCall) -> Value:
    """`flip(x, dims)`, `roll(x, shifts, dims)`: the shape stays, the axes must be there."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if call.arguments.get("dims") is not None:
        chosen = arguments.axes(call, "dims", x)
        if isinstance(chosen, ErrorValue):
            return chosen
    return Tensor(x.dtype, x.dims, x.origins)


def roll(call: RuleCall) -> Value:
    """`roll(x, shifts, dims)`: as many shifts as axes (or one, without dims)."""
    shifts = arguments.sizes(call.arguments["shifts"])
    wanted = (
        arguments.sizes(call.arguments["dims"]) if call.arguments.get("dims") is not None else ()
    )
    if shifts is not None and wanted is not None and len(wanted or (0,)) != len(shifts):
        return call.fail("E0305", f"roll got {len(shifts)} shifts for {len(wanted)} axes", "shifts")
    x = arguments.tensor(call)
    for one in wanted or ():
        at = axis_at(call, one, x, "dims")
        if isinstance(at, ErrorValue):
            return at
    return Tensor(x.dtype, x.dims, x.origins)


def rot90(call: RuleCall) -> Value:
    """`rot90(x, k, dims)`: an odd k swaps the two axes."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    chosen = arguments.axes(call, "dims", x)
    if not isinstance(chosen, tuple):
        return chosen or unknown(x)
    if len(chosen) != 2:
        return call.fail("E0305", f"rot90 turns two axes, not {len(chosen)}", "dims")
    turns = call.arguments["k"]
    if not isinstance(turns, int):
        return unknown(x)
    order = list(range(len(x.dims)))
    if turns % 2:
        order[chosen[0]], order[chosen[1]] = chosen[1], chosen[0]
    return reorder(x, order).with_(reorder(x, order).dims, reorder(x, order).origins)


def contiguous(call: RuleCall) -> Value:
    """`x.contiguous()`."""
    x = arguments.tensor(call)
    return Tensor(x.dtype, x.dims, x.origins, True)


def size(call: RuleCall) -> Value:
    """`x.size()`, `x.size(dim)`."""
    from nnspec.semantics.values import TupleValue, Unknown

    x = arguments.tensor(call)
    if call.arguments.get("dim") is None:
        return TupleValue(x.dims) if x.dims is not None else Unknown("tuple")
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else call.new_size()
    if not x.dims:
        return call.fail("E0305", "a scalar has no axes, and so no size of one", "dim")
    return call.settle(x.dims[at])


def dim(call: RuleCall) -> Value:
    """`x.dim()`, `x.ndimension()`."""
    x = arguments.tensor(call)
    return len(x.dims) if x.dims is not None else call.new_size()


def numel(call: RuleCall) -> Value:
    """`x.numel()`, `x.nelement()`."""
    x = arguments.tensor(call)
    return arguments.product(call.world, x.dims) if x.dims is not None else call.new_size()


def at_least_rank(call: RuleCall) -> Value:
    """atleast_1d, atleast_2d, atleast_3d: new axes of size 1, in front; for 3d one behind as well."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    least = int(call.decl.name[8])
    dims = x.dims
    if least == 3 and len(dims) < 3:
        front = (1,) if len(dims) < 2 else ()
        dims = (*front, *(dims or (1,)), 1)
    elif len(dims) < least:
        dims = (1,) * (least - len(dims)) + dims
    return Tensor(x.dtype, dims)
