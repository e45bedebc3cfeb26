"""Reductions over axes, and what torch returns of them: sums, extremes, norms, quantiles."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, batch, dtypes, scores, single, takes
from nnspec.semantics.rules.arguments import is_size, origins_of, unknown
from nnspec.semantics.rules.broadcast import stretch
from nnspec.semantics.values import ERROR, ErrorValue, Relation, Tensor, TupleValue, Value


def reduced(call: RuleCall, x: Tensor, dtype: str | None, every: bool = True) -> Value:
    """`x` without the axes of the argument `dim`; with `keepdim` they stay, of size 1.

    every: an empty list of axes means all of them (as None does).
    """
    wanted = call.arguments.get("dim")
    keep = call.arguments.get("keepdim", False)
    if x.dims is None:
        return Tensor(dtype, ()) if wanted is None and keep is False else unknown(dtype)
    if wanted is None or (every and arguments.items(wanted) == ()):
        gone: tuple[int, ...] | ErrorValue | None = tuple(range(len(x.dims)))
    else:
        gone = arguments.axes(call, "dim", x)
    if not isinstance(gone, tuple):
        return gone or unknown(dtype)
    if not x.dims:
        return Tensor(dtype, ())
    origins = origins_of(x)
    if keep is True:
        return Tensor(
            dtype,
            tuple(1 if i in gone else d for i, d in enumerate(x.dims)),
            tuple(None if i in gone else o for i, o in enumerate(origins)),
        )
    if keep is not False:
        return unknown(dtype)
    return Tensor(
        dtype,
        tuple(d for i, d in enumerate(x.dims) if i not in gone),
        tuple(o for i, o in enumerate(origins) if i not in gone),
    )


def _own_dtype(call: RuleCall, default: str | None) -> str | None:
    return arguments.dtype(call) or default


def total(call: RuleCall) -> Value:
    """sum, prod, nansum, cumsum's dtype: integers and bools add up to int64, unless `dtype` is given."""
    x = arguments.tensor(call)
    default = "int64" if dtypes.is_integral(x.dtype) else x.dtype
    return reduced(call, x, _own_dtype(call, default))


def mean(call: RuleCall) -> Value:
    """mean, nanmean: of floating numbers alone."""
    x = arguments.tensor(call)
    dtype = _own_dtype(call, x.dtype)
    if dtypes.is_integral(dtype):
        return call.fail(
            "E0303",
            f"{call.name} takes a floating tensor, got {dtype}",
            "input" if call.given("input") else None,
            help="`.float()` converts it first",
        )
    return reduced(call, x, dtype)


def spread(call: RuleCall) -> Value:
    """std, var: floating."""
    x = arguments.tensor(call)
    if not _needs_floating(call, x):
        unbiased = call.arguments.get("unbiased", call.arguments.get("correction", 1) == 1)
        if unbiased is True:
            help = "a deviation needs two values or more; `correction=0` gives 0 for one"
            single.look_at_axis(call, x, "NaN", help)
        return reduced(call, x, dtypes.real_of(x.dtype))
    return call.fail("E0303", f"{call.name} takes a floating tensor, got {x.dtype}")


def spread_mean(call: RuleCall) -> Value:
    """std_mean, var_mean: a pair."""
    x = arguments.tensor(call)
    if _needs_floating(call, x):
        return call.fail("E0303", f"{call.name} takes a floating tensor, got {x.dtype}")
    first = reduced(call, x, dtypes.real_of(x.dtype))
    if isinstance(first, ErrorValue):
        return first
    return TupleValue((first, first.with_(first.dims, first.origins, x.dtype)))


def _needs_floating(call: RuleCall, x: Tensor) -> bool:
    return dtypes.is_integral(x.dtype)


def reduce_same(call: RuleCall) -> Value:
    """amax, amin, median without an axis: the dtype stays."""
    x = arguments.tensor(call)
    return reduced(call, x, x.dtype)


def logsumexp(call: RuleCall) -> Value:
    """Floating; integers become float32."""
    x = arguments.tensor(call)
    return reduced(call, x, dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else x.dtype)


