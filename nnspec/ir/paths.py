"""Paths to parameters, and layer types, in `init`, `tie` and `freeze` lines."""

from __future__ import annotations

import ast as py
from collections.abc import Callable

from nnspec.ir import build
from nnspec.ir.context import FileContext, Frame
from nnspec.library.catalog import library as catalog
from nnspec.semantics.values import Layer, LayerType, ListValue, RepeatValue, Value
from nnspec.syntax import ast


def layer_type(
    path: ast.Path, frame: Frame
) -> tuple[py.expr, tuple[str, ...], LayerType | None] | None:
    """The layer type with which a path begins, the rest of the path, and its declaration as far as
    it is known; None for a path of names."""
    parts = path.parts
    names = frame.file.names
    if len(parts) > 2 and parts[0] == "nn":
        return (
            build.attribute(names.root("nn"), parts[1]),
            parts[2:],
            declaration(parts[1], frame.file, True),
        )
    head = parts[0]
    if len(parts) < 2 or head in members(frame):
        return None
    found = frame.file.scope.names.get(head)
    if found is not None:
        decl, scope = found
        if isinstance(decl, ast.Module | ast.ExternModule):
            return names.reference(head), parts[1:], LayerType(decl, scope)
        return None
    if head[:1].isupper() and head.isidentifier():
        return (
            build.attribute(names.root("nn"), head),
            parts[1:],
            declaration(head, frame.file, True),
        )
    return None


def members(frame: Frame) -> set[str]:
    """The names of a module's members."""
    if frame.module is None:
        return set()
    decl = frame.module.decl
    found = {member.name for member in decl.body if isinstance(member, ast.Submodule)}
    found |= {m.name for m in decl.body if isinstance(m, ast.ParamDecl) and isinstance(m.name, str)}
    return found | {param.name for param in decl.signature.params}


def declaration(name: str, file: FileContext, library: bool) -> LayerType | None:
    """The declaration of a layer type: the library's, or one that the file makes."""
    for callee in file.checked.callees.values():
        if isinstance(callee, LayerType) and callee.decl.name == name:
            if isinstance(callee.decl, ast.ExternModule) == library:
                return callee
    if library:
        found = catalog().layer(name)
        if found is not None:
            return LayerType(found, catalog().scope_of(found))
    return None


def first_step(frame: Frame, root: Value) -> Callable[[str], Value]:
    """What the first part of a path means: a member of the module, or of the layer `root`."""

    def step(part: str) -> Value:
        if frame.module is None:
            return root.body.children.get(part) if isinstance(root, Layer) else None
        decl = frame.module.decl
        for member in decl.body:
            if isinstance(member, ast.Submodule) and member.name == part and member.value:
                return frame.file.value(member.value)
        return None

    return step


def parameter(path: tuple[str, ...], frame: Frame, root: Value) -> py.expr:
    """The parameter at a path without patterns: by attributes where a type checker knows them."""
    here = build.name(frame.root)
    if is_plain(path, frame, root):
        return build.attribute(here, *path)
    return build.call(build.attribute(here, "get_parameter"), [py.Constant(".".join(path))])


def is_plain(path: tuple[str, ...], frame: Frame, root: Value) -> bool:
    """Whether all steps of a path are attributes that a class declares."""
    if frame.module is None and not (
        isinstance(root, Layer) and isinstance(root.body.decl, ast.Module)
    ):
        return False
    if len(path) == 1:
        return True
    if not path[0].isidentifier():
        return False
    if len(path) == 2 and _is_layer_argument(path[0], frame):
        return True
    layer = first_step(frame, root)(path[0])
    for part in path[1:-1]:
        if not (isinstance(layer, Layer) and isinstance(layer.body.decl, ast.Module)):
            return False
        if not part.isidentifier():
            return False
        layer = layer.body.children.get(part)
    return isinstance(layer, Layer)


def _is_layer_argument(name: str, frame: Frame) -> bool:
    """Whether a member is a layer passed in, of a type that its hint names: `tok: Embedding`."""
    if frame.module is None:
        return False
    params = frame.module.decl.signature.params
    hint = next((p.type for p in params if p.name == name and p.kind == "plain"), None)
    return isinstance(hint, ast.NamedType) and hint.name[:1].isupper() and hint.name != "Module"


def indexed(path: tuple[str, ...], frame: Frame) -> py.expr:
    """A path through lists and sequences: `self.net[2].bias`."""
    result: py.expr = build.name(frame.root)
    for part in path:
        if part.isdigit():
            result = build.number_index(result, int(part))
        else:
            result = build.attribute(result, part)
    return result


def target(path: tuple[str, ...], frame: Frame, root: Value) -> py.expr:
    """A parameter as the left side of an assignment."""
    here = build.name(frame.root)
    if len(path) == 1 or is_plain(path, frame, root):
        return build.attribute(here, *path)
    holder = py.Constant(".".join(path[:-1]))
    module = build.call(build.attribute(here, "get_submodule"), [holder])
    return build.attribute(module, path[-1])


def optional_member(path: tuple[str, ...], frame: Frame) -> ast.Submodule | None:
    """The member with which a path begins, if it is `... if condition else None`."""
    for member in frame.module.decl.body if frame.module is not None else ():
        if isinstance(member, ast.Submodule) and member.name == path[0]:
            match member.value:
                case ast.Conditional(_, _, ast.Constant(None)):
                    return member
    return None


def over_list(path: tuple[str, ...], frame: Frame) -> int | None:
    """Where a path has its one `*`, if that runs over a list of the module's whose layers all have
    the parameter, each its own."""
    stars = [i for i, part in enumerate(path) if "*" in part]
    if stars != [1] or path[1] != "*" or frame.module is None or path[0] in frame.module.splats:
        return None
    layers = first_step(frame, None)(path[0])
    match layers:
        case RepeatValue(element):
            items: tuple[Value, ...] = (element,)
        case ListValue(items):
            pass
        case _:
            return None
    if len({id(item) for item in items}) < len(items):
        return None
    return 1 if items and all(_has(item, path[2:]) for item in items) else None


def _has(layer: Value, path: tuple[str, ...]) -> bool:
    """Whether a layer always has a parameter at a path."""
    for part in path[:-1]:
        layer = layer.body.children.get(part) if isinstance(layer, Layer) else None
    if not isinstance(layer, Layer):
        return False
    return any(
        isinstance(member, ast.ParamDecl) and member.name == path[-1] and member.condition is None
        for member in layer.body.decl.body
    )


def is_pattern(path: tuple[str, ...]) -> bool:
    """Whether a path stands for several."""
    return any("*" in part for part in path)


def pattern(path: tuple[str, ...], below: bool = False) -> str:
    """The regular expression of a path; `below` takes everything under it as well."""
    escaped = [
        "".join(
            "[^.]*" if c == "*" and part != "*" else "[^.]+" if c == "*" else _escaped(c)
            for c in part
        )
        for part in path
    ]
    return "[.]".join(escaped) + ("([.].+)?" if below else "")


def _escaped(character: str) -> str:
    # Brackets need no backslash, and so no raw string.
    return character if character.isalnum() or character == "_" else f"[{character}]"


def may_be_absent(layer: LayerType | None, name: str) -> bool:
    """Whether layers of a type may lack a parameter."""
    if layer is None:
        return name == "bias"
    for member in layer.decl.body:
        if isinstance(member, ast.ParamDecl) and member.name == name:
            return member.condition is not None
    return False
