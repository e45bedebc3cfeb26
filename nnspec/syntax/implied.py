"""The types of hyperparameters that say none: those of their defaults."""

from __future__ import annotations

from nnspec.syntax import ast

_NUMBERS = ("int", "float")


def typed(params: tuple[ast.Param, ...]) -> tuple[ast.Param, ...]:
    """The hyperparameters of a module, each with the type that stands there or that its default implies.

    An implied type has the span of the default.
    """
    above: dict[str, ast.Param] = {}
    found: list[ast.Param] = []
    for param in params:
        if param.type is None and param.default is not None:
            type_ = _of(param.default, above)
            param = ast.Param(
                param.span, param.name, type_, param.default, param.kind, param.name_span
            )
        above.setdefault(param.name, param)
        found.append(param)
    return tuple(found)


def is_implied(param: ast.Param) -> bool:
    """Whether nothing but the default says the type."""
    return (
        param.type is not None
        and param.default is not None
        and param.type.span.start == param.default.span.start
    )


def text(type_: ast.TypeExpr) -> str:
    """A type as it is written, or would be."""
    match type_:
        case ast.NamedType(name, ()):
            return name
        case ast.ListType(ast.NamedType() as element, None):
            return f"list[{text(element)}]"
    return " ".join(type_.span.text.split())


def _of(default: ast.Expr, above: dict[str, ast.Param]) -> ast.TypeExpr | None:
    """The type of a default; None for what may well be one of several: None, a tuple, a call.

    above: the hyperparameters that it may name.
    """
    match default:
        case ast.List(items):
            kinds = {_name(item, above) for item in items}
            kind = "float" if kinds == {"int", "float"} else kinds.pop() if len(kinds) == 1 else ""
            if kind:
                return ast.ListType(default.span, ast.NamedType(default.span, kind))
            return ast.NamedType(default.span, "list")
        case ast.Dict():
            return ast.NamedType(default.span, "dict")
    kind = _name(default, above)
    return ast.NamedType(default.span, kind) if kind else None


def _name(value: ast.Expr, above: dict[str, ast.Param]) -> str:
    """The name of the type of a value, or nothing."""
    match value:
        case ast.Number(number):
            return type(number).__name__
        case ast.String() | ast.FString():
            return "str"
        case ast.Constant(bool()) | ast.Compare() | ast.Unary("not"):
            return "bool"
        case ast.Unary("-" | "+", operand):
            kind = _name(operand, above)
            return kind if kind in _NUMBERS else ""
        case ast.Binary(op, left, right):
            kinds = {_name(left, above), _name(right, above)}
            if not kinds <= set(_NUMBERS):
                return ""
            return "float" if "float" in kinds or op == "/" else "int" if op != "**" else ""
        case ast.Name(id) if id in above:
            type_ = above[id].type
            return type_.name if isinstance(type_, ast.NamedType) and not type_.args else ""
        case ast.Name(name) | ast.Attribute(_, name) if name[:1].isupper():
            return "layer"
    return ""