def truth(call: RuleCall) -> Value:
    """any, all: bool (uint8 stays uint8)."""
    x = arguments.tensor(call)
    return reduced(call, x, "uint8" if x.dtype == "uint8" else "bool", every=False)


def count(call: RuleCall) -> Value:
    """count_nonzero, argmax, argmin: positions and numbers are int64."""
    x = arguments.tensor(call)
    return reduced(call, x, "int64", every=False)


def argmax(call: RuleCall) -> Value:
    """argmax, argmin: without an axis, the position among all elements."""
    x = arguments.tensor(call)
    if x.dtype == "bool":
        return call.fail("E0303", f"{call.name} takes no bool tensor", help="`.int()` converts it")
    if (
        call.arguments.get("dim") is None
        and x.dims is not None
        and call.arguments["keepdim"] is True
    ):
        return Tensor("int64", (1,) * len(x.dims))
    if isinstance(found := _filled(call, x), ErrorValue):
        return found
    help = "one score is compared with a threshold: `scores > 0`"
    single.look_at_axis(call, x, "0", help)
    return reduced(call, x, "int64")


def _filled(call: RuleCall, x: Tensor) -> ErrorValue | None:
    """An error where the reduced axis is certainly empty."""
    at = arguments.axis(call, "dim", x)
    if isinstance(at, int) and x.dims and call.settle(x.dims[at]) == 0:
        return call.fail("E0304", f"{call.name} along axis {at} of {call.show(x)}, which is empty")
    return at if isinstance(at, ErrorValue) else None


VALUES_INDICES = ("values", "indices")


def extreme(call: RuleCall) -> Value:
    """max, min, median, mode, nanmedian: with an axis, values and indices."""
    x = arguments.tensor(call)
    other = call.arguments.get("other")
    if isinstance(other, Tensor) or isinstance(call.arguments.get("dim"), Tensor):
        from nnspec.semantics.rules.several import binary_same

        return binary_same(call)
    if call.arguments.get("dim") is None:
        return Tensor(x.dtype, ())
    values = reduced(call, x, x.dtype)
    if isinstance(values, ErrorValue):
        return values
    return TupleValue((values, values.with_(values.dims, values.origins, "int64")), VALUES_INDICES)


