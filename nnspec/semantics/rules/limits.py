"""`finfo` and `iinfo`: what the numbers of a dtype reach."""

from __future__ import annotations

from math import floor, log10

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import dtypes
from nnspec.semantics.values import DType, TupleValue, Unknown, Value

# Bits, bits of the fraction, greatest exponent. Source: IEEE 754; bfloat16 is float32's upper half.
_FLOATS = {
    "float16": (16, 10, 15),
    "bfloat16": (16, 7, 127),
    "float32": (32, 23, 127),
    "float64": (64, 52, 1023),
}
_COMPLEX = {"complex64": "float32", "complex128": "float64"}
_INTEGERS = {"uint8": 8, "int8": 8, "int16": 16, "int32": 32, "int64": 64}

_FLOAT_FIELDS = ("bits", "eps", "max", "min", "resolution", "smallest_normal", "tiny", "dtype")
_INT_FIELDS = ("bits", "max", "min", "dtype")


def finfo(call: RuleCall) -> Value:
    """The limits of a floating dtype; unknown numbers where it is any one."""
    if call.given("type") and call.arguments["type"] is None:
        return call.fail("E0405", "finfo is of a dtype; without one write `finfo()`", "type")
    name = _name(call)
    if name is None or name == "float":
        numbers = (Unknown("float"),) * (len(_FLOAT_FIELDS) - 2)
        return TupleValue((Unknown("int"), *numbers, Unknown("str")), _FLOAT_FIELDS)
    name = _COMPLEX.get(name, name)
    if not dtypes.is_floating(name):
        return call.fail(
            "E0303",
            f"finfo is of floating dtypes, got {name}",
            "type",
            help="iinfo is of the others",
        )
    bits, fraction, exponent = _FLOATS[name]
    most = (2 - 2.0**-fraction) * 2.0**exponent
    least = 2.0 ** (1 - exponent)
    resolution = 10.0 ** -floor(fraction * log10(2))
    return TupleValue(
        (bits, 2.0**-fraction, most, -most, resolution, least, least, name), _FLOAT_FIELDS
    )


def iinfo(call: RuleCall) -> Value:
    """The limits of an integer dtype."""
    name = _name(call)
    if name in (None, "float"):
        return TupleValue((*(Unknown("int"),) * 3, Unknown("str")), _INT_FIELDS)
    bits = _INTEGERS.get(name)
    if bits is None:
        return call.fail(
            "E0303",
            f"iinfo is of integer dtypes, got {name}",
            "type",
            help="finfo is of the others",
        )
    if name == "uint8":
        return TupleValue((bits, 255, 0, name), _INT_FIELDS)
    reach = 2 ** (bits - 1)
    return TupleValue((bits, reach - 1, -reach, name), _INT_FIELDS)


def _name(call: RuleCall) -> str | None:
    dtype = call.arguments["type"]
    if dtype is None:
        return dtypes.DEFAULT_FLOAT
    return dtype.name if isinstance(dtype, DType) else None
