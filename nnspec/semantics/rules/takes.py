"""What dtypes an argument may have: reported as E0303 where it has another."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import dtypes
from nnspec.semantics.rules.products import alike
from nnspec.semantics.values import Tensor

_HELP = {
    "bool": "`.int()` makes numbers of a mask",
    "int": "`.float()` converts it first",
    "complex": "`.abs()` or `view_as_real` makes real numbers of them",
    "low": "`.float()` converts it first",
}


def _kind(dtype: str | None) -> str | None:
    """`bool`, `int`, `float` or `complex`; `low` for the floating dtypes of 16 bits and fewer, None where it is not known."""
    found = dtypes.kind(dtype)
    if found is None:
        return None
    if found == dtypes.FLOATING and dtypes.bits(dtype) <= 16:
        return "low"
    return ("bool", "int", "float", "complex")[found]


def none_of(call: RuleCall, refused: str, names: Iterable[str] = ("input",)) -> bool:
    """Whether no tensor among the arguments is of a kind that the function does not take.

    refused: of `bool`, `int`, `float`, `low` (16 bits and fewer) and `complex` those, with spaces between.
    """
    kinds = refused.split()
    for name in names:
        x = call.arguments.get(name)
        if isinstance(x, Tensor) and (kind := _kind(x.dtype)) in kinds:
            wanted = f"no {x.dtype} tensor"
            if "float" in kinds and "complex" not in kinds:
                wanted = "a complex tensor"
            elif "int" in kinds and kind != "low":
                wanted = "a floating tensor"
            call.fail(
                "E0303",
                f"{call.name} takes {wanted}"
                + (f", got {x.dtype}" if wanted.startswith("a ") else ""),
                name if call.given(name) else None,
                f"this is {x.dtype}" if call.given(name) else "",
                help=None if wanted == "a complex tensor" else _HELP.get(str(kind)),
            )
            return False
    return True


def result(call: RuleCall, refused: str, dtype: str | None) -> bool:
    """The same for the dtype that several tensors are promoted to."""
    kind = _kind(dtype)
    if kind not in refused.split():
        return True
    call.fail("E0303", f"{call.name} takes no {dtype} tensors", help=_HELP.get(str(kind)))
    return False


def one_dtype(call: RuleCall, *names: str) -> bool:
    """Whether the tensors among the arguments may have one dtype."""
    first: Tensor | None = None
    for name in names:
        x = call.tensor(name)
        if x is None or x.dtype is None:
            continue
        if first is None:
            first = x
        elif not alike(first.dtype, x.dtype):
            call.fail(
                "E0303",
                f"{call.name} needs one dtype, but is given {first.dtype} and {x.dtype}",
                name if call.given(name) else None,
                f"this is {x.dtype}" if call.given(name) else "",
                help=f"`.to({first.dtype})` converts it" if first.dtype != "float" else None,
            )
            return False
    return True


def int64(call: RuleCall, name: str) -> bool:
    """Whether an index is of int64."""
    x = call.tensor(name)
    if x is None or x.dtype in ("int64", None):
        return True
    call.fail(
        "E0303",
        f"{call.name} takes an int64 {name}, got {x.dtype}",
        name if call.given(name) else None,
        help="`.long()` converts it",
    )
    return False


# The least and the greatest number that torch converts to a dtype; negative ones wrap around in an unsigned one.
# Source: `overflows` in c10/util/TypeCast.h.
_HOLDS: dict[str, tuple[float, float]] = {
    "uint8": (-255, 255),
    "int8": (-128, 127),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float16": (-65504.0, 65504.0),
    "bfloat16": (-3.3895313892515355e38, 3.3895313892515355e38),
    "float32": (-3.4028234663852886e38, 3.4028234663852886e38),
}


def numbers(call: RuleCall, x: Tensor, *names: str, floats: bool = False) -> bool:
    """Whether the dtype of a tensor holds the numbers among the arguments that it is filled or compared with.

    Negative ints go around in a byte, negative floats do not. floats: whether torch makes floats of ints first.
    """
    held = _HOLDS.get(x.dtype or "")
    floating = dtypes.kind(x.dtype) == dtypes.FLOATING
    for name in names:
        value = call.arguments.get(name)
        if held is None or not isinstance(value, (int, float)):
            continue
        least, most = held
        if x.dtype == "uint8" and (floats or isinstance(value, float)):
            least = 0
        if least <= value <= most or (floating and not isfinite(value)):
            continue
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        field = "min" if value < 0 else "max"
        call.fail(
            "E0303",
            f"{call.name} has {shown} for {name}, which {x.dtype} does not hold"
            + (f": it goes to {(most if value > 0 else least):g}" if isfinite(value) else ""),
            name if call.given(name) else None,
            help=(
                f"`finfo({x.dtype}).{field}` is as far as it goes, or `{'-' if value < 0 else ''}inf`"
                if floating
                else None
            ),
        )
        return False
    return True


def drawn(call: RuleCall, dtype: str | None) -> bool:
    """Whether a dtype holds the integers from `low` on to one below `high`, of which a function draws."""
    # Nothing wraps around here.
    held = {"bool": (0, 1), "uint8": (0, 255)}.get(dtype or "") or _HOLDS.get(dtype or "")
    for name, words, beyond in (("low", "from {} on", 0), ("high", "up to {}", 1)):
        value = call.arguments.get(name)
        if held is None or not isinstance(value, int) or held[0] <= value - beyond <= held[1]:
            continue
        told = words.format(value - beyond)
        at = name if call.given(name) else None
        call.fail("E0303", f"{call.name} draws ints {told}, which {dtype} does not hold", at)
        return False
    return True
