"""Names of the library and of Python in emitted code."""

from __future__ import annotations

import ast as py

from nnspec.ir import build
from nnspec.ir.context import Frame, Nothing
from nnspec.library.catalog import library as catalog
from nnspec.semantics.resolve import known
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import (
    Builtin,
    DType,
    Initialiser,
    LayerType,
    LibraryFunction,
    Namespace,
    Value,
)
from nnspec.syntax import ast

MATHS = frozenset("sqrt log exp sin cos floor ceil".split())
# Those of torch.nn.init that code may call on a tensor.
FILLERS = frozenset(
    """constant dirac kaiming_normal kaiming_uniform normal orthogonal sparse trunc_normal uniform
    xavier_normal xavier_uniform""".split()
)
CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
# Namespaces as they are written, by the place that they stand for.
PLACES = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "torch": "torch",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
    "math": "math",
}


def reference(expr: ast.Name | ast.Attribute, frame: Frame) -> py.expr:
    """A name of the library, bare or behind a namespace, as a value."""
    names = frame.file.names
    value = frame.file.value(expr)
    if value is Nothing:
        value = frame.file.checked.callees.get(expr, Nothing)
    id = expr.id if isinstance(expr, ast.Name) else expr.name
    if id in known.MATH_CONSTANTS and (isinstance(value, float) or value is Nothing):
        return build.attribute(names.root("math"), id)
    found = of_value(value, frame)
    if found is not None:
        return found
    return _by_name(expr, frame)


def of_value(value: Value, frame: Frame) -> py.expr | None:
    """What the library calls a value; None for values that are not the library's."""
    names = frame.file.names
    match value:
        case LayerType(decl) if isinstance(decl, ast.ExternModule):
            if catalog().is_library(decl):
                return names.torch(decl.places[0], decl.name)
            return visible(decl, frame)
        case LibraryFunction(name, decls):
            return function(decls, name, frame)
        case Builtin("float" | "int" | "bool" as name, None):
            # As a value, and not called, this is torch's dtype; Python's would mean another size.
            return build.attribute(names.root("torch"), name)
        case Builtin(name, None):
            if name in CONTAINERS:
                return build.attribute(names.root("nn"), name)
            return builtin(name, frame)
        case DType(name):
            return build.attribute(names.root("torch"), name)
        case Namespace(name):
            parts = name.split(".")
            if name == "torch.nn.functional":
                return names.root("F")
            if parts[:2] == ["torch", "nn"]:
                return build.attribute(names.root("nn"), *parts[2:])
            return build.attribute(names.root(parts[0]), *parts[1:])
        case Initialiser(name):
            return build.attribute(names.root("nn"), "init", f"{name}_")
    return None


def visible(decl: ast.ExternModule | ast.ExternDef, frame: Frame) -> py.expr | None:
    """What the file calls a user's Python, declared here or imported; None where it has no name for it."""
    known = frame.file.scope.names.items()
    name = next((name for name, (each, _) in known if each is decl), None)
    return None if name is None else frame.file.names.reference(name)


def builtin(name: str, frame: Frame) -> py.expr:
    """A function of numbers and lists, as it is called."""
    names = frame.file.names
    if name in MATHS or name.startswith("math."):
        return build.attribute(names.root("math"), name.removeprefix("math."))
    return names.builtin(name)


def function(decls: tuple[ast.ExternDef, ...], name: str, frame: Frame) -> py.expr | None:
    """A library function by its first place; None where it is a tensor method alone."""
    for decl in decls:
        for place in decl.places:
            if place == "Tensor":
                continue
            if not catalog().is_library(decl):
                return visible(decl, frame)
            return frame.file.names.torch(place, decl.name)
    return None


def _by_name(expr: ast.Name | ast.Attribute, frame: Frame) -> py.expr:
    """The library's name in code that no pass has followed, by its spelling alone."""
    names = frame.file.names
    if isinstance(expr, ast.Attribute):
        return build.attribute(reference_of_namespace(expr.value, frame), expr.name)
    id = expr.id
    kind = frame.file.binding(expr).kind
    if id in CONTAINERS or (kind is Kind.LIBRARY and id[:1].isupper()):
        return build.attribute(names.root("nn"), id)
    if kind is Kind.NAMESPACE:
        return reference_of_namespace(expr, frame)
    if kind is Kind.BUILTIN:
        return builtin(id, frame)
    return build.attribute(names.root("torch"), id)


def reference_of_namespace(expr: ast.Expr, frame: Frame) -> py.expr:
    """`nn`, `linalg`, `torch.nn.functional`."""
    if isinstance(expr, ast.Attribute):
        place = f"{_dotted(expr.value)}.{expr.name}"
    else:
        place = _dotted(expr)
    found = of_value(Namespace(place), frame)
    assert found is not None
    return found


def _dotted(expr: ast.Expr) -> str:
    if isinstance(expr, ast.Attribute):
        return f"{_dotted(expr.value)}.{expr.name}"
    assert isinstance(expr, ast.Name)
    return PLACES.get(expr.id, expr.id)
