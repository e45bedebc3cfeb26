"""Where code is lowered: the file, the module and the function around it."""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nnspec.ir.hints import Hints
from nnspec.ir.names import Names, attribute_name, local_name, parameter_names
from nnspec.ir.walk import nodes
from nnspec.semantics.checked import Checked
from nnspec.semantics.resolved import Binding, FileScope, Kind
from nnspec.semantics.values import Layer, Tensor, Value
from nnspec.syntax import ast

UNBOUND = Binding(Kind.UNKNOWN)


@dataclass(slots=True, eq=False)
class FileContext:
    """One file: what is known of it, and the names that it emits.

    records: classes for the tuple types with named fields that stand in signatures, by their shape.
    outside: names of attributes that other files read from this file's modules.
    """

    checked: Checked
    names: Names
    outside: frozenset[str]
    records: dict[str, ast.TupleType] = field(default_factory=dict)
    record_names: dict[ast.TupleType, str] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()

    @property
    def scope(self) -> FileScope:
        """The meaning of the file's names."""
        return self.checked.scope

    def hints(self) -> Hints:
        """Makes type hints."""
        return Hints(self.names, self.scope, self.record_names.get)

    def value(self, node: ast.Node) -> Value:
        """A representative value; the class itself where there is none, since None is a value."""
        return self.checked.values.get(node, Nothing)

    def binding(self, node: ast.Node) -> Binding:
        """What a name means."""
        return self.scope.bindings.get(node, UNBOUND)


class Nothing:
    """Stands for a value that no pass has seen."""


def read_attributes(file: ast.File, checked: Checked) -> frozenset[str]:
    """Names that the file's code reads as attributes of something that is no tensor."""
    return frozenset(
        node.name
        for node in nodes(file)
        if isinstance(node, ast.Attribute)
        and not isinstance(checked.values.get(node.value), Tensor)
    )


@dataclass(slots=True, eq=False)
class ModuleContext:
    """One module: where each of its names is found in the emitted class.

    parameters: the Python name of every hyperparameter.
    layers: hyperparameters that are layers, which become submodules.
    lets: for every name that a `let` gives, `constant`, `local`, `kept` or `unused`.
    splats: members whose layers are children of the module itself: `list` or `dict`.
    read: hyperparameters and lets that methods have been seen to read.
    """

    decl: ast.Module
    parameters: dict[str, str]
    layers: frozenset[str]
    lets: dict[str, str]
    splats: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def attribute(self, name: str) -> str:
        """The attribute of `self` under which a name is found."""
        if name in self.parameters or name in self.lets:
            return attribute_name(name)
        return name


@dataclass(slots=True, eq=False)
class Frame:
    """One emitted function, or the body of a class.

    stage: `init` (a constructor), `method`, `function`, `class`.
    root: what stands for the module: `self`, or the variable of a model's function.
    locals: the Python names of arguments, locals and dimensions.
    definition: the def whose code it is.
    bound: statements that go before the body.
    creation: how new tensors get the device and dtype of the others (see creation.py).
    """

    file: FileContext
    stage: str
    module: ModuleContext | None = None
    root: str = "self"
    locals: dict[str, str] = field(default_factory=dict)
    definition: ast.Def | None = None
    bound: list[py.stmt] = field(default_factory=list)
    creation: dict[str, Callable[[], py.expr]] = field(default_factory=dict)

    def local(self, name: str) -> str:
        """The Python name of a local of the spec."""
        found = self.locals.get(name)
        if found is None:
            found = self.locals[name] = local_name(name, self.locals.values())
        return found

    def fresh(self, *wanted: str) -> str:
        """A local that the spec has not got: the first of the names that is free."""
        taken = set(self.taken())
        free = [name for name in wanted if local_name(name, taken) == name]
        found = free[0] if free else local_name(wanted[0], taken)
        self.locals[f" {found}"] = found
        return found

    def loop_variable(self, *wanted: str) -> str:
        """A local of a loop that the spec has not got; one loop after another may have the same."""
        key = f" {wanted[0]} of loops"
        if key not in self.locals:
            self.locals[key] = self.fresh(*wanted)
        return self.locals[key]

    def taken(self) -> Iterator[str]:
        """All Python names that are locals here, or that the file declares."""
        yield from self.locals.values()
        yield from self.file.names.declared
        if self.stage == "init" and self.module is not None:
            yield from self.module.parameters.values()


def layer_attribute(value: Value, name: str) -> str:
    """The Python name of an attribute that is read from another module."""
    if isinstance(value, Layer) and isinstance(value.body.decl, ast.Module):
        own = value.body.decl
        if name in parameter_names(own.signature) or name in let_names(own):
            return attribute_name(name)
    return name


def let_names(decl: ast.Module) -> Iterator[str]:
    """The names that a module's `let` lines give."""
    for member in decl.body:
        if isinstance(member, ast.Let):
            for target in pattern_names(member.target):
                yield target.id


def pattern_names(target: ast.Expr) -> Iterator[ast.Name]:
    """The names that the left side of an assignment gives."""
    match target:
        case ast.Name():
            yield target
        case ast.Tuple(items) | ast.List(items):
            for item in items:
                yield from pattern_names(item)
        case ast.Starred(value):
            yield from pattern_names(value)
