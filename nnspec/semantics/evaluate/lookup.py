"""What a name means where it stands."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import attributes
from nnspec.semantics.evaluate.layers import modules
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.resolve import known
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.semantics.values import (
    ERROR,
    Builtin,
    DType,
    Function,
    LayerType,
    LibraryFunction,
    NamedTupleType,
    Namespace,
    Unknown,
    Value,
)
from nnspec.syntax import ast

DTYPES = {
    **{
        name: name
        for name in (
            "float16 bfloat16 float32 float64 complex64 complex128 int8 int16 int32 int64 uint8 bool"
        ).split()
    },
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "cfloat": "complex64",
    "cdouble": "complex128",
}
NAMESPACES = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "torch": "torch",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
    "math": "math",
    "einops": "einops",
}
STATICS = frozenset(
    "abs ceil floor round sqrt log exp sin cos min max sum len int float bool str range zip enumerate "
    "reversed list tuple dict sorted any all pair single triple numel pow isinstance slice copies "
    "einsum_flops bytes_beside layer_flops child".split()
)
CONSTANTS = {"inf": float("inf"), "nan": float("nan"), "pi": 3.141592653589793}
CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})


class Missing:
    """There is no such name (None is a value)."""


MISSING = Missing()


def name(expr: ast.Name, frame: Frame) -> Value:
    """The value of a name; unknown names were reported when names were resolved."""
    binding = frame.scope.bindings.get(expr)
    if binding is not None and binding.kind is Kind.UNKNOWN:
        return ERROR
    if binding is not None and binding.kind is Kind.HYPERPARAMETER and frame.body is not None:
        # A member may share the name: `dropout = Dropout(dropout)`. The lines of the body mean this one.
        if expr.id in frame.body.arguments:
            return frame.body.arguments[expr.id]
    value = find(expr.id, frame)
    return ERROR if value is MISSING else value


def find(id: str, frame: Frame) -> Value:
    """Locals, dimensions, members, the file's names, the library's; MISSING where there is none."""
    if id in frame.locals:
        return frame.locals[id]
    if id in frame.dims:
        return frame.dims[id]
    if "*" + id in frame.unbound:
        return Unknown("tuple")
    if id in frame.unbound:
        return Dim.symbol("?" + id)
    if frame.body is not None:
        value = attributes.member(frame.body, id, frame, frame.layer)
        if value is not MISSING:
            return value
        if id == "training":
            return Unknown("bool")
    if id in frame.scope.names:
        decl, scope = frame.scope.names[id]
        return declared(decl, scope, frame)
    return library(id, frame)


def declared(decl: ast.Declaration, scope: FileScope, frame: Frame) -> Value:
    """The value of a top-level declaration."""
    match decl:
        case ast.Module() | ast.ExternModule():
            return LayerType(decl, scope)
        case ast.Def():
            return Function(decl, scope)
        case ast.ExternDef():
            return LibraryFunction(decl.name, (decl,))
        case ast.TypeDecl():
            return NamedTupleType(decl, scope)
        case ast.Model():
            return modules.model(decl, scope, frame)
    return ERROR


def library(id: str, frame: Frame) -> Value:
    """A name of the library, or one that the evaluator itself knows."""
    memo = frame.run.recorder.memo
    key = ("library", id)
    if key not in memo:
        memo[key] = _library(id, frame)
    return memo[key]


def _library(id: str, frame: Frame) -> Value:
    if id in CONTAINERS:
        return Builtin(id)
    if id in NAMESPACES:
        return Namespace(NAMESPACES[id])
    if id in CONSTANTS:
        return CONSTANTS[id]
    catalog = frame.run.catalog
    layer = catalog.layer(id)
    if layer is not None:
        return LayerType(layer, catalog.scope_of(layer))
    if id in STATICS:
        return Builtin(id)
    functions = catalog.functions(id)
    if functions:
        return LibraryFunction(id, functions)
    static = catalog.static(id)
    if static is not None:
        return Function(static, catalog.scope_of(static))
    if id in DTYPES:
        return DType(DTYPES[id])
    if id in attributes.INITIALISERS:
        return Builtin(id)
    return MISSING


def in_namespace(namespace: str, id: str, frame: Frame) -> Value:
    """`torch.relu`, `nn.Linear`, `F.pad`, `linalg.norm`, `torch.float32`; MISSING where there is none."""
    catalog = frame.run.catalog
    if namespace == "math":
        return _of_math(id)
    if namespace == "torch" and id in CONSTANTS:
        return CONSTANTS[id]
    if namespace == "torch.nn":
        if id in CONTAINERS:
            return Builtin(id)
        if id in ("functional", "init", "utils"):
            return Namespace(f"torch.nn.{id}")
        layer = catalog.layer(id)
        return LayerType(layer, catalog.scope_of(layer)) if layer is not None else MISSING
    if namespace == "torch":
        if id in DTYPES:
            return DType(DTYPES[id])
    if namespace != "torch.nn" and id in known.INSIDE.get(namespace, ()):
        return Namespace(f"{namespace}.{id}")
    if namespace == "torch.nn.init" and id.removesuffix("_") in attributes.INITIALISERS:
        return Builtin(id.removesuffix("_"))
    functions = catalog.in_namespace(namespace, id)
    return LibraryFunction(id, functions) if functions else MISSING


def _of_math(id: str) -> Value:
    """`math.sqrt`, `math.pi`: those with a bare name are the same as that."""
    if id in known.MATH_CONSTANTS:
        return known.MATH_CONSTANTS[id]
    if id not in known.MATH:
        return MISSING
    return Builtin(id if id in STATICS else f"math.{id}")
