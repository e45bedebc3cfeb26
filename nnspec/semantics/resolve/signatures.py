"""Signatures: their arguments, and the dimensions that they introduce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.semantics.resolve.binder import Binder, children
from nnspec.semantics.resolve.scopes import Scope, place, what
from nnspec.semantics.resolve.types import Size, bind_type, check_size, sizes
from nnspec.semantics.resolved import Binding, Kind
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# Types of arguments that may be a size.
_INTS = frozenset({"int", "number", "any"})


def bind_signature(
    binder: Binder,
    signature: ast.Signature,
    outer: Scope,
    kind: Kind,
    may_hide: bool = False,
) -> Scope:
    """Bind a signature; the level of its arguments, with that of its dimensions around it.

    kind: ARGUMENT or HYPERPARAMETER.
    outer: what the types see, and, besides the arguments above each, the default values.
    may_hide: whether arguments may have names that the file uses (those of Python code may).
    """
    arguments = Scope(None, {})
    for param in signature.params:
        if param.name in arguments.names:
            first = arguments.names[param.name]
            binder.report(
                mistakes.duplicate(
                    param.name, param.name_span, place(param.name, first), what(first)
                )
            )
            continue
        arguments.names[param.name] = Binding(kind, param)
        if not may_hide:
            hides(binder, param.name, param.name_span, outer)
    dims = Scope(outer, {})
    arguments.outer = dims
    starred: dict[str, Size] = {}
    for param in signature.params:
        _introduce(binder, sizes(binder, param.type), arguments, starred)
    equations = _equations(signature.where, arguments)
    results = [
        size
        for size in sizes(binder, signature.result)
        if size.node.id not in equations or size.starred
    ]
    _introduce(binder, results, arguments, starred)
    binder.scope.dims[signature] = (
        *(f"*{name}" if starred[name].starred else name for name in dims.names),
        *equations,
    )
    binder.scope.defined[signature] = equations
    for name in equations:
        dims.names[name] = Binding(Kind.DIM)
    above = Scope(dims, {})
    above.later = dict(arguments.names)
    for param in signature.params:
        bind_type(binder, param.type, arguments)
        binder.expr(param.default, above)
        above.names[param.name] = above.later.pop(param.name, arguments.names[param.name])
        for size in sizes(binder, param.type):
            check_size(binder, size, arguments, arguments.sizes)
        _one_star(binder, param.type, dims)
    bind_type(binder, signature.result, arguments)
    _one_star(binder, signature.result, dims)
    for size in sizes(binder, signature.result):
        check_size(binder, size, arguments, arguments.sizes)
    for fact in signature.where:
        binder.expr(fact, arguments)
    return arguments


def introduce(binder: Binder, found: Iterable[Size], names: Scope) -> None:
    """Make dimensions of the sizes that nothing in sight defines, on the given level (of a `check` block)."""
    _introduce(binder, found, Scope(names, {}), {}, names)


def _introduce(
    binder: Binder,
    found: Iterable[Size],
    arguments: Scope,
    starred: dict[str, Size],
    level: Scope | None = None,
) -> None:
    dims = level or arguments.outer
    assert dims is not None
    for size in found:
        name = size.node.id
        argument = arguments.names.get(name)
        if argument is not None:
            param = argument.node
            if isinstance(param, ast.Param) and (size.starred or not may_be_size(param.type)):
                span = (size.use or size.node).span
                binder.report(mistakes.argument_is_dimension(name, span, param.name_span))
            continue
        if name in starred:
            first = starred[name]
            if first.starred != size.starred and first.use is None and size.use is None:
                binder.report(mistakes.star_and_plain(name, size.node.span, first.node.span))
            continue
        if dims.lookup(name) is None and is_dimension_name(name):
            dims.names[name] = Binding(Kind.DIM)
            starred[name] = size


def _one_star(binder: Binder, type_: ast.TypeExpr | None, dims: Scope) -> None:
    """Of two `*N` in one shape nothing tells where the first one ends."""
    for node in walk(type_) if type_ is not None else ():
        if not isinstance(node, ast.TensorType):
            continue
        stars = [
            dim
            for dim in node.dims
            if isinstance(dim, ast.Starred)
            and isinstance(dim.value, ast.Name)
            and dim.value.id in dims.names
        ]
        if len(stars) > 1:
            binder.report(mistakes.two_stars(stars[1].span, stars[0].span))


def is_dimension_name(name: str) -> bool:
    """Whether a name that nothing defines makes a new dimension."""
    return name.lstrip("_")[:1].isupper()


def may_be_size(type_: ast.TypeExpr | None) -> bool:
    """Whether an argument of the type may be an int."""
    match type_:
        case None:
            return True
        case ast.NamedType(name):
            return name in _INTS
        case ast.OptionalType(inner):
            return may_be_size(inner)
        case ast.UnionType(options):
            return any(may_be_size(option) for option in options)
        case ast.LiteralType(value):
            return type(value) is int
    return False


def _equations(where: tuple[ast.Expr, ...], names: Scope) -> dict[str, ast.Expr]:
    """The names that only an equation of the `where` clause defines, with what they are equal to."""
    found: dict[str, ast.Expr] = {}
    for fact in _facts(where):
        match fact:
            case ast.Compare(first, ("==",), (last,)):
                for name, value in ((first, last), (last, first)):
                    if (
                        isinstance(name, ast.Name)
                        and name.id not in found
                        and names.lookup(name.id) is None
                        and not _mentions(value, name.id)
                    ):
                        found[name.id] = value
                        break
    return found


def _facts(where: tuple[ast.Expr, ...]) -> Iterator[ast.Expr]:
    for fact in where:
        if isinstance(fact, ast.Logical) and fact.op == "and":
            yield from _facts(fact.operands)
        else:
            yield fact


def _mentions(expr: ast.Expr, name: str) -> bool:
    stack: list[ast.Node] = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and node.id == name:
            return True
        stack.extend(children(node))
    return False


def hides(binder: Binder, name: str, span: Span, outer: Scope | None) -> bool:
    """Report a name that hides a member, a hyperparameter or a declaration of the file; True where it does."""
    found = outer.lookup(name) if outer is not None else None
    if binder.library or found is None or found.kind in (Kind.DIM, Kind.TRAINING, Kind.UNKNOWN):
        return False
    binder.report(mistakes.hides(name, span, place(name, found), what(found)))
    return True
