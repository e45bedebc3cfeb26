"""Linear algebra: inverses, solutions, norms of matrices."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import Dims, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.products import matmul, same_dtype
from nnspec.semantics.rules.reduction import reduced
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Value,
)

# The others come down to LAPACK and its kin, which take no floats of 16 bits on any device.
_OF_PRODUCTS = frozenset({"matrix_exp", "matrix_power"})


def left_name(call: RuleCall) -> str:
    """What the declaration calls its first matrix."""
    return "input" if "input" in call.arguments else "A"


def _refused(call: RuleCall) -> str:
    """The kinds of dtypes of which there are no such matrices; negative powers are those of the inverse."""
    if call.decl.name not in _OF_PRODUCTS:
        return "bool int low"
    power = call.arguments.get("n")
    if not isinstance(power, int):
        return "bool int" if "n" not in call.arguments else ""
    return "bool int low" if power < 0 else "bool" if power > 1 else ""


def matrix(call: RuleCall, name: str | None = None, square: bool = True) -> Tensor | ErrorValue:
    """A floating matrix, or batch of matrices; its dims may be unknown."""
    name = name or left_name(call)
    x = arguments.tensor(call, name)
    if not takes.none_of(call, _refused(call), (name,)):
        return ERROR
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


def _tolerances(call: RuleCall, x: Tensor) -> Dims | ErrorValue | None:
    """The axes before the matrices, to which tolerances that are tensors are broadcast."""
    assert x.dims is not None
    names = ("atol", "rtol", "rcond", "tol")
    given = [(n, t) for n in names if (t := call.tensor(n)) is not None]
    others = [n for n in names if call.arguments.get(n) is not None]
    if given and len(others) > len(given):
        return call.fail(
            "E0405", f"{call.name} takes two numbers or two tensors as tolerances", others[-1]
        )
    found = broadcast(call, [(left_name(call), Tensor(x.dtype, x.dims[:-2])), *given])
    return found if isinstance(found, ErrorValue) or found is None else found[0]


def pinv(call: RuleCall) -> Value:
    """The pseudo-inverse: rows and columns change places."""
    x = matrix(call, square=call.arguments.get("hermitian") is True)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    batch = _tolerances(call, x)
    if isinstance(batch, ErrorValue) or batch is None:
        return batch or unknown(x)
    return Tensor(x.dtype, (*batch, x.dims[-1], x.dims[-2]))


def matrix_rank(call: RuleCall) -> Value:
    """An int64 for each matrix."""
    x = matrix(call, square=call.arguments.get("hermitian") is True)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x if isinstance(x, ErrorValue) else unknown("int64")
    batch = _tolerances(call, x)
    if isinstance(batch, ErrorValue) or batch is None:
        return batch or unknown("int64")
    return Tensor("int64", batch)


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
    """`lstsq(A, B)`: solution, residuals, rank, singular values.

    Whether there are residuals hangs on the rank of A, which only the data decide.
    """
    a, b = matrix(call, square=False), arguments.tensor(call, "b")
    if isinstance(a, ErrorValue):
        return a
    if not takes.one_dtype(call, left_name(call), "b"):
        return ERROR
    names = ("solution", "residuals", "rank", "singular_values")
    rest = (unknown(a), unknown("int64"), unknown(a))
    if a.dims is None or b.dims is None:
        return TupleValue((unknown(a), *rest), names)
    vector = len(b.dims) == 1 and len(a.dims) == 2
    vector = vector or b.dims == a.dims[:-1]
    if len(b.dims) < (1 if vector else 2) or (not vector and len(b.dims) != len(a.dims)):
        return call.fail(
            "E0302", f"lstsq of {call.show(a)} and {call.show(b)}: B is a matrix, or vectors", "b"
        )
    message = f"lstsq of {call.show(a)} and {call.show(b)}: as many rows in both"
    if not b.dims or not call.agree(b.dims[-1 if vector else -2], a.dims[-2], message, "b"):
        return ERROR
    if vector:
        return TupleValue((Tensor(a.dtype, (*a.dims[:-2], a.dims[-1])), *rest), names)
    solution = _batched(call, a, b, (a.dims[-1], b.dims[-1]))
    return solution if isinstance(solution, ErrorValue) else TupleValue((solution, *rest), names)


def triangular_solve(call: RuleCall) -> Value:
    """`linalg.solve_triangular(A, B, upper=, left=)`."""
    a, b = matrix(call), arguments.tensor(call, "B")
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
    """`cholesky_solve(B, L)`: square matrices L, with as many rows as B."""
    b, a = arguments.tensor(call), matrix(call, "input2")
    if isinstance(a, ErrorValue) or not takes.one_dtype(call, "input", "input2"):
        return ERROR
    if a.dims is None or b.dims is None:
        return unknown(b)
    message = f"{call.name} of {call.show(b)} and {call.show(a)}: as many rows in both"
    if len(b.dims) < 2 or len(a.dims) < 2:
        return call.fail("E0302", message)
    if not call.agree(b.dims[-2], a.dims[-2], message):
        return ERROR
    return _batched(call, a, b, b.dims[-2:])


def multi_dot(call: RuleCall) -> Value:
    """`linalg.multi_dot(tensors)`: a chain of products."""
    name = "tensors" if "tensors" in call.arguments else "matrices"
    given = arguments.items(call.arguments[name])
    if given == ():
        return call.fail("E0401", f"{call.name} takes tensors, and none is given", name)
    if not given or not all(isinstance(x, Tensor) for x in given):
        return unknown()
    vectors = call.decl.name == "multi_dot"
    if vectors and len(given) < 2:
        return call.fail("E0401", f"{call.name} takes two tensors or more", name)
    for at, x in enumerate(given):
        ranks = (1, 2) if vectors and at in (0, len(given) - 1) else (2,)
        if x.dims is not None and len(x.dims) not in ranks:
            return call.fail(
                "E0302", f"{call.name} takes matrices, but one is {call.show(x)}", name
            )
    result: Value = given[0]
    for x in given[1:]:
        values = {"input": result, "other": x}
        result = matmul(RuleCall(call.world, call.decl, call.name, call.span, values, {}))
        if isinstance(result, ErrorValue):
            return result
    return result


def cross(call: RuleCall) -> Value:
    """`cross(a, b, dim)`: an axis of 3 in both, the others broadcast; without `dim` torch.cross takes the first of 3."""
    a, b = arguments.tensor(call), arguments.tensor(call, "other")
    if not takes.none_of(call, "bool", ("input", "other")):
        return ERROR
    if not takes.one_dtype(call, "input", "other"):
        return ERROR
    if a.dims is not None and b.dims is not None and len(a.dims) != len(b.dims):
        return call.fail(
            "E0302",
            f"{call.name} needs equally many axes in both, got {arguments.show(call, a, b)}",
        )
    found = broadcast(call, [("input", a), ("other", b)])
    dtype = dtypes.promote(a.dtype, b.dtype)
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(dtype)
    if call.arguments.get("dim") is not None:
        x = Tensor(dtype, found[0])
        at = arguments.axis(call, "dim", x)
        if isinstance(at, ErrorValue):
            return at
        message = f"{call.name} needs an axis of 3, got {arguments.show(call, a, b)}"
        for one in (a, b):
            if (
                at is not None
                and one.dims is not None
                and not call.agree(one.dims[at], 3, message, "other")
            ):
                return ERROR
    elif a.dims is not None and b.dims is not None and all(isinstance(d, int) for d in a.dims):
        # torch.cross takes the first axis of 3 of its first tensor.
        first = next((i for i, d in enumerate(a.dims) if d == 3), None)
        if (
            first is not None
            and call.settle(b.dims[first]) in (3,)
            or (first is not None and not isinstance(call.settle(b.dims[first]), int))
        ):
            return Tensor(dtype, *found)
        return call.fail(
            "E0301", f"{call.name} needs an axis of 3, got {arguments.show(call, a, b)}"
        )
    return Tensor(dtype, *found)


def vecdot(call: RuleCall) -> Value:
    """`linalg.vecdot(x, y, dim)`: products summed along an axis."""
    names = ("x", "y") if "x" in call.arguments else ("input", "other")
    if not takes.none_of(call, "bool int", names) or not takes.one_dtype(call, *names):
        return ERROR
    a, b = (arguments.tensor(call, n) for n in names)
    if a.dims is not None and b.dims is not None and len(a.dims) == len(b.dims) == 1:
        # Of two vectors it is `dot`, which stretches none.
        message = f"{call.name} of {arguments.show(call, a, b)}: the sizes differ"
        if not call.agree(a.dims[0], b.dims[0], message, names[1]):
            return ERROR
    found = broadcast(call, [(names[0], a), (names[1], b)])
    dtype = dtypes.promote(a.dtype, b.dtype)
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(dtype)
    return reduced(call, Tensor(dtype, *found), dtype)


def cov(call: RuleCall) -> Value:
    """cov, corrcoef: rows are variables, so `[V, N]` gives `[V, V]`."""
    x = arguments.tensor(call)
    if not arguments.rank_is(call, x, (0, 1, 2)):
        return ERROR
    if not takes.none_of(call, "bool"):
        return ERROR
    for name in ("fweights", "aweights"):
        if not _observed(call, x, name):
            return ERROR
    dtype = "float32" if dtypes.is_integral(x.dtype) else x.dtype
    weights = call.tensor("aweights")
    if weights is not None:
        dtype = dtypes.promote(dtype, weights.dtype)
    if x.dims is None:
        return unknown(dtype)
    # One variable has one variance, and no matrix of them.
    one = len(x.dims) < 2 or call.settle(x.dims[0]) == 1
    return Tensor(dtype, () if one else (x.dims[0], x.dims[0]))


def _observed(call: RuleCall, x: Tensor, name: str) -> bool:
    """The weights of cov: a vector, one for each observation."""
    weights = call.tensor(name)
    if weights is None:
        return True
    if not takes.none_of(
        call, "bool low float complex" if name == "fweights" else "bool int complex", (name,)
    ):
        return False
    if weights.dims is None or x.dims is None:
        return True
    count = x.dims[-1] if x.dims else 1
    message = f"{call.name} of {call.show(x)} takes {name} of {call.show(count)}, got {call.show(weights)}"
    if len(weights.dims) > 1:
        call.fail("E0302", message, name)
        return False
    return call.agree(weights.dims[0] if weights.dims else 1, count, message, name)


def lu_solve(call: RuleCall) -> Value:
    """`linalg.lu_solve(LU, pivots, B)`: square factors, their int32 pivots, and as many rows in B."""
    a, pivots, b = matrix(call, "LU"), arguments.tensor(call, "pivots"), arguments.tensor(call, "B")
    if isinstance(a, ErrorValue) or not takes.one_dtype(call, "LU", "B"):
        return ERROR
    if pivots.dtype not in ("int32", None):
        return call.fail("E0303", f"{call.name} takes int32 pivots, got {pivots.dtype}", "pivots")
    if a.dims is None or b.dims is None or pivots.dims is None:
        return unknown(a)
    message = (
        f"{call.name} of {call.show(a)}, {call.show(pivots)} and {call.show(b)}: the sizes differ"
    )
    if len(b.dims) < 2:
        return call.fail("E0302", message, "B")
    if len(pivots.dims) != len(a.dims) - 1:
        return call.fail("E0302", message, "pivots")
    row = -1 if call.arguments["left"] is False else -2
    if not all(
        call.agree(p, q, message, "pivots") for p, q in zip(pivots.dims, a.dims[:-1], strict=True)
    ):
        return ERROR
    if not call.agree(b.dims[row], a.dims[-1], message, "B"):
        return ERROR
    return _batched(call, a, b, b.dims[-2:])


def householder_product(call: RuleCall) -> Value:
    """`linalg.householder_product(A, tau)`: no more columns than rows, and a tau for some of them."""
    x, tau = matrix(call, square=False), arguments.tensor(call, "tau")
    if isinstance(x, ErrorValue) or not takes.one_dtype(call, "input", "tau"):
        return ERROR
    if x.dims is None or tau.dims is None:
        return unknown(x)
    message = f"{call.name} of {call.show(x)} and {call.show(tau)}: the sizes do not fit"
    if len(tau.dims) != len(x.dims) - 1:
        return call.fail("E0302", message, "tau")
    fits = [Relation(x.dims[-1], "<=", x.dims[-2]), Relation(tau.dims[-1], "<=", x.dims[-1])]
    if not all(call.demand(each, message, "tau") for each in fits):
        return ERROR
    if not all(
        call.agree(p, q, message, "tau") for p, q in zip(tau.dims[:-1], x.dims[:-2], strict=True)
    ):
        return ERROR
    return Tensor(x.dtype, x.dims)
