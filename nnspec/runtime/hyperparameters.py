"""Hyperparameters given to `nnspec.load`: their names and kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from nnspec.diagnostics.suggest import nearest
from nnspec.ir.names import parameter_names
from nnspec.library.catalog import Catalog
from nnspec.runtime.errors import LoadError
from nnspec.syntax import ast
from nnspec.syntax.implied import text
from nnspec.targets import Target

# Arguments of `nnspec.load` itself.
RESERVED = frozenset({"device", "dtype", "weights", "allow"})


def arguments(target: Target, given: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of the Python function or class, by the names that it has for them.

    Raises LoadError where one is unknown, missing, or of the wrong kind.
    """
    params = {p.name: p for p in target.signature.params} if target.signature is not None else {}
    params = {name: p for name, p in params.items() if p.kind != "star"}
    for name in given:
        if name not in params:
            raise LoadError(_unknown(target, name, params))
    if isinstance(target.declaration, (ast.Module, ast.Def)):
        _complete(target, params.values(), given)
    for name, value in given.items():
        type_ = params[name].type
        if type_ is not None and not fits(value, type_):
            raise LoadError(f"{target.owner} takes {text(type_)} for `{name}`, not {_shown(value)}")
    if target.signature is None:
        return {}
    names = parameter_names(target.signature)
    return {names[name]: value for name, value in given.items()}


def check_instance(target: Target, given: Mapping[str, Any], catalog: Catalog) -> None:
    """Follow the model with the values that are given; what the spec itself says was checked with it.

    Raises LoadError, with what is wrong and where, where these values do not go together.
    """
    from nnspec.semantics.instances import mistakes

    if not given and not isinstance(target.declaration, ast.Module):
        return
    found = mistakes(target.declaration, target.signature, given, target.scope, catalog)
    if found:
        from nnspec.diagnostics.render import choose

        values = ", ".join(f"{name}={_shown(value)}" for name, value in given.items())
        raise LoadError(
            f"`{target.name}` cannot be made{f' with {values}' if values else ''}\n"
            + choose("human")(list(found), color=False).rstrip()
        )


def _unknown(target: Target, name: str, params: Mapping[str, ast.Param]) -> str:
    if not params:
        return f"{target.owner} takes no hyperparameters, so no `{name}`"
    near = nearest(name, params, 2)
    hint = (
        f"; did you mean {' or '.join(f'`{each}`' for each in near)}?"
        if near
        else f"; it has {', '.join(params)}"
    )
    return f"{target.owner} has no hyperparameter `{name}`{hint}"


def _complete(target: Target, params: Iterable[ast.Param], given: Mapping[str, Any]) -> None:
    missing = [
        param.name
        for param in params
        if param.name not in given
        and param.default is None
        and not isinstance(param.type, ast.OptionalType)
    ]
    taken = [name for name in missing if name in RESERVED]
    if taken:
        raise LoadError(
            f"{target.owner} needs `{taken[0]}`, a name that load has for an argument of its own;"
            f" give it in the spec: `model {target.name.lower()} = {target.name}({taken[0]}=...)`"
        )
    if missing:
        shown = ", ".join(f"{name}=..." for name in missing)
        raise LoadError(f"{target.owner} needs hyperparameters that have no default: {shown}")


def fits(value: Any, type_: ast.TypeExpr) -> bool:
    """Whether a Python value may be given where a type is declared; types that no value tells apart take any."""
    match type_:
        case ast.NamedType("int"):
            return isinstance(value, Integral) and not isinstance(value, bool)
        case ast.NamedType("float" | "number"):
            return isinstance(value, Real) and not isinstance(value, bool)
        case ast.NamedType("bool"):
            return isinstance(value, bool)
        case ast.NamedType("str"):
            return isinstance(value, str)
        case ast.NamedType("layer"):
            return callable(value)
        case ast.NamedType("list"):
            return isinstance(value, (list, tuple))
        case ast.NamedType("tuple"):
            return isinstance(value, tuple)
        case ast.NamedType("dict"):
            return isinstance(value, dict)
        case ast.ListType(element):
            return isinstance(value, (list, tuple)) and all(fits(each, element) for each in value)
        case ast.TupleType(items, repeated):
            if not isinstance(value, (tuple, list)):
                return False
            if repeated:
                return all(fits(each, items[0].type) for each in value)
            return len(value) == len(items) and all(
                fits(each, item.type) for each, item in zip(value, items, strict=True)
            )
        case ast.DictType(key, item):
            return isinstance(value, dict) and all(
                fits(k, key) and fits(v, item) for k, v in value.items()
            )
        case ast.OptionalType(inner):
            return value is None or fits(value, inner)
        case ast.UnionType(options):
            return any(fits(value, option) for option in options)
        case ast.LiteralType(literal):
            return type(value) is type(literal) and value == literal
    return True


def _shown(value: Any) -> str:
    text = repr(value)
    if len(text) > 80 or "\n" in text:
        return f"a {type(value).__name__}"
    return text
