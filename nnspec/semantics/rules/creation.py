"""Tensors out of nothing: zeros, full, arange, eye, numbers of one's own, and those like another tensor."""

from __future__ import annotations

from math import ceil

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import Dims, is_size, unknown
from nnspec.semantics.rules.bounds import at_least
from nnspec.semantics.rules.broadcast import stretch
from nnspec.semantics.rules.products import same_dtype
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DimLike,
    DType,
    ErrorValue,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    Unknown,
    Value,
)

# What a creation function makes without `dtype`: the model's own floating dtype.
FLOATING = "float"


def shape_of(call: RuleCall, name: str = "size") -> Dims | ErrorValue | None:
    dims = arguments.sizes(call.arguments[name])
    for dim in dims or ():
        message = f"{call.name} of {call.world.show_shape(dims)}: a size is 0 or more"
        if not arguments.is_dimension(call, dim, message, name):
            return ERROR
    return dims


def made(call: RuleCall, dtype: str | None, dims: Dims | None) -> Value:
    """A new tensor: integers have no gradients. Reports E0303."""
    if call.arguments.get("requires_grad") is True and dtypes.is_integral(dtype):
        return call.fail(
            "E0303",
            f"a {dtype} tensor has no gradients",
            "requires_grad",
            help="give a floating `dtype`",
        )
    return Tensor(dtype, dims)


def filled(call: RuleCall) -> Value:
    """zeros, ones, empty, rand, randn: the shape and dtype that are asked for."""
    # `randn(*N)` is for tensors of any rank, and is emitted with the whole shape.
    if call.decl.name != "normal" and not call.given("size") and "*" not in call.span.text:
        return call.fail("E0401", f"{call.name} needs a size", help="`()` makes a scalar")
    dims = shape_of(call)
    if isinstance(dims, ErrorValue):
        return dims
    dtype = arguments.dtype(call) or FLOATING
    if call.decl.name in ("rand", "randn", "normal") and dtypes.is_integral(dtype):
        return call.fail("E0303", f"{call.name} makes floating numbers, not {dtype}", "dtype")
    return made(call, dtype, dims)


_DEFAULTS: dict[int | None, str] = {
    dtypes.BOOL: "bool",
    dtypes.INTEGER: "int64",
    dtypes.FLOATING: FLOATING,
    dtypes.COMPLEX: "complex64",
}


def full(call: RuleCall) -> Value:
    """`full(size, fill_value)`: the dtype is that of the value, unless it is given."""
    dims = shape_of(call)
    if isinstance(dims, ErrorValue):
        return dims
    value = call.arguments["fill_value"]
    # A tensor counts as the number that it holds.
    number = _DEFAULTS.get(dtypes.kind(value.dtype)) if isinstance(value, Tensor) else None
    dtype = arguments.dtype(call) or number or _fill_dtype(value)
    if not takes.numbers(call, Tensor(dtype, None), "fill_value"):
        return ERROR
    return made(call, dtype, dims)


def _fill_dtype(value: Value) -> str | None:
    if isinstance(value, Tensor):
        return value.dtype
    dtype = dtypes.of_number(value)
    return FLOATING if dtype == dtypes.DEFAULT_FLOAT else dtype


def ranged(call: RuleCall) -> bool:
    """Whether there is an int from `low` on below `high`; reports E0308."""
    low, high = call.arguments.get("low", 0), call.arguments["high"]
    if not isinstance(low, int) or not isinstance(high, int) or low < high:
        return True
    call.fail(
        "E0308", f"{call.name} draws ints from {low} to below {high}, and there are none", "high"
    )
    return False


def like(call: RuleCall) -> Value:
    """zeros_like, ones_like, full_like, rand_like: the shape of x, and its dtype unless one is given."""
    x = arguments.tensor(call)
    dtype = arguments.dtype(call) or x.dtype
    if not takes.numbers(call, Tensor(dtype, None), "fill_value"):
        return ERROR
    if call.decl.name in ("rand_like", "randn_like") and dtypes.is_integral(dtype):
        return call.fail(
            "E0303", f"{call.name} makes floating numbers, not {dtype}", help="give `dtype=float32`"
        )
    if call.decl.name == "randint_like":
        if dtypes.is_complex(dtype):
            return call.fail(
                "E0303", f"{call.name} makes no {dtype} numbers", help="give `dtype=int64`"
            )
        if not ranged(call) or not takes.drawn(call, dtype):
            return ERROR
    found = made(call, dtype, x.dims)
    return Tensor(dtype, x.dims, x.origins) if isinstance(found, Tensor) else found


