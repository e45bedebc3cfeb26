"""Names that stand for nothing: a `let` or a `const` that nothing reads, an argument that its function leaves alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import unused as mistakes
from nnspec.semantics.resolve.scopes import target_names
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.semantics.unused.members import Elsewhere
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def members(decl: ast.Module, scope: FileScope, elsewhere: Elsewhere) -> Iterator[Diagnostic]:
    """The `let` and `const` lines of a module that none of its lines and methods read.

    A module without a method holds its members for others.
    """
    lines = [m for m in decl.body if _is_name(m)]
    if not lines or not any(isinstance(member, ast.Def) for member in decl.body):
        return
    targets = {t for m in lines if isinstance(m, ast.Let) for t in target_names(m.target)}
    read = {
        (binding.node, node.id)
        for node, binding in scope.bindings.items()
        if isinstance(node, ast.Name) and node not in targets
    }
    for line in lines:
        if isinstance(line, ast.Let):
            names = [t.id for t in target_names(line.target)]
            kind, place = "let", line.target.span
        else:
            assert isinstance(line, ast.ParamDecl) and isinstance(line.name, str)
            names, kind, place = [line.name], "const", line.name_span
        if not any(
            (line, name) in read or name.startswith("_") or elsewhere.reads(name) for name in names
        ):
            twin = any(param.name in names for param in decl.signature.params)
            yield mistakes.name(names, place, kind, line.span, twin)


def _is_name(member: ast.Member) -> bool:
    return isinstance(member, ast.Let) or (
        isinstance(member, ast.ParamDecl)
        and member.kind == "const"
        and isinstance(member.name, str)
    )


def arguments(scope: FileScope, elsewhere: Elsewhere) -> Iterator[Diagnostic]:
    """The arguments that a def leaves alone, of the defs that the file itself calls and hands on to nobody.

    Those of a `forward`, and of what others call, may be there for the callers.
    """
    defs = {
        member: declaration
        for declaration in scope.file.declarations
        for member in (declaration.body if isinstance(declaration, ast.Module) else (declaration,))
        if isinstance(member, ast.Def) and member.body is not None and member.name != "forward"
    }
    read = {binding.node for binding in scope.bindings.values()}
    alone = [d for d in defs if any(not _is_meant(p, read) for p in d.signature.params)]
    called = _called(scope) if alone else set()
    for definition in alone:
        if definition in called and definition.name not in elsewhere.attributes:
            yield from _left_alone(definition, read, scope)


def _called(scope: FileScope) -> set[ast.Node]:
    """The defs that calls and pipelines of the file name, but for those that it hands on as values."""
    called: set[ast.Node] = set()
    handed: set[ast.Node] = set()
    functions: set[ast.Node] = set()
    for node in walk(scope.file):
        match node:
            case ast.ParamDecl(value=ast.Expr() as value) | ast.Init(value=value):
                # What fills a parameter is given it as its first argument.
                functions.difference_update(walk(value))
                handed.update(_defs(value, scope))
            case ast.Call(func):
                functions.add(func)
            case ast.Pipe(_, ast.Name() as target):
                functions.add(target)
            case ast.Name():
                (called if node in functions else handed).update(_defs(node, scope))
    return called - handed


def _defs(expr: ast.Expr, scope: FileScope) -> Iterator[ast.Node]:
    for node in walk(expr):
        binding = scope.bindings.get(node) if isinstance(node, ast.Name) else None
        if binding is not None and isinstance(binding.node, ast.Def):
            yield binding.node


def _is_meant(param: ast.Param, read: Collection[ast.Node | None]) -> bool:
    """Whether something reads an argument, or nothing need."""
    return param in read or param.name.startswith("_") or param.kind != "plain"


def _left_alone(
    definition: ast.Def, read: Collection[ast.Node | None], scope: FileScope
) -> Iterator[Diagnostic]:
    sizes: dict[str, int] = {}
    for node in walk(definition):
        binding = scope.bindings.get(node) if isinstance(node, ast.Name) else None
        if binding is not None and binding.node is None and binding.kind is Kind.DIM:
            assert isinstance(node, ast.Name)
            sizes[node.id] = sizes.get(node.id, 0) + 1
    params = definition.signature.params
    for param in params:
        if _is_meant(param, read):
            continue
        own = _names(param)
        others = {name for each in params if each is not param for name in _names(each)}
        # Its shape may be what it is there for: a size that no other argument has.
        if not any(name not in others and sizes.get(name, 0) > own.count(name) for name in own):
            yield mistakes.argument(param.name, param.name_span, definition.name)


def _names(param: ast.Param) -> list[str]:
    return [n.id for n in walk(param.type) if isinstance(n, ast.Name)] if param.type else []
