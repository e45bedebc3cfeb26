"""Reductions over axes, and what torch returns of them: sums, extremes, norms, quantiles."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, batch, dtypes, scores, single, takes
from nnspec.semantics.rules.arguments import is_size, origins_of, unknown
from nnspec.semantics.rules.broadcast import stretch
from nnspec.semantics.rules.emptiness import has_elements
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
    if call.decl.name == "nanmean" and not takes.none_of(call, "bool int"):
        return ERROR
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
    return reduced(call, x, x.dtype) if has_elements(call, x) else ERROR


def logsumexp(call: RuleCall) -> Value:
    """Floating; integers become float32."""
    x = arguments.tensor(call)
    if x.dims and arguments.items(call.arguments["dim"]) == () and not call.arguments["keepdim"]:
        return call.fail("E0305", f"{call.name} is over one axis at least", "dim")
    return reduced(call, x, dtypes.DEFAULT_FLOAT if dtypes.is_integral(x.dtype) else x.dtype)


def truth(call: RuleCall) -> Value:
    """any, all: bool (uint8 stays uint8)."""
    x = arguments.tensor(call)
    return reduced(call, x, "uint8" if x.dtype == "uint8" else "bool", every=False)


def count(call: RuleCall) -> Value:
    """count_nonzero: numbers are int64."""
    x = arguments.tensor(call)
    return reduced(call, x, "int64")


def argmax(call: RuleCall) -> Value:
    """argmax, argmin: without an axis, the position among all elements."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "bool complex"):
        return ERROR
    if not has_elements(call, x):
        return ERROR
    if (
        call.arguments.get("dim") is None
        and x.dims is not None
        and call.arguments["keepdim"] is True
    ):
        return Tensor("int64", (1,) * len(x.dims))
    help = "one score is compared with a threshold: `scores > 0`"
    single.look_at_axis(call, x, "0", help)
    return reduced(call, x, "int64")


VALUES_INDICES = ("values", "indices")


def extreme(call: RuleCall) -> Value:
    """max, min, median, mode, nanmedian: with an axis, values and indices."""
    x = arguments.tensor(call)
    if call.decl.name != "mode" and not takes.none_of(call, "complex"):
        return ERROR
    other = call.arguments.get("other")
    if isinstance(other, Tensor) or isinstance(call.arguments.get("dim"), Tensor):
        from nnspec.semantics.rules.several import binary_same

        return binary_same(call)
    # torch's median of nothing is NaN.
    whole = call.arguments.get("dim") is None
    if not (whole and "median" in call.decl.name) and not has_elements(call, x):
        return ERROR
    if whole:
        return Tensor(x.dtype, ())
    values = reduced(call, x, x.dtype)
    if isinstance(values, ErrorValue):
        return values
    return TupleValue((values, values.with_(values.dims, values.origins, "int64")), VALUES_INDICES)


