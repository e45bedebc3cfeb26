"""The dtype of tensors that a def makes from nothing: that of its first floating argument, as they are emitted."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.semantics.evaluate.calling import outcomes
from nnspec.semantics.evaluate.calling.binding import Bound
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.rules import dtypes
from nnspec.semantics.values import Tensor, Value
from nnspec.syntax import ast

# Of a tensor, or of a list of them, these make one of its dtype.
OF_DATA = frozenset(("tensor", "as_tensor", "asarray", "normal"))
# Types of arguments that are no tensors.
_STATIC = frozenset(("int", "float", "bool", "str", "number"))


def settled(value: Value, decl: ast.ExternDef, bound: Bound, frame: Frame) -> Value:
    """A new tensor of some floating dtype with the one that the def around it says.

    Where no argument is a tensor this is torch's default, but in a method, which follows its module's parameters.
    """
    definition = frame.definition
    if (
        not isinstance(value, Tensor)
        or value.dtype != "float"
        or bound.values.get("dtype") is not None
        or not isinstance(definition, ast.Def)
        or (decl.name in OF_DATA and holds_tensors(bound.values.values()))
    ):
        return value
    if "dtype" in bound.spans:
        dtype: str | None = dtypes.DEFAULT_FLOAT
    else:
        default = dtypes.DEFAULT_FLOAT if frame.body is None else None
        dtype = _followed(definition.signature, default)
    return value if dtype is None else value.with_(value.dims, value.origins, dtype)


def holds_tensors(values: Iterable[Value]) -> bool:
    """Whether tensors are among the values, or in a list among them, and no other fractions."""
    kinds = {type(each) for each in outcomes.flat(values)}
    return Tensor in kinds and float not in kinds


def _followed(signature: ast.Signature, default: str | None) -> str | None:
    for param in signature.params:
        match param.type:
            case ast.TensorType(dtype) if dtype is None or dtypes.is_floating(dtype):
                return dtype
            case ast.TensorType() | ast.OptionalType() | ast.LiteralType():
                continue
            case ast.NamedType(name) if name in _STATIC:
                continue
        return None
    return default