def new(call: RuleCall) -> Value:
    """x.new_zeros, x.new_full, …: another shape, the dtype of x unless one is given."""
    if not call.given("size") and "*" not in call.span.text:
        return call.fail("E0401", f"{call.name} needs a size", help="`()` makes a scalar")
    dims = shape_of(call)
    if isinstance(dims, ErrorValue):
        return dims
    dtype = arguments.dtype(call) or arguments.tensor(call).dtype
    if not takes.numbers(call, Tensor(dtype, None), "fill_value"):
        return ERROR
    return made(call, dtype, dims)


def eye(call: RuleCall) -> Value:
    """`eye(n, m)`."""
    n, m = call.arguments["n"], call.arguments.get("m")
    for name in ("n", "m"):
        if not arguments.within(call, name, 0):
            return ERROR
    if m is None:
        m = n
    dims = tuple(d if is_size(d) else call.new_size() for d in (n, m))
    return made(call, arguments.dtype(call) or FLOATING, dims)


def causal_mask(call: RuleCall) -> Value:
    """`Transformer.generate_square_subsequent_mask(sz)`: -inf above the diagonal, for which integers have no number."""
    size, dtype = call.arguments["sz"], arguments.dtype(call) or FLOATING
    if not arguments.within(call, "sz", 0):
        return ERROR
    if dtypes.kind(dtype) == dtypes.kind("int64"):
        return call.fail(
            "E0303", f"{call.name} holds -inf, for which {dtype} has no number", "dtype"
        )
    n = size if is_size(size) else call.new_size()
    return made(call, dtype, (n, n))


def arange(call: RuleCall) -> Value:
    """`arange(end)`, `arange(start, end, step)`: `ceil((end - start) / step)` numbers.

    Ints give int64, a float among them the floating dtype.
    """
    start, end = call.arguments.get("start", 0), call.arguments["end"]
    step = call.arguments.get("step", 1)
    given = (start, end, step)
    floating = any(_is_float(v) for v in given)
    dtype = arguments.dtype(call) or (FLOATING if floating else "int64")
    if all(is_size(v) for v in given):
        return _arange_ints(call, start, end, step, dtype)
    if all(isinstance(v, (int, float)) for v in given):
        if step == 0 or (end - start) / step < 0:
            return call.fail("E0308", f"arange from {start} to {end} in steps of {step} never ends")
        return made(call, dtype, (max(ceil((end - start) / step), 0),))
    return made(call, dtype, (call.new_size("arange"),))


def _is_float(value: Value) -> bool:
    if isinstance(value, Tensor):
        return dtypes.is_floating(value.dtype)
    return isinstance(value, float) or value == Unknown("float")


