"""A whole file: its imports, its declarations, and the order in which they are bound."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import imports as import_mistakes
from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.semantics.resolve.binder import Binder
from nnspec.semantics.resolve.bodies import bind_def
from nnspec.semantics.resolve.endless import endless
from nnspec.semantics.resolve.modules import bind_extern, bind_module, bind_rule
from nnspec.semantics.resolve.reserved import another, member_trouble, top_level_trouble
from nnspec.semantics.resolve.scopes import Open, Scope, uses, what
from nnspec.semantics.resolve.signatures import introduce
from nnspec.semantics.resolve.types import bind_type, check_size, sizes
from nnspec.semantics.resolved import Binding, FileScope, Kind
from nnspec.source import Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.library.catalog import Catalog

Importer = Callable[[ast.Import], FileScope | Diagnostic | None]


def resolve(
    parsed_file: ast.File, module_path: str, imports: Importer, catalog: Catalog
) -> FileScope:
    """What every name of a file means.

    module_path: the dotted path of the file below the project's root.
    imports: the scope of an imported file, what is wrong with it, or None where that has been said.
    """
    scope = FileScope(parsed_file, module_path)
    binder = Binder(scope, catalog)
    places: dict[str, tuple[Span, Binding]] = {}
    for declaration in parsed_file.declarations:
        if isinstance(declaration, ast.Import):
            _import(binder, declaration, imports, places)
        else:
            _declare(binder, declaration, places)
    file = file_level(scope)
    for declaration in parsed_file.declarations:
        bind_declaration(binder, declaration, file)
    scope.diagnostics.sort(key=lambda diagnostic: diagnostic.span.start)
    return scope


def resolve_declaration(declaration: ast.Declaration, scope: FileScope, catalog: Catalog) -> None:
    """Bind the names of one declaration of a library file, whose scope grows with each."""
    binder = Binder(scope, catalog, library=True)
    bind_declaration(binder, declaration, file_level(scope))


def file_level(scope: FileScope) -> Scope:
    """The level of the names of a file."""
    return Scope(
        None,
        {name: Binding(Kind.FILE, decl, home) for name, (decl, home) in scope.names.items()},
    )


def bind_declaration(binder: Binder, declaration: ast.Declaration, file: Scope) -> None:
    """Bind everything in one declaration."""
    binder.describing = isinstance(declaration, (ast.ExternModule, ast.ExternDef))
    match declaration:
        case ast.Module() | ast.ExternModule():
            bind_module(binder, declaration, file)
        case ast.Def():
            bind_def(binder, declaration, file)
        case ast.ExternDef():
            bind_extern(binder, declaration, file)
        case ast.Model(value=value, body=body):
            binder.expr(value, file)
            for member in body:
                bind_rule(binder, member, file)
        case ast.TypeDecl():
            _type(binder, declaration, file)
        case ast.Check():
            _check(binder, declaration, file)


def _declare(
    binder: Binder, declaration: ast.Declaration, places: dict[str, tuple[Span, Binding]]
) -> None:
    name = getattr(declaration, "name", None)
    span = getattr(declaration, "name_span", None)
    if isinstance(name, str) and isinstance(span, Span):
        _enter(binder, name, span, declaration, binder.scope, places)


def _enter(
    binder: Binder,
    name: str,
    span: Span,
    declaration: ast.Declaration,
    home: FileScope,
    places: dict[str, tuple[Span, Binding]],
) -> None:
    """Give a name of the file its meaning, unless another line has given it one."""
    why = top_level_trouble(name)
    if why is not None:
        wrong = mistakes.reserved(name, span, why, another(name), uses(binder.scope.file, name))
        binder.report(wrong)
    if name in places:
        first, binding = places[name]
        binder.report(mistakes.duplicate(name, span, first, what(binding)))
        return
    places[name] = (span, Binding(Kind.FILE, declaration, home))
    binder.scope.names[name] = (declaration, home)


def _import(
    binder: Binder,
    node: ast.Import,
    imports: Importer,
    places: dict[str, tuple[Span, Binding]],
) -> None:
    # Without a file the parser has said what is wrong.
    found = imports(node) if node.module else None
    if not isinstance(found, FileScope):
        if found is not None:
            binder.report(found)
        binder.undeclared.update(each.alias or each.name for each in node.names)
        return
    binder.scope.imports[node] = found
    for each in node.names:
        alias = each.alias or each.name
        if each.name not in found.names:
            path = found.source.path
            places_ = uses(binder.scope.file, each.name) if each.alias is None else []
            binder.report(
                import_mistakes.not_in_file(each.name, each.span, path, found.names, places_)
            )
            binder.undeclared.add(alias)
            continue
        declaration, home = found.names[each.name]
        if not node.dots and not _is_python(declaration):
            where = getattr(declaration, "name_span", declaration.span)
            kind = declaration.span.text.split(None, 1)[0]
            binder.report(
                import_mistakes.not_python(each.name, each.span, node.module, where, kind)
            )
        _enter(binder, alias, each.span, declaration, home, places)


def _is_python(declaration: ast.Declaration) -> bool:
    """Whether built code can import it from its package; what an alias stands for is written out."""
    if isinstance(declaration, ast.TypeDecl):
        type_ = declaration.type
        return not (isinstance(type_, ast.TupleType) and any(field.name for field in type_.items))
    return isinstance(declaration, (ast.ExternModule, ast.ExternDef))


def _type(binder: Binder, declaration: ast.TypeDecl, file: Scope) -> None:
    level = Open(file, {})
    for param in declaration.params:
        if param.id in level.names:
            binder.report(
                mistakes.duplicate(param.id, param.span, None, "a parameter of this type")
            )
        level.names[param.id] = binder.bind(param, Binding(Kind.DIM))
    bind_type(binder, declaration.type, level)
    if binder.endless is None:
        binder.endless = endless(binder.scope)
    if declaration in binder.endless:
        binder.report(mistakes.endless_type(declaration.name, declaration.name_span))
    if isinstance(declaration.type, ast.TupleType):
        _fields(binder, declaration.type)


def _fields(binder: Binder, type_: ast.TupleType) -> None:
    seen: dict[str, Span] = {}
    for field in type_.items:
        if field.name is None:
            continue
        span = Span(field.span.source, field.span.start, field.span.start + len(field.name))
        if field.name in seen:
            binder.report(mistakes.duplicate(field.name, span, seen[field.name], "a field"))
        seen.setdefault(field.name, span)
        why = member_trouble(field.name) if field.name.startswith("__") else None
        if field.name.startswith("_"):
            why = "fields of a named tuple do not begin with an underscore"
        elif top_level_trouble(field.name) == "a word of Python":
            why = "a word of Python"
        if why is not None:
            binder.report(mistakes.not_a_member(field.name, span, why, another(field.name), []))


def _check(binder: Binder, block: ast.Check, file: Scope) -> None:
    """Bind a `check` block: its dimensions are symbols of the whole block."""
    binder.expr(block.target, file)
    symbols = Scope(file, {})
    for line in block.lines:
        for type_ in _types(line):
            introduce(binder, sizes(binder, type_), symbols)
    for line in block.lines:
        if isinstance(line, ast.FailsCheck):
            continue
        for argument in line.args:
            if isinstance(argument.value, ast.TypeExpr):
                bind_type(binder, argument.value, symbols)
            else:
                binder.expr(argument.value, symbols)
        if isinstance(line, ast.CostCheck):
            binder.expr(line.bound, symbols)
        else:
            bind_type(binder, line.result, symbols)
        for type_ in _types(line):
            for size in sizes(binder, type_):
                check_size(binder, size, symbols, symbols.sizes)


def _types(line: ast.CheckLine) -> list[ast.TypeExpr]:
    if isinstance(line, ast.FailsCheck):
        return []
    found = [arg.value for arg in line.args if isinstance(arg.value, ast.TypeExpr)]
    if isinstance(line, ast.MethodCheck) and line.result is not None:
        found.append(line.result)
    return found
