"""Dtypes: their kinds, and which one torch gives a result (`torch.result_type`).

Besides torch's names there is `float`: some floating dtype, the same one throughout a signature. What it
is promoted with can only be known at run time, so `float` with a named floating dtype stays `float`, with
an integer dtype it wins, and with a complex one it gives way. None is a dtype that is not known at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.semantics.dims import Dim
from nnspec.semantics.values import Tensor, Unknown, Value

BOOL, INTEGER, FLOATING, COMPLEX = range(4)

# name: (kind, bits)
DTYPES: dict[str, tuple[int, int]] = {
    "bool": (BOOL, 8),
    "uint8": (INTEGER, 8),
    "int8": (INTEGER, 8),
    "int16": (INTEGER, 16),
    "int32": (INTEGER, 32),
    "int64": (INTEGER, 64),
    "uint16": (INTEGER, 16),
    "uint32": (INTEGER, 32),
    "uint64": (INTEGER, 64),
    "float8_e4m3fn": (FLOATING, 8),
    "float8_e5m2": (FLOATING, 8),
    "bfloat16": (FLOATING, 16),
    "float16": (FLOATING, 16),
    "float": (FLOATING, 32),
    "float32": (FLOATING, 32),
    "float64": (FLOATING, 64),
    "complex32": (COMPLEX, 32),
    "complex64": (COMPLEX, 64),
    "complex128": (COMPLEX, 128),
}

DEFAULT_FLOAT = "float32"

_COMPLEX_OF = {"float64": "complex128", "float16": "complex32"}
_REAL_OF = {"complex128": "float64", "complex64": "float32", "complex32": "float16"}


def kind(dtype: str | None) -> int | None:
    """BOOL, INTEGER, FLOATING or COMPLEX; None for a dtype that is not known."""
    return DTYPES[dtype][0] if dtype in DTYPES else None


def bits(dtype: str | None) -> int:
    """The bits of one element; `float` and the unknown count as float32."""
    return DTYPES.get(dtype or "float32", (FLOATING, 32))[1]


def is_floating(dtype: str | None) -> bool:
    """Whether the dtype is certainly a floating (not complex) one."""
    return kind(dtype) == FLOATING


def is_integral(dtype: str | None) -> bool:
    """Whether the dtype is certainly an integer dtype or bool."""
    return kind(dtype) in (BOOL, INTEGER)


def is_complex(dtype: str | None) -> bool:
    """Whether the dtype is certainly complex."""
    return kind(dtype) == COMPLEX


def complex_of(dtype: str | None) -> str | None:
    """The complex dtype whose parts have the given floating one; integers go by way of float32."""
    if dtype is None or is_complex(dtype):
        return dtype
    return _COMPLEX_OF.get(dtype, "complex64")


def real_of(dtype: str | None) -> str | None:
    """The dtype of the real part of a complex one; any other dtype itself."""
    return _REAL_OF.get(dtype, dtype) if dtype is not None else None


def promote(left: str | None, right: str | None) -> str | None:
    """The dtype that both can be converted to, as `torch.promote_types` gives it.

    Two dtypes of which one is not known give None; `float` is explained at the top of the file.
    """
    if left == right:
        return left
    if left is None or right is None:
        return None
    a, b = DTYPES[left], DTYPES[right]
    if a[0] < b[0]:
        left, right, a, b = right, left, b, a
    if a[0] > b[0]:
        if a[0] == COMPLEX and b[0] == FLOATING:
            return _COMPLEX[max(a[1], 2 * b[1] if right != "bfloat16" else 64, 32)]
        return left
    if a[0] == FLOATING and "float" in (left, right):
        return "float"
    if a[1] != b[1]:
        return _wider(left, right, a[1], b[1])
    # Of equal width: float16 with bfloat16, uint8 with int8.
    if a[0] == FLOATING:
        return "float32"
    return f"int{2 * a[1]}" if a[1] < 64 else "float32"


_COMPLEX = {32: "complex32", 64: "complex64", 128: "complex128"}


def _wider(left: str, right: str, left_bits: int, right_bits: int) -> str:
    if left_bits < right_bits:
        left, right, left_bits, right_bits = right, left, right_bits, left_bits
    if left.startswith("uint") and right.startswith("int"):
        return f"int{2 * left_bits}" if left_bits < 64 else "float32"
    return left


def of_number(value: Value) -> str | None:
    """The dtype that a Python number counts as in arithmetic with tensors; None where it is none."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, Dim)):
        return "int64"
    if isinstance(value, float):
        return DEFAULT_FLOAT
    if isinstance(value, complex):
        return "complex64"
    if isinstance(value, Unknown):
        return {"bool": "bool", "int": "int64", "float": DEFAULT_FLOAT}.get(value.kind)
    return None


def result_type(operands: Iterable[Value]) -> str | None:
    """The dtype of an elementwise result, as `torch.result_type` gives it for any number of operands.

    Tensors with axes outweigh scalar tensors, and these outweigh Python numbers, unless what weighs less
    is of a higher kind (bool < integer < floating < complex).
    Source: `update_result_type_state` and `combine_categories` in aten/src/ATen/native/TypeProperties.cpp.
    """
    ranked: list[list[str | None]] = [[], [], []]
    for operand in operands:
        if isinstance(operand, Tensor):
            ranked[1 if operand.dims == () else 0].append(operand.dtype)
        else:
            dtype = of_number(operand)
            if dtype is not None:
                ranked[2].append(dtype)
    with_axes, scalars, numbers = (_promote_all(dtypes) for dtypes in ranked)
    return _combine(with_axes, _combine(scalars, numbers))


_ABSENT = ""


def _promote_all(dtypes: list[str | None]) -> str | None:
    if not dtypes:
        return _ABSENT
    result = dtypes[0]
    for dtype in dtypes[1:]:
        result = promote(result, dtype)
    return result


def _combine(higher: str | None, lower: str | None) -> str | None:
    if higher == _ABSENT:
        return lower
    if lower == _ABSENT or higher is None or is_complex(higher):
        return higher
    if is_floating(higher):
        return complex_of(higher) if is_complex(lower) else higher
    if lower is None:
        return None
    if higher == "bool" or not is_integral(lower):
        return promote(higher, lower)
    return higher
