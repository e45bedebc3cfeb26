"""Diagonals and triangles of matrices."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import is_size, product, unknown
from nnspec.semantics.rules.bounds import at_least, at_most
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Relation, Tensor, Value


def triangle(call: RuleCall) -> Value:
    """tril, triu: two axes or more, the shape stays."""
    x = arguments.tensor(call)
    if x.dims is not None and len(x.dims) < 2:
        return call.fail(
            "E0302", f"{call.name} takes two axes or more, got {call.show(x)}", "input"
        )
    return Tensor(x.dtype, x.dims, x.origins)


def diagonal(call: RuleCall) -> Value:
    """`diagonal(x, offset, dim1, dim2)`: the diagonal of two axes as the last axis."""
    x = arguments.tensor(call, "input" if "input" in call.arguments else "A")
    offset = call.arguments["offset"]
    if x.dims is None:
        return unknown(x)
    names = ("dim1", "dim2")
    first, second = (arguments.axis(call, n, x) for n in names)
    if isinstance(first, ErrorValue) or isinstance(second, ErrorValue):
        return ERROR
    if first is None or second is None or not is_size(offset):
        return unknown(x)
    if first == second:
        return call.fail("E0305", f"{call.name} needs two axes, got {call.show(x)}")
    length = _diagonal_length(call, x.dims[first], x.dims[second], offset)
    rest = tuple(d for i, d in enumerate(x.dims) if i not in (first, second))
    return Tensor(x.dtype, (*rest, length), contiguous=None)


def _diagonal_length(call: RuleCall, rows: DimLike, columns: DimLike, offset: DimLike) -> DimLike:
    world = call.world
    if world.prove(Relation(offset, ">=", 0)) is False:
        rows = rows + offset
    else:
        columns = columns - offset
    return at_least(world, at_most(world, rows, columns), 0)


def diag(call: RuleCall) -> Value:
    """`diag(x, diagonal)`: the diagonal of a matrix, or a matrix with a vector on its diagonal."""
    x, offset = arguments.tensor(call), call.arguments["diagonal"]
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    if x.dims is None or not is_size(offset):
        return unknown(x)
    if len(x.dims) == 2:
        return Tensor(x.dtype, (_diagonal_length(call, *x.dims, offset),))
    size = call.settle(x.dims[0] + _magnitude(call, offset))
    return Tensor(x.dtype, (size, size))


def _magnitude(call: RuleCall, offset: DimLike) -> DimLike:
    return at_least(call.world, offset, 0 - offset)


def diag_embed(call: RuleCall) -> Value:
    """`diag_embed(x, offset, dim1, dim2)`: the last axis becomes a diagonal of two axes."""
    x, offset = arguments.tensor(call), call.arguments["offset"]
    first = arguments.axis(call, "dim1", x, extra=1)
    second = arguments.axis(call, "dim2", x, extra=1)
    if isinstance(first, ErrorValue) or isinstance(second, ErrorValue):
        return ERROR
    if x.dims is None or first is None or second is None or not is_size(offset):
        return unknown(x)
    if not x.dims:
        return call.fail("E0302", "diag_embed takes no scalar", "input")
    if first == second:
        return call.fail(
            "E0305", f"the diagonal lies in two axes, not twice in axis {first}", "dim2"
        )
    size = call.settle(x.dims[-1] + _magnitude(call, offset))
    rest = iter(x.dims[:-1])
    axes = range(len(x.dims) + 1)
    return Tensor(x.dtype, tuple(size if i in (first, second) else next(rest) for i in axes))


def trace(call: RuleCall) -> Value:
    """`trace(x)`: the sum of a matrix's diagonal; integers add up to int64."""
    x = arguments.tensor(call)
    if not arguments.rank_is(call, x, (2,)) or not takes.none_of(call, "bool"):
        return ERROR
    return Tensor("int64" if dtypes.is_integral(x.dtype) else x.dtype, ())


def diagflat(call: RuleCall) -> Value:
    """`diagflat(x, offset)`: all elements on a diagonal."""
    x, offset = arguments.tensor(call), call.arguments["offset"]
    if x.dims is None or not is_size(offset):
        return unknown(x)
    size = call.settle(product(call.world, x.dims) + _magnitude(call, offset))
    return Tensor(x.dtype, (size, size))


def diagonal_scatter(call: RuleCall) -> Value:
    """`diagonal_scatter(x, src, offset, dim1, dim2)`: x with its diagonal replaced."""
    x, source = arguments.tensor(call), arguments.tensor(call, "src")
    wanted = diagonal(call)
    if isinstance(wanted, ErrorValue):
        return wanted
    if wanted.dims is not None and source.dims is not None:
        message = f"{call.name} replaces {call.show(wanted)}, but src is {call.show(source)}"
        if len(wanted.dims) != len(source.dims):
            return call.fail("E0302", message, "src")
        for a, b in zip(wanted.dims, source.dims, strict=True):
            if not call.agree(a, b, message, "src"):
                return ERROR
    return Tensor(x.dtype, x.dims, x.origins)