def kthvalue(call: RuleCall) -> Value:
    """The k-th smallest along an axis, and where."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    if not arguments.within(call, "k", 1, None if x.dims else 1):
        return ERROR
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
    if not takes.none_of(call, "complex") or not has_elements(call, x):
        return ERROR
    one = reduced(call, x, x.dtype)
    return one if isinstance(one, ErrorValue) else TupleValue((one, one), ("min", "max"))


def norm(call: RuleCall) -> Value:
    """norm, linalg.vector_norm: floating and real."""
    from nnspec.semantics.rules.norms import named_order, narrowed

    x, order = arguments.tensor(call), call.arguments.get("p")
    if not takes.none_of(call, "bool int") or not narrowed(call, x):
        return ERROR
    if isinstance(order, str) and order not in ("fro", "nuc"):
        return call.fail("E0308", f"{call.name} knows numbers, 'fro' and 'nuc', not {order!r}", "p")
    if isinstance(order, str) and not named_order(call, x, order):
        return ERROR
    power = call.arguments.get("ord", order)
    # The greatest of no numbers, or a quotient by their sum, is none.
    extreme = isinstance(power, (int, float)) and (power < 0 or power == float("inf"))
    if extreme and not has_elements(call, x):
        return ERROR
    return reduced(call, x, dtypes.real_of(_own_dtype(call, x.dtype)))


def quantile(call: RuleCall) -> Value:
    """quantile, nanquantile: one result for each of `q`, in front."""
    x, q = arguments.tensor(call), call.arguments["q"]
    if not takes.none_of(call, "bool int low complex") or not takes.one_dtype(call, "input", "q"):
        return ERROR
    if not arguments.within(call, "q", 0, 1) or not has_elements(call, x, along=False):
        return ERROR
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
    if not takes.none_of(call, "bool" if call.decl.name == "softmin" else ""):
        return ERROR
    if given is None and dtypes.is_integral(x.dtype):
        return call.fail(
            "E0303",
            f"{call.name} takes a floating tensor, got {x.dtype}",
            "input" if call.given("input") else None,
            help="`.float()` converts it first, or give `dtype=float32`",
        )
    if not takes.result(call, "complex", given or x.dtype):
        return ERROR
    return _along(call, lambda x: given or x.dtype)


def logcumsumexp(call: RuleCall) -> Value:
    """Floating; the shape stays."""
    return _along(call, lambda x: x.dtype)


def diff(call: RuleCall) -> Value:
    """`diff(x, n, dim, prepend, append)`: n fewer along the axis."""
    x = arguments.tensor(call)
    at = arguments.axis(call, "dim", x)
    n = call.arguments["n"]
    if not arguments.within(call, "n", 0):
        return ERROR
    if not isinstance(at, int) or x.dims is None or not is_size(n):
        return at if isinstance(at, ErrorValue) else unknown(x)
    if not x.dims:
        return call.fail("E0302", f"{call.name} takes no scalar")
    length = x.dims[at] - n
    dtype = x.dtype
    for name in ("prepend", "append"):
        more = call.tensor(name)
        if more is None:
            continue
        dtype = dtypes.promote(dtype, more.dtype)
        if more.dims is None:
            length = length + call.new_size()
            continue
        message = f"{call.name} of {call.show(x)} with {call.show(more)}: all axes but {at} agree"
        if len(more.dims) != len(x.dims):
            return call.fail("E0302", message, name)
        if not all(
            call.agree(a, b, message, name)
            for i, (a, b) in enumerate(zip(more.dims, x.dims, strict=True))
            if i != at
        ):
            return ERROR
        length = length + more.dims[at]
    if n == 0:
        return x  # What is put around it is not looked at further.
    from nnspec.semantics.rules.bounds import at_least

    dims = (*x.dims[:at], at_least(call.world, length, 0), *x.dims[at + 1 :])
    return Tensor(dtype, dims)


def trapezoid(call: RuleCall) -> Value:
    """`trapezoid(y, x, dim)`: the integral along an axis."""
    y, found = arguments.tensor(call, "y"), _sampled(call)
    at = arguments.axis(call, "dim", y)
    if isinstance(found, ErrorValue) or found.dims is None or not isinstance(at, int):
        return found
    return Tensor(found.dtype, (*found.dims[:at], *found.dims[at + 1 :]))


def _sampled(call: RuleCall) -> Tensor | ErrorValue:
    """The values at the places x: a place for each value along the axis, the other axes broadcast.

    Source: `trapezoid` in aten/src/ATen/native/Integration.cpp.
    """
    y, x = arguments.tensor(call, "y"), call.tensor("x")
    if not takes.none_of(call, "bool", ("y", "x")):
        return ERROR
    at = arguments.axis(call, "dim", y)
    if isinstance(at, ErrorValue):
        return at
    dtype = dtypes.result_type([v for v in (y, x) if v is not None])
    dtype = dtypes.DEFAULT_FLOAT if dtypes.is_integral(dtype) else dtype
    if y.dims is None or at is None or (x is not None and x.dims is None):
        return Tensor(dtype, None, contiguous=None)
    if not y.dims:
        return call.fail("E0302", f"{call.name} takes no scalar", "y")
    if x is None or x.dims is None:
        return Tensor(dtype, y.dims)
    message = f"{call.name} of {call.show(y)} at {call.show(x)}: a place for each value"
    if not x.dims:
        return call.fail("E0302", message, "x")
    if len(x.dims) == 1:
        if not call.agree(x.dims[0], y.dims[at], message, "x"):
            return ERROR
        return Tensor(dtype, y.dims)
    # The differences of x are broadcast against the sums of y.
    there = at
    if there >= len(x.dims):
        return call.fail("E0305", message, "x")
    fewer = Tensor(dtype, (*y.dims[:at], call.settle(y.dims[at] - 1), *y.dims[at + 1 :]))
    steps = Tensor(dtype, (*x.dims[:there], call.settle(x.dims[there] - 1), *x.dims[there + 1 :]))
    found = stretch(call, [("y", fewer), ("x", steps)], dtype)
    if not isinstance(found, Tensor):
        return ERROR
    if found.dims is None:
        return found
    wide = list(found.dims)
    wide[at] = call.settle(wide[at] + 1)
    return Tensor(dtype, tuple(wide))


def cumulative_trapezoid(call: RuleCall) -> Value:
    """`cumulative_trapezoid(y, x, dim)`: one fewer along the axis."""
    y, found = arguments.tensor(call, "y"), _sampled(call)
    at = arguments.axis(call, "dim", y)
    if isinstance(found, ErrorValue) or found.dims is None or not isinstance(at, int):
        return found
    return Tensor(
        found.dtype, (*found.dims[:at], call.settle(found.dims[at] - 1), *found.dims[at + 1 :])
    )


def dist(call: RuleCall) -> Value:
    """`dist(x, y, p)`: the norm of the difference, one number."""
    x, y = arguments.tensor(call), arguments.tensor(call, "other")
    dtype = dtypes.result_type((x, y))
    if not takes.none_of(call, "bool", ("input", "other")) or not takes.result(call, "int", dtype):
        return ERROR
    found = stretch(call, [("input", x), ("other", y)], dtype)
    return found if isinstance(found, ErrorValue) else Tensor(dtypes.real_of(dtype), ())