def kthvalue(call: RuleCall) -> Value:
    """The k-th smallest along an axis, and where."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    if isinstance(at, int) and x.dims and is_size(call.arguments["k"]):
        k = call.arguments["k"]
        if not call.demand(
            Relation(k, "<=", x.dims[at]),
            f"k is {call.show(k)}, but axis {at} of {call.show(x)} has {call.show(x.dims[at])}",
            "k",
            code="E0308",
        ):
            return ERROR
    return extreme(call)


def aminmax(call: RuleCall) -> Value:
    """The least and the greatest, under the names min and max."""
    x = arguments.tensor(call)
    one = reduced(call, x, x.dtype)
    return one if isinstance(one, ErrorValue) else TupleValue((one, one), ("min", "max"))


def norm(call: RuleCall) -> Value:
    """norm, linalg.vector_norm: floating and real."""
    from nnspec.semantics.rules.norms import narrowed

    x, order = arguments.tensor(call), call.arguments.get("p")
    if not takes.none_of(call, "bool int") or not narrowed(call, x):
        return ERROR
    if isinstance(order, str) and order not in ("fro", "nuc"):
        return call.fail("E0308", f"{call.name} knows numbers, 'fro' and 'nuc', not {order!r}", "p")
    return reduced(call, x, dtypes.real_of(_own_dtype(call, x.dtype)))


def quantile(call: RuleCall) -> Value:
    """quantile, nanquantile: one result for each of `q`, in front."""
    x, q = arguments.tensor(call), call.arguments["q"]
    one = reduced(call, x, x.dtype)
    if isinstance(one, ErrorValue) or not isinstance(q, Tensor):
        return one
    if q.dims is None or one.dims is None:
        return unknown(x)
    if len(q.dims) > 1:
        return call.fail("E0302", f"q is a number or a vector, not {call.show(q)}", "q")
    return Tensor(x.dtype, q.dims + one.dims)


# --- along an axis, keeping it -----------------------------------------------------------------------


def _along(call: RuleCall, dtype: Callable[[Tensor], str | None]) -> Value:
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    if isinstance(at, ErrorValue):
        return at
    return Tensor(dtype(x), x.dims, x.origins)


def cumulative(call: RuleCall) -> Value:
    """cumsum, cumprod: integers become int64."""
    given = arguments.dtype(call)
    return _along(call, lambda x: given or ("int64" if dtypes.is_integral(x.dtype) else x.dtype))


def cumulative_extreme(call: RuleCall) -> Value:
    """cummax, cummin: values and indices."""
    values = _along(call, lambda x: x.dtype)
    if isinstance(values, ErrorValue):
        return values
    return TupleValue((values, values.with_(values.dims, values.origins, "int64")), VALUES_INDICES)


def along_floating(call: RuleCall) -> Value:
    """softmax and its kin: `dtype`, or the floating dtype of the input, which may not be an integer."""
    scores.look_again(call)
    given = arguments.dtype(call)
    x = arguments.tensor(call)
    comes_out = "0" if call.decl.name in ("log_softmax", "LogSoftmax") else "1"
    single.look_at_axis(call, x, comes_out, "of one score, `sigmoid` makes a probability")
    batch.look_at_softmax(call, x)
    if given is None and dtypes.is_integral(x.dtype):
        return call.fail(
            "E0303",
            f"{call.name} takes a floating tensor, got {x.dtype}",
            "input" if call.given("input") else None,
            help="`.float()` converts it first, or give `dtype=float32`",
        )
    return _along(call, lambda x: given or x.dtype)


def logcumsumexp(call: RuleCall) -> Value:
    """Floating; the shape stays."""
    return _along(call, lambda x: x.dtype)


def diff(call: RuleCall) -> Value:
    """`diff(x, n, dim, prepend, append)`: n fewer along the axis."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    n = call.arguments["n"]
    if not isinstance(at, int) or x.dims is None or not is_size(n):
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", f"{call.name} takes no scalar")
    length = x.dims[at] - n
    for name in ("prepend", "append"):
        more = call.tensor(name)
        if more is not None and more.dims is not None:
            length = length + (more.dims[at] if len(more.dims) == len(x.dims) else 1)
    from nnspec.semantics.rules.bounds import at_least

    dims = (*x.dims[:at], at_least(call.world, length, 0), *x.dims[at + 1 :])
    return Tensor(x.dtype, dims)


def trapezoid(call: RuleCall) -> Value:
    """`trapezoid(y, x, dim)`: the integral along an axis."""
    y, x = arguments.tensor(call, "y"), call.tensor("x")
    if x is not None:
        found = stretch(call, [("y", y), ("x", x)], dtypes.result_type((y, x)))
        if isinstance(found, ErrorValue):
            return found
        y = found
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(y.dtype) else y.dtype
    return reduced(call, y, dtype)


def cumulative_trapezoid(call: RuleCall) -> Value:
    """`cumulative_trapezoid(y, x, dim)`: one fewer along the axis."""
    y = arguments.tensor(call, "y")
    at = arguments.axis(call, "dim", y)
    if not isinstance(at, int) or not y.dims:
        return at if isinstance(at, ErrorValue) else unknown(y)
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(y.dtype) else y.dtype
    return Tensor(dtype, (*y.dims[:at], call.settle(y.dims[at] - 1), *y.dims[at + 1 :]))


def dist(call: RuleCall) -> Value:
    """`dist(x, y, p)`: the norm of the difference, one number."""
    x, y = arguments.tensor(call), arguments.tensor(call, "other")
    dtype = dtypes.result_type((x, y))
    found = stretch(call, [("input", x), ("other", y)], dtype)
    return found if isinstance(found, ErrorValue) else Tensor(dtype, ())
