"""Several tensors into one: cat, stack, meshgrid and their kin."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import Dims, origins_of, unknown
from nnspec.semantics.rules.dtypes import result_type
from nnspec.semantics.rules.layout import insert
from nnspec.semantics.rules.products import alike
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)


def _tensors(call: RuleCall) -> list[Tensor] | ErrorValue | None:
    """The tensors of the argument `tensors`; None where their number is not known."""
    given = arguments.items(call.arguments["tensors"])
    if given is None:
        return None
    if not given:
        return call.fail("E0302", f"{call.name} needs at least one tensor", "tensors")
    return [x if isinstance(x, Tensor) else unknown() for x in given]


def _common_dtype(tensors: Sequence[Tensor]) -> str | None:
    result = tensors[0].dtype
    for x in tensors[1:]:
        result = dtypes.promote(result, x.dtype)
    return result


def cat(call: RuleCall) -> Value:
    """`cat(tensors, dim)`: the sizes along the axis add up, all others agree."""
    tensors = _tensors(call)
    if isinstance(tensors, ErrorValue):
        return tensors
    if tensors is None:
        return _cat_repeated(call)
    # torch skips empty vectors, whatever the other shapes are.
    solid = [x for x in tensors if x.dims != (0,)] or tensors[:1]
    first = next((x for x in solid if x.dims is not None), None)
    dtype = _common_dtype(tensors)
    if first is None:
        return unknown(dtype)
    assert first.dims is not None
    if any(x.dims == () for x in solid):
        return call.fail("E0302", f"{call.name} takes no scalars", "tensors", help="use `stack`")
    at = arguments.axis(call, "dim", first)
    if not isinstance(at, int):
        return at or unknown(dtype)
    total: DimLike = 0
    taken = set(map(id, solid))
    for number, x in enumerate(tensors):
        if id(x) not in taken:
            continue
        if x.dims is None:
            total = call.new_size()
            break
        if not _others_agree(call, first, x, at, number):
            return ERROR
        total = total + x.dims[at]
    origins = origins_of(first)
    return Tensor(
        dtype,
        (*first.dims[:at], call.settle(total), *first.dims[at + 1 :]),
        (*origins[:at], None if len(solid) > 1 else origins[at], *origins[at + 1 :]),
    )


def _cat_repeated(call: RuleCall) -> Value:
    """`cat` of a list with as many equal tensors as a symbolic count says."""
    given = call.arguments["tensors"]
    if not isinstance(given, RepeatValue) or not isinstance(given.element, Tensor):
        return unknown()
    x = given.element
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", f"{call.name} takes no scalars", "tensors", help="use `stack`")
    return Tensor(x.dtype, (*x.dims[:at], call.settle(x.dims[at] * given.count), *x.dims[at + 1 :]))


def _others_agree(call: RuleCall, first: Tensor, x: Tensor, at: int, number: int) -> bool:
    """Whether a tensor has the axes of the first one but for that at `at`. number: its place in the list."""
    assert first.dims is not None and x.dims is not None
    if x is first:
        return True
    place = f"tensors[{number}]"
    if len(x.dims) != len(first.dims):
        call.fail(
            "E0302",
            f"{call.name} needs equally many axes: {call.show(first)} has {len(first.dims)}, "
            f"{call.show(x)} has {len(x.dims)}",
            place,
            f"this is {call.show(x)}",
        )
        return False
    pairs = list(enumerate(zip(first.dims, x.dims, strict=True)))
    # What never fits is told before anything is assumed of the other axes.
    pairs.sort(key=lambda pair: not all(isinstance(size, int) for size in pair[1]))
    for i, (a, b) in pairs:
        if i == at or a == b:
            continue
        if not call.agree(
            a,
            b,
            f"{call.name} along axis {at} of {call.show(first)} and {call.show(x)}: "
            f"axis {i} differs, {call.show(a)} and {call.show(b)}",
            place,
            f"this is {call.show(x)}",
            others=(*arguments.came_from(first, i), *arguments.came_from(x, i)),
        ):
            return False
    return True


def stack(call: RuleCall) -> Value:
    """`stack(tensors, dim)`: equal shapes along a new axis."""
    given = call.arguments["tensors"]
    if isinstance(given, RepeatValue) and isinstance(given.element, Tensor):
        return _stacked(call, given.element, given.count)
    tensors = _tensors(call)
    if not isinstance(tensors, list):
        return tensors or unknown()
    first = next((x for x in tensors if x.dims is not None), None)
    dtype = _common_dtype(tensors)
    if first is None:
        return unknown(dtype)
    for number, x in enumerate(tensors):
        if x.dims is not None and not _all_agree(call, first, x, number):
            return ERROR
    return _stacked(call, Tensor(dtype, first.dims, first.origins), len(tensors))


def _stacked(call: RuleCall, x: Tensor, count: DimLike) -> Value:
    at = arguments.axis(call, "dim", x, extra=1)
    if not isinstance(at, int):
        return at or unknown(x)
    return insert(call, Tensor(x.dtype, x.dims, x.origins), at, count)


def _all_agree(call: RuleCall, first: Tensor, x: Tensor, number: int) -> bool:
    assert first.dims is not None and x.dims is not None
    if x.dims == first.dims:
        return True
    place, label = f"tensors[{number}]", f"this is {call.show(x)}"
    message = f"{call.name} needs equal shapes, got {call.show(first)} and {call.show(x)}"
    if len(first.dims) != len(x.dims):
        call.fail("E0302", message, place, label)
        return False
    return all(
        call.agree(a, b, message, place, label, arguments.came_from(x, i))
        for i, (a, b) in enumerate(zip(first.dims, x.dims, strict=True))
    )


def _stack_like(call: RuleCall, least_rank: int, axis: int) -> Value:
    """hstack, vstack, dstack, column_stack: cat after the tensors have been given enough axes."""
    tensors = _tensors(call)
    if not isinstance(tensors, list):
        return tensors or unknown()
    grown: list[Tensor] = []
    for x in tensors:
        dims = x.dims
        if dims is not None:
            if least_rank == 2 and axis == 0 and len(dims) < 2:
                x = Tensor(x.dtype, (1,) * (2 - len(dims)) + dims)
            elif least_rank == 3 and len(dims) < 3:
                x = Tensor(x.dtype, ((1,) if len(dims) < 2 else ()) + (dims or (1,)) + (1,))
            elif least_rank == 2 and axis == 1 and len(dims) < 2:
                x = Tensor(x.dtype, (dims[0] if dims else 1, 1))
            elif least_rank == 1 and not dims:
                x = Tensor(x.dtype, (1,))
        grown.append(x)
    rank = next((len(x.dims) for x in grown if x.dims is not None), None)
    if rank is None:
        return unknown(_common_dtype(tensors))
    if least_rank == 1:
        axis = 0 if rank == 1 else 1
    values = {"tensors": TupleValue(tuple(grown)), "dim": axis}
    spans = {name: span for name, span in call.spans.items() if name == "tensors"}
    return cat(RuleCall(call.world, call.decl, call.name, call.span, values, spans))


def hstack(call: RuleCall) -> Value:
    """Along the first axis of vectors, the second of others."""
    return _stack_like(call, 1, 1)


def vstack(call: RuleCall) -> Value:
    """Along the first axis, vectors as rows."""
    return _stack_like(call, 2, 0)


def dstack(call: RuleCall) -> Value:
    """Along the third axis."""
    return _stack_like(call, 3, 2)


def column_stack(call: RuleCall) -> Value:
    """Along the second axis, vectors as columns."""
    return _stack_like(call, 2, 1)


def _alike(call: RuleCall, tensors: list[Tensor]) -> bool:
    """Whether all may have one dtype."""
    odd = next((x for x in tensors[1:] if not alike(tensors[0].dtype, x.dtype)), None)
    if odd is None:
        return True
    call.fail(
        "E0303", f"{call.name} needs one dtype, got {tensors[0].dtype} and {odd.dtype}", "tensors"
    )
    return False


def meshgrid(call: RuleCall) -> Value:
    """`meshgrid(*tensors, indexing=)`: every vector along an axis of its own."""
    tensors = _tensors(call)
    if not isinstance(tensors, list):
        return tensors or unknown()
    if not _alike(call, tensors):
        return ERROR
    dims: list[DimLike] = []
    for x in tensors:
        if x.dims is None:
            dims.append(call.new_size())
        elif len(x.dims) > 1:
            return call.fail("E0302", f"meshgrid takes vectors, got {call.show(x)}", "tensors")
        else:
            dims.append(x.dims[0] if x.dims else 1)
    if call.arguments.get("indexing") == "xy" and len(dims) > 1:
        dims[0], dims[1] = dims[1], dims[0]
    return TupleValue(tuple(Tensor(x.dtype, tuple(dims), contiguous=None) for x in tensors))


def cartesian_prod(call: RuleCall) -> Value:
    """`cartesian_prod(*tensors)`: all combinations as rows."""
    tensors = _tensors(call)
    if not isinstance(tensors, list):
        return tensors or unknown()
    if not _alike(call, tensors):
        return ERROR
    total: DimLike = 1
    for x in tensors:
        if x.dims is None:
            return Tensor(x.dtype, (call.new_size(), len(tensors)))
        if len(x.dims) != 1:
            return call.fail("E0302", f"{call.name} takes vectors, got {call.show(x)}", "tensors")
        total = total * x.dims[0]
    total = call.settle(total)
    dims: Dims = (total,) if len(tensors) == 1 else (total, len(tensors))
    return Tensor(_common_dtype(tensors), dims)


def block_diag(call: RuleCall) -> Value:
    """`block_diag(*tensors)`: matrices along the diagonal."""
    tensors = _tensors(call)
    if not isinstance(tensors, list):
        return tensors or unknown()
    rows: DimLike = 0
    columns: DimLike = 0
    for x in tensors:
        if x.dims is None:
            return Tensor(_common_dtype(tensors), (call.new_size(), call.new_size()))
        if len(x.dims) > 2:
            return call.fail("E0302", f"{call.name} takes matrices, got {call.show(x)}", "tensors")
        shape = (1,) * (2 - len(x.dims)) + x.dims
        rows, columns = rows + shape[0], columns + shape[1]
    return Tensor(result_type(tensors), (call.settle(rows), call.settle(columns)))
