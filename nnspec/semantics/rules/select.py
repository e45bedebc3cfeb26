"""Elements picked and put by index: gather, scatter, index_select, slices."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import is_size, origins_of, product, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.indexing import in_range, slice_length
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


def _index_dtype(call: RuleCall, index: Tensor, name: str, int32: bool = False) -> bool:
    if index.dtype in (None, "int64") or (int32 and index.dtype == "int32"):
        return True
    call.fail(
        "E0303",
        f"{call.name} takes an int64 index, got {index.dtype}",
        name,
        help="`.long()` converts it",
    )
    return False


def _fits_inside(call: RuleCall, index: Tensor, x: Tensor, at: int, name: str) -> bool:
    """The index may not reach beyond `x` on any axis but the one that it selects from."""
    assert index.dims is not None and x.dims is not None
    for i, (a, b) in enumerate(zip(index.dims, x.dims, strict=True)):
        if i != at and not call.demand(
            Relation(a, "<=", b),
            f"{call.name}: the index {call.show(index)} reaches beyond {call.show(x)} on axis {i}",
            name,
        ):
            return False
    return True


def _has_some(call: RuleCall, x: Tensor, at: int, index: Tensor) -> bool:
    """Whether there is anything along the axis that an index may name; reports E0308."""
    assert x.dims is not None and index.dims is not None
    if not x.dims or x.dims[at] != 0 or 0 in index.dims:
        return True
    call.fail("E0308", f"axis {at} of {call.show(x)} is empty: no index fits", "index")
    return False


def gather(call: RuleCall) -> Value:
    """`gather(x, dim, index)`: the shape of the index, which has as many axes as x."""
    x, index = arguments.tensor(call), arguments.tensor(call, "index")
    if not _index_dtype(call, index, "index", int32=True):
        return ERROR
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    if at is not None and x.dims is not None and index.dims is not None:
        if not _equal_ranks(call, x, index, "index") or not _has_some(call, x, at, index):
            return ERROR
        if x.dims and index.dims and not _fits_inside(call, index, x, at, "index"):
            return ERROR
    return Tensor(x.dtype, index.dims, index.origins)


def _equal_ranks(call: RuleCall, x: Tensor, other: Tensor, name: str) -> bool:
    assert x.dims is not None and other.dims is not None
    if max(len(x.dims), 1) == max(len(other.dims), 1):
        return True
    call.fail(
        "E0302",
        f"{call.name} needs equally many axes in both, got {call.show(x)} and {call.show(other)}",
        name,
        help="`.unsqueeze` gives the index an axis, `.squeeze` takes the axis from the result",
    )
    return False


def scatter(call: RuleCall) -> Value:
    """scatter, scatter_add, scatter_reduce: the shape of x."""
    x, index = arguments.tensor(call), arguments.tensor(call, "index")
    source = call.tensor("src")
    if not _index_dtype(call, index, "index", int32=True):
        return ERROR
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    if source is not None and not _one_dtype(call, x, source, "src"):
        return ERROR
    if not _reduces(call):
        return ERROR
    if not takes.numbers(call, x, "value"):
        return ERROR
    if at is not None and x.dims is not None and index.dims is not None:
        if not _equal_ranks(call, x, index, "index") or not _has_some(call, x, at, index):
            return ERROR
        if x.dims and index.dims and not _fits_inside(call, index, x, at, "index"):
            return ERROR
        if source is not None and source.dims is not None:
            if not _equal_ranks(call, source, index, "src"):
                return ERROR
            if source.dims and index.dims and not _fits_inside(call, index, source, -1, "src"):
                return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


# The dtypes for which a reduction has no meaning.
_NOT_REDUCED = {"amax": "complex", "amin": "complex", "mean": "bool"}


def _reduces(call: RuleCall) -> bool:
    """Whether the numbers have an order, or a mean, where one is asked for."""
    reduce = call.arguments.get("reduce")
    return not isinstance(reduce, str) or takes.none_of(call, _NOT_REDUCED.get(reduce, ""))


def _one_dtype(call: RuleCall, x: Tensor, other: Tensor, name: str) -> bool:
    from nnspec.semantics.rules.products import same_dtype

    return same_dtype(call, ("input", x), (name, other))


def index_select(call: RuleCall) -> Value:
    """`index_select(x, dim, index)`: the slices that a vector of indices names."""
    x, index = arguments.tensor(call), arguments.tensor(call, "index")
    if not _index_dtype(call, index, "index", int32=True):
        return ERROR
    if not arguments.rank_is(call, index, (0, 1), "index"):
        return ERROR
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    if index.dims is not None and not _has_some(call, x, at, index):
        return ERROR
    if not x.dims:
        one = f"{call.name} picks one number of a scalar, and not {call.show(index)}"
        if index.dims and not call.agree(index.dims[0], 1, one, "index"):
            return ERROR
        return x
    count: DimLike = call.new_size() if index.dims is None else (index.dims or (1,))[0]
    return _with_size(x, at, count)


def _with_size(x: Tensor, at: int, size: DimLike) -> Tensor:
    assert x.dims is not None
    origins = origins_of(x)
    return Tensor(
        x.dtype,
        (*x.dims[:at], size, *x.dims[at + 1 :]),
        (*origins[:at], None, *origins[at + 1 :]),
    )


def index_write(call: RuleCall) -> Value:
    """index_add, index_copy, index_fill: the shape of x; one slice of the source for each index."""
    x, index = arguments.tensor(call), arguments.tensor(call, "index")
    source = call.tensor("source")
    if not _index_dtype(
        call, index, "index", int32=call.decl.name in ("index_add", "index_reduce")
    ):
        return ERROR
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    if source is not None and not _one_dtype(call, x, source, "source"):
        return ERROR
    if not _reduces(call):
        return ERROR
    if not takes.numbers(call, x, "value"):
        return ERROR
    if not arguments.rank_is(call, index, (0, 1), "index"):
        return ERROR
    if x.dims is not None and source is not None and source.dims is not None:
        # A scalar is a vector of one, for some.
        ranks = {len(x.dims)}
        if call.decl.name == "index_copy" and max(len(source.dims), len(x.dims)) <= 1:
            ranks = {0, 1}
        if len(source.dims) not in ranks:
            return call.fail(
                "E0302",
                f"{call.name} writes slices of {call.show(x)}, but source is {call.show(source)}",
                "source",
            )
        if not source.dims and index.dims:
            message = f"{call.name} of one number takes one place, got {call.show(index)}"
            if not call.agree(index.dims[0], 1, message, "index"):
                return ERROR
    if (
        at is not None
        and source is not None
        and x.dims
        and source.dims is not None
        and index.dims is not None
        and len(source.dims) == len(x.dims)
    ):
        wanted = (*x.dims[:at], (index.dims or (1,))[0], *x.dims[at + 1 :])
        for a, b in zip(source.dims, wanted, strict=True):
            if not call.agree(
                a,
                b,
                f"{call.name} writes {call.show(Tensor(x.dtype, wanted))}, but source is {call.show(source)}",
                "source",
            ):
                return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def take(call: RuleCall) -> Value:
    """`take(x, index)`: elements by their number in the flattened x."""
    x, index = arguments.tensor(call), arguments.tensor(call, "index")
    if not _index_dtype(call, index, "index"):
        return ERROR
    return Tensor(x.dtype, index.dims, index.origins)


def take_along_dim(call: RuleCall) -> Value:
    """`take_along_dim(x, indices, dim)`: as gather, with broadcasting of the other axes."""
    x, index = arguments.tensor(call), arguments.tensor(call, "indices")
    # Without an axis it is `take` of the flattened tensors, which wants no int64.
    if not _index_dtype(call, index, "indices", int32=call.arguments.get("dim") is None):
        return ERROR
    if x.dims is None or index.dims is None:
        return unknown(x)
    if call.arguments.get("dim") is None:
        return Tensor(x.dtype, (product(call.world, index.dims),))
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int):
        return at or unknown(x)
    if not x.dims:
        return call.fail("E0302", f"{call.name} along an axis takes no scalar", "input")
    if len(x.dims) != len(index.dims) or not _equal_ranks(call, x, index, "indices"):
        return call.fail(
            "E0302",
            f"{call.name} takes as many axes in its indices as in {call.show(x)}, got {call.show(index)}",
            "indices",
        )
    found = broadcast(
        call,
        [
            ("input", Tensor(x.dtype, x.dims[:at] + x.dims[at + 1 :])),
            ("indices", Tensor(x.dtype, index.dims[:at] + index.dims[at + 1 :])),
        ],
    )
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(x)
    return Tensor(x.dtype, (*found[0][:at], index.dims[at], *found[0][at:]))


def select(call: RuleCall) -> Value:
    """`select(x, dim, index)`: one slice, without its axis."""
    x, index = arguments.tensor(call), call.arguments["index"]
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", "select takes no scalar", "input")
    if is_size(index) and not in_range(call, index, x.dims[at], "index"):
        return ERROR
    origins, found = origins_of(x), strides(call.world, x)
    dims, whence = x.dims[:at] + x.dims[at + 1 :], origins[:at] + origins[at + 1 :]
    if at == 0 and x.contiguous is True:
        return Tensor(x.dtype, dims, whence)
    return strided(x, dims, whence, None if found is None else found[:at] + found[at + 1 :])


def narrow(call: RuleCall) -> Value:
    """`narrow(x, dim, start, length)`: the slices from start to start + length."""
    x, start, length = arguments.tensor(call), call.arguments["start"], call.arguments["length"]
    at = arguments.axis(call, "dim", x)
    if not isinstance(at, int) or x.dims is None:
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", "narrow takes no scalar", "input")
    whole = x.dims[at]
    if isinstance(start, int) and isinstance(whole, int) and start < -whole:
        return call.fail("E0308", f"narrow starts at {start} of an axis of {whole}", "start")
    if isinstance(start, Tensor) and (
        start.dims or not dtypes.is_integral(start.dtype) or start.dtype == "bool"
    ):
        return call.fail(
            "E0405", "narrow starts at an int, or at an integer tensor without axes", "start"
        )
    if not is_size(length):
        return _with_size(x, at, call.new_size())
    size = x.dims[at]
    # A tensor starts at the first place or later.
    first: DimLike = start if is_size(start) else 0
    end = first + length
    if isinstance(first, int) and first < 0:
        end = end + size
    if not call.demand(
        Relation(end, "<=", size),
        f"narrow to {call.show(first)}:{call.show(end)} of axis {at} of {call.show(x)}, "
        f"which has {call.show(size)}",
        "length" if call.given("length") else None,
        code="E0308",
    ):
        return ERROR
    part = _with_size(x, at, call.settle(length))
    if at == 0 and x.contiguous is True:
        return part
    return strided(x, part.dims or (), part.origins, strides(call.world, x))


def slice_scatter(call: RuleCall) -> Value:
    """slice_scatter, select_scatter, diagonal_scatter: x with a part of it replaced."""
    from nnspec.semantics.slices import SliceItem

    x, source = arguments.tensor(call), arguments.tensor(call, "src")
    at = arguments.axis(call, "dim", x) if "dim" in call.arguments else None
    if isinstance(at, ErrorValue):
        return at
    if at is not None and x.dims == ():
        return call.fail("E0302", f"{call.name} takes no scalar", "input")
    if at is not None and x.dims and source.dims is not None:
        if call.decl.name == "select_scatter":
            index = call.arguments["index"]
            if is_size(index) and not in_range(call, index, x.dims[at], "index"):
                return ERROR
            wanted = x.dims[:at] + x.dims[at + 1 :]
        else:
            item = SliceItem(*(call.arguments.get(n) for n in ("start", "end", "step")))
            length = slice_length(call, item, x.dims[at], "start")
            if length is None:
                return ERROR
            wanted = (*x.dims[:at], length, *x.dims[at + 1 :])
        message = (
            f"{call.name} replaces {call.world.show_shape(wanted)}, but src is {call.show(source)}"
        )
        if len(wanted) != len(source.dims):
            return call.fail("E0302", message, "src")
        for a, b in zip(wanted, source.dims, strict=True):
            if not call.agree(a, b, message, "src"):
                return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def put(call: RuleCall) -> Value:
    """`put(x, index, source)`: elements by their number, as many as there are indices."""
    x, index, source = (arguments.tensor(call, n) for n in ("input", "index", "source"))
    if not takes.int64(call, "index") or not takes.one_dtype(call, "input", "source"):
        return ERROR
    if index.dims is not None and source.dims is not None:
        have, want = product(call.world, source.dims), product(call.world, index.dims)
        message = f"put takes a value for each of {call.show(want)} indices, got {call.show(have)}"
        if not call.agree(have, want, message, "source"):
            return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def index_put(call: RuleCall) -> Value:
    """`index_put(x, indices, values)`: x with some elements replaced by values, which broadcast."""
    from nnspec.semantics.rules.indexing import index

    x, values = arguments.tensor(call), arguments.tensor(call, "values")
    indices = arguments.items(call.arguments["indices"])
    if not _one_dtype(call, x, values, "values"):
        return ERROR
    if indices == ():
        return call.fail("E0308", f"{call.name} takes one index tensor at least", "indices")
    if indices is not None and x.dims is not None:
        place = index(call.world, x, indices, call.span)
        if isinstance(place, ErrorValue):
            return place
        found = broadcast(call, [("input", place), ("values", values)])
        if isinstance(found, ErrorValue):
            return found
        # The values are stretched to the place, and never the place to them.
        if isinstance(place, Tensor) and found is not None and place.dims != found[0]:
            return call.fail(
                "E0307",
                f"{call.name} writes {call.show(place)}, to which {call.show(values)} does not broadcast",
                "values",
            )
    return Tensor(x.dtype, x.dims, x.origins)


def unravel_index(call: RuleCall) -> Value:
    """`unravel_index(indices, shape)`: an index tensor for every axis."""
    x = arguments.tensor(call, "indices")
    shape = arguments.sizes(call.arguments["shape"])
    if not takes.none_of(call, "bool low float complex", ("indices",)):
        return ERROR
    if shape is None:
        return Unknown("tuple")
    for size in shape:
        if not arguments.is_dimension(
            call, size, f"{call.name} of a size {call.show(size)}", "shape"
        ):
            return ERROR
    return TupleValue((Tensor("int64", x.dims, x.origins),) * len(shape))
