"""A dim as text: a Python expression with no more parentheses than needed."""

from __future__ import annotations

from nnspec.semantics.dims.layout import Node, Op, layout
from nnspec.semantics.dims.order import shown
from nnspec.semantics.dims.polynomial import Dim

_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = range(5)
_PRECEDENCE = {"+": _SUM, "*": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT, "-": _UNARY, "**": _POWER}


def text(dim: Dim) -> str:
    """The readable expression for a dim."""
    return written(layout(dim))


def written(node: Node) -> str:
    """An expression as text."""
    return _written(node)[0]


def _written(node: Node) -> tuple[str, int]:
    if isinstance(node, int):
        return str(node), _ATOM if node >= 0 else _UNARY
    if isinstance(node, str):
        return shown(node), _ATOM
    op, args = node.op, node.args
    match op:
        case "+":
            return _sum(args), _SUM
        case "*":
            return " * ".join(_factor(arg) for arg in args), _PRODUCT
        case "//" | "%":
            left = _within(args[0], _PRODUCT)
            if isinstance(args[0], Op) and (args[0].op in ("//", "%") or op == "%"):
                left = left if left.startswith("(") and args[0].op == "+" else f"({left})"
            return f"{left} {op} {_within(args[1], _UNARY)}", _PRODUCT
        case "**":
            return f"{_within(args[0], _ATOM)} ** {_within(args[1], _UNARY)}", _POWER
        case "-":
            return f"-{_negated(args[0])}", _UNARY
        case _:
            return f"{op}({', '.join(_written(arg)[0] for arg in args)})", _ATOM


def _within(node: Node, least: int) -> str:
    written, precedence = _written(node)
    return written if precedence >= least else f"({written})"


def _factor(node: Node) -> str:
    # `a * b // c` would divide the product.
    if isinstance(node, Op) and node.op in ("//", "%", "-"):
        return f"({_written(node)[0]})"
    return _within(node, _PRODUCT)


def _negated(node: Node) -> str:
    # `-a // b` would divide the negative.
    if isinstance(node, Op) and node.op in ("//", "%"):
        return f"({_written(node)[0]})"
    return _within(node, _PRODUCT)


def _sum(args: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for arg in args:
        if isinstance(arg, Op) and arg.op == "-":
            if parts:
                parts.append(f" - {_within(arg.args[0], _PRODUCT)}")
                continue
        elif parts:
            parts.append(" + ")
        parts.append(_within(arg, _PRODUCT))
    return "".join(parts)
