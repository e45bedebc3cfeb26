"""Factorisations of matrices: singular values, eigenvalues, LU and QR."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import is_size, unknown
from nnspec.semantics.rules.bounds import at_most
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.linalg import left_name, matrix
from nnspec.semantics.rules.products import same_dtype
from nnspec.semantics.values import (
    ERROR,
    ErrorValue,
    Relation,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)


def svd(call: RuleCall) -> Value:
    """`svd(A, full_matrices)`: U, S, Vh. The older torch.svd gives U, S, V, with `some`."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue):
        return x
    old = "some" in call.arguments
    # Without the vectors torch still gives matrices of zeros for them, square ones.
    bare = call.arguments.get("compute_uv") is False
    names = ("U", "S", "V") if old else ("U", "S", "Vh")
    full = (
        bare or call.arguments.get("some") is False
        if old
        else call.arguments.get("full_matrices") is True
    )
    real = dtypes.real_of(x.dtype)
    if x.dims is None:
        return TupleValue((unknown(x), unknown(real), unknown(x)), names)
    *batch, m, n = x.dims
    k = at_most(call.world, m, n)
    u = (*batch, m, m if full else k)
    right = (*batch, n, n if full else k) if old else (*batch, n if full else k, n)
    return TupleValue(
        (Tensor(x.dtype, u), Tensor(real, (*batch, k)), Tensor(x.dtype, right)), names
    )


def svdvals(call: RuleCall) -> Value:
    """The singular values."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    *batch, m, n = x.dims
    return Tensor(dtypes.real_of(x.dtype), (*batch, at_most(call.world, m, n)))


def qr(call: RuleCall) -> Value:
    """`qr(A, mode)`: Q and R."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue):
        return x
    names = ("Q", "R")
    if x.dims is None:
        return TupleValue((unknown(x), unknown(x)), names)
    *batch, m, n = x.dims
    mode = call.arguments.get("mode", "reduced")
    if call.arguments.get("some") is False:
        mode = "complete"
    k = m if mode == "complete" else at_most(call.world, m, n)
    q = Tensor(x.dtype, (0,)) if mode == "r" else Tensor(x.dtype, (*batch, m, k))
    return TupleValue((q, Tensor(x.dtype, (*batch, k, n))), names)


def eigen(call: RuleCall) -> Value:
    """eigh, eig: eigenvalues and eigenvectors; those of eig are complex."""
    x = matrix(call)
    if isinstance(x, ErrorValue):
        return x
    symmetric = call.decl.name.endswith("h")
    values = dtypes.real_of(x.dtype) if symmetric else dtypes.complex_of(x.dtype)
    vectors = x.dtype if symmetric else dtypes.complex_of(x.dtype)
    dims = x.dims
    return TupleValue(
        (Tensor(values, None if dims is None else dims[:-1]), Tensor(vectors, dims)),
        ("eigenvalues", "eigenvectors"),
    )


def eigenvalues(call: RuleCall) -> Value:
    """eigvalsh, eigvals."""
    x = matrix(call)
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    symmetric = call.decl.name.endswith("h")
    dtype = dtypes.real_of(x.dtype) if symmetric else dtypes.complex_of(x.dtype)
    return Tensor(dtype, x.dims[:-1])


def lu(call: RuleCall) -> Value:
    """`linalg.lu(A)`: P, L, U; without pivots P is empty."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue):
        return x
    if x.dims is None:
        return Unknown("tuple")
    *batch, m, n = x.dims
    k = at_most(call.world, m, n)
    pivots = (0,) if call.arguments["pivot"] is False else (*batch, m, m)
    shapes = (pivots, (*batch, m, k), (*batch, k, n))
    return TupleValue(tuple(Tensor(x.dtype, s) for s in shapes), ("P", "L", "U"))


def lu_factor(call: RuleCall) -> Value:
    """lu_factor, lu_factor_ex: the factors in one matrix, and the pivots; with `_ex` whether it went well."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue):
        return x
    batch = pivots = None
    if x.dims is not None:
        batch = x.dims[:-2]
        pivots = (*batch, at_most(call.world, x.dims[-2], x.dims[-1]))
    found = (Tensor(x.dtype, x.dims), Tensor("int32", pivots), Tensor("int32", batch))
    names = ("LU", "pivots", "info")
    count = 3 if call.decl.name.endswith("_ex") else 2
    return TupleValue(found[:count], names[:count])


def low_rank(call: RuleCall) -> Value:
    """svd_lowrank, pca_lowrank: U, S and V of rank q, which pca_lowrank wants no larger than the matrix."""
    x = matrix(call, square=False)
    if isinstance(x, ErrorValue):
        return x
    if call.decl.name == "pca_lowrank" and not arguments.within(call, "niter", 0):
        return ERROR
    mean = call.tensor("M")
    if mean is not None:
        name = left_name(call)
        if not same_dtype(call, (name, x), ("M", mean)):
            return ERROR
        found = broadcast(call, [(name, x), ("M", mean)])
        if isinstance(found, ErrorValue):
            return found
        if found is not None and found[0] != x.dims:
            return call.fail(
                "E0307", f"M of {call.show(mean)} does not broadcast to {call.show(x)}", "M"
            )
    real = dtypes.real_of(x.dtype)
    if x.dims is None:
        return TupleValue((unknown(x), unknown(real), unknown(x)))
    *batch, m, n = x.dims
    least = at_most(call.world, m, n)
    q = call.arguments["q"]
    if q is None:
        q = at_most(call.world, 6, least)
    elif not is_size(q):
        q = call.new_size()
    elif not arguments.is_dimension(call, q, f"{call.name} takes a q of 0 or more", "q"):
        return ERROR
    elif call.decl.name == "svd_lowrank":
        q = at_most(call.world, q, least)
    elif not call.demand(
        Relation(q, "<=", least), f"q is at most the smaller axis of {call.show(x)}", "q"
    ):
        return ERROR
    u, v = Tensor(x.dtype, (*batch, m, q)), Tensor(x.dtype, (*batch, n, q))
    return TupleValue((u, Tensor(real, (*batch, q)), v))


def with_info(call: RuleCall) -> Value:
    """cholesky_ex, inv_ex: the matrices, and an int32 for each that says whether it went well."""
    x = matrix(call)
    if isinstance(x, ErrorValue):
        return x
    first = "L" if call.decl.name.startswith("cholesky") else "inverse"
    info = Tensor("int32", None if x.dims is None else x.dims[:-2])
    return TupleValue((Tensor(x.dtype, x.dims), info), (first, "info"))
