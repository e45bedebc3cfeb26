"""Other sizes for the last axes: interpolation, grids."""

from __future__ import annotations

from math import floor

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import origins_of, unknown
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Tensor, Value

_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


def interpolate(call: RuleCall) -> Value:
    """`interpolate(x, size, scale_factor, mode)`: the axes after batch and channels get other sizes."""
    x = arguments.tensor(call)
    mode = call.arguments.get("mode", "nearest")
    if call.decl.name in ("UpsamplingBilinear2d", "upsample_bilinear"):
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
    if not _options_fit(call, x, mode):
        return ERROR
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


def _options_fit(call: RuleCall, x: Tensor, mode: Value) -> bool:
    """Dtypes and corners: torch has both for some modes only, and bytes beside floating numbers for images."""
    bytes_too = mode not in ("linear", "trilinear", "area")
    if dtypes.kind(x.dtype) is not None and not dtypes.is_floating(x.dtype):
        if not (x.dtype == "uint8" and bytes_too):
            call.fail(
                "E0303",
                f"`{call.name}` in mode {mode} takes a floating tensor, but is given {x.dtype}",
                "input" if call.given("input") else None,
                help="`.float()` converts it first",
            )
            return False
    corners = call.arguments.get("align_corners")
    if corners is not None and isinstance(mode, str) and mode not in _RANKS:
        call.fail(
            "E0402",
            f"`{call.name}` in mode {mode} has no corners to align: leave `align_corners` out",
        )
        return False
    if (
        call.arguments.get("recompute_scale_factor") is True
        and call.arguments.get("scale_factor") is None
    ):
        call.fail("E0401", f"`{call.name}` recomputes no scale factor where a size is given")
        return False
    if call.arguments.get("antialias") is True and mode not in ("bilinear", "bicubic"):
        call.fail("E0402", f"`{call.name}` in mode {mode} has no antialias", "antialias")
        return False
    scale = call.arguments.get("scale_factor")
    factors = arguments.items(scale) if arguments.items(scale) is not None else (scale,)
    for each in factors or ():
        if isinstance(each, (int, float)) and each <= 0:
            call.fail(
                "E0308",
                f"`{call.name}` scales by a factor above 0, not {each}",
                "scale_factor" if call.given("scale_factor") else None,
            )
            return False
    return True


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
    return tuple(scaled(call, d, f) for d, f in zip(x.dims[2:], factors, strict=True))


# So many multiples of a whole number are tried where a factor is one over it: more than images have pixels on an axis.
MULTIPLES = 5000


def scaled(call: RuleCall, size: DimLike, factor: Value) -> DimLike:
    """`floor(size * factor)` as floats give it: a formula where they are exact for it, else a size of its own."""
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
    # `49 * (1 / 49)` is below 1.
    if all(floor(n * inverse * factor) == n for n in range(1, MULTIPLES)):
        return call.settle(size // inverse)
    return call.new_size()


def affine_grid(call: RuleCall) -> Value:
    """`affine_grid(theta, size)`: a place for every pixel of the size."""
    theta = arguments.tensor(call, "theta")
    size = arguments.sizes(call.arguments["size"])
    if size is None or theta.dims is None:
        return unknown(theta)
    for each in size:
        if isinstance(each, int) and each < 1:
            return call.fail("E0308", f"affine_grid of a size {each}: a size is 1 or more", "size")
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
