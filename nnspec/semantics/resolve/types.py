"""Binding the names of types, and finding the dimensions that they introduce."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnspec.diagnostics.diagnostic import Label
from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.diagnostics.mistakes import sizes as size_mistakes
from nnspec.semantics.resolve import known
from nnspec.semantics.resolve.binder import UNKNOWN, Binder, children
from nnspec.semantics.resolve.scopes import Scope, place, what
from nnspec.semantics.resolved import Binding, Kind
from nnspec.source import Span
from nnspec.syntax import ast


def bind_type(binder: Binder, type_: ast.TypeExpr | None, names: Scope) -> None:
    """Bind every name of a type: those of types, and those of sizes."""
    stack: list[ast.Node] = [type_] if type_ is not None else []
    while stack:
        node = stack.pop()
        match node:
            case ast.TensorType(dtype, dims):
                # In the library `D[B, T]` is a tensor of any dtype, the same one throughout a signature.
                any_ = binder.library and dtype is not None and dtype[:1].isupper()
                if (
                    dtype is not None
                    and dtype.removeprefix("torch.") not in known.DTYPES
                    and not any_
                ):
                    span = Span(node.span.source, node.span.start, node.span.start + len(dtype))
                    binder.report(mistakes.unknown_dtype(dtype, span, known.DTYPES))
                for dim in dims:
                    binder.dimension(dim, names)
                    _check_dim(binder, dim)
            case ast.NamedType(_, args):
                _bind_named(binder, node)
                for arg in args:
                    binder.dimension(arg, names)
                    _check_dim(binder, arg)
            case ast.ListType(element, count):
                stack.append(element)
                if count is not None:
                    binder.dimension(count, names)
            case ast.TypeExpr() | ast.Field():
                stack.extend(reversed(children(node)))
            case _:
                binder.expr(node, names)


def _check_dim(binder: Binder, dim: ast.Expr) -> None:
    """Report what can be no size, whatever its names stand for."""
    match dim:
        case ast.Constant(value) if value is ...:
            binder.report(size_mistakes.no_run_of_axes(dim.span, "*N"))
        case ast.Starred(ast.Name() | ast.Hole()):
            pass
        case ast.Starred():
            binder.report(size_mistakes.no_run_of_axes(dim.span, "*N"))
        case (
            ast.Unary(_, ast.Number())
            | ast.Number(float())
            | ast.String()
            | ast.FString()
            | ast.Constant()
            | ast.List()
            | ast.Tuple()
            | ast.Dict()
            | ast.Comprehension()
            | ast.Compare()
            | ast.Logical()
        ):
            binder.report(size_mistakes.no_size(dim.span))


def _bind_named(binder: Binder, node: ast.NamedType) -> None:
    name = node.name
    span = Span(node.span.source, node.span.start, node.span.start + len(name))
    own = binder.scope.names.get(name)
    if own is not None:
        decl, scope = own
        binding = Binding(Kind.FILE, decl, scope)
        if isinstance(decl, (ast.TypeDecl, ast.Module, ast.ExternModule)):
            binder.bind(node, binding)
            params = decl.params if isinstance(decl, ast.TypeDecl) else ()
            _check_count(binder, node, [p.id for p in params], decl.name_span)
        else:
            binder.report(mistakes.not_a_type(name, span, what(binding), place(name, binding)))
            binder.bind(node, UNKNOWN)
        return
    if name in known.TYPES:
        _check_count(binder, node, [], None)
        binder.bind(node, Binding(Kind.BUILTIN))
        return
    plain = name.removeprefix("torch.").removeprefix("nn.")
    if binder.catalog.has_layer(plain) or plain in known.CONTAINERS or plain == "Module":
        _check_count(binder, node, [], None)
        binder.bind(node, Binding(Kind.LIBRARY))
        return
    binder.bind(node, UNKNOWN)
    if name in binder.undeclared:
        return
    if name in known.FOREIGN_TYPES:
        binder.report(mistakes.foreign_type(name, span, known.FOREIGN_TYPES[name]))
    elif name in known.DTYPES:
        binder.report(mistakes.foreign_type(name, span, f"`{name}[]` for a scalar tensor"))
    else:
        types = [*binder.scope.names, *known.TYPES, *binder.catalog.layer_names()]
        binder.report(mistakes.unknown_type(name, span, types))


def _check_count(
    binder: Binder, node: ast.NamedType, params: list[str], declared: Span | None
) -> None:
    if len(node.args) != len(params):
        found = size_mistakes.not_so_many(node.name, node.span, len(node.args), params, declared)
        binder.report(found)


class Size:
    """A name that stands for a size in a type.

    node: where it stands; starred: as `*N`.
    use: the NamedType whose declaration mentions it, where it is not written at the place itself.
    """

    __slots__ = ("node", "starred", "use")

    def __init__(self, node: ast.Name, starred: bool, use: ast.NamedType | None) -> None:
        self.node = node
        self.starred = starred
        self.use = use


def sizes(
    binder: Binder, type_: ast.TypeExpr | None, use: ast.NamedType | None = None
) -> Iterator[Size]:
    """The sizes of a type in the order of the text, those of the named types that it uses among them."""
    stack: list[ast.Node] = [type_] if type_ is not None else []
    while stack:
        node = stack.pop()
        match node:
            case ast.TensorType(_, dims):
                for dim in dims:
                    yield from _sizes_of(dim, use)
            case ast.NamedType(_, args):
                for arg in args:
                    yield from _sizes_of(arg, use)
                yield from _expanded(binder, node, use or node)
            case ast.ListType(element, count):
                stack.append(element)
                if count is not None:
                    yield from _sizes_of(count, use)
            case ast.TypeExpr() | ast.Field():
                stack.extend(reversed(children(node)))


def _sizes_of(dim: ast.Node, use: ast.NamedType | None) -> Iterator[Size]:
    stack: list[tuple[ast.Node, bool]] = [(dim, False)]
    while stack:
        node, starred = stack.pop()
        match node:
            case ast.Name():
                yield Size(node, starred, use)
            case ast.Binary(_, left, right):
                stack.extend(((right, False), (left, False)))
            case ast.Unary(_, inner):
                stack.append((inner, False))
            case ast.Starred(inner):
                stack.append((inner, True))


def _expanded(binder: Binder, node: ast.NamedType, use: ast.NamedType) -> Iterator[Size]:
    """The sizes that a named type leaves to the place where it is used."""
    seen: set[ast.TypeDecl] = set()
    scope = binder.scope
    stack = [(node.name, scope)]
    while stack:
        name, scope = stack.pop()
        decl, home = scope.names.get(name, (None, scope))
        if not isinstance(decl, ast.TypeDecl) or decl in seen:
            continue
        seen.add(decl)
        own = {param.id for param in decl.params}
        inner: list[ast.NamedType] = []
        for size in own_sizes(decl.type, inner):
            if size.node.id not in own and size.node.id not in home.names:
                yield Size(size.node, size.starred, use)
        stack.extend((each.name, home) for each in inner)


def own_sizes(type_: ast.TypeExpr, inner: list[ast.NamedType]) -> Iterator[Size]:
    """The sizes that stand in a type itself; the types that it names are put into `inner`."""
    stack: list[ast.Node] = [type_]
    while stack:
        node = stack.pop()
        match node:
            case ast.TensorType(_, dims):
                for dim in dims:
                    yield from _sizes_of(dim, None)
            case ast.NamedType(_, args):
                inner.append(node)
                for arg in args:
                    yield from _sizes_of(arg, None)
            case ast.ListType(element, count):
                stack.append(element)
                if count is not None:
                    yield from _sizes_of(count, None)
            case ast.TypeExpr() | ast.Field():
                stack.extend(reversed(children(node)))


def check_size(
    binder: Binder, size: Size, names: Scope, sizes_in_sight: Callable[[], list[str]]
) -> None:
    """Report a size of a named type that the place of its use does not know."""
    if size.use is None or names.lookup(size.node.id) is not None:
        return
    label = Label(size.node.span, f"`{size.use.name}` leaves it to the place of use")
    binder.report(
        mistakes.unknown_dimension(size.node.id, size.use.span, sizes_in_sight(), (label,))
    )