def _arange_ints(call: RuleCall, start: DimLike, end: DimLike, step: DimLike, dtype: str) -> Value:
    step = call.settle(step)
    if step == 0:
        return call.fail("E0308", "arange needs a step other than 0", "step")
    backwards = call.world.prove(Relation(step, "<", 0))
    if backwards is None and call.world.prove(Relation(end, "<", start)) is True:
        # Where the ends tell the way, the step has to lead there.
        message = (
            f"arange from {call.show(start)} to {call.show(end)} goes back by {call.show(step)}"
        )
        backwards = call.demand(Relation(step, "<", 0), message, "step", code="E0308")
    distance = call.settle(start - end if backwards else end - start)
    step = call.settle(0 - step if backwards else step)
    message = f"arange from {call.show(start)} to {call.show(end)} goes against its step"
    if not arguments.is_dimension(call, distance, message):
        return ERROR
    if call.world.prove(Relation(step, ">", 0)) is not True:
        call.world.claimed(Relation(step, ">", 0), call.where("step"), needed=False)
    return made(call, dtype, (call.settle((distance + (step - 1)) // step),))


def linspace(call: RuleCall) -> Value:
    """`linspace(start, end, steps)`, logspace."""
    steps = call.arguments["steps"]
    dtype = arguments.dtype(call) or FLOATING
    if not is_size(steps):
        return Tensor(dtype, (call.new_size(),))
    if isinstance(steps, int) and steps < 0:
        return call.fail("E0308", f"{call.name} makes 0 or more steps, not {steps}", "steps")
    return made(call, dtype, (at_least(call.world, steps, 0),))


def window(call: RuleCall) -> Value:
    """hann_window, hamming_window, …: a vector of floating numbers."""
    if not arguments.within(call, "window_length", 0):
        return ERROR
    dtype = arguments.dtype(call)
    if dtype is not None and not dtypes.is_floating(dtype):
        return call.fail("E0303", f"{call.name} makes floating numbers, not {dtype}", "dtype")
    length = call.arguments["window_length"]
    dims = (length,) if is_size(length) else (call.new_size(),)
    return Tensor(arguments.dtype(call) or FLOATING, dims)


def tensor(call: RuleCall) -> Value:
    """`tensor(data)`: a number or nested lists of numbers."""
    from nnspec.semantics.rules.indexing import list_shape
    from nnspec.semantics.values import ListValue, TupleValue

    data = call.arguments["data"]
    if isinstance(data, Tensor):
        return made(call, arguments.dtype(call) or data.dtype, data.dims)
    given = arguments.dtype(call)
    if isinstance(data, RepeatValue) and _is_number(data.element):
        return Tensor(given or _fill_dtype(data.element), (data.count,))
    if data is None or isinstance(data, (str, DType)):
        return call.fail("E0405", f"{call.name} takes numbers, and not {data!r}", "data")
    if not isinstance(data, (ListValue, TupleValue)):
        one = made(call, given or _fill_dtype(data), ())
        return one if _is_number(data) or not isinstance(one, Tensor) else unknown(one)
    for leaf in _leaves(data):
        if leaf is None or isinstance(leaf, str):
            return call.fail("E0405", f"{call.name} takes numbers, and not {leaf!r}", "data")
        if isinstance(leaf, Tensor) and any(call.settle(d) != 1 for d in leaf.dims or ()):
            return call.fail(
                "E0405",
                f"{call.name} takes numbers, and a tensor of {call.show(leaf)} is none",
                "data",
                help="`stack` makes one tensor of several",
            )
    if not all(_is_number(leaf) for leaf in _leaves(data)):
        return Tensor(given, None)
    shape = _nested_shape(data)
    if shape is None:
        return call.fail("E0302", "the rows of a tensor are equally long", "data")
    kinds = {_fill_dtype(leaf) for leaf in _leaves(data)}
    if list_shape(data) is None and None in kinds:
        return Tensor(given, shape)
    dtype: str | None = None
    for kind in kinds:
        dtype = kind if dtype is None else dtypes.promote(dtype, kind)
    return made(call, given or dtype or FLOATING, shape)


def _is_number(value: Value) -> bool:
    """Whether a value is one number, and no list of numbers: what is not known may be either."""
    return not isinstance(value, (Unknown, RepeatValue, RangeValue, Choice)) or value in (
        Unknown("int"),
        Unknown("float"),
        Unknown("bool"),
    )


def _nested_shape(value: Value) -> tuple[int, ...] | None:
    from nnspec.semantics.values import ListValue, TupleValue

    if not isinstance(value, (ListValue, TupleValue)):
        return ()
    inner = {_nested_shape(item) for item in value.items}
    if len(inner) > 1 or None in inner:
        return None
    rest = inner.pop() if inner else ()
    return (len(value.items), *(rest or ()))


def _leaves(value: Value) -> list[Value]:
    from nnspec.semantics.values import ListValue, TupleValue

    if isinstance(value, (ListValue, TupleValue)):
        return [leaf for item in value.items for leaf in _leaves(item)]
    return [value]


def triangle_indices(call: RuleCall) -> Value:
    """tril_indices, triu_indices: two rows, as many columns as the triangle has places."""
    row, col, offset = (call.arguments[n] for n in ("row", "col", "offset"))
    dtype = arguments.dtype(call) or "int64"
    for name in ("row", "col"):
        if not arguments.within(call, name, 0):
            return ERROR
    if dtypes.is_floating(dtype) or dtypes.is_complex(dtype):
        return call.fail("E0303", f"{call.name} makes integers, not {dtype}", "dtype")
    if not all(isinstance(v, int) for v in (row, col, offset)):
        square = row == col and isinstance(offset, int)
        if square and is_size(row) and offset in (-1, 0, 1):
            lower = call.decl.name == "tril_indices"
            full = (offset == 0) or (offset == 1) != lower
            if offset == 0 or (offset == -1) == lower:
                count = row * (row + 1) // 2 if full and offset == 0 else row * (row - 1) // 2
                return Tensor(dtype, (2, call.settle(count)))
        return Tensor(dtype, (2, call.new_size()))
    lower_count = sum(max(min(i + offset + 1, col), 0) for i in range(row))
    if call.decl.name == "tril_indices":
        return Tensor(dtype, (2, lower_count))
    strictly_lower = sum(max(min(i + offset, col), 0) for i in range(row))
    return Tensor(dtype, (2, row * col - strictly_lower))


def vander(call: RuleCall) -> Value:
    """`vander(x, N)`: powers as columns."""
    x, n = arguments.tensor(call, "x"), call.arguments.get("N")
    if "increasing" in call.arguments:
        if not arguments.rank_is(call, x, (1,), "x"):
            return ERROR
    elif not takes.none_of(call, "bool low", ("x",)):
        return ERROR
    if not arguments.within(call, "N", 0 if "increasing" in call.arguments else 2):
        return ERROR
    if x.dims is None:
        return unknown(x)
    if not x.dims and n is None:
        return call.fail("E0302", f"{call.name} takes no scalar", "x")
    rows = x.dims or (1,)
    columns = rows[-1] if n is None else n
    if columns == 1 and "increasing" not in call.arguments:
        return call.fail("E0308", f"{call.name} makes two columns or more", "x", help="give `N`")
    dtype = "int64" if dtypes.is_integral(x.dtype) else x.dtype
    return Tensor(dtype, (*rows, columns if is_size(columns) else call.new_size()))


def complex(call: RuleCall) -> Value:
    """complex, polar: two real tensors of one dtype."""
    first, second = ("real", "imag") if "real" in call.arguments else ("abs", "angle")
    a, b = arguments.tensor(call, first), arguments.tensor(call, second)
    if dtypes.is_integral(a.dtype) or dtypes.is_complex(a.dtype) or a.dtype == "bfloat16":
        return call.fail(
            "E0303", f"{call.name} takes floating tensors of its parts, got {a.dtype}", first
        )
    if call.decl.name == "polar" and not takes.none_of(call, "low", (first,)):
        return ERROR
    if not same_dtype(call, (first, a), (second, b)):
        return ERROR
    return stretch(call, [(first, a), (second, b)], dtypes.complex_of(a.dtype))


def scalar_tensor(call: RuleCall) -> Value:
    """`scalar_tensor(s)`: floating, unless a dtype is given."""
    return made(call, arguments.dtype(call) or FLOATING, ())


def asarray(call: RuleCall) -> Value:
    """`asarray(obj)`: as tensor."""
    if call.arguments["copy"] is False and not isinstance(call.arguments["obj"], Tensor):
        return call.fail("E0405", f"{call.name} of numbers makes a new tensor", "copy")
    given, held = arguments.dtype(call), call.tensor("obj")
    if call.arguments["copy"] is False and held is not None and given not in (None, held.dtype):
        return call.fail("E0405", f"{call.name} of another dtype makes a new tensor", "copy")
    values = {**call.arguments, "data": call.arguments["obj"]}
    return tensor(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))


def new_tensor(call: RuleCall) -> Value:
    """`x.new_tensor(data)`: the shape of the data, the dtype of x."""
    values = {**call.arguments, "requires_grad": False}
    data = tensor(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))
    if not isinstance(data, Tensor):
        return data
    return made(call, arguments.dtype(call) or arguments.tensor(call).dtype, data.dims)
