"""Axes in another order, more or fewer of them, and copies along them."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import axis_at, origins_of, unknown
from nnspec.semantics.rules.strides import strided, strides
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)


def reorder(call: RuleCall, x: Tensor, order: Sequence[int]) -> Tensor:
    """The tensor with its axes in the given order."""
    assert x.dims is not None
    if tuple(order) == tuple(range(len(order))):
        return x
    origins, found = origins_of(x), strides(call.world, x)
    return strided(
        x,
        tuple(x.dims[i] for i in order),
        tuple(origins[i] for i in order),
        None if found is None else tuple(found[i] for i in order),
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
    return reorder(call, x, order)


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
    return reorder(call, x, order)


def t(call: RuleCall) -> Value:
    """`t(x)`: the transpose of a matrix; a vector or scalar itself."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if not arguments.rank_is(call, x, (0, 1, 2)):
        return ERROR
    return reorder(call, x, range(len(x.dims))[::-1])


def adjoint(call: RuleCall) -> Value:
    """The last two axes change places."""
    x = arguments.tensor(call)
    if x.dims is None:
        return unknown(x)
    if len(x.dims) == 1:
        return call.fail(
            "E0302", f"{call.name} takes two axes or more, got {call.show(x)}", "input"
        )
    rank = len(x.dims)
    return reorder(call, x, [*range(rank - 2), rank - 1, rank - 2] if rank else ())


def turned(call: RuleCall) -> Value:
    """`x.T`, `x.H` of all axes, `x.mT`, `x.mH` of the last two: all that torch gives of scalars is themselves.

    Source: `numpy_T`, `matrix_H`, `mT` and `mH` in aten/src/ATen/native/TensorShape.cpp.
    """
    x, name = arguments.tensor(call), call.decl.name
    if x.dims is None:
        return unknown(x)
    if not x.dims or name == "T":
        return reorder(call, x, range(len(x.dims))[::-1])
    if name == "H" and len(x.dims) != 2:
        return call.fail(
            "E0302",
            f"{call.name} takes two axes, got {call.show(x)}",
            "input",
            help="`.mH` transposes the matrices of a batch" if len(x.dims) > 2 else None,
        )
    return adjoint(call)


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
    return reorder(call, x, [placed[i] if i in placed else next(rest) for i in range(len(x.dims))])


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
                call.world.claimed(Relation(x.dims[at], "!=", 1), call.span, needed=False)
            else:
                call.world.claimed(Relation(x.dims[at], "==", 1), call.where("dim"), needed=False)
                if not call.world.trusting:
                    return unknown(x)
                gone.append(at)
        elif answer:
            gone.append(at)
    kept = [i for i in range(len(x.dims)) if i not in gone]
    return _pick(call, x, kept)


def _pick(call: RuleCall, x: Tensor, kept: Sequence[int]) -> Tensor:
    assert x.dims is not None
    origins, found = origins_of(x), strides(call.world, x)
    dims = tuple(x.dims[i] for i in kept)
    whence = tuple(origins[i] for i in kept)
    if x.contiguous is True:
        return Tensor(x.dtype, dims, whence)
    return strided(x, dims, whence, None if found is None else tuple(found[i] for i in kept))


def unsqueeze(call: RuleCall) -> Value:
    """`unsqueeze(x, dim)`: a new axis of size 1."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x, extra=1)
    if not isinstance(at, int):
        return at or unknown(x)
    return insert(call, x, at, 1)


def insert(call: RuleCall, x: Tensor, at: int, size: DimLike) -> Tensor:
    """The tensor with one more axis."""
    assert x.dims is not None
    origins = origins_of(x)
    dims = (*x.dims[:at], size, *x.dims[at:])
    whence = (*origins[:at], None, *origins[at:])
    found = strides(call.world, x)
    if x.contiguous is True or found is None:
        return Tensor(x.dtype, dims, whence, x.contiguous)
    return strided(x, dims, whence, (*found[:at], 1, *found[at:]))


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
        if x.dims == ():
            return call.fail("E0305", "a scalar has no axes to roll", "dims")
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
    turned = reorder(call, x, order)
    return Tensor(x.dtype, turned.dims, turned.origins)


def at_least_rank(call: RuleCall) -> Value:
    """atleast_1d, atleast_2d, atleast_3d: new axes of size 1, in front; for 3d one behind as well. Of several a tuple."""
    given = arguments.items(call.arguments["tensors"])
    if given is None:
        return Unknown("any")
    found = tuple(_with_rank(call, x if isinstance(x, Tensor) else unknown()) for x in given)
    listed = call.arguments["tensors"] != TupleValue(given)
    return found[0] if len(found) == 1 and not listed else TupleValue(found)


def _with_rank(call: RuleCall, x: Tensor) -> Tensor:
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
