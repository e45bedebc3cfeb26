"""Types of the spec as Python's type hints."""

from __future__ import annotations

import ast as py
from collections.abc import Callable

from nnspec.ir.build import attribute, optional, subscript, tuple_, union
from nnspec.ir.names import Names
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.syntax import ast

PLAIN = {"int": "int", "float": "float", "bool": "bool", "str": "str"}
CONTAINERS = {"list": "list", "dict": "dict", "tuple": "tuple"}
# How the hint of a tuple with named fields is found (it is a class of its own).
NamedFields = Callable[[ast.TupleType], str | None]


class Hints:
    """Makes hints for one file.

    record: gives the class of a tuple type with named fields that stands in a signature.
    """

    def __init__(self, names: Names, scope: FileScope, record: NamedFields) -> None:
        self.names = names
        self.scope = scope
        self.record = record

    def layer_type(self) -> py.expr:
        """What makes a layer when it is called."""
        module = attribute(self.names.root("nn"), "Module")
        return subscript(self.names.root("Callable"), tuple_([py.Constant(...), module]))

    def of(self, type: ast.TypeExpr, result: bool = False) -> py.expr:
        """The hint of a type; a `layer` is an instance in a result, and what makes one elsewhere."""
        match type:
            case ast.TensorType():
                return self.names.root("Tensor")
            case ast.NamedType():
                return self._named(type, result)
            case ast.ListType(element):
                return subscript(self.names.builtin("list"), self.of(element, result))
            case ast.DictType(key, value):
                pair = tuple_([self.of(key, result), self.of(value, result)])
                return subscript(self.names.builtin("dict"), pair)
            case ast.TupleType(items, repeated):
                found = self.record(type)
                if found is not None:
                    return self.names.reference(found)
                inner = [self.of(field.type, result) for field in items]
                if repeated:
                    inner.append(py.Constant(...))
                if not inner:
                    inner = [tuple_([])]
                return subscript(
                    self.names.builtin("tuple"), inner[0] if len(inner) == 1 else tuple_(inner)
                )
            case ast.OptionalType(inner_type):
                return optional(self.of(inner_type, result))
            case ast.UnionType(options):
                return union([self.of(option, result) for option in options])
            case ast.LiteralType(value):
                if value is None:
                    return py.Constant(None)
                return self.names.builtin(value.__class__.__name__)
        raise AssertionError(type)

    def _named(self, type: ast.NamedType, result: bool) -> py.expr:
        binding = self.scope.bindings.get(type)
        decl = binding.node if binding is not None else None
        if isinstance(decl, ast.TypeDecl):
            if is_record(decl):
                return self.names.reference(type.name)
            # What an alias means is told by its own file.
            there = binding.scope if binding is not None and binding.scope else self.scope
            return Hints(self.names, there, self.record).of(decl.type, result)
        if isinstance(decl, ast.Module):
            return self.names.reference(type.name)
        if isinstance(decl, ast.ExternModule):
            if binding is not None and binding.kind is Kind.FILE:
                return self.names.reference(type.name)
            return self.names.torch(decl.places[0], decl.name)
        if type.name in PLAIN:
            return self.names.builtin(type.name)
        if type.name in CONTAINERS:
            return self.names.builtin(type.name)
        if type.name == "tensor":
            return self.names.root("Tensor")
        if type.name == "layer" and not result:
            return self.layer_type()
        if type.name in ("layer", "Module"):
            return attribute(self.names.root("nn"), "Module")
        if type.name == "dtype":
            return attribute(self.names.root("torch"), "dtype")
        if binding is not None and binding.kind is Kind.LIBRARY:
            return attribute(self.names.root("nn"), type.name)
        return self.names.root("Any")


def is_record(decl: ast.TypeDecl) -> bool:
    """Whether a `type` is a named tuple, and not an alias."""
    return (
        isinstance(decl.type, ast.TupleType)
        and bool(decl.type.items)
        and all(field.name is not None for field in decl.type.items)
    )


def mentions_tensor(hint: py.expr) -> bool:
    """Whether a hint is that of a tensor, perhaps an optional one."""
    match hint:
        case py.Name(id):
            return getattr(hint, "imported", id) == "Tensor"
        case py.BinOp(left, _, right):
            return mentions_tensor(left) or mentions_tensor(right)
    return False
