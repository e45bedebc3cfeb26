"""Sorting, the k best, counting and unique values."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import is_size, origins_of, product, unknown
from nnspec.semantics.rules.reduction import VALUES_INDICES
from nnspec.semantics.values import ERROR, ErrorValue, Relation, Tensor, TupleValue, Value


def topk(call: RuleCall) -> Value:
    """`topk(x, k, dim)`: values and indices of the k greatest along an axis."""
    x, k = arguments.tensor(call), call.arguments["k"]
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    if not takes.none_of(call, "bool complex") or not arguments.within(call, "k", 0):
        return ERROR
    if at is None or x.dims is None or not is_size(k):
        return TupleValue((unknown(x), unknown("int64")), VALUES_INDICES)
    if not x.dims:
        if not arguments.within(call, "k", 0, 1):
            return ERROR
        return TupleValue((x, Tensor("int64", ())), VALUES_INDICES)
    size = x.dims[at]
    if not call.demand(
        Relation(k, "<=", size),
        f"k is {call.show(k)}, but axis {at} of {call.show(x)} has {call.show(size)}",
        "k" if call.given("k") else None,
        others=arguments.came_from(x, at),
        help=f"k is {call.show(size)} at most",
        code="E0308",
    ):
        return ERROR
    dims = (*x.dims[:at], k, *x.dims[at + 1 :])
    origins = origins_of(x)
    kept = (*origins[:at], None, *origins[at + 1 :])
    return TupleValue((Tensor(x.dtype, dims, kept), Tensor("int64", dims, kept)), VALUES_INDICES)


def sort(call: RuleCall) -> Value:
    """`sort(x, dim)`: values and indices, of the shape of x."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "complex"):
        return ERROR
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    return TupleValue(
        (Tensor(x.dtype, x.dims, x.origins), Tensor("int64", x.dims, x.origins)), VALUES_INDICES
    )


def argsort(call: RuleCall) -> Value:
    """`argsort(x, dim)`: the indices alone."""
    values = sort(call)
    return values if isinstance(values, ErrorValue) else values.items[1]


def msort(call: RuleCall) -> Value:
    """`msort(x)`: sorted along the first axis."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "complex"):
        return ERROR
    return Tensor(x.dtype, x.dims, x.origins)


def _has_some(call: RuleCall, x: Tensor) -> bool:
    """Whether a tensor certainly has an element."""
    prove = call.world.prove
    return x.dims is not None and all(prove(Relation(d, ">=", 1)) is True for d in x.dims)


def unique(call: RuleCall) -> Value:
    """unique and unique_consecutive: as many values as there are, perhaps with inverse and counts."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "complex"):
        return ERROR
    number = call.world.new_size("unique", 1 if _has_some(call, x) else 0)
    at = arguments.axis(call, "dim", x) if call.arguments.get("dim") is not None else None
    if isinstance(at, ErrorValue):
        return at
    if at is not None and x.dims == ():
        return call.fail("E0302", f"{call.name} along an axis takes no scalar")
    if at is not None and x.dims:
        values = Tensor(x.dtype, (*x.dims[:at], number, *x.dims[at + 1 :]))
        inverse = Tensor("int64", (x.dims[at],))
    elif call.arguments.get("dim") is None:
        values = Tensor(x.dtype, (number,))
        inverse = Tensor("int64", x.dims)
    else:
        values, inverse = unknown(x), unknown("int64")
    found: list[Value] = [values]
    if call.arguments.get("return_inverse") is True:
        found.append(inverse)
    if call.arguments.get("return_counts") is True:
        found.append(Tensor("int64", (number,)))
    return TupleValue(tuple(found)) if len(found) > 1 else values


def bincount(call: RuleCall) -> Value:
    """`bincount(x, weights, minlength)`: how often each int occurs; the length is the data's."""
    x = arguments.tensor(call)
    if not arguments.rank_is(call, x, (1,)):
        return ERROR
    if x.dtype is not None and (not dtypes.is_integral(x.dtype) or x.dtype == "bool"):
        return call.fail("E0303", f"bincount counts ints, got {x.dtype}", "input")
    if not arguments.within(call, "minlength", 0):
        return ERROR
    weights = call.tensor("weights")
    if weights is not None and weights.dims is not None and x.dims is not None:
        message = f"bincount of {call.show(x)} takes as many weights, got {call.show(weights)}"
        if len(weights.dims) != 1:
            return call.fail("E0302", message, "weights")
        if not call.agree(weights.dims[0], x.dims[0], message, "weights"):
            return ERROR
    if weights is None:
        dtype: str | None = "int64"
    else:
        dtype = weights.dtype if weights.dtype in ("float32", "float", None) else "float64"
    least = call.arguments["minlength"]
    low = max(least if isinstance(least, int) else 0, 1 if _has_some(call, x) else 0)
    return Tensor(dtype, (call.world.new_size("bins", low),))


