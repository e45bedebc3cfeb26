"""What `nnspec.load` and `nnspec show` are asked for: a file, and a name in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from nnspec.diagnostics.suggest import nearest
from nnspec.files import SUFFIX
from nnspec.project import NnspecError
from nnspec.semantics.resolved import Binding, FileScope, Kind
from nnspec.syntax import ast
from nnspec.syntax.node import Node


class TargetError(NnspecError, ValueError):
    """There is no such target; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Target:
    """One model, module or function of a file.

    name: as the file calls it.
    signature: of what its hyperparameters go to, None where it takes none (`Sequential(...)`).
    owner: how messages call what takes the hyperparameters.
    scope: of the file that declares it.
    """

    name: str
    declaration: ast.Model | ast.Module | ast.Def
    signature: ast.Signature | None
    owner: str
    scope: FileScope


def split(target: str | os.PathLike[str]) -> tuple[str, str | None]:
    """The path and the name of `nets/resnet.nnspec:resnet50`; the name is None where there is none.

    Raises TargetError where it is neither.
    """
    text = os.fspath(target)
    if not isinstance(text, str):
        raise TargetError(f"a spec is named by a string or a path, not {target!r}")
    if text.endswith(SUFFIX):
        return text, None
    path, colon, name = text.rpartition(":")
    if colon and path.endswith(SUFFIX):
        if not name.isidentifier():
            raise TargetError(f"{name!r} is no name: a target reads `{path}:name`")
        return path, name
    if os.path.isfile(text + SUFFIX):
        raise TargetError(f"{text!r} is no spec; did you mean {text + SUFFIX!r}?")
    raise TargetError(f"{text!r} is no spec: a target reads `net.nnspec` or `net.nnspec:name`")


def choose(scope: FileScope, name: str | None) -> Target:
    """The target of a name, or the only candidate of the file where there is no name.

    Raises TargetError, with the candidates, where the name is none of them or there are several.
    """
    candidates = list(_candidates(scope))
    path = scope.source.path
    if name is None:
        if len(candidates) == 1:
            return _target(candidates[0].name, candidates[0], scope)
        if not candidates:
            raise TargetError(f"{path} has no model and no module to load")
        listed = ", ".join(candidate.name for candidate in candidates)
        raise TargetError(
            f"{path} has several candidates: {listed}; say which: {path + ':' + candidates[0].name!r}"
        )
    declaration, home = scope.names.get(name, (None, scope))
    if isinstance(declaration, (ast.Model, ast.Module)):
        return _target(name, declaration, home)
    if isinstance(declaration, ast.Def) and _returns_layer(declaration):
        return _target(name, declaration, home)
    loadable = [
        each
        for each, (found, _) in scope.names.items()
        if isinstance(found, (ast.Model, ast.Module))
    ]
    if declaration is not None:
        what = (
            "a function that returns no layer" if isinstance(declaration, ast.Def) else "no model"
        )
        raise TargetError(f"{path}: `{name}` is {what}{_listed(loadable)}")
    near = nearest(name, loadable, 2)
    hint = (
        f"; did you mean {' or '.join(f'`{each}`' for each in near)}?"
        if near
        else _listed(loadable)
    )
    raise TargetError(f"{path} has no `{name}`{hint}")


def _listed(names: list[str]) -> str:
    return f"; there are {', '.join(names)}" if names else ""


def _candidates(scope: FileScope) -> Iterator[ast.Model | ast.Module]:
    """The models of a file if it has any, else the modules that none of its other modules uses."""
    own = scope.file.declarations
    models = [each for each in own if isinstance(each, ast.Model)]
    if models:
        yield from models
        return
    used: set[ast.Node] = set()
    for declaration in own:
        if isinstance(declaration, (ast.Module, ast.Def)):
            used |= {each for each in _mentioned(declaration, scope) if each is not declaration}
    yield from (each for each in own if isinstance(each, ast.Module) and each not in used)


def _mentioned(declaration: Node, scope: FileScope) -> Iterator[Node]:
    """The declarations that a declaration names."""
    stack: list[object] = [declaration]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            stack.extend(top)
        elif isinstance(top, Node):
            binding: Binding | None = scope.bindings.get(top)
            if binding is not None and binding.kind is Kind.FILE and binding.node is not None:
                yield binding.node
            stack.extend(getattr(top, field) for field in top.fields[1:])


def _returns_layer(declaration: ast.Def) -> bool:
    result = declaration.signature.result
    return isinstance(result, ast.NamedType) and result.name == "layer"


def _target(name: str, declaration: ast.Model | ast.Module | ast.Def, scope: FileScope) -> Target:
    if not isinstance(declaration, ast.Model):
        return Target(name, declaration, declaration.signature, f"`{name}`", scope)
    value = declaration.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        binding = scope.bindings.get(value.func)
        callee = binding.node if binding is not None else None
        if isinstance(callee, (ast.Module, ast.Def)):
            owner = f"`{callee.name}`, of which `{name}` is made,"
            return Target(name, declaration, callee.signature, owner, scope)
    return Target(name, declaration, None, f"`{name}`", scope)
