"""One tensor into several: chunk, split, unbind."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import Dims, is_size, origins_of, unknown
from nnspec.semantics.rules.indexing import slice_length
from nnspec.semantics.rules.strides import strided, strides
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.values import (
    ERROR,
    MOST_ITEMS,
    DimLike,
    ErrorValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)


def _parts(call: RuleCall, x: Tensor, at: int, lengths: Sequence[DimLike]) -> TupleValue:
    assert x.dims is not None
    origins, found = origins_of(x), strides(call.world, x)
    parts: list[Tensor] = []
    for length in lengths:
        dims = (*x.dims[:at], length, *x.dims[at + 1 :])
        whence = (*origins[:at], None, *origins[at + 1 :])
        if at == 0 and x.contiguous is True:
            parts.append(Tensor(x.dtype, dims, whence))
        else:
            parts.append(strided(x, dims, whence, found))
    return TupleValue(tuple(parts))


def _are_many(count: DimLike) -> bool:
    """Whether one part has to stand for all: their number is not known, or too large to have each."""
    return not isinstance(count, int) or count > MOST_ITEMS


def _axis(call: RuleCall, x: Tensor) -> int | ErrorValue | None:
    if x.dims == ():
        return call.fail("E0302", f"{call.name} takes no scalar", "input")
    return arguments.axis(call, "dim", x)


def chunk(call: RuleCall) -> Value:
    """`chunk(x, chunks, dim)`: `ceil(size / chunks)` to each part, the last one may be smaller."""
    x = arguments.tensor(call)
    count = call.arguments["chunks"]
    at = _axis(call, x)
    if isinstance(at, ErrorValue):
        return at
    if not isinstance(count, int) or (count > MOST_ITEMS and (at is None or x.dims is None)):
        return RepeatValue(unknown(x), count) if is_size(count) else Unknown("tuple")
    if count < 1:
        return call.fail("E0308", f"{call.name} makes at least one part, not {count}", "chunks")
    if at is None or x.dims is None:
        return TupleValue((unknown(x),) * count)
    size = call.settle(x.dims[at])
    if isinstance(size, int):
        each = max(-(-size // count), 1)
        if _are_many(-(-size // each)):
            return _alike(call, x, at, size, each)
        lengths = [min(each, size - i) for i in range(0, size, each)] or [0] * count
        if len(lengths) != count:
            call.warn(
                "W0204",
                f"chunk makes {len(lengths)} parts of {size}, not {count}",
                "chunks",
                help="`tensor_split` always makes as many parts as it is asked for",
            )
        return _parts(call, x, at, lengths)
    if count > MOST_ITEMS:
        return RepeatValue(_parts(call, x, at, [call.new_size()]).items[0], call.new_size())
    if call.world.is_open(size):
        return _parts(call, x, at, [call.settle(size // count)] * count)
    answer = call.world.prove(Relation(size % count, "==", 0))
    if answer is None:
        call.world.claimed(Relation(size % count, "==", 0), call.span, needed=False)
    if answer is not False:
        return _parts(call, x, at, [call.settle(size // count)] * count)
    each_dim = call.settle(-((-size) // count))
    last = call.settle(size - each_dim * (count - 1))
    if call.world.prove(Relation(last, ">", 0)) is not True:
        call.world.claimed(Relation(last, ">", 0), call.span, needed=False)
    return _parts(call, x, at, [*([each_dim] * (count - 1)), last])


def _alike(call: RuleCall, x: Tensor, at: int, size: int, each: int) -> RepeatValue:
    """Very many parts: one stands for all."""
    length: DimLike = each if size % each == 0 else call.new_size()
    return RepeatValue(_parts(call, x, at, [length]).items[0], -(-size // each))


def split(call: RuleCall) -> Value:
    """`split(x, size, dim)`: parts of the size, the last may be smaller; or parts of the sizes of a list."""
    x = arguments.tensor(call, "tensor" if "tensor" in call.arguments else "input")
    name = next(n for n in call.arguments if n.startswith("split_size"))
    given = call.arguments[name]
    at = _axis(call, x)
    if isinstance(at, ErrorValue):
        return at
    if not is_size(given):
        return _split_sections(call, x, at, arguments.sizes(given), name)
    if at is None or x.dims is None:
        return Unknown("tuple")
    size, each = call.settle(x.dims[at]), call.settle(given)
    if each == 0 and size == 0:
        return _parts(call, x, at, [0])
    if not call.demand(
        Relation(each, ">", 0), f"parts of size {call.show(each)} cannot be made", name
    ):
        return ERROR
    if isinstance(size, int) and isinstance(each, int):
        if _are_many(-(-size // each)):
            return _alike(call, x, at, size, each)
        return _parts(call, x, at, [min(each, size - i) for i in range(0, size, each)] or [0])
    count = call.settle(-((-size) // each))
    if isinstance(count, int) and not _are_many(count):
        last = call.settle(size - each * (count - 1))
        return _parts(call, x, at, [*([each] * (count - 1)), last])
    whole = call.world.prove(Relation(size % each, "==", 0))
    length = each if whole else call.new_size()
    return RepeatValue(_parts(call, x, at, [length]).items[0], count)


def _split_sections(
    call: RuleCall, x: Tensor, at: int | None, sections: Dims | None, name: str
) -> Value:
    if sections is None:
        return Unknown("tuple")
    if at is None or x.dims is None:
        return TupleValue((unknown(x),) * len(sections))
    total: DimLike = 0
    for section in sections:
        total = total + section
    shown = ", ".join(call.show(s) for s in sections)
    if not call.agree(
        total,
        x.dims[at],
        f"the parts [{shown}] add up to {call.show(total)}, but axis {at} of {call.show(x)} "
        f"has {call.show(x.dims[at])}",
        name,
        f"{call.show(total)} in all",
        others=arguments.came_from(x, at),
        help=_last_section(call, sections, x.dims[at]),
    ):
        return ERROR
    return _parts(call, x, at, sections)


def _last_section(call: RuleCall, sections: Dims, size: DimLike) -> str | None:
    """Sizes that are named, with a last part that takes what is left; numbers are mended by trial."""
    rest: DimLike = size
    for section in sections[:-1]:
        rest = rest - section
    rest = call.settle(rest)
    if not sections or isinstance(rest, int):
        return None
    shown = ", ".join(call.show(s) for s in (*sections[:-1], rest))
    return f"[{shown}] would fit"


def tensor_split(call: RuleCall) -> Value:
    """`tensor_split(x, sections | indices, dim)`: parts that differ by one at most, or cuts at indices."""
    x = arguments.tensor(call)
    name = "sections" if "sections" in call.arguments else "indices"
    cuts = call.arguments[name]
    at = _axis(call, x)
    if isinstance(at, ErrorValue):
        return at
    if is_size(cuts) and _are_many(cuts):
        return Unknown("tuple")
    where = arguments.sizes(cuts)
    if where is None:
        return Unknown("tuple")
    count = cuts if isinstance(cuts, int) else len(where) + 1
    if count < 1:
        return call.fail("E0308", f"{call.name} makes at least one part, not {count}")
    if at is None or x.dims is None:
        return TupleValue((unknown(x),) * count)
    size = x.dims[at]
    if isinstance(cuts, int):
        # The first `size % count` parts have one more.
        lengths = [call.settle((size + (count - 1 - i)) // count) for i in range(count)]
        return _parts(call, x, at, lengths)
    edges: list[Value] = [None, *where, None]
    found = []
    for lower, upper in zip(edges[:-1], edges[1:], strict=True):
        length = slice_length(call, SliceItem(lower, upper, None), size, name)
        if length is None:
            return ERROR
        found.append(length)
    return _parts(call, x, at, found)


def unbind(call: RuleCall) -> Value:
    """`unbind(x, dim)`: the slices along an axis."""
    x = arguments.tensor(call)
    at = _axis(call, x)
    if isinstance(at, ErrorValue):
        return at
    if at is None or x.dims is None:
        return Unknown("tuple")
    origins, found = origins_of(x), strides(call.world, x)
    dims, whence = x.dims[:at] + x.dims[at + 1 :], origins[:at] + origins[at + 1 :]
    if at == 0 and x.contiguous is True:
        one = Tensor(x.dtype, dims, whence)
    else:
        one = strided(x, dims, whence, None if found is None else found[:at] + found[at + 1 :])
    size = call.settle(x.dims[at])
    if not isinstance(size, int) or _are_many(size):
        return RepeatValue(one, size)
    return TupleValue((one,) * size)


def axis_split(call: RuleCall) -> Value:
    """hsplit, vsplit, dsplit: as tensor_split along an axis of their own, into equal parts."""
    x = arguments.tensor(call)
    axis = {"v": 0, "h": 1, "d": 2}[call.decl.name[0]]
    if x.dims is None:
        return Unknown("tuple")
    if axis == 1 and len(x.dims) == 1:
        axis = 0
    if len(x.dims) <= axis or (axis == 0 and call.decl.name == "vsplit" and len(x.dims) < 2):
        return call.fail("E0302", f"{call.name} takes more axes than {call.show(x)} has", "input")
    parts = call.arguments.get("sections")
    if not arguments.within(call, "sections", 1):
        return ERROR
    if isinstance(parts, int) and not call.demand(
        Relation(x.dims[axis] % parts, "==", 0),
        f"{call.name} makes equal parts, and {call.show(x.dims[axis])} is not a multiple of {parts}",
        "sections",
    ):
        return ERROR
    values = {**call.arguments, "dim": axis}
    return tensor_split(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))
