"""Arguments of another kind: numbers for tensors, one number for several, `0, 1` for `(0, 1)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import LibraryFunction, Tensor
from nnspec.source import Span
from nnspec.syntax import ast

# Functions of one axis, and those of several that do the same.
OF_SEVERAL_AXES = {"max": "amax", "min": "amin"}


def proposals(site: Site) -> Iterator[Proposal]:
    """What was meant by a number, or by several, that is written where something else is taken."""
    call = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    callee = site.callee(site.node) if site.node is not None else None
    if not isinstance(call, ast.Call) or not isinstance(callee, LibraryFunction):
        return
    signature = callee.decls[0].signature
    names = called.arguments(site)
    given = next((p for p in signature.params if _is_at(names.get(p.name), site)), None)
    if given is None:
        return
    value = names[given.name]
    taken = _kinds(given.type)
    if "bool" in taken and _is_int(value):
        yield from _one_tuple(call, signature, names)
        if isinstance(value, ast.Number) and value.value in (0, 1):
            yield _written(value.span, str(bool(value.value)))
    if "(int, ...)" in taken and _is_int(value):
        yield _written(value.span, f"({value.span.text},)")
    if isinstance(value, ast.Number):
        for count in _lengths(given.type):
            yield _written(value.span, f"({', '.join([value.span.text] * count)})")
    if "int" in taken and isinstance(value, ast.Tuple) and all(map(_is_int, value.items)):
        several = OF_SEVERAL_AXES.get(callee.name)
        if several is not None:
            name = _name_of(call)
            yield Proposal((Edit(name, several),), f"`{several}` takes several axes", True)
        elif len(value.items) > 1:
            yield _written(value.span, ", ".join(item.span.text for item in value.items))
    if "tensor" in taken:
        if not any(isinstance(site.value(each), Tensor) for each in names.values()):
            bare = f"{callee.name}{_arguments(call).text}"
            yield Proposal((Edit(call.span, bare),), f"of numbers it is `{bare}`", True)
        if isinstance(value, (ast.Number, ast.List, ast.Tuple)):
            text = f"tensor({value.span.text})"
            yield Proposal((Edit(value.span, text),), f"make a tensor of it: `{text}`", True)


def _is_at(expr: ast.Expr | None, site: Site) -> bool:
    return expr is not None and inside(site.mistake.span, expr.span)


def _kinds(type_: ast.TypeExpr | None) -> frozenset[str]:
    """The kinds that a type is made of: `int`, `bool`, `tensor`, `(int, ...)`."""
    match type_:
        case ast.OptionalType(inner):
            return _kinds(inner)
        case ast.UnionType(options):
            return frozenset().union(*map(_kinds, options))
        case ast.TensorType():
            return frozenset(("tensor",))
        case ast.TupleType(repeated=True):
            return frozenset(("(int, ...)",))
        case ast.NamedType(name):
            return frozenset((name,))
    return frozenset()


def _lengths(type_: ast.TypeExpr | None) -> Iterator[int]:
    """How many values the tuples hold that a type is made of, where each has so many."""
    match type_:
        case ast.OptionalType(inner):
            yield from _lengths(inner)
        case ast.UnionType(options):
            for option in options:
                yield from _lengths(option)
        case ast.TupleType(items, repeated=False) if len(items) > 1:
            yield len(items)


def _one_tuple(
    call: ast.Call, signature: ast.Signature, names: Mapping[str, ast.Expr]
) -> Iterator[Proposal]:
    """`sum((0, 1))` for `sum(0, 1)`: the ints behind one another, as one argument."""
    row = [a.value for a in call.args if a.name is None and not a.stars]
    first = next(
        (
            i
            for i, each in enumerate(row)
            if _is_int(each) and _takes_several(each, signature, names)
        ),
        None,
    )
    if first is None or len(row) - first < 2 or not all(map(_is_int, row[first:])):
        return
    text = ", ".join(each.span.text for each in row[first:])
    span = row[first].span.to(row[-1].span)
    yield Proposal((Edit(span, f"({text})"),), f"several axes are one tuple: `({text})`", True)


def _takes_several(expr: ast.Expr, signature: ast.Signature, names: Mapping[str, ast.Expr]) -> bool:
    return any(
        names.get(p.name) is expr and "(int, ...)" in _kinds(p.type) for p in signature.params
    )


def _is_int(expr: ast.Expr) -> bool:
    if isinstance(expr, ast.Unary):
        return expr.op == "-" and _is_int(expr.operand)
    return isinstance(expr, ast.Number) and isinstance(expr.value, int)


def _written(span: Span, text: str) -> Proposal:
    return Proposal((Edit(span, text),), f"write `{text}`", True)


def _name_of(call: ast.Call) -> Span:
    return call.func.name_span if isinstance(call.func, ast.Attribute) else call.func.span


def _arguments(call: ast.Call) -> Span:
    """The parentheses of a call, with what stands in them."""
    return Span(call.span.source, call.func.span.end, call.span.end)
