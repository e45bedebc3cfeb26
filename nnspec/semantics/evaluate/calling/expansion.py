"""Named types put in place of their names: `KV(S + T)` becomes `(k: [B, H, S + T, D], …)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.semantics.budget import BudgetExceeded, budget
from nnspec.semantics.resolved import FileScope
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.evaluate.run import Frame

MOST_PARTS = 2_000
# As many steps as a part of an expression counts: expressions put into expressions grow fast.
NAMED = 20


def expanded(type_: ast.TypeExpr, frame: Frame) -> ast.TypeExpr:
    """The type with the file's named types put in, computed once."""
    if type(type_) is ast.TensorType or type(type_) is ast.LiteralType:
        return type_
    memo = frame.run.recorder.memo
    key = ("type", type_, frame.scope)
    if key not in memo:
        memo[key] = expand(type_, frame.scope)
    return memo[key]  # type: ignore[no-any-return]


def expand(type_: ast.TypeExpr, scope: FileScope) -> ast.TypeExpr:
    """The type with all named types of the file replaced by what they stand for.

    Raises BudgetExceeded for a type of more than MOST_PARTS parts.
    """
    return _Expansion(type_).of(type_, scope, ())


class _Expansion:
    """One type on its way; declarations that are being followed are `around`."""

    def __init__(self, whole: ast.TypeExpr) -> None:
        self._whole = whole
        self._parts = 0

    def of(
        self, type_: ast.TypeExpr, scope: FileScope, around: tuple[ast.TypeDecl, ...]
    ) -> ast.TypeExpr:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise BudgetExceeded(f"this type has more than {MOST_PARTS:,} parts", self._whole.span)
        match type_:
            case ast.NamedType(name, args):
                found = scope.names.get(name)
                if found is None:
                    return type_
                decl, home = found
                if not isinstance(decl, ast.TypeDecl):
                    return type_
                if decl in around:
                    # It has had its message; anything will do.
                    return ast.NamedType(type_.span, "tensor", ())
                values = dict(zip((p.id for p in decl.params), args, strict=False))
                inner = substitute(decl.type, values) if values else decl.type
                return self.of(inner, home, (*around, decl))
            case ast.ListType(element, count):
                return ast.ListType(type_.span, self.of(element, scope, around), count)
            case ast.DictType(key, value):
                return ast.DictType(type_.span, key, self.of(value, scope, around))
            case ast.OptionalType(inner):
                return ast.OptionalType(type_.span, self.of(inner, scope, around))
            case ast.UnionType(options):
                return ast.UnionType(type_.span, tuple(self.of(o, scope, around) for o in options))
            case ast.TupleType(items, repeated):
                fields = tuple(
                    ast.Field(f.span, f.name, self.of(f.type, scope, around)) for f in items
                )
                return ast.TupleType(type_.span, fields, repeated)
        return type_


def substitute(type_: ast.TypeExpr, values: Mapping[str, ast.Expr]) -> ast.TypeExpr:
    """The type with names of dimensions replaced by expressions."""
    match type_:
        case ast.TensorType(dtype, dims):
            return ast.TensorType(type_.span, dtype, tuple(_replace(d, values) for d in dims))
        case ast.NamedType(name, args):
            return ast.NamedType(type_.span, name, tuple(_replace(a, values) for a in args))
        case ast.ListType(element, count):
            new_count = _replace(count, values) if count is not None else None
            return ast.ListType(type_.span, substitute(element, values), new_count)
        case ast.DictType(key, value):
            return ast.DictType(type_.span, key, substitute(value, values))
        case ast.OptionalType(inner):
            return ast.OptionalType(type_.span, substitute(inner, values))
        case ast.UnionType(options):
            return ast.UnionType(type_.span, tuple(substitute(o, values) for o in options))
        case ast.TupleType(items, repeated):
            fields = tuple(ast.Field(f.span, f.name, substitute(f.type, values)) for f in items)
            return ast.TupleType(type_.span, fields, repeated)
    return type_


def _replace(expr: ast.Expr, values: Mapping[str, ast.Expr]) -> ast.Expr:
    budget.spend(1)
    match expr:
        case ast.Name(id):
            return values.get(id, expr)
        case ast.Starred(value):
            return ast.Starred(expr.span, _replace(value, values))
        case ast.Unary(op, operand):
            return ast.Unary(expr.span, op, _replace(operand, values))
        case ast.Binary(op, left, right, op_span):
            return ast.Binary(
                expr.span, op, _replace(left, values), _replace(right, values), op_span
            )
        case ast.Call(func, args):
            new = tuple(
                ast.Argument(a.span, _replace(a.value, values), a.name, a.stars) for a in args
            )
            return ast.Call(expr.span, func, new)
        case ast.Index(value, items, tupled):
            return ast.Index(
                expr.span,
                _replace(value, values),
                tuple(_replace(i, values) for i in items),
                tupled,
            )
        case ast.Conditional(test, body, orelse):
            return ast.Conditional(
                expr.span, _replace(test, values), _replace(body, values), _replace(orelse, values)
            )
    return expr


def dim_names(type_: ast.TypeExpr | None) -> list[str]:
    """Names in the dims of a type (expanded), in order of appearance; `*N` as `*N`."""
    found: list[str] = []
    if type_ is not None:
        for dim in dims_in(type_):
            names_in(dim, found)
    return found


def bound_names(type_: ast.TypeExpr | None) -> set[str]:
    """The names that stand alone as dims of a type (expanded): those that an argument binds."""
    match type_:
        case ast.TensorType(_, dims):
            plain = {d.id for d in dims if isinstance(d, ast.Name)}
            stars = {
                "*" + d.value.id
                for d in dims
                if isinstance(d, ast.Starred) and isinstance(d.value, ast.Name)
            }
            return plain | stars
        case ast.ListType(inner) | ast.OptionalType(inner) | ast.DictType(_, inner):
            return bound_names(inner)
        case ast.UnionType(options):
            return {n for o in options for n in bound_names(o)}
        case ast.TupleType(items):
            return {n for f in items for n in bound_names(f.type)}
    return set()


def dims_in(type_: ast.TypeExpr) -> Iterator[ast.Expr]:
    """Every size that a type (expanded) names, lengths of lists included."""
    match type_:
        case ast.TensorType(_, dims):
            yield from dims
        case ast.ListType(element, count):
            yield from dims_in(element)
            if count is not None:
                yield count
        case ast.DictType(_, value):
            yield from dims_in(value)
        case ast.OptionalType(inner):
            yield from dims_in(inner)
        case ast.UnionType(options):
            for option in options:
                yield from dims_in(option)
        case ast.TupleType(items):
            for field in items:
                yield from dims_in(field.type)
        case ast.NamedType(_, args):
            yield from args


def names_in(expr: ast.Expr, found: list[str]) -> None:
    """Append the names of an expression, `*N` as `*N`."""
    budget.spend(NAMED)
    match expr:
        case ast.Starred(ast.Name(id)):
            found.append("*" + id)
        case ast.Name(id):
            found.append(id)
        case ast.Unary(_, operand):
            names_in(operand, found)
        case ast.Binary(_, left, right):
            names_in(left, found)
            names_in(right, found)
        case ast.Call(_, args):
            for arg in args:
                names_in(arg.value, found)
        case ast.Index(value, items):
            names_in(value, found)
            for item in items:
                names_in(item, found)
        case ast.Conditional(test, body, orelse):
            for part in (test, body, orelse):
                names_in(part, found)
        case ast.Compare(first, _, rest):
            for part in (first, *rest):
                names_in(part, found)
        case ast.Logical(_, operands):
            for part in operands:
                names_in(part, found)
