"""Signatures: Python's arguments with hints and defaults."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, creation, records
from nnspec.ir.context import Frame
from nnspec.ir.hints import is_record
from nnspec.ir.walk import nodes
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.semantics.values import (
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast


def fixes_ranks(definition: ast.Def | None) -> bool:
    """Whether all callers give tensors of as many axes, so that what the checker has seen is all there is."""
    types = [] if definition is None else [param.type for param in definition.signature.params]
    inner = [type_.inner if isinstance(type_, ast.OptionalType) else type_ for type_ in types]
    return definition is not None and all(
        isinstance(type_, ast.NamedType)
        and type_.name in _NUMBERS
        or isinstance(type_, ast.TensorType)
        and not any(isinstance(dim, ast.Starred) for dim in type_.dims)
        for type_ in inner
    )


_NUMBERS = frozenset({"int", "float", "bool", "str"})


def arguments(
    signature: ast.Signature, names: dict[str, str], frame: Frame, method: bool
) -> tuple[py.arguments, list[py.stmt]]:
    """Python's arguments, and statements that fill in defaults which are no constants.

    names: the Python name of every argument.
    """
    plain: list[py.arg] = []
    keyword_only: list[py.arg] = []
    defaults: list[py.expr | None] = []
    keyword_defaults: list[py.expr | None] = []
    rest: py.arg | None = None
    prelude: list[py.stmt] = []
    if method:
        plain.append(py.arg("self"))
        defaults.append(None)
    for param in signature.params:
        name = names[param.name]
        hint = hint_of(param, frame)
        default = default_of(param, signature, name, frame, prelude)
        if default is Filled:
            hint = build.optional(hint) if hint is not None else None
            default = py.Constant(None)
        argument = build.at(py.arg(name, hint), param.span)
        if param.kind == "star":
            rest = argument
        elif param.kind == "keyword":
            keyword_only.append(argument)
            keyword_defaults.append(default)  # type: ignore[arg-type]
        else:
            plain.append(argument)
            defaults.append(default)  # type: ignore[arg-type]
    given = _trailing(defaults)
    made = py.arguments([], plain, rest, keyword_only, keyword_defaults, None, given)
    return made, prelude


class Filled:
    """The default is filled in by a statement."""


def _trailing(defaults: list[py.expr | None]) -> list[py.expr]:
    """The defaults that Python allows: those behind the last argument that has none."""
    found: list[py.expr] = []
    for default in reversed(defaults):
        if default is None:
            break
        found.insert(0, default)
    return found


def must_be_given(signature: ast.Signature) -> list[str]:
    """Optional arguments that Python cannot leave out, since one without a default follows."""
    found: list[str] = []
    plain = [param for param in signature.params if param.kind == "plain"]
    for index, param in enumerate(plain):
        if param.default is None and isinstance(param.type, ast.OptionalType):
            if any(_is_required(later) for later in plain[index + 1 :]):
                found.append(param.name)
    return found


def _is_required(param: ast.Param) -> bool:
    return param.default is None and not isinstance(param.type, ast.OptionalType)


def default_of(
    param: ast.Param, signature: ast.Signature, name: str, frame: Frame, prelude: list[py.stmt]
) -> py.expr | None | type[Filled]:
    """The default of an argument; lists, and what other arguments decide, are filled in at each call."""
    if param.default is None:
        return py.Constant(None) if isinstance(param.type, ast.OptionalType) else None
    if is_constant(param.default, frame):
        outside = Frame(frame.file, "class", frame.module)
        return records.matching(param.default, param.type, None, outside)
    test = py.Compare(build.name(name), [py.Is()], [py.Constant(None)])
    fill = build.assign(
        build.stored(name), records.matching(param.default, param.type, None, frame)
    )
    prelude.append(build.at(py.If(test, [build.at(fill, param.span)], []), param.span))
    return Filled


def is_constant(expr: ast.Expr, frame: Frame) -> bool:
    """Whether a default may be shared by all calls."""
    for node in nodes(expr):
        if isinstance(node, ast.List | ast.Dict | ast.Comprehension | ast.Call):
            return False
        if isinstance(node, ast.Name):
            kind = frame.file.binding(node).kind
            if kind in (Kind.HYPERPARAMETER, Kind.ARGUMENT, Kind.MEMBER, Kind.DIM):
                return False
    return True


def hint_of(param: ast.Param, frame: Frame) -> py.expr | None:
    """The hint of an argument; of one without a type as far as its value shows it."""
    if param.type is not None:
        if _reads_attributes(param, frame):
            # What a layer type has beside its call is known to no type of Python's.
            return frame.file.names.root("Any")
        return frame.file.hints().of(param.type)
    if frame.definition is None:
        return None
    return hint_of_value(creation.argument_value(frame.definition, param, frame), frame)


def _reads_attributes(param: ast.Param, frame: Frame) -> bool:
    """Whether attributes of a layer type are read, such as `block.expansion`."""
    if not (isinstance(param.type, ast.NamedType) and param.type.name == "layer"):
        return False
    root = frame.definition or (frame.module.decl if frame.module is not None else None)
    return root is not None and any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and frame.file.binding(node.value).node is param
        for node in nodes(root)
    )


def hint_of_value(value: Value, frame: Frame) -> py.expr | None:
    """The hint of a value that the checker has seen."""
    names = frame.file.names
    match value:
        case Tensor():
            return names.root("Tensor")
        case bool() | int() | float() | str():
            return names.builtin(value.__class__.__name__)
        case ListValue((first, *_)) | RepeatValue(first):
            inner = hint_of_value(first, frame)
            return build.subscript(names.builtin("list"), inner) if inner is not None else None
        case Layer() | Unknown("layer"):
            return build.attribute(names.root("nn"), "Module")
        case TupleValue(type_name=str() as record):
            known = frame.file.scope.names.get(record)
            return names.reference(record) if known is not None else None
        case TupleValue(items, names=None):
            parts = [hint_of_value(item, frame) for item in items]
            told = [part for part in parts if part is not None]
            if not told or len(told) < len(parts):
                return None
            inside = told[0] if len(told) == 1 else build.tuple_(told)
            return build.subscript(names.builtin("tuple"), inside)
    return None


def result_of(definition: ast.Def, frame: Frame) -> py.expr | None:
    """The hint of what a def returns."""
    result = definition.signature.result
    if result is not None:
        return frame.file.hints().of(result, result=True)
    returned = [
        node
        for node in nodes(definition)
        if isinstance(node, ast.Return) and node.value is not None
    ]
    hints = [
        hint_of_value(frame.file.value(node.value), frame) if node.value is not None else None
        for node in returned
    ]
    known = [hint for hint in hints if hint is not None]
    if not known or len(known) < len(hints):
        return None
    return build.union(known)


def name_records(file: ast.File, scope: FileScope, taken: set[str]) -> dict[ast.TupleType, str]:
    """Class names for the tuple types with named fields that stand in signatures themselves.

    A result's is called after its module or function, an argument's also after the argument.
    """
    found: dict[ast.TupleType, str] = {}
    shapes: dict[str, str] = {}

    def add(type: ast.TypeExpr | None, wanted: str) -> None:
        if type is None:
            return
        for node in nodes(type):
            if not isinstance(node, ast.TupleType) or not node.items:
                continue
            if any(field.name is None for field in node.items):
                continue
            name = wanted
            shape = node.span.text
            while name in taken and shapes.get(name) != shape:
                name += "_"
            taken.add(name)
            shapes[name] = shape
            found[node] = name

    def of_def(definition: ast.Def, prefix: str) -> None:
        for param in definition.signature.params:
            add(param.type, prefix + _title(param.name))
        add(definition.signature.result, prefix + "Output")

    for decl in file.declarations:
        if isinstance(decl, ast.Module):
            for param in decl.signature.params:
                add(param.type, decl.name + _title(param.name))
            for member in decl.body:
                if isinstance(member, ast.Def):
                    middle = "" if member.name == "forward" else _title(member.name)
                    of_def(member, decl.name + middle)
        elif isinstance(decl, ast.Def):
            of_def(decl, _title(decl.name))
        elif isinstance(decl, ast.TypeDecl) and not is_record(decl):
            add(decl.type, decl.name)
    return found


def _title(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
