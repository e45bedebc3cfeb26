"""Norms of vectors and matrices, and condition numbers."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.linalg import left_name, matrix
from nnspec.semantics.rules.reduction import norm, reduced
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, Value


def matrix_norm(call: RuleCall) -> Value:
    """`linalg.matrix_norm(A, ord, dim)`: over two axes."""
    x = arguments.tensor(call, left_name(call))
    order = call.arguments["ord"]
    if not takes.none_of(call, "bool int", (left_name(call),)) or not _ordered(call, order):
        return ERROR
    if not narrowed(call, x):
        return ERROR
    if not _exact(call, order, left_name(call)):
        return ERROR
    if x.dims is not None and len(x.dims) < 2:
        return call.fail("E0302", f"{call.name} takes matrices, got {call.show(x)}")
    return reduced(call, x, dtypes.real_of(arguments.dtype(call) or x.dtype))


def _exact(call: RuleCall, order: Value, name: str) -> bool:
    """Whether a matrix has the dtype that an order of its singular values needs; reports E0303."""
    return order not in _SINGULAR or takes.none_of(call, "low", (name,))


_SINGULAR = ("nuc", 2, -2)
_ORDERS = (1, -1, 2, -2, float("inf"), float("-inf"), "fro", "nuc")


def _ordered(call: RuleCall, order: Value) -> bool:
    """Whether there is a norm of matrices of the order."""
    if not isinstance(order, (int, float, str)) or order in _ORDERS:
        return True
    shown = repr(order) if isinstance(order, str) else order
    call.fail(
        "E0308",
        f"{call.name} knows the orders 1, 2, inf, their negatives, 'fro' and 'nuc', not {shown}",
        "ord" if "ord" in call.arguments else "p",
    )
    return False


def narrowed(call: RuleCall, x: Tensor) -> bool:
    """Whether the `dtype` of a norm holds all that x may hold; reports E0303."""
    wanted = arguments.dtype(call)
    if wanted is None or x.dtype is None:
        return True
    if dtypes.is_integral(wanted):
        call.fail("E0303", f"the dtype of {call.name} is a floating one, not {wanted}", "dtype")
        return False
    if dtypes.is_complex(x.dtype) != dtypes.is_complex(wanted) or dtypes.promote(
        x.dtype, wanted
    ) not in (wanted, "float"):
        call.fail("E0303", f"{call.name} of a {x.dtype} tensor cannot be {wanted}", "dtype")
        return False
    return True


def named_order(call: RuleCall, x: Tensor, order: str) -> bool:
    """Whether `torch.norm` has the order `'nuc'`, of matrices alone, or `'fro'`, over all axes or two at most.

    Source: `torch.functional.norm`.
    """
    dim = call.arguments["dim"]
    axes = x.dims if dim is None else arguments.sizes(dim)
    if order == "nuc" and not takes.none_of(call, "low"):
        return False
    if axes is None or len(axes) == 2 or (order == "fro" and (dim is None or len(axes) < 2)):
        return True
    call.fail(
        "E0302",
        f"the norm {order!r} is one of matrices, and this is over {len(axes)} of the axes of {call.show(x)}",
        "dim" if call.given("dim") else None,
        help="`dim` names the two axes of the matrices",
    )
    return False


def vector_norm(call: RuleCall) -> Value:
    """`linalg.norm`, `linalg.vector_norm`: over some axes, or all."""
    name = next(n for n in ("input", "A", "x") if n in call.arguments)
    values = {**call.arguments, "input": call.arguments[name]}
    dim = call.arguments.get("dim")
    named = None if dim is None or arguments.is_size(dim) else arguments.sizes(dim)
    if named is not None and call.decl.name == "norm" and len(named) not in (1, 2):
        return call.fail("E0305", f"{call.name} is over one axis, two, or all", "dim")
    x, order = arguments.tensor(call, name), call.arguments.get("ord")
    over = arguments.sizes(dim) if dim is not None else None
    pair = (
        len(over) == 2
        if over is not None
        else dim is None and x.dims is not None and len(x.dims) == 2
    )
    if call.decl.name == "norm" and order is not None:
        if dim is None and x.dims is not None and len(x.dims) not in (1, 2):
            return call.fail(
                "E0302",
                f"{call.name} of an order takes a vector or a matrix, got {call.show(x)}",
                name,
                help="`dim` says which axes are those of the vectors or matrices",
            )
        if pair and not (_ordered(call, order) and _exact(call, order, name)):
            return ERROR
        if pair:
            # Orders of matrices are asked for above, and go along other axes.
            del values["ord"]
    if isinstance(order, str):
        found = _matrix_order(call, x, order)
        if isinstance(found, ErrorValue):
            return found
    return norm(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))


def _matrix_order(call: RuleCall, x: Tensor, order: str) -> ErrorValue | None:
    """The orders of `linalg.norm` that are of matrices alone."""
    dim = call.arguments.get("dim")
    axes = arguments.sizes(dim) if dim is not None else x.dims
    if not _ordered(call, order):
        return ERROR
    if axes is not None and len(axes) != 2:
        return call.fail(
            "E0302",
            f"the order {order!r} is one of matrices: {call.name} got {call.show(x)}",
            "ord",
        )
    return None


def cond(call: RuleCall) -> Value:
    """The condition number of every matrix: by singular values of any, by another order of square ones."""
    order = call.arguments["p"]
    if order is not None and not _ordered(call, order):
        return ERROR
    x = matrix(call, square=order not in (None, 2, -2))
    if isinstance(x, ErrorValue) or x.dims is None:
        return x
    return Tensor(dtypes.real_of(x.dtype), x.dims[:-2])
