"""Nodes of types, and the types that check lines write where values may stand too."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import characters
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.build_expressions import BuildExpressions
from nnspec.syntax.building import Kids, OptionalMark, TypeInPlace, dotted


class BuildTypes(BuildExpressions):
    """Types."""

    def union_type(self, kids: Kids, span: Span) -> ast.UnionType:
        return ast.UnionType(span, tuple(kids))

    def optional_type(self, kids: Kids, span: Span) -> ast.OptionalType:
        return ast.OptionalType(span, kids[0])

    def tensor_type(self, kids: Kids, span: Span) -> ast.TypeExpr:
        return self._shape(span, kids[0] or ())

    def dtype_tensor_type(self, kids: Kids, span: Span) -> ast.TensorType:
        return ast.TensorType(span, kids[0], kids[1] or ())

    def dims(self, kids: Kids, span: Span) -> tuple[ast.Expr, ...]:
        return tuple(kids)

    def named_type(self, kids: Kids, span: Span) -> ast.NamedType:
        return ast.NamedType(span, kids[0], kids[1] or ())

    def dotted(self, kids: Kids, span: Span) -> str:
        return ".".join(self.text(token) for token in kids)

    def list_type(self, kids: Kids, span: Span) -> ast.ListType:
        _, element, count = kids
        return ast.ListType(span, element, count)

    def dict_type(self, kids: Kids, span: Span) -> ast.DictType:
        _, key, value = kids
        return ast.DictType(span, key, value)

    def literal_type(self, kids: Kids, span: Span) -> ast.LiteralType:
        (literal,) = kids
        if isinstance(literal, ast.FString):
            self.report(characters.format_string_here(span, "a type"))
            return ast.LiteralType(span, "")
        return ast.LiteralType(span, literal.value)

    def negative(self, kids: Kids, span: Span) -> ast.Number:
        return ast.Number(span, -kids[0].value)

    # --- tuples --------------------------------------------------------------------------------------

    def field(self, kids: Kids, span: Span) -> ast.Field:
        name, type_ = kids
        return ast.Field(span, None if name is None else self.text(name), type_)

    def grouped_type(self, kids: Kids, span: Span) -> ast.TypeExpr:
        (item,) = kids
        if isinstance(item, ast.Field) and item.name is None:
            return item.type
        return self.tuple_type(kids, span)

    def tuple_type(self, kids: Kids, span: Span) -> ast.TupleType:
        fields = tuple(item for item in kids if isinstance(item, ast.Field))
        dots = [item for item in kids if not isinstance(item, ast.Field)]
        repeated = bool(dots)
        if repeated and (len(fields) != 1 or len(dots) != 1 or kids[0] is dots[0]):
            self.report(mistakes.dots_in_tuple_type(dots[0].span))
            repeated = False
        return ast.TupleType(span, fields, repeated)

    # --- check lines: a type or a value --------------------------------------------------------------

    def as_type_or_value(self, value: ast.Expr) -> ast.TypeExpr | ast.Expr:
        """What an argument of a check line means: a type where it is written as one, else a static value.

        A name alone stays an expression; whether it is a type is a question of scope.
        """
        match value:
            case TypeInPlace():
                self.marks.pop(id(value), None)
                return value.type
            case OptionalMark():
                self.marks.pop(id(value), None)
                return ast.OptionalType(value.span, self.as_type(value.value))
            case ast.List():
                return self._shape(value.span, value.items)
            case ast.Index(value=ast.Name() | ast.Attribute()):
                dtype = dotted(value.value)
                if dtype is not None and not any(isinstance(i, ast.Slice) for i in value.items):
                    return ast.TensorType(value.span, dtype, value.items)
            case ast.Call(func=ast.Name(id=name)) if name[0].isupper():
                if all(argument.name is None and not argument.stars for argument in value.args):
                    return ast.NamedType(value.span, name, tuple(a.value for a in value.args))
            case ast.Name(id="tensor"):
                return ast.NamedType(value.span, value.id)
            case ast.Tuple():
                if any(isinstance(self.peek_type(item), ast.TypeExpr) for item in value.items):
                    items = tuple(ast.Field(i.span, None, self.as_type(i)) for i in value.items)
                    return ast.TupleType(value.span, items)
            case ast.Binary(op="|"):
                sides = (value.left, value.right)
                if any(isinstance(self.peek_type(side), ast.TypeExpr) for side in sides):
                    return ast.UnionType(value.span, tuple(self.as_type(side) for side in sides))
        return value

    def _shape(self, span: Span, items: tuple[ast.Expr, ...]) -> ast.TypeExpr:
        """What is written in brackets: a shape, or several of them, `[[B, 3], [B, 4]]`, which are a tuple."""
        several = any(isinstance(item, ast.List) for item in items)
        if not several or not all(
            isinstance(i, (ast.List, ast.Index, OptionalMark)) for i in items
        ):
            return ast.TensorType(span, None, items)
        return ast.TupleType(span, tuple(ast.Field(i.span, None, self.as_type(i)) for i in items))

    def peek_type(self, value: ast.Expr) -> ast.TypeExpr | ast.Expr:
        """As `as_type_or_value`, leaving the marks of the parts to be taken later."""
        marks = dict(self.marks)
        try:
            return self.as_type_or_value(value)
        finally:
            self.marks = marks

    def as_type(self, value: ast.Expr) -> ast.TypeExpr:
        """What is written where only a type can stand."""
        read = self.as_type_or_value(value)
        if isinstance(read, ast.TypeExpr):
            return read
        match read:
            case ast.Name():
                return ast.NamedType(read.span, read.id)
            case ast.Number() | ast.String():
                return ast.LiteralType(read.span, read.value)
            case ast.Constant():
                return ast.LiteralType(read.span, read.value)
        self.report(mistakes.type_expected(read.span))
        return ast.NamedType(read.span, "tensor")
