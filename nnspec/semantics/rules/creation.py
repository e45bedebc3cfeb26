"""Tensors out of nothing: zeros, full, arange, eye, random numbers, and those like another tensor."""

from __future__ import annotations

from math import ceil

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import Dims, is_size, unknown
from nnspec.semantics.rules.bounds import at_least
from nnspec.semantics.rules.broadcast import stretch
from nnspec.semantics.rules.products import same_dtype
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DimLike,
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


def _shape(call: RuleCall, name: str = "size") -> Dims | ErrorValue | None:
    dims = arguments.sizes(call.arguments[name])
    for dim in dims or ():
        message = f"{call.name} of {call.world.show_shape(dims)}: a size is 0 or more"
        if not arguments.is_dimension(call, dim, message, name):
            return ERROR
    return dims


def filled(call: RuleCall) -> Value:
    """zeros, ones, empty, rand, randn: the shape and dtype that are asked for."""
    dims = _shape(call)
    if isinstance(dims, ErrorValue):
        return dims
    return Tensor(arguments.dtype(call) or FLOATING, dims)


def full(call: RuleCall) -> Value:
    """`full(size, fill_value)`: the dtype is that of the value, unless it is given."""
    dims = _shape(call)
    if isinstance(dims, ErrorValue):
        return dims
    return Tensor(arguments.dtype(call) or _fill_dtype(call.arguments["fill_value"]), dims)


def _fill_dtype(value: Value) -> str | None:
    if isinstance(value, Tensor):
        return value.dtype
    dtype = dtypes.of_number(value)
    return FLOATING if dtype == dtypes.DEFAULT_FLOAT else dtype


def randint(call: RuleCall) -> Value:
    """`randint(high, size)`, `randint(low, high, size)`: int64."""
    dims = _shape(call)
    if isinstance(dims, ErrorValue):
        return dims
    return Tensor(arguments.dtype(call) or "int64", dims)


def randperm(call: RuleCall) -> Value:
    """`randperm(n)`: int64."""
    n = call.arguments["n"]
    return Tensor(arguments.dtype(call) or "int64", (n,) if is_size(n) else (call.new_size(),))


def like(call: RuleCall) -> Value:
    """zeros_like, ones_like, full_like, rand_like: the shape of x, and its dtype unless one is given."""
    x = arguments.tensor(call)
    dtype = arguments.dtype(call) or x.dtype
    if call.decl.name in ("rand_like", "randn_like") and dtypes.is_integral(dtype):
        return call.fail(
            "E0303", f"{call.name} makes floating numbers, not {dtype}", help="give `dtype=float32`"
        )
    return Tensor(dtype, x.dims, x.origins)


def new(call: RuleCall) -> Value:
    """x.new_zeros, x.new_full, …: another shape, the dtype of x unless one is given."""
    dims = _shape(call)
    if isinstance(dims, ErrorValue):
        return dims
    return Tensor(arguments.dtype(call) or arguments.tensor(call).dtype, dims)


def eye(call: RuleCall) -> Value:
    """`eye(n, m)`."""
    n, m = call.arguments["n"], call.arguments.get("m")
    if m is None:
        m = n
    dims = tuple(d if is_size(d) else call.new_size() for d in (n, m))
    return Tensor(arguments.dtype(call) or FLOATING, dims)


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
        return Tensor(dtype, (max(ceil((end - start) / step), 0),))
    return Tensor(dtype, (call.new_size("arange"),))


def _is_float(value: Value) -> bool:
    if isinstance(value, Tensor):
        return dtypes.is_floating(value.dtype)
    return isinstance(value, float) or value == Unknown("float")


