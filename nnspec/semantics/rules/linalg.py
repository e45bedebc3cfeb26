"""Linear algebra: inverses, solutions, norms of matrices."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.products import matmul, same_dtype
from nnspec.semantics.rules.reduction import norm, reduced
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Tensor,
    TupleValue,
    Value,
)


def matrix(call: RuleCall, name: str = "input", square: bool = True) -> Tensor | ErrorValue:
    """A floating matrix, or batch of matrices; its dims may be unknown."""
    if name not in call.arguments:
        name = "A"
    x = arguments.tensor(call, name)
    if dtypes.is_integral(x.dtype):
        return call.fail(
            "E0303",
            f"{call.name} takes a floating tensor, got {x.dtype}",
            name,
            help="`.float()` converts it",
        )
    if x.dims is None:
        return x
    if len(x.dims) < 2:
        return call.fail("E0302", f"{call.name} takes matrices, got {call.show(x)}", name)
    if square and not call.agree(
        x.dims[-2], x.dims[-1], f"{call.name} takes square matrices, got {call.show(x)}", name
    ):
        return ERROR
    return x


def square(call: RuleCall) -> Value:
    """inv, matrix_power, matrix_exp: square matrices to square ones."""
    x = matrix(call)
    return x if isinstance(x, ErrorValue) else Tensor(x.dtype, x.dims, x.origins)


def determinant(call: RuleCall) -> Value:
    """det, logdet: one number for each matrix."""
    x = matrix(call)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    return Tensor(x.dtype, x.dims[:-2])


def slogdet(call: RuleCall) -> Value:
    """Sign and logarithm of the determinant."""
    x = matrix(call)
    if isinstance(x, ErrorValue):
        return x
    dims = None if x.dims is None else x.dims[:-2]
    return TupleValue(
        (Tensor(x.dtype, dims), Tensor(dtypes.real_of(x.dtype), dims)), ("sign", "logabsdet")
    )


def pinv(call: RuleCall) -> Value:
    """The pseudo-inverse: rows and columns change places."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    return Tensor(x.dtype, (*x.dims[:-2], x.dims[-1], x.dims[-2]))


