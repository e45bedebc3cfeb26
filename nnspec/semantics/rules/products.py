"""Products of matrices and vectors: matmul, outer, tensordot and their kin."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import came_from, is_size, origins_of, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, Value


def same_dtype(call: RuleCall, *named: tuple[str, Tensor]) -> bool:
    """Whether all tensors may have one dtype, as products ask; reports E0303."""
    known = [(n, x) for n, x in named if x.dtype is not None]
    for (_, a), (name, b) in zip(known[:-1], known[1:], strict=True):
        if not alike(a.dtype, b.dtype):
            call.fail(
                "E0303",
                f"{call.name} needs one dtype on both sides, got {a.dtype} and {b.dtype}",
                name if call.given(name) else None,
                f"this is {b.dtype}",
                help=f"`.to({a.dtype})` converts it" if a.dtype != "float" else None,
            )
            return False
    return True


def multiply(call: RuleCall, *named: tuple[str, Tensor]) -> bool:
    """The same of tensors whose products are summed, which bools have not got."""
    if any(x.dtype == "bool" for _, x in named):
        call.fail("E0303", f"{call.name} takes no bool tensors", help="`.float()` converts them")
        return False
    return same_dtype(call, *named)


def alike(left: str | None, right: str | None) -> bool:
    """Whether two dtypes may be the same one: `float` may be any floating dtype."""
    if left is None or right is None or left == right:
        return True
    return "float" in (left, right) and dtypes.is_floating(left) and dtypes.is_floating(right)


def result_dtype(a: Tensor, b: Tensor) -> str | None:
    """The dtype of a product; None where that of a factor is not known."""
    return dtypes.promote(a.dtype, b.dtype) if a.dtype != b.dtype else a.dtype


def axes_meet(
    call: RuleCall, left: tuple[str, Tensor, int], right: tuple[str, Tensor, int], help: str | None
) -> bool:
    """Whether the two sizes over which a product sums agree; reports E0301.

    left, right: name of the argument, tensor, axis, counted from the end where it is negative.
    """
    (left_name, a, i), (right_name, b, j) = left, right
    assert a.dims is not None and b.dims is not None
    return call.agree(
        a.dims[i],
        b.dims[j],
        f"{call.name} of {call.show(a)} and {call.show(b)}: "
        f"{_nth(i, len(a.dims))} of the first is {call.show(a.dims[i])}, "
        f"{_nth(j, len(b.dims))} of the second {call.show(b.dims[j])}, and these must be equal",
        right_name if call.given(right_name) else None,
        f"this is {call.show(b)}",
        (
            *(
                (Label(call.spans[left_name], f"this is {call.show(a)}"),)
                if call.given(left_name)
                else ()
            ),
            *came_from(a, i),
            *came_from(b, j),
        ),
        help=help,
    )


def _nth(at: int, rank: int) -> str:
    at = at % rank
    if at == rank - 1:
        return "the last axis"
    return f"axis {at - rank}" if rank > 2 else f"axis {at}"


def matmul(call: RuleCall) -> Value:
    """`a @ b`: vectors, matrices, and batches of matrices whose batch axes broadcast."""
    a, b = arguments.tensor(call), arguments.tensor(call, "other")
    if not multiply(call, ("input", a), ("other", b)):
        return ERROR
    dtype = result_dtype(a, b)
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    for name, x in (("input", a), ("other", b)):
        if not x.dims:
            return call.fail(
                "E0302", f"{call.name} takes no scalar", name, help="`*` multiplies by a number"
            )
    row = -2 if len(b.dims) > 1 else -1
    if not axes_meet(call, ("input", a, -1), ("other", b, row), None):
        return ERROR
    if len(a.dims) <= 2 and len(b.dims) <= 2:
        dims = a.dims[:-1] + (b.dims[-1:] if len(b.dims) > 1 else ())
        origins = origins_of(a)[:-1] + (origins_of(b)[-1:] if len(b.dims) > 1 else ())
        return Tensor(dtype, dims, origins)
    left = Tensor(a.dtype, a.dims[:-2], origins_of(a)[:-2])
    right = Tensor(b.dtype, b.dims[:-2], origins_of(b)[:-2])
    batch = broadcast(call, [("input", left), ("other", right)], (a, b))
    if isinstance(batch, ErrorValue):
        return batch
    assert batch is not None
    dims, origins = batch
    if len(a.dims) > 1:
        dims, origins = (*dims, a.dims[-2]), (*origins, a.origin(-2))
    if len(b.dims) > 1:
        dims, origins = (*dims, b.dims[-1]), (*origins, b.origin(-1))
    return Tensor(dtype, dims, origins)


_WIDER = "`@` multiplies vectors, matrices and batches of matrices"


def ranked_matmul(call: RuleCall) -> Value:
    """mm, bmm, mv, dot: products of exactly the ranks that their names say."""
    ranks = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1), "vdot": (1, 1)}
    second = next(name for name in ("mat2", "vec", "tensor", "other") if name in call.arguments)
    a, b = arguments.tensor(call), arguments.tensor(call, second)
    wanted = ranks[call.decl.name]
    for x, rank, name in ((a, wanted[0], "input"), (b, wanted[1], second)):
        if not arguments.rank_is(call, x, (rank,), name, _WIDER if x.dims else None):
            return ERROR
    if not multiply(call, ("input", a), (second, b)):
        return ERROR
    dtype = result_dtype(a, b)
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    if not axes_meet(call, ("input", a, -1), (second, b, -2 if len(b.dims) > 1 else -1), None):
        return ERROR
    if len(a.dims) == 3 and not call.agree(
        a.dims[0],
        b.dims[0],
        f"{call.name} of {call.show(a)} and {call.show(b)}: the batches differ",
        second,
        f"{call.show(b.dims[0])} on axis 0",
        (
            *call.shown("input", f"{call.show(a.dims[0])} on axis 0"),
            *came_from(a, 0),
            *came_from(b, 0),
        ),
    ):
        return ERROR
    dims = a.dims[:-1] + (b.dims[-1:] if len(b.dims) > 1 else ())
    origins = origins_of(a)[:-1] + (origins_of(b)[-1:] if len(b.dims) > 1 else ())
    return Tensor(dtype, dims, origins)


def inner(call: RuleCall) -> Value:
    """`inner(a, b)`: sums over the last axis of both; with a scalar their product."""
    a, b = arguments.tensor(call), arguments.tensor(call, "other")
    if a.dims == () or b.dims == ():
        return Tensor(dtypes.result_type((a, b)), a.dims or b.dims)
    if not multiply(call, ("input", a), ("other", b)):
        return ERROR
    if a.dims is None or b.dims is None:
        return unknown(result_dtype(a, b))
    if not axes_meet(call, ("input", a, -1), ("other", b, -1), None):
        return ERROR
    return Tensor(result_dtype(a, b), a.dims[:-1] + b.dims[:-1])


def added_product(call: RuleCall) -> Value:
    """addmm, baddbmm, addmv, addbmm, addr: a product, to which `input` is broadcast."""
    names = {
        "addmm": ("mat1", "mat2", "mm"),
        "baddbmm": ("batch1", "batch2", "bmm"),
        "addbmm": ("batch1", "batch2", "bmm"),
        "addmv": ("mat", "vec", "mv"),
        "addr": ("vec1", "vec2", "outer"),
    }
    first, second, kind = names[call.decl.name]
    ranks = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "outer": (1, 1)}[kind]
    a, b, c = arguments.tensor(call, first), arguments.tensor(call, second), arguments.tensor(call)
    for x, rank, name in ((a, ranks[0], first), (b, ranks[1], second)):
        if not arguments.rank_is(call, x, (rank,), name):
            return ERROR
    if kind == "outer":
        # An elementwise product: the dtypes are promoted, bools are taken.
        dtype = dtypes.promote(dtypes.promote(a.dtype, b.dtype), c.dtype)
        for name in ("alpha", "beta"):
            if isinstance(call.arguments[name], bool) and dtype not in ("bool", None):
                return call.fail(
                    "E0303", f"`{name}` of {call.name} is a number, unless all are bools", name
                )
            if isinstance(call.arguments[name], float) and dtypes.is_integral(dtype):
                return call.fail(
                    "E0303", f"`{name}` of {call.name} of {dtype} tensors is an int", name
                )
    elif not multiply(call, (first, a), (second, b), ("input", c)):
        return ERROR
    else:
        dtype = result_dtype(a, b)
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    if kind == "outer":
        dims = a.dims + b.dims
    else:
        column = -2 if len(b.dims) > 1 else -1
        if not axes_meet(call, (first, a, -1), (second, b, column), None):
            return ERROR
        if kind == "bmm" and not call.agree(
            a.dims[0],
            b.dims[0],
            f"{call.name} of {call.show(a)} and {call.show(b)}: the batches differ",
            second,
        ):
            return ERROR
        dims = a.dims[:-1] + (b.dims[-1:] if len(b.dims) > 1 else ())
        if call.decl.name == "addbmm":
            dims = dims[1:]
    result = Tensor(dtype, dims)
    found = broadcast(call, [(first, result), ("input", c)])
    if isinstance(found, ErrorValue):
        return found
    # What is added is stretched to the product, and never the product to it.
    if found is not None and (
        len(found[0]) != len(dims)
        or any(call.settle(p) == 1 != call.settle(q) for p, q in zip(dims, found[0], strict=True))
    ):
        return call.fail(
            "E0307",
            f"{call.show(c)} does not broadcast to the product, {call.show(result)}",
            "input",
        )
    return result


def outer(call: RuleCall) -> Value:
    """`outer(a, b)`: the products of all pairs; the dtypes are promoted."""
    second = "vec2" if "vec2" in call.arguments else "other"
    a, b = arguments.tensor(call), arguments.tensor(call, second)
    for name, x in (("input", a), (second, b)):
        if not arguments.rank_is(call, x, (1,), name):
            return ERROR
    dtype = dtypes.promote(a.dtype, b.dtype)
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    return Tensor(dtype, a.dims + b.dims, origins_of(a) + origins_of(b))


def tensordot(call: RuleCall) -> Value:
    """`tensordot(a, b, dims)`: sums over pairs of axes; an int takes the last of a and the first of b."""
    first, second = ("a", "b") if "a" in call.arguments else ("input", "other")
    a, b = arguments.tensor(call, first), arguments.tensor(call, second)
    if not multiply(call, (first, a), (second, b)):
        return ERROR
    dtype = result_dtype(a, b)
    given = call.arguments["dims"]
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    if isinstance(given, Tensor):
        return call.fail("E0405", "the axes of tensordot are ints, and no tensor", "dims")
    if isinstance(given, int):
        if given < 0:
            return call.fail("E0308", f"tensordot over {given} axes", "dims")
        if given > min(len(a.dims), len(b.dims)):
            return call.fail(
                "E0302", f"tensordot over {given} axes of {arguments.show(call, a, b)}", "dims"
            )
        pairs = [(len(a.dims) - given + i, i) for i in range(given)]
    else:
        lists = arguments.items(given)
        if is_size(given) or lists is None or len(lists) != 2:
            return unknown(dtype)
        # A pair of ints is one axis of each.
        sides = [(one,) if is_size(one) else arguments.items(one) for one in lists]
        left, right = sides
        if left is None or right is None:
            return unknown(dtype)
        if len(left) != len(right):
            return call.fail(
                "E0305", "tensordot needs as many axes of the one as of the other", "dims"
            )
        pairs = []
        for p, q in zip(left, right, strict=True):
            i, j = arguments.axis_at(call, p, a, "dims"), arguments.axis_at(call, q, b, "dims")
            if not isinstance(i, int) or not isinstance(j, int):
                return (
                    ERROR
                    if isinstance(i, ErrorValue) or isinstance(j, ErrorValue)
                    else unknown(dtype)
                )
            pairs.append((i, j))
    for at, name in ((0, first), (1, second)):
        if len({pair[at] for pair in pairs}) < len(pairs):
            return call.fail("E0305", f"tensordot sums over an axis of {name} twice", "dims")
    for i, j in pairs:
        # torch stretches an axis of one over the other.
        if 1 not in (a.dims[i], b.dims[j]) and not axes_meet(
            call, (first, a, i), (second, b, j), None
        ):
            return ERROR
    gone_a, gone_b = {i for i, _ in pairs}, {j for _, j in pairs}
    return Tensor(
        dtype,
        (
            *(d for i, d in enumerate(a.dims) if i not in gone_a),
            *(d for j, d in enumerate(b.dims) if j not in gone_b),
        ),
    )


def kron(call: RuleCall) -> Value:
    """`kron(a, b)`: every size multiplied by that of the other."""
    a, b = arguments.tensor(call), arguments.tensor(call, "other")
    dtype = dtypes.promote(a.dtype, b.dtype)
    if a.dims is None or b.dims is None:
        return unknown(dtype)
    rank = max(len(a.dims), len(b.dims))
    left = (1,) * (rank - len(a.dims)) + a.dims
    right = (1,) * (rank - len(b.dims)) + b.dims
    return Tensor(dtype, tuple(call.settle(p * q) for p, q in zip(left, right, strict=True)))
