"""Random numbers: integers, permutations, draws by the probabilities of a tensor."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import is_size, unknown
from nnspec.semantics.rules.broadcast import stretch
from nnspec.semantics.rules.creation import filled, made, ranged, shape_of
from nnspec.semantics.values import ERROR, ErrorValue, Relation, Tensor, Value


def randint(call: RuleCall) -> Value:
    """`randint(high, size)`, `randint(low, high, size)`: int64."""
    dims = shape_of(call)
    if isinstance(dims, ErrorValue) or not ranged(call):
        return ERROR
    dtype = arguments.dtype(call) or "int64"
    if dtypes.is_complex(dtype):
        return call.fail("E0303", f"{call.name} makes no {dtype} numbers", "dtype")
    if not takes.drawn(call, dtype):
        return ERROR
    return made(call, dtype, dims)


def randperm(call: RuleCall) -> Value:
    """`randperm(n)`: int64."""
    n = call.arguments["n"]
    if is_size(n) and not arguments.is_dimension(call, n, f"{call.name} of {call.show(n)}", "n"):
        return ERROR
    return made(call, arguments.dtype(call) or "int64", (n,) if is_size(n) else (call.new_size(),))


def bernoulli(call: RuleCall) -> Value:
    """`bernoulli(probabilities)`: floating, 0 or 1."""
    x = arguments.tensor(call)
    if call.given("p") and call.arguments["p"] is None:
        return call.fail("E0405", f"`p` of {call.name} is a number", "p")
    if not takes.none_of(call, "complex") or not arguments.within(call, "p", 0, 1):
        return ERROR
    if dtypes.is_integral(x.dtype) and not call.given("p"):
        return call.fail("E0303", f"bernoulli takes probabilities, got {x.dtype}", "input")
    return Tensor(x.dtype, x.dims, x.origins)


def multinomial(call: RuleCall) -> Value:
    """`multinomial(weights, num_samples)`: indices, drawn for each row."""
    x, count = arguments.tensor(call), call.arguments["num_samples"]
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    if dtypes.is_integral(x.dtype) or dtypes.is_complex(x.dtype):
        return call.fail("E0303", f"multinomial takes floating weights, got {x.dtype}", "input")
    if not arguments.within(call, "num_samples", 1):
        return ERROR
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
    named = [(n, v) for n in ("mean", "std") if isinstance(v := call.arguments[n], Tensor)]
    if not arguments.within(call, "std", 0):
        return ERROR
    if call.arguments.get("size") is not None:
        if named:
            return call.fail("E0405", "normal of a tensor takes its size from it", "size")
        if not call.given("mean") or not call.given("std"):
            return call.fail("E0401", "normal of a size needs `mean` and `std`")
        return filled(call)
    if not named:
        return call.fail("E0401", "normal of two numbers needs a size")
    if not call.given("mean"):
        return call.fail(
            "E0401", "normal of a tensor needs `mean`", help="write `normal(0.0, std)`"
        )
    for name in ("dtype", "device", "requires_grad"):
        if call.given(name):
            return call.fail("E0404", f"normal of a tensor has no argument `{name}`", name)
    if not takes.none_of(call, "bool int complex", ("mean", "std")):
        return ERROR
    return stretch(call, named, named[0][1].dtype)
