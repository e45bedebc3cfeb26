"""The type to write for a hyperparameter that only its default types, where callers give something else."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.semantics.dims import Dim
from nnspec.semantics.values import (
    Function,
    LayerType,
    LibraryFunction,
    ListValue,
    TupleValue,
    Value,
)
from nnspec.source import Span
from nnspec.syntax import ast, implied


def wider(
    param: ast.Param, type_: ast.TypeExpr, value: Value, span: Span
) -> tuple[str, Fix | None]:
    """The help, and the fix, that declare a hyperparameter as what its default is or what a caller gives.

    type_: what its default implies; value: what a caller gives at `span`.
    """
    own = implied.text(type_)
    assert param.default is not None
    told = f"its type is that of its default `{param.default.span.text}`"
    wanted = _type_of(value)
    if wanted is None:
        return f"{told}; what may be something else needs a type of its own", None
    both = f"{own}?" if wanted == "None" else f"{own} | {wanted}"
    if own.replace("int", "float") == wanted.replace("int", "float"):
        both = own.replace("int", "float")
    written = f"{param.name}: {both} = {param.default.span.text}"
    fix = None
    if span.source is param.span.source:
        fix = Fix(f"write `{written}`", (Edit(param.span, written),), "maybe")
    return f"{told}; where it may be both, write `{written}`", fix


def _type_of(value: Value) -> str | None:
    """The type that a static value is written with; None where it takes more than a word or two."""
    match value:
        case None | bool() | int() | float() | str():
            return "None" if value is None else type(value).__name__
        case Dim():
            return "int"
        case LayerType() | Function() | LibraryFunction():
            return "layer"
        case TupleValue(items) if items and len(items) < 7:
            parts = [_type_of(item) for item in items]
            return f"({', '.join(part or '' for part in parts)})" if all(parts) else None
        case ListValue((first, *rest)):
            kinds = {_type_of(first), *map(_type_of, rest)}
            return f"list[{kinds.pop()}]" if len(kinds) == 1 and None not in kinds else None
    return None
