"""Broadcasting: elementwise functions of several tensors, and the operators between tensors and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics import trail
from nnspec.semantics.describe import as_tensor, describe
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import batch, dtypes
from nnspec.semantics.rules.arguments import Dims, Origins, came_from, origins_of
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.values import (
    ERROR,
    Builtin,
    Device,
    DictValue,
    DimLike,
    ErrorValue,
    Function,
    Layer,
    LayerType,
    LibraryFunction,
    ListValue,
    NamedTupleType,
    Namespace,
    Origin,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import World, error
from nnspec.source import Span
from nnspec.syntax import ast


def broadcast(
    call: RuleCall,
    operands: Sequence[tuple[str, Tensor]],
    matrices: tuple[Tensor, Tensor] | None = None,
) -> tuple[Dims, Origins] | ErrorValue | None:
    """The dims of the result of an elementwise operation; None where the rank is not known.

    operands: the tensors with the names of their arguments.
    matrices: the two tensors of which these are the axes before the matrices, for the message.
    Reports E0307 where two sizes can never be stretched to one.
    """
    first_name, first = operands[0]
    if first.dims is None:
        dims: Dims | None = None
        origins: Origins = ()
    else:
        dims, origins = first.dims, origins_of(first)
    so_far, so_far_name = first, first_name
    for name, other in operands[1:]:
        if dims is None or other.dims is None:
            dims = None
            continue
        met = _meet(call, (so_far_name, so_far), (name, other), matrices)
        if met is None:
            return ERROR
        dims, origins = met
        so_far, so_far_name = Tensor(first.dtype, dims, origins), name
    return None if dims is None else (dims, origins)


def stretch(call: RuleCall, operands: Sequence[tuple[str, Tensor]], dtype: str | None) -> Value:
    """The tensor of the dtype that the operands broadcast to."""
    if len(operands) == 1:
        x = operands[0][1]
        return Tensor(dtype, x.dims, x.origins, x.contiguous or None)
    found = broadcast(call, operands)
    if isinstance(found, ErrorValue):
        return found
    if found is None:
        return Tensor(dtype, None, contiguous=None)
    contiguous = all(x.contiguous is True for _, x in operands) or None
    return Tensor(dtype, *found, contiguous)


def _meet(
    call: RuleCall,
    left: tuple[str, Tensor],
    right: tuple[str, Tensor],
    matrices: tuple[Tensor, Tensor] | None,
) -> tuple[Dims, Origins] | None:
    a, b = left[1].dims, right[1].dims
    assert a is not None and b is not None
    if a == b:
        return a, origins_of(left[1])
    rank = max(len(a), len(b))
    pad_a, pad_b = rank - len(a), rank - len(b)
    origins_a, origins_b = origins_of(left[1]), origins_of(right[1])
    for i in range(max(pad_a, pad_b), rank):
        # What never fits is told before anything is assumed of the other axes.
        if _never(a[i - pad_a], b[i - pad_b]):
            _refuse(call, left, right, i - pad_a, i - pad_b, matrices)
            return None
    dims: list[DimLike] = []
    origins: list[Origin | None] = []
    for i in range(rank):
        if i < pad_a:
            dim, origin = b[i], origins_b[i]
        elif i < pad_b:
            dim, origin = a[i], origins_a[i]
        else:
            here, there = i - pad_a, i - pad_b
            sizes = (left[1], here), (right[1], there)
            taken = _stretched(call, a[here], b[there], call.where(right[0]), sizes)
            if taken is None:
                _refuse(call, left, right, here, there, matrices)
                return None
            dim = taken
            origin = origins_a[here] if taken is a[here] else origins_b[there]
        dims.append(dim)
        origins.append(origin)
    return tuple(dims), tuple(origins)


def _never(left: DimLike, right: DimLike) -> bool:
    return (
        isinstance(left, int)
        and isinstance(right, int)
        and left != right
        and 1 not in (left, right)
    )


def _stretched(
    call: RuleCall,
    left: DimLike,
    right: DimLike,
    at: Span,
    sizes: tuple[tuple[Tensor, int], tuple[Tensor, int]],
) -> DimLike | None:
    """The size that both become, None where there is none.

    at: where to ask for what is open; sizes: the tensors and axes that they are of.
    """
    if left is right:
        return left
    left, right = call.settle(left), call.settle(right)
    if left == 1:
        return right
    if right == 1:
        return left
    answer = call.compare(left, right)
    if answer == "equal":
        return left
    world = call.world
    if answer == "different":
        # D and D + 1 broadcast where D is 1.
        for dim, other in ((left, right), (right, left)):
            if world.prove(Relation(dim, "==", 1)) is None:
                world.claimed(Relation(dim, "==", 1), at, needed=False)
                return other
        return None
    for dim, other in ((left, right), (right, left)):
        if world.facts.either and world.one_holds(
            (Relation(left, "==", right), Relation(dim, "==", 1))
        ):
            return other
    whence, ways = trail.told(world, [size for x, axis in sizes for size in came_from(x, axis)])
    world.claimed(Relation(left, "==", right), at, needed=False, whence=whence, ways=ways)
    return right if isinstance(right, int) else left


def _refuse(
    call: RuleCall,
    left: tuple[str, Tensor],
    right: tuple[str, Tensor],
    here: int,
    there: int,
    matrices: tuple[Tensor, Tensor] | None,
) -> None:
    a, b = matrices or (left[1], right[1])
    assert left[1].dims is not None and right[1].dims is not None
    sizes = f"{call.show(left[1].dims[here])} and {call.show(right[1].dims[there])}"
    back = here - len(left[1].dims) - (2 if matrices else 0)
    where = "the last axis" if back == -1 else f"axis {back}"
    before = "the axes before the matrices do not broadcast" if matrices else "do not broadcast"
    shown = f"{call.show(a)} and {call.show(b)}"
    call.fail(
        "E0307",
        (f"{call.name} of {shown}: " if matrices else f"{shown} ")
        + f"{before}: on {where}, {sizes} differ and neither is 1",
        right[0] if call.given(right[0]) else None,
        f"this is {call.show(b)}",
        (
            *call.shown(left[0], f"this is {call.show(a)}"),
            *came_from(left[1], here),
            *came_from(right[1], there),
        ),
    )


# --- operators -------------------------------------------------------------------------------------

_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
_BITWISE = {"&", "|", "^", "<<", ">>"}
# What torch makes no tensor of, wherever it meets one.
NO_NUMBERS = (
    type(None),
    str,
    Layer,
    LayerType,
    Function,
    LibraryFunction,
    Builtin,
    TupleValue,
    ListValue,
    RepeatValue,
    RangeValue,
    DictValue,
    NamedTupleType,
    Namespace,
    Device,
    SliceItem,
)

NO_NUMBER_KINDS = frozenset({"str", "list", "dict", "tuple", "layer", "layer type"})


def operator_call(
    world: World, op: str, span: Span, arguments: dict[str, Value], spans: dict[str, Span]
) -> RuleCall:
    """An operator as a call of a rule, under the operator's sign."""
    signature = ast.Signature(span, (), None, ())
    decl = ast.ExternDef(span, op, signature, (), None, None, (), span)
    return RuleCall(world, decl, f"`{op}`", span, arguments, spans)


