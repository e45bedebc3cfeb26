"""What is called in code that no pass of the checker has followed, as far as names tell it.

Such code is that of modules which take lists or layer types and of which the file makes none.
"""

from __future__ import annotations

from nnspec.ir.context import Frame, Nothing
from nnspec.ir.walk import names_in
from nnspec.library.catalog import library as catalog
from nnspec.semantics.resolve.known import CONTAINERS, STATICS
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import (
    Builtin,
    Function,
    LayerType,
    LibraryFunction,
    NamedTupleType,
    Value,
)
from nnspec.syntax import ast


def callee(func: ast.Expr, args: tuple[ast.Argument, ...], piped: bool, frame: Frame) -> Value:
    """The likeliest meaning of a called name."""
    if not isinstance(func, ast.Name):
        return Nothing
    binding = frame.file.binding(func)
    scope = binding.scope or frame.file.scope
    match binding.kind, binding.node:
        case (Kind.FILE | Kind.METHOD), ast.Def() as decl:
            return Function(decl, scope)
        case Kind.FILE, (ast.Module() | ast.ExternModule()) as decl:
            return LayerType(decl, scope)
        case Kind.FILE, ast.TypeDecl() as decl:
            return NamedTupleType(decl, scope)
        case (Kind.LIBRARY | Kind.BUILTIN), _:
            return _library(func.id, args, piped, frame)
    return Nothing


def _library(id: str, args: tuple[ast.Argument, ...], piped: bool, frame: Frame) -> Value:
    if id in CONTAINERS:
        return Builtin(id)
    known = catalog()
    layer = known.layer(id)
    if layer is not None:
        return LayerType(layer, known.scope_of(layer))
    functions, methods = known.functions(id), known.methods(id)
    if id in STATICS and not (piped or any(_is_tensor(a.value, frame) for a in args)):
        return Builtin(id)
    if piped and methods and not any("torch.nn.functional" in d.places for d in functions):
        # A method takes sizes one by one as well as in a tuple.
        return LibraryFunction(id, methods[:1])
    if functions:
        return LibraryFunction(id, functions[:1])
    return Builtin(id) if id in STATICS else Nothing


def _is_tensor(expr: ast.Expr, frame: Frame) -> bool:
    """Whether an expression reads something that may well be a tensor."""
    for name in names_in(expr):
        binding = frame.file.binding(name)
        match binding.kind, binding.node:
            case Kind.LOCAL, _:
                return frame.stage == "method"
            case Kind.ARGUMENT, ast.Param(_, (ast.TensorType() | None)):
                return True
            case Kind.MEMBER, ast.ParamDecl():
                return True
    return False