def _arange_ints(call: RuleCall, start: DimLike, end: DimLike, step: DimLike, dtype: str) -> Value:
    step = call.settle(step)
    if step == 0:
        return call.fail("E0308", "arange needs a step other than 0", "step")
    backwards = call.world.prove(Relation(step, "<", 0)) is True
    distance = call.settle(start - end if backwards else end - start)
    step = call.settle(0 - step if backwards else step)
    message = f"arange from {call.show(start)} to {call.show(end)} goes against its step"
    if not arguments.is_dimension(call, distance, message):
        return ERROR
    if call.world.prove(Relation(step, ">", 0)) is not True:
        call.world.claimed(Relation(step, ">", 0), call.where("step"))
    return Tensor(dtype, (call.settle((distance + (step - 1)) // step),))


def linspace(call: RuleCall) -> Value:
    """`linspace(start, end, steps)`, logspace."""
    steps = call.arguments["steps"]
    dtype = arguments.dtype(call) or FLOATING
    if not is_size(steps):
        return Tensor(dtype, (call.new_size(),))
    if isinstance(steps, int) and steps < 0:
        return call.fail("E0308", f"{call.name} makes 0 or more steps, not {steps}", "steps")
    return Tensor(dtype, (at_least(call.world, steps, 0),))


def window(call: RuleCall) -> Value:
    """hann_window, hamming_window, …: a vector."""
    length = call.arguments["window_length"]
    dims = (length,) if is_size(length) else (call.new_size(),)
    return Tensor(arguments.dtype(call) or FLOATING, dims)


def tensor(call: RuleCall) -> Value:
    """`tensor(data)`: a number or nested lists of numbers."""
    from nnspec.semantics.rules.indexing import list_shape
    from nnspec.semantics.values import ListValue, TupleValue

    data = call.arguments["data"]
    if isinstance(data, Tensor):
        return Tensor(arguments.dtype(call) or data.dtype, data.dims)
    given = arguments.dtype(call)
    if isinstance(data, RepeatValue) and _is_number(data.element):
        return Tensor(given or _fill_dtype(data.element), (data.count,))
    if not isinstance(data, (ListValue, TupleValue)):
        return Tensor(given or _fill_dtype(data), () if _is_number(data) else None)
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
    return Tensor(given or dtype or FLOATING, shape)


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
    if x.dims is None:
        return unknown(x)
    columns = x.dims[-1] if n is None else n
    dtype = "int64" if dtypes.is_integral(x.dtype) else x.dtype
    return Tensor(dtype, (*x.dims, columns if is_size(columns) else call.new_size()))


def complex(call: RuleCall) -> Value:
    """complex, polar: two real tensors of one dtype."""
    first, second = ("real", "imag") if "real" in call.arguments else ("abs", "angle")
    a, b = arguments.tensor(call, first), arguments.tensor(call, second)
    if dtypes.is_integral(a.dtype) or dtypes.is_complex(a.dtype):
        return call.fail("E0303", f"{call.name} takes floating tensors, got {a.dtype}", first)
    if not same_dtype(call, (first, a), (second, b)):
        return ERROR
    return stretch(call, [(first, a), (second, b)], dtypes.complex_of(a.dtype))


def scalar_tensor(call: RuleCall) -> Value:
    """`scalar_tensor(s)`: floating, unless a dtype is given."""
    return Tensor(arguments.dtype(call) or FLOATING, ())


def asarray(call: RuleCall) -> Value:
    """`asarray(obj)`: as tensor."""
    values = {**call.arguments, "data": call.arguments["obj"]}
    return tensor(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))


def new_tensor(call: RuleCall) -> Value:
    """`x.new_tensor(data)`: the shape of the data, the dtype of x."""
    made = tensor(call)
    if not isinstance(made, Tensor):
        return made
    return Tensor(arguments.dtype(call) or arguments.tensor(call).dtype, made.dims)


# --- random numbers out of a tensor ------------------------------------------------------------------


def bernoulli(call: RuleCall) -> Value:
    """`bernoulli(probabilities)`: floating, 0 or 1."""
    x = arguments.tensor(call)
    if dtypes.is_integral(x.dtype) and not call.given("p"):
        return call.fail("E0303", f"bernoulli takes probabilities, got {x.dtype}", "input")
    return Tensor(x.dtype, x.dims, x.origins)


def multinomial(call: RuleCall) -> Value:
    """`multinomial(weights, num_samples)`: indices, drawn for each row."""
    x, count = arguments.tensor(call), call.arguments["num_samples"]
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    if dtypes.is_integral(x.dtype):
        return call.fail("E0303", f"multinomial takes floating weights, got {x.dtype}", "input")
    if x.dims is None or not is_size(count):
        return unknown("int64")
    if call.arguments.get("replacement") is False and not call.demand(
        Relation(count, "<=", x.dims[-1]),
        f"multinomial draws {call.show(count)} out of {call.show(x.dims[-1])} without replacement",
        "num_samples",
        code="E0308",
    ):
        return ERROR
    return Tensor("int64", (*x.dims[:-1], count))


def normal(call: RuleCall) -> Value:
    """`normal(mean, std)`, `normal(mean, std, size)`."""
    if call.arguments.get("size") is not None:
        return filled(call)
    named = [(n, v) for n in ("mean", "std") if isinstance(v := call.arguments[n], Tensor)]
    if not named:
        return call.fail("E0401", "normal of two numbers needs a size")
    return stretch(call, named, named[0][1].dtype)