def binary(
    world: World, op: str, left: Value, right: Value, span: Span, left_span: Span, right_span: Span
) -> Value:
    """`left op right` where at least one side is a Tensor and the other a Tensor or a number.

    Reports E0307 (no broadcast), E0303 (dtypes that the operator does not take), and those of matmul.
    """
    call = operator_call(
        world,
        op,
        span,
        {"input": left, "other": right},
        {"input": left_span, "other": right_span},
    )
    for name, value in call.arguments.items():
        if _is_no_number(value):
            return _no_number(call, op, name, value)
    if op == "@":
        from nnspec.semantics.rules.products import matmul

        if not (isinstance(left, Tensor) and isinstance(right, Tensor)):
            return _no_product(call)
        return matmul(call)
    return combine(call, op)


def _is_no_number(value: Value) -> bool:
    if isinstance(value, Unknown):
        return value.kind in NO_NUMBER_KINDS
    return isinstance(value, NO_NUMBERS)


def _no_number(call: RuleCall, op: str, name: str, value: Value) -> ErrorValue:
    """E0420: an operand that is neither a tensor nor a number."""
    at = call.where(name)
    left, right = (describe(call.world, v) for v in call.arguments.values())
    message = f"`{op}` does not go with {left} and {right}"
    label = "this may be absent" if value is None else f"this is {describe(call.world, value)}"
    call.world.report(error("E0420", message, at, label, help=as_tensor(value, at.text)))
    return ERROR


