"""Other sizes for the last axes: padding, interpolation, grids."""

from __future__ import annotations

from math import floor

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import origins_of, unknown
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Relation, Tensor, Value


def pad(call: RuleCall) -> Value:
    """`pad(x, pad, mode, value)`: pads for the last axis first, two for each axis; negative ones crop."""
    x = arguments.tensor(call)
    amounts = arguments.sizes(call.arguments["pad"])
    mode = call.arguments["mode"]
    if x.dims is None or amounts is None:
        return unknown(x)
    if len(amounts) % 2 or len(amounts) > 2 * len(x.dims):
        return call.fail(
            "E0302",
            f"pad takes two numbers for each axis from the last, got {len(amounts)} for {call.show(x)}",
            "pad",
        )
    count = len(amounts) // 2
    if mode != "constant" and isinstance(mode, str) and not _ranks_fit(call, x, count, mode):
        return ERROR
    dims = list(x.dims)
    for i in range(count):
        at = len(dims) - 1 - i
        before, after = amounts[2 * i], amounts[2 * i + 1]
        size = call.settle(dims[at] + before + after)
        # torch crops before it pads.
        cropped = size - sum(a for a in (before, after) if isinstance(a, int) and a > 0)
        if mode in ("reflect", "circular") and not _reach(call, x, at, (before, after), str(mode)):
            return ERROR
        if not call.demand(
            Relation(call.settle(cropped), ">=", 0),
            f"pad crops {call.show(dims[at] - cropped)} from axis {at} of {call.show(x)}, "
            f"which has {call.show(dims[at])}",
            "pad",
            code="E0304",
        ):
            return ERROR
        dims[at] = size
    origins = tuple(
        o if new == old else None for o, new, old in zip(origins_of(x), dims, x.dims, strict=True)
    )
    return Tensor(x.dtype, tuple(dims), origins)


def _ranks_fit(call: RuleCall, x: Tensor, count: int, mode: str) -> bool:
    assert x.dims is not None
    if 1 <= count <= 3 and len(x.dims) in (count + 1, count + 2):
        return True
    call.fail(
        "E0302",
        f'pad with mode="{mode}" pads the last one to three axes, with one or two before them: '
        f"got {2 * count} numbers for {call.show(x)}",
        "pad",
    )
    return False


def _reach(call: RuleCall, x: Tensor, at: int, amounts: tuple[DimLike, DimLike], mode: str) -> bool:
    """What is mirrored or wrapped around must be there."""
    assert x.dims is not None
    op = "<" if mode == "reflect" else "<="
    return all(
        call.demand(
            Relation(amount, op, x.dims[at]),
            f'pad with mode="{mode}" by {call.show(amount)} needs more than axis {at} of '
            f"{call.show(x)} has",
            "pad",
        )
        for amount in amounts
    )


_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


def interpolate(call: RuleCall) -> Value:
    """`interpolate(x, size, scale_factor, mode)`: the axes after batch and channels get other sizes."""
    x = arguments.tensor(call)
    mode = call.arguments.get("mode", "nearest")
    if call.decl.name == "UpsamplingBilinear2d":
        mode = "bilinear"
    if x.dims is None:
        return unknown(x)
    rank = _RANKS.get(mode) if isinstance(mode, str) else None
    if rank is not None and len(x.dims) != rank or not 3 <= len(x.dims) <= 5:
        return call.fail(
            "E0302",
            f"{call.name} in mode {mode} takes {rank or '3 to 5'} axes, batch and channels first; "
            f"got {call.show(x)}",
            "input" if call.given("input") else None,
        )
    size, scale = call.arguments.get("size"), call.arguments.get("scale_factor")
    if (size is None) == (scale is None):
        return call.fail("E0401", f"{call.name} takes either `size` or `scale_factor`")
    count = len(x.dims) - 2
    sizes = _wanted(call, size, count) if size is not None else _scaled(call, x, scale, count)
    if isinstance(sizes, ErrorValue):
        return sizes
    if any(isinstance(s, int) and s < 1 for s in sizes):
        shape = call.world.show_shape((*x.dims[:2], *sizes))
        return call.fail(
            "E0304", f"`{call.name}` leaves nothing of {call.show(x)}: its result would be {shape}"
        )
    return Tensor(x.dtype, (*x.dims[:2], *sizes), (*origins_of(x)[:2], *(None for _ in sizes)))


def _wanted(call: RuleCall, size: Value, count: int) -> tuple[DimLike, ...] | ErrorValue:
    given = arguments.sizes(size)
    if given is None:
        return tuple(call.new_size() for _ in range(count))
    if arguments.items(size) is not None and len(given) != count:
        return call.fail("E0302", f"{call.name} needs {count} sizes, got {len(given)}", "size")
    return given * count if len(given) == 1 else given


def _scaled(
    call: RuleCall, x: Tensor, scale: Value, count: int
) -> tuple[DimLike, ...] | ErrorValue:
    listed = arguments.items(scale)
    factors = (scale,) * count if listed is None else listed
    if len(factors) != count:
        return call.fail(
            "E0302", f"{call.name} needs {count} factors, got {len(factors)}", "scale_factor"
        )
    assert x.dims is not None
    return tuple(_times(call, d, f) for d, f in zip(x.dims[2:], factors, strict=True))


def _times(call: RuleCall, size: DimLike, factor: Value) -> DimLike:
    """`floor(size * factor)`; exact for a whole factor, and for one over a whole number."""
    size = call.settle(size)
    if arguments.is_size(factor):
        return call.settle(size * factor)
    if not isinstance(factor, (int, float)) or factor <= 0:
        return call.new_size()
    if isinstance(size, int):
        return floor(size * factor)
    numerator, denominator = float(factor).as_integer_ratio()
    if denominator <= 1 << 16:
        return call.settle((size * numerator) // denominator)
    inverse = round(1 / factor)
    if abs(1 / factor - inverse) < 1e-9:
        return call.settle(size // inverse)
    return call.new_size()


def affine_grid(call: RuleCall) -> Value:
    """`affine_grid(theta, size)`: a place for every pixel of the size."""
    theta = arguments.tensor(call, "theta")
    size = arguments.sizes(call.arguments["size"])
    if size is None or theta.dims is None:
        return unknown(theta)
    space = len(size) - 2
    if space not in (2, 3):
        return call.fail(
            "E0302", "affine_grid takes the size of an image batch, 4 or 5 numbers", "size"
        )
    wanted = (size[0], space, space + 1)
    message = (
        f"affine_grid of {call.world.show_shape(size)} takes {call.world.show_shape(wanted)}, "
        f"got {call.show(theta)}"
    )
    for a, b in zip(theta.dims, wanted, strict=True):
        if not call.agree(a, b, message, "theta"):
            return ERROR
    return Tensor(theta.dtype, (size[0], *size[2:], space))