def searchsorted(call: RuleCall) -> Value:
    """searchsorted, bucketize: a position for every value."""
    values = call.arguments["input"]
    dtype = "int32" if call.arguments.get("out_int32") is True else "int64"
    bounds = "sorted_sequence" if "sorted_sequence" in call.arguments else "boundaries"
    rows = arguments.tensor(call, bounds)
    if not takes.none_of(call, "complex", (bounds, "input")):
        return ERROR
    if isinstance(values, Tensor) and rows.dtype == values.dtype == "bool":
        return call.fail("E0303", f"{call.name} takes numbers, and no bools", bounds)
    if bounds == "boundaries" or not isinstance(values, Tensor) or values.dims == ():
        if not arguments.rank_is(call, rows, (1,), bounds):
            return ERROR
    elif rows.dims == ():
        return call.fail("E0302", f"{call.name} takes sorted rows, and no scalar", bounds)
    if call.arguments.get("side") == "left" and call.arguments.get("right") is True:
        return call.fail("E0405", f"{call.name} is told both sides", "side")
    sorter = call.tensor("sorter")
    if sorter is not None:
        if not takes.int64(call, "sorter"):
            return ERROR
        if sorter.dims is not None and rows.dims is not None and sorter.dims != rows.dims:
            message = f"the sorter of {call.show(rows)} is {call.show(sorter)}"
            if len(sorter.dims) != len(rows.dims) or not all(
                call.agree(a, b, message, "sorter")
                for a, b in zip(sorter.dims, rows.dims, strict=True)
            ):
                return (
                    call.fail("E0301", message, "sorter")
                    if len(sorter.dims) != len(rows.dims)
                    else ERROR
                )
    if not isinstance(values, Tensor):
        return Tensor(dtype, ())
    sorted_sequence = call.tensor("sorted_sequence")
    if (
        sorted_sequence is not None
        and sorted_sequence.dims is not None
        and values.dims is not None
        and len(sorted_sequence.dims) > 1
    ):
        message = (
            f"{call.name} takes one sorted row for each row of values: "
            f"{call.show(sorted_sequence)} and {call.show(values)}"
        )
        if len(sorted_sequence.dims) != len(values.dims):
            return call.fail("E0302", message, "input")
        for a, b in zip(sorted_sequence.dims[:-1], values.dims[:-1], strict=True):
            if not call.agree(a, b, message, "input"):
                return ERROR
    return Tensor(dtype, values.dims, values.origins)


def histc(call: RuleCall) -> Value:
    """`histc(x, bins)`: a count for every bin."""
    x, bins = arguments.tensor(call), call.arguments["bins"]
    low, high = call.arguments["min"], call.arguments["max"]
    if not takes.none_of(call, "complex") or not arguments.within(call, "bins", 1):
        return ERROR
    if x.dtype == "uint8":
        return call.fail(
            "E0303", f"{call.name} takes no uint8 tensor", help="`.float()` converts it"
        )
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
        return call.fail("E0308", f"{call.name} from {low} to {high} has no bins", "max")
    return Tensor(x.dtype, (bins,)) if is_size(bins) else unknown(x)


def nonzero(call: RuleCall) -> Value:
    """`nonzero(x)`: one row for each element that is not 0; with as_tuple one vector for each axis."""
    x = arguments.tensor(call)
    number = call.new_size("nonzero")
    if call.arguments.get("as_tuple") is True:
        from nnspec.semantics.values import Unknown

        if x.dims is None:
            return Unknown("tuple")
        return TupleValue((Tensor("int64", (number,)),) * max(len(x.dims), 1))
    if x.dims is None:
        return Tensor("int64", (number, call.new_size()))
    return Tensor("int64", (number, len(x.dims)))


def nonzero_static(call: RuleCall) -> Value:
    """`nonzero_static(x, size)`: as many rows as are asked for."""
    x, size = arguments.tensor(call), call.arguments["size"]
    if not is_size(size):
        size = call.new_size()
    elif not arguments.is_dimension(call, size, f"{call.name} takes a size of 0 or more", "size"):
        return ERROR
    return Tensor("int64", (size, len(x.dims) if x.dims is not None else call.new_size()))


def argwhere(call: RuleCall) -> Value:
    """`argwhere(x)`: as nonzero."""
    return nonzero(call)


def combinations(call: RuleCall) -> Value:
    """`combinations(x, r, with_replacement)`: `C(n, r)` rows."""
    x, r = arguments.tensor(call), call.arguments["r"]
    if x.dims is None or not isinstance(r, int):
        return unknown(x)
    if not arguments.rank_is(call, x, (1,)):
        return ERROR
    n = x.dims[0]
    if not arguments.within(call, "r", 0):
        return ERROR
    if r == 0:
        return Tensor(x.dtype, (0,))
    again = call.arguments.get("with_replacement") is True
    rows = product(call.world, [n + i if again else n - i for i in range(r)])
    factorial = 1
    for i in range(2, r + 1):
        factorial *= i
    return Tensor(x.dtype, (call.settle(rows // factorial), r))
