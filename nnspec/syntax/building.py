"""What the parts of the builder share: tokens, diagnostics, and marks that only types may bear."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.source import Source, Span
from nnspec.syntax import ast
from nnspec.syntax.tokens import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Kids = list[Any]
    """The children of a rule in order: nodes, indexes of tokens, None for optional parts left out."""
else:  # a name for those that import it to annotate
    Kids = list


class OptionalMark(ast.Expr):
    """`value?` among the arguments of a check line, before it is known to be a type."""

    value: ast.Expr


class TypeInPlace(ast.Expr):
    """`list[T]` among the arguments of a check line."""

    type: ast.TypeExpr


def dotted(value: ast.Expr) -> str | None:
    """A name, perhaps with dots; None for other expressions."""
    match value:
        case ast.Name():
            return value.id
        case ast.Attribute():
            before = dotted(value.value)
            return None if before is None else f"{before}.{value.name}"
    return None


class Building:
    """The base of the builder.

    string_id: the terminal of strings.
    parse_expression: parses a stretch of the source as an expression, for the fields of f-strings.
    """

    def __init__(
        self,
        source: Source,
        tokens: Tokens,
        string_id: int,
        report: Callable[[Diagnostic], None],
        parse_expression: Callable[[int, int], ast.Expr | None],
    ) -> None:
        self.source = source
        self.tokens = tokens
        self.string_id = string_id
        self.report = report
        self.parse_expression = parse_expression
        # Types in the place of expressions, by identity, until a check line takes them as types.
        self.marks: dict[int, Span] = {}
        # Constructors of modules, with what is said of each in the place of all that is wrong inside.
        self.constructors: list[tuple[Span, Diagnostic]] = []

    def text(self, token: int) -> str:
        """The characters of a token."""
        return self.tokens.text(token)

    def at(self, token: int) -> Span:
        """The place of a token."""
        return self.tokens.span(token)

    def span(self, start: int, end: int) -> Span:
        """A stretch of the source."""
        return Span(self.source, start, end)
