"""Which dimensions the shapes of the arguments tell: those that stand alone, and those that can be worked out."""

from __future__ import annotations

from nnspec.semantics.resolve.binder import Binder
from nnspec.semantics.resolve.types import sizes
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def types(signature: ast.Signature) -> list[ast.TypeExpr]:
    """The types of a signature, that of the result last."""
    found = [param.type for param in signature.params if param.type is not None]
    return found if signature.result is None else [*found, signature.result]


def told(signature: ast.Signature, binder: Binder) -> set[str]:
    """The names that the shapes of arguments, or the facts, say."""
    found = set(binder.scope.defined[signature])
    open_: list[ast.Expr] = []
    for param in signature.params:
        # Sizes that a named type leaves to the place of use are found where that type is.
        found.update(s.node.id for s in sizes(binder, param.type) if s.use is not None)
        for node in walk(param.type) if param.type is not None else ():
            if isinstance(node, ast.TensorType):
                open_ += node.dims
            elif isinstance(node, ast.NamedType):
                found.update(n.id for a in node.args for n in walk(a) if isinstance(n, ast.Name))
            elif isinstance(node, ast.ListType) and node.count is not None:
                open_.append(node.count)
    dims = {name.lstrip("*") for name in binder.scope.dims[signature]}
    moved = True
    while moved:
        moved = False
        for expr in open_:
            names = [n.id for n in walk(expr) if isinstance(n, ast.Name)]
            unknown = [n for n in names if n in dims and n not in found]
            if len(unknown) == 1 and can_be_inverted(expr, unknown[0]):
                found.add(unknown[0])
                moved = True
    return found


def can_be_inverted(expr: ast.Expr, name: str) -> bool:
    """Whether the value of an expression, in which a name stands once, tells that of the name."""
    match expr:
        case ast.Name():
            return True
        case ast.Starred(inner):
            return can_be_inverted(inner, name)
        case ast.Binary("+" | "-" | "*", left, right):
            inside = left if _names(left, name) else right
            return can_be_inverted(inside, name)
        case ast.Binary("**", left, ast.Number(2)):
            return can_be_inverted(left, name)
    return False


def _names(expr: ast.Expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in walk(expr))
