"""Arguments written one behind another that are one: `reshape(x, 4, 6)` for `(4, 6)`, `cat(x, y)` for `[x, y]`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import DimLike, LibraryFunction, Tensor, Value
from nnspec.syntax import ast


def proposals(site: Site) -> Iterator[Proposal]:
    """Ints as one tuple, tensors as one list."""
    yield from _together(site, _takes_ints, _is_int, "({})", "the numbers are one tuple")
    yield from tensors(site)


def tensors(site: Site) -> Iterator[Proposal]:
    """Tensors as one list."""
    yield from _together(site, _takes_tensors, _is_tensor, "[{}]", "the tensors are one list")


def _together(
    site: Site,
    takes: Callable[[ast.TypeExpr | None], bool],
    fits: Callable[[Value], bool],
    form: str,
    told: str,
) -> Iterator[Proposal]:
    call = site.node
    callee = site.callee(call) if call is not None else None
    if not isinstance(call, ast.Call) or not isinstance(callee, LibraryFunction):
        return
    row = [a.value for a in call.args if a.name is None and not a.stars]
    for decl in callee.decls:
        params = decl.signature.params[0 if callee.receiver is None else 1 :]
        for i, param in enumerate(params[: len(row)]):
            end = i
            while end < len(row) and fits(site.value(row[end])):
                end += 1
            if param.kind != "plain" or not takes(param.type) or end - i < 2:
                continue
            text = form.format(", ".join(each.span.text for each in row[i:end]))
            span = row[i].span.to(row[end - 1].span)
            yield Proposal((Edit(span, text),), f"{told}: `{text}`", True)


def _takes_ints(type_: ast.TypeExpr | None) -> bool:
    match type_:
        case ast.OptionalType(inner):
            return _takes_ints(inner)
        case ast.UnionType(options):
            return any(map(_takes_ints, options))
        case ast.TupleType(items, repeated=True):
            return isinstance(items[0].type, ast.NamedType) and items[0].type.name == "int"
        case ast.ListType(ast.NamedType(name)):
            return name == "int"
    return False


def _takes_tensors(type_: ast.TypeExpr | None) -> bool:
    return isinstance(type_, ast.ListType) and (
        isinstance(type_.element, ast.TensorType)
        or (isinstance(type_.element, ast.NamedType) and type_.element.name == "tensor")
    )


def _is_int(value: Value) -> bool:
    return isinstance(value, DimLike) and not isinstance(value, bool)


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Tensor)
