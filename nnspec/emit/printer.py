"""Statements of Python's `ast` as lines of text, with their comments and blank lines."""

from __future__ import annotations

import ast as py
from collections.abc import Iterable, Iterator
from copy import deepcopy

INDENT = "    "


class _Written:
    """Stands for a number and prints as the spec writes it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class _Parentheses(py.NodeTransformer):
    """Puts names that hold the whole text in place of operands that the spec has in parentheses."""

    def visit_BinOp(self, node: py.BinOp) -> py.expr:
        """An operand, after those inside it."""
        self.generic_visit(node)
        if not node.__dict__.pop("parenthesised", False):
            return node
        return py.copy_location(py.Name(f"({unparse(node)})", py.Load()), node)


def unparse(node: py.AST) -> str:
    """Python's own text of a node, but for numbers and parentheses, which stay as they are written."""
    if any(getattr(inner, "parenthesised", False) for inner in py.walk(node)):
        node = _Parentheses().visit(deepcopy(node))
    literals = [
        (inner, inner.value)
        for inner in py.walk(node)
        if isinstance(inner, py.Constant) and hasattr(inner, "written")
    ]
    for literal, _ in literals:
        literal.value = _Written(literal.written)  # type: ignore[assignment]
    try:
        return py.unparse(node)
    finally:
        for literal, value in literals:
            literal.value = value


def expression(node: py.expr) -> str:
    """An expression in one line."""
    return unparse(node)


def arguments(node: py.arguments) -> str:
    """The arguments of a function."""
    return unparse(node)


def lines(statements: Iterable[py.stmt], depth: int = 0, width: int = 88) -> Iterator[str]:
    """The lines of a block.

    width: how long a line may be. A comment that does not fit is left out: black would break the
        line for its sake.
    """
    indent = INDENT * depth
    for statement in statements:
        if getattr(statement, "gap", False):
            yield ""
        match statement:
            case py.If():
                yield from _if(statement, "if", depth, width)
            case py.For():
                header = f"for {expression(statement.target)} in {expression(statement.iter)}:"
                yield indent + _unparenthesised(header, statement)
                yield from lines(statement.body, depth + 1, width)
            case py.While():
                yield f"{indent}while {expression(statement.test)}:"
                yield from lines(statement.body, depth + 1, width)
            case py.With():
                items = ", ".join(expression(item.context_expr) for item in statement.items)
                yield f"{indent}with {items}:"
                yield from lines(statement.body, depth + 1, width)
            case _:
                text = indent + _simple(statement)
                comment = getattr(statement, "comment", None)
                fits = len(text) > width or len(f"{text}  # {comment}") <= width
                yield f"{text}  # {comment}" if comment and fits else text


def _simple(statement: py.stmt) -> str:
    """A statement of one line; tuples that are assigned or returned stand without parentheses."""
    match statement:
        case py.Assign([py.Tuple() as target], py.Tuple([_, _, *_]) as value):
            return f"{unparse(target)} = {unparse(value)[1:-1]}"
        case py.Return(py.Tuple([_, _, *_]) as value):
            return "return " + unparse(value)[1:-1]
    return unparse(statement)


def _unparenthesised(header: str, statement: py.For) -> str:
    """`for a, b in pairs:` rather than `for (a, b) in pairs:`."""
    if isinstance(statement.target, py.Tuple) and statement.target.elts:
        inside = expression(statement.target)
        return header.replace(inside, inside.removeprefix("(").removesuffix(")"), 1)
    return header


def _if(statement: py.If, word: str, depth: int, width: int) -> Iterator[str]:
    indent = INDENT * depth
    yield f"{indent}{word} {expression(statement.test)}:"
    yield from lines(statement.body, depth + 1, width)
    match statement.orelse:
        case []:
            pass
        case [py.If() as inner]:
            yield from _if(inner, "elif", depth, width)
        case orelse:
            yield f"{indent}else:"
            yield from lines(orelse, depth + 1, width)


def docstring(text: str) -> list[str]:
    """The lines of a docstring, quotes included, for the template to indent."""
    stripped = [
        line.strip() if i == 0 else line.rstrip() for i, line in enumerate(text.split("\n"))
    ]
    while stripped and not stripped[0]:
        stripped.pop(0)
    while stripped and not stripped[-1]:
        stripped.pop()
    body = _dedented(stripped)
    escaped = [_escaped(line) for line in body]
    if escaped and escaped[-1].endswith('"'):
        escaped[-1] = escaped[-1][:-1] + '\\"'
    if len(escaped) <= 1:
        return ['"""' + "".join(escaped) + '"""']
    return ['"""' + escaped[0], *escaped[1:], '"""']


def _dedented(found: list[str]) -> list[str]:
    depths = [len(line) - len(line.lstrip()) for line in found[1:] if line]
    depth = min(depths, default=0)
    return [found[0], *(line[depth:] for line in found[1:])] if found else []


def _escaped(line: str) -> str:
    text = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
