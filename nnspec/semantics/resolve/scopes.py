"""Levels of names: each looked through in turn, from the inside out."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from nnspec.semantics.resolved import Binding, Kind
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


class Unassigned(Enum):
    """Why a local has no value where it is read."""

    NEVER = "no path from the start of the def assigns it before"
    PERHAPS = "some paths do not assign it"


class Scope:
    """One level of names.

    outer: the next level, None for the file's.
    later: members that are declared further down, for messages.
    """

    __slots__ = ("later", "names", "outer")

    def __init__(self, outer: Scope | None, names: dict[str, Binding]) -> None:
        self.outer = outer
        self.names = names
        self.later: dict[str, Binding] = {}

    def find(self, name: str) -> Binding | Unassigned | None:
        """What the name means on this level alone."""
        return self.names.get(name)

    def levels(self) -> Iterator[Scope]:
        """This level and all further out."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.outer

    def lookup(self, name: str) -> Binding | None:
        """What the name means on the innermost level that has it, the library left out."""
        for level in self.levels():
            found = level.find(name)
            if isinstance(found, Binding):
                return found
        return None

    def visible(self) -> list[str]:
        """All names in sight, those further in first."""
        return list(dict.fromkeys(name for level in self.levels() for name in level.names))

    def sizes(self) -> list[str]:
        """All names in sight that may be a dimension."""
        return [
            name
            for level in self.levels()
            for name, binding in level.names.items()
            if binding.kind in (Kind.DIM, Kind.HYPERPARAMETER, Kind.ARGUMENT)
            or (binding.kind is Kind.MEMBER and isinstance(binding.node, ast.Let))
        ]


class Open(Scope):
    """The level of a `type`: a name that it does not list belongs to the place where the type is used."""

    __slots__ = ()

    def find(self, name: str) -> Binding | Unassigned | None:
        """A parameter of the type, a declaration of the file (which is then no size), else a dimension."""
        found = self.names.get(name)
        if found is None and self.outer is not None:
            found = self.outer.lookup(name)
        return found or Binding(Kind.DIM)


def place(name: str, binding: Binding) -> Span | None:
    """Where a name is declared."""
    node = binding.node
    if node is None:
        return None
    if isinstance(node, ast.Let):
        for target in target_names(node.target):
            if target.id == name:
                return target.span
    span = getattr(node, "name_span", None)
    return span if isinstance(span, Span) else node.span


def what(binding: Binding) -> str:
    """A thing in words: `a hyperparameter`, `a layer of this module`."""
    node = binding.node
    match binding.kind:
        case Kind.HYPERPARAMETER:
            return "a hyperparameter"
        case Kind.ARGUMENT:
            return "an argument"
        case Kind.DIM:
            return "a dimension"
        case Kind.METHOD:
            return "a method of this module"
        case Kind.MEMBER if isinstance(node, ast.ParamDecl):
            return f"a {node.kind} of this module"
        case Kind.MEMBER if isinstance(node, ast.Let):
            return "a `let` of this module"
        case Kind.MEMBER:
            return "a member of this module"
        case Kind.FILE:
            match node:
                case ast.Module() | ast.ExternModule():
                    return "a module of this file"
                case ast.Model():
                    return "a model of this file"
                case ast.TypeDecl():
                    return "a type of this file"
                case ast.Def() | ast.ExternDef():
                    return "a function of this file"
            return "a name of this file"
    return "a local"


def target_names(target: ast.Node) -> Iterator[ast.Name]:
    """The names that a pattern on the left of `=` assigns."""
    stack: list[ast.Node] = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node
        elif isinstance(node, (ast.Tuple, ast.List)):
            stack.extend(reversed(node.items))
        elif isinstance(node, ast.Starred):
            stack.append(node.value)


def all_names(node: ast.Node) -> list[ast.Node]:
    """The names of values and types in a piece of syntax."""
    return [each for each in walk(node) if isinstance(each, (ast.Name, ast.NamedType))]


def uses(node: ast.Node, name: str) -> list[Span]:
    """The places where a name of a value, a type or a member stands in a piece of syntax."""
    found = []
    for each in walk(node):
        match each:
            case ast.Name(id) if id == name:
                found.append(each.span)
            case ast.NamedType() if each.name == name:
                found.append(each.span)
            case ast.Path(parts) if parts[0] == name:
                found.append(each.span)
    return [Span(span.source, span.start, span.start + len(name)) for span in found]