def matrix_rank(call: RuleCall) -> Value:
    """An int64 for each matrix."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x if isinstance(x, ErrorValue) else unknown("int64")
    return Tensor("int64", x.dims[:-2])


def solve(call: RuleCall) -> Value:
    """`solve(A, B)`: B is a matrix with the rows of A, or a vector of them; with left=False, with its columns."""
    a, b = matrix(call, "A"), arguments.tensor(call, "B")
    if isinstance(a, ErrorValue):
        return a
    if not same_dtype(call, ("A", a), ("B", b)):
        return ERROR
    if a.dims is None or b.dims is None:
        return unknown(a)
    left = call.arguments["left"] is not False
    lines = "rows" if left else "columns"
    message = f"{call.name} of {call.show(a)} and {call.show(b)}: as many {lines} in both"
    vector = len(b.dims) == 1 or (
        len(b.dims) == len(a.dims) - 1
        and all(call.settle(p) == call.settle(q) for p, q in zip(b.dims, a.dims[:-1], strict=True))
    )
    if not b.dims:
        return call.fail("E0302", message, "B")
    if vector and not left:
        return call.fail("E0302", f"{call.name} with left=False takes no vector B", "B")
    if not call.agree(b.dims[-2 if left and not vector else -1], a.dims[-1], message, "B"):
        return ERROR
    if vector:
        return Tensor(b.dtype, a.dims[:-1])
    return _batched(call, a, b, (b.dims[-2], b.dims[-1]))


def solve_ex(call: RuleCall) -> Value:
    """`solve_ex(A, B)`: as solve, and an int32 for each matrix that says whether it went well."""
    found = solve(call)
    if not isinstance(found, Tensor):
        return found
    a = arguments.tensor(call, "A")
    info = Tensor("int32", None if a.dims is None else a.dims[:-2])
    return TupleValue((found, info), ("result", "info"))


def _batched(call: RuleCall, a: Tensor, b: Tensor, last: tuple[DimLike, ...]) -> Value:
    assert a.dims is not None and b.dims is not None
    found = broadcast(
        call, [("A", Tensor(a.dtype, a.dims[:-2])), ("B", Tensor(b.dtype, b.dims[:-2]))]
    )
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(a)
    return Tensor(a.dtype, (*found[0], *last))


def lstsq(call: RuleCall) -> Value:
    """`lstsq(A, B)`: solution, residuals, rank, singular values."""
    a, b = matrix(call, "A", square=False), arguments.tensor(call, "B")
    if isinstance(a, ErrorValue):
        return a
    names = ("solution", "residuals", "rank", "singular_values")
    rest = (unknown(a), unknown("int64"), unknown(a))
    if a.dims is None or b.dims is None:
        return TupleValue((unknown(a), *rest), names)
    vector = len(b.dims) == len(a.dims) - 1
    message = f"lstsq of {call.show(a)} and {call.show(b)}: as many rows in both"
    if not b.dims or not call.agree(b.dims[-1 if vector else -2], a.dims[-2], message, "B"):
        return ERROR
    last = (a.dims[-1],) if vector else (a.dims[-1], b.dims[-1])
    return TupleValue((Tensor(a.dtype, (*a.dims[:-2], *last)), *rest), names)


def triangular_solve(call: RuleCall) -> Value:
    """`linalg.solve_triangular(A, B, upper=, left=)`."""
    a, b = matrix(call, "A"), arguments.tensor(call, "B")
    if isinstance(a, ErrorValue):
        return a
    if a.dims is None or b.dims is None:
        return unknown(a)
    row = -1 if call.arguments.get("left") is False else -2
    message = f"{call.name} of {call.show(a)} and {call.show(b)}: the sizes differ"
    if len(b.dims) < 2:
        return call.fail("E0302", message, "B")
    if not call.agree(b.dims[row], a.dims[-1], message, "B"):
        return ERROR
    return _batched(call, a, b, b.dims[-2:])


def cholesky_solve(call: RuleCall) -> Value:
    """`cholesky_solve(B, L)`: as many rows in both."""
    b, a = arguments.tensor(call), arguments.tensor(call, "input2")
    if a.dims is None or b.dims is None:
        return unknown(b)
    message = f"{call.name} of {call.show(b)} and {call.show(a)}: as many rows in both"
    if len(b.dims) < 2 or len(a.dims) < 2:
        return call.fail("E0302", message)
    if not call.agree(b.dims[-2], a.dims[-2], message):
        return ERROR
    return Tensor(b.dtype, b.dims)


def matrix_norm(call: RuleCall) -> Value:
    """`linalg.matrix_norm(A, ord, dim)`: over two axes."""
    x = arguments.tensor(call, "A" if "A" in call.arguments else "input")
    if x.dims is not None and len(x.dims) < 2:
        return call.fail("E0302", f"{call.name} takes matrices, got {call.show(x)}")
    return reduced(call, x, dtypes.real_of(arguments.dtype(call) or x.dtype))


def multi_dot(call: RuleCall) -> Value:
    """`linalg.multi_dot(tensors)`: a chain of products."""
    name = "tensors" if "tensors" in call.arguments else "matrices"
    given = arguments.items(call.arguments[name])
    if not given or not all(isinstance(x, Tensor) for x in given):
        return unknown()
    result: Value = given[0]
    for x in given[1:]:
        values = {"input": result, "other": x}
        result = matmul(RuleCall(call.world, call.decl, call.name, call.span, values, {}))
        if isinstance(result, ErrorValue):
            return result
    return result


def cross(call: RuleCall) -> Value:
    """`cross(a, b, dim)`: an axis of 3 in both, the others broadcast."""
    a, b = arguments.tensor(call), arguments.tensor(call, "other")
    found = broadcast(call, [("input", a), ("other", b)])
    dtype = dtypes.promote(a.dtype, b.dtype)
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(dtype)
    if call.arguments.get("dim") is not None:
        x = Tensor(dtype, found[0])
        at = arguments.axis(call, "dim", x)
        if isinstance(at, ErrorValue):
            return at
        if at is not None and not call.agree(
            found[0][at], 3, f"{call.name} needs an axis of 3, got {call.show(x)}", "other"
        ):
            return ERROR
    return Tensor(dtype, *found)


def vecdot(call: RuleCall) -> Value:
    """`linalg.vecdot(x, y, dim)`: products summed along an axis."""
    names = ("x", "y") if "x" in call.arguments else ("input", "other")
    a, b = (arguments.tensor(call, n) for n in names)
    found = broadcast(call, [(names[0], a), (names[1], b)])
    dtype = dtypes.promote(a.dtype, b.dtype)
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(dtype)
    return reduced(call, Tensor(dtype, *found), dtype)


def vector_norm(call: RuleCall) -> Value:
    """`linalg.norm`, `linalg.vector_norm`: over some axes, or all."""
    name = next(n for n in ("input", "A", "x") if n in call.arguments)
    values = {**call.arguments, "input": call.arguments[name]}
    return norm(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))


def cov(call: RuleCall) -> Value:
    """cov, corrcoef: rows are variables, so `[V, N]` gives `[V, V]`."""
    x = arguments.tensor(call)
    if not arguments.rank_is(call, x, (0, 1, 2)):
        return ERROR
    dtype = "float32" if dtypes.is_integral(x.dtype) else x.dtype
    if x.dims is None:
        return unknown(dtype)
    return Tensor(dtype, (x.dims[0], x.dims[0]) if len(x.dims) == 2 else ())


def cond(call: RuleCall) -> Value:
    """The condition number of every matrix."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    return Tensor(dtypes.real_of(x.dtype), x.dims[:-2])


def keep_right(call: RuleCall) -> Value:
    """The shape of B."""
    b = arguments.tensor(call, "B")
    return Tensor(b.dtype, b.dims)