def _no_product(call: RuleCall) -> Value:
    if any(isinstance(v, Unknown) and v.kind == "tensor" for v in call.arguments.values()):
        return Tensor(None, None, contiguous=None)
    return call.fail("E0303", "`@` takes tensors on both sides", help="`*` multiplies by a number")


def combine(call: RuleCall, op: str) -> Value:
    """An elementwise operation of the arguments `input` and `other`, by the operator that it means."""
    left, right = call.arguments["input"], call.arguments["other"]
    dtype = result_dtype(call, op, left, right)
    if isinstance(dtype, ErrorValue):
        return dtype
    operands = [(n, v) for n, v in (("input", left), ("other", right)) if isinstance(v, Tensor)]
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        batch.look_at_stretch(call, op, left, right)
    return stretch(call, operands, dtype) if operands else Tensor(dtype, ())


def result_dtype(call: RuleCall, op: str, left: Value, right: Value) -> str | None | ErrorValue:
    """The dtype of `left op right`, ERROR (and E0303) where torch refuses the operands' dtypes."""
    common = dtypes.result_type((left, right))
    if op in ("==", "!="):
        return "bool"
    if op in _COMPARISONS:
        if dtypes.is_complex(common):
            return _no_dtype(call, op, common, "complex numbers have no order")
        return "bool"
    if op == "/":
        return dtypes.DEFAULT_FLOAT if dtypes.is_integral(common) else common
    if op == "-" and (_is_bool(left) or _is_bool(right)):
        return _no_dtype(call, op, "bool", "`~` inverts a mask; `.int()` makes a number of it")
    if op in _BITWISE and common is not None and not dtypes.is_integral(common):
        return _no_dtype(call, op, common, "it works on integers and bools")
    if op == "**" and common == "bool" and not isinstance(right, Tensor):
        return common
    if op == "**" and type(right) is int and right < 0 and dtypes.is_integral(common):
        return call.fail(
            "E0303",
            f"integers to the power of {right} are no integers",
            "exponent",
            help="`.float()` converts them first",
        )
    if op in ("<<", ">>", "//", "%", "**") and common == "bool":
        return _no_dtype(call, op, "bool", "convert the masks with `.int()` first")
    if op in ("//", "%") and dtypes.is_complex(common):
        return _no_dtype(call, op, common, "complex numbers have no remainder")
    if (
        op in ("//", "%")
        and dtypes.is_integral(common)
        and not isinstance(right, Tensor)
        and right == 0
    ):
        return call.fail("E0409", "this divides integers by zero", "other")
    return common


def _is_bool(value: Value) -> bool:
    return value.dtype == "bool" if isinstance(value, Tensor) else isinstance(value, bool)


def _no_dtype(call: RuleCall, op: str, dtype: str | None, help: str) -> ErrorValue:
    return call.fail("E0303", f"`{op}` does not take {dtype} tensors", help=help)


def unary(world: World, op: str, value: Tensor, span: Span) -> Value:
    """`-x`, `+x`, `~x`. Reports E0303 for a dtype that the operator does not take."""
    call = operator_call(world, op, span, {"input": value}, {})
    if op == "-" and value.dtype == "bool":
        return _no_dtype(call, op, "bool", "`~` inverts a mask")
    if op == "+" and value.dtype == "bool":
        return _no_dtype(call, op, "bool", "a mask has no sign; `.int()` makes a number of it")
    if op == "~" and value.dtype is not None and not dtypes.is_integral(value.dtype):
        return _no_dtype(call, op, value.dtype, "it works on integers and bools")
    return Tensor(value.dtype, value.dims, value.origins, value.contiguous or None)
