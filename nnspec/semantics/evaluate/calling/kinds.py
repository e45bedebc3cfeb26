"""Whether a value is of the kind that a type asks for, sizes left aside."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import (
    Builtin,
    Choice,
    Compound,
    Device,
    DictValue,
    DType,
    ErrorValue,
    Function,
    Layer,
    LayerType,
    LibraryFunction,
    ListValue,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast

FLOATING = frozenset({"float", "float16", "bfloat16", "float32", "float64"})
DTYPE_NAMES = frozenset(
    "float16 bfloat16 float32 float64 complex64 complex128 int8 int16 int32 int64 uint8 bool".split()
)


# The kinds of devices that torch knows by name, with `:1` and so on behind them.
DEVICES = frozenset(
    "cpu cuda ipu xpu mkldnn opengl opencl ideep hip ve fpga maia xla lazy vulkan mps meta hpu mtia privateuseone".split()
)

# Lists and tuples of which nothing more is known: a function takes one where it takes the other.
_UNKNOWN_ITEMS = (Unknown("list"), Unknown("tuple"))

# The types of values that are themselves.
PLAIN = frozenset({int, bool, float, str, type(None)})


def fits(type_: ast.TypeExpr, value: Value, frame: Frame) -> bool:
    """Whether the value could be of the type; dims and sizes are compared later."""
    if type(type_) is ast.NamedType and type(value) in PLAIN:
        return _named_fits(type_.name, value) or is_undeclared(type_, frame)
    if type(type_) is ast.TensorType and type(value) is Tensor:
        return _tensor_fits(type_.dtype, type_.dims, value)
    if isinstance(value, ErrorValue) or (isinstance(value, Unknown) and value.kind == "any"):
        return True
    if isinstance(value, Choice):
        return all(fits(type_, option, frame) for option in value.options)
    match type_:
        case ast.OptionalType(inner):
            return value is None or fits(inner, value, frame)
        case ast.UnionType(options):
            return any(fits(option, value, frame) for option in options)
        case ast.LiteralType(literal):
            if isinstance(value, Unknown):
                return value.kind == {str: "str", bool: "bool", float: "float"}.get(type(literal))
            if isinstance(value, Dim):
                return isinstance(literal, int)
            return type(value) is type(literal) and value == literal
        case ast.TensorType(dtype, dims):
            return isinstance(value, Tensor) and _tensor_fits(dtype, dims, value)
        case ast.ListType(element):
            if isinstance(value, ListValue):
                return all(fits(element, item, frame) for item in value.items)
            if isinstance(value, TupleValue) and value.names is None:
                return all(fits(element, item, frame) for item in value.items)
            if isinstance(value, Layer):
                return value.body.decl.name in ("Sequential", "ModuleList")
            return isinstance(value, (RepeatValue, RangeValue)) or value in _UNKNOWN_ITEMS
        case ast.DictType():
            return isinstance(value, DictValue) or value == Unknown("dict")
        case ast.TupleType(items, repeated):
            return _tuple_fits(items, repeated, value, frame)
        case ast.NamedType(name):
            return _named_fits(name, value) or is_undeclared(type_, frame)
    return True


def is_undeclared(type_: ast.NamedType, frame: Frame) -> bool:
    """Whether nothing declares the type, which has been told already."""
    binding = frame.scope.bindings.get(type_)
    return binding is not None and binding.kind is Kind.UNKNOWN


def _tensor_fits(dtype: str | None, dims: tuple[ast.Expr, ...], value: Tensor) -> bool:
    if value.dims is not None:
        stars = sum(isinstance(d, ast.Starred) for d in dims)
        if stars == 0 and len(dims) != len(value.dims):
            return False
        if stars and len(value.dims) < len(dims) - 1:
            return False
    return dtype_fits(dtype, value.dtype)


def dtype_fits(expected: str | None, actual: str | None) -> bool:
    """Whether a tensor of dtype `actual` may stand where a type names `expected` (None: floating)."""
    if actual is None:
        return True
    if expected is None:
        return actual in FLOATING
    if expected in DTYPE_NAMES:
        return actual == expected or (actual == "float" and expected in FLOATING)
    return True


def _tuple_fits(items: tuple[ast.Field, ...], repeated: bool, value: Value, frame: Frame) -> bool:
    if isinstance(value, Unknown):
        return value in _UNKNOWN_ITEMS
    if repeated and isinstance(value, RepeatValue):
        return fits(items[0].type, value.element, frame)
    if not isinstance(value, (TupleValue, ListValue)):
        return False
    if repeated:
        return all(fits(items[0].type, item, frame) for item in value.items)
    return len(items) == len(value.items) and all(
        fits(field.type, item, frame) for field, item in zip(items, value.items, strict=True)
    )


def _is_device(name: str) -> bool:
    """Whether torch knows a device by this name: `cpu`, `cuda:1`."""
    kind, colon, index = name.partition(":")
    return kind in DEVICES and (not colon or index.isdecimal())


def _named_fits(name: str, value: Value) -> bool:
    match name:
        case "int":
            return (
                isinstance(value, (int, Dim))
                and not isinstance(value, bool)
                or value == Unknown("int")
            )
        case "float":
            return (
                isinstance(value, (int, float, Dim))
                and not isinstance(value, bool)
                or isinstance(value, Unknown)
                and value.kind in ("int", "float")
            )
        case "bool":
            return isinstance(value, (bool, Relation, Compound)) or value == Unknown("bool")
        case "str":
            return isinstance(value, str) or value == Unknown("str")
        case "number":
            return (
                isinstance(value, (int, float, Dim))
                or (isinstance(value, Unknown) and value.kind in ("int", "float", "bool"))
                or (isinstance(value, Tensor) and not value.dims)
            )
        case "tensor":
            return isinstance(value, Tensor) or value == Unknown("tensor")
        case "layer":
            return isinstance(
                value, (Layer, LayerType, Function, LibraryFunction, Builtin, Unknown)
            ) and not (isinstance(value, Unknown) and value.kind not in ("layer", "layer type"))
        case "Module":
            return isinstance(value, Layer) or value in (Unknown("layer"), None)
        case "dtype":
            return isinstance(value, DType)
        case "device":
            return isinstance(value, (Device, Unknown)) or (
                isinstance(value, str) and _is_device(value)
            )
        case "list":
            return (
                isinstance(value, (ListValue, RepeatValue, RangeValue, TupleValue))
                or value in _UNKNOWN_ITEMS
            )
        case "tuple":
            return isinstance(value, (TupleValue, ListValue)) or value == Unknown("tuple")
        case "dict":
            return isinstance(value, DictValue) or value == Unknown("dict")
        case "any":
            return True
    if isinstance(value, Layer):
        return value.type_name == name
    return value in (Unknown("layer"), Unknown("tuple"))
