"""Nodes of expressions: one method for each rule of the grammar, under the rule's name or alias."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import habits
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.building import Building, Kids, OptionalMark, TypeInPlace, dotted
from nnspec.syntax.numbers import read_amount, read_number
from nnspec.syntax.strings import StringReader

_WORDS = {"True": True, "False": False, "None": None}


class BuildExpressions(Building):
    """Expressions."""

    # --- atoms ---------------------------------------------------------------------------------------

    def name(self, kids: Kids, span: Span) -> ast.Expr:
        text = self.text(kids[0])
        return ast.Hole(span) if text == "_" else ast.Name(span, text)

    def number(self, kids: Kids, span: Span) -> ast.Number:
        text = self.text(kids[0])
        amount = read_amount(text) if text[-1] in "kMGTB" else None
        if amount is None:
            return ast.Number(span, read_number(text, span, self.report))
        number = ast.Number(span, amount)
        self.marks[id(number)] = span
        return number

    def strings(self, kids: Kids, span: Span) -> ast.String | ast.FString:
        reader = StringReader(self.source, self.report, self.parse_expression)
        for token in kids:
            reader.read(self.tokens.starts[token], self.tokens.ends[token])
        if reader.formatted:
            return ast.FString(span, reader.parts())
        return ast.String(span, reader.value())

    def word(self, kids: Kids, span: Span) -> ast.Constant:
        return ast.Constant(span, _WORDS[self.text(kids[0])])

    def ellipsis(self, kids: Kids, span: Span) -> ast.Constant:
        return ast.Constant(span, ...)

    def group(self, kids: Kids, span: Span) -> ast.Expr:
        (inner,) = kids
        if isinstance(inner, ast.Starred):
            self.report(mistakes.star_in_parentheses(inner.span))
        assert isinstance(inner, ast.Expr)
        return inner

    def tuple_display(self, kids: Kids, span: Span) -> ast.Tuple:
        return ast.Tuple(span, tuple(kids), True)

    def bare_tuple(self, kids: Kids, span: Span) -> ast.Tuple:
        return ast.Tuple(span, tuple(kids), False)

    def list_display(self, kids: Kids, span: Span) -> ast.List:
        return ast.List(span, tuple(kids))

    def dict_display(self, kids: Kids, span: Span) -> ast.Dict:
        return ast.Dict(span, tuple(kids))

    def dict_item(self, kids: Kids, span: Span) -> ast.DictItem:
        return ast.DictItem(span, kids[0], kids[1])

    def dict_rest(self, kids: Kids, span: Span) -> ast.DictItem:
        return ast.DictItem(span, None, kids[0])

    def set_display(self, kids: Kids, span: Span) -> ast.List:
        self.report(habits.set_literal(span))
        return ast.List(span, tuple(kid for kid in kids if isinstance(kid, ast.Expr)))

    def starred(self, kids: Kids, span: Span) -> ast.Starred:
        return ast.Starred(span, kids[0])

    starred_target = starred

    # --- comprehensions ------------------------------------------------------------------------------

    def clauses(self, kids: Kids, span: Span) -> tuple[ast.Clause, ...]:
        return tuple(kids)

    def clause(self, kids: Kids, span: Span) -> ast.Clause:
        target, iterable, *tests = kids
        return ast.Clause(span, self.target(target), iterable, tuple(tests))

    def generator(self, kids: Kids, span: Span) -> ast.Comprehension:
        return ast.Comprehension(span, "generator", kids[0], None, kids[1])

    def list_comprehension(self, kids: Kids, span: Span) -> ast.Comprehension:
        return ast.Comprehension(span, "list", kids[0], None, kids[1])

    def dict_comprehension(self, kids: Kids, span: Span) -> ast.Comprehension:
        return ast.Comprehension(span, "dict", kids[1], kids[0], kids[2])

    # --- calls, indexes, attributes ------------------------------------------------------------------

    def attribute(self, kids: Kids, span: Span) -> ast.Attribute:
        return ast.Attribute(span, kids[0], self.text(kids[1]), self.at(kids[1]))

    def call(self, kids: Kids, span: Span) -> ast.Call:
        return ast.Call(span, kids[0], kids[1] or ())

    def args(self, kids: Kids, span: Span) -> tuple[ast.Argument, ...]:
        names: dict[str, ast.Argument] = {}
        keyword: ast.Argument | None = None
        for argument in kids:
            if argument.name is not None:
                if argument.name in names:
                    earlier = names[argument.name]
                    self.report(
                        mistakes.repeated_argument(argument.span, argument.name, earlier.span)
                    )
                names[argument.name] = keyword = argument
            elif argument.stars == 2:
                keyword = argument
            elif argument.stars == 0 and keyword is not None:
                self.report(mistakes.positional_after_keyword(argument.span, keyword.span))
                break
        return tuple(kids)

    def argument(self, kids: Kids, span: Span) -> ast.Argument:
        if len(kids) == 1:
            return ast.Argument(span, kids[0])
        if len(kids) == 3:
            return ast.Argument(span, kids[2], self.text(kids[0]))
        if isinstance(kids[0], int):
            return ast.Argument(span, kids[1], None, len(self.text(kids[0])))
        return ast.Argument(span, self.generator(kids, span))

    def index(self, kids: Kids, span: Span) -> ast.Index:
        return ast.Index(span, kids[0], (kids[1],), isinstance(kids[1], ast.Starred))

    def tuple_index(self, kids: Kids, span: Span) -> ast.Index:
        return ast.Index(span, kids[0], tuple(kids[1:]), True)

    def slicing(self, kids: Kids, span: Span) -> ast.Slice:
        return ast.Slice(span, kids[0], kids[1], kids[2])

    # --- operators -----------------------------------------------------------------------------------

    def binary(self, kids: Kids, span: Span) -> ast.Binary:
        left, operator, right = kids
        return ast.Binary(span, self.text(operator), left, right, self.at(operator))

    def unary(self, kids: Kids, span: Span) -> ast.Unary:
        return ast.Unary(span, self.text(kids[0]), kids[1])

    def negation(self, kids: Kids, span: Span) -> ast.Unary:
        return ast.Unary(span, "not", kids[0])

    def any_of(self, kids: Kids, span: Span) -> ast.Logical:
        return ast.Logical(span, "or", tuple(kids))

    def all_of(self, kids: Kids, span: Span) -> ast.Logical:
        return ast.Logical(span, "and", tuple(kids))

    def compare(self, kids: Kids, span: Span) -> ast.Compare:
        return ast.Compare(span, kids[0], tuple(kids[1::2]), tuple(kids[2::2]))

    def compare_op(self, kids: Kids, span: Span) -> str:
        return {"<>": "!=", "===": "==", "!==": "!="}.get(span.text) or " ".join(
            "not" if self.text(token) == "!" else self.text(token) for token in kids
        )

    def conditional(self, kids: Kids, span: Span) -> ast.Conditional:
        body, test, orelse = kids
        return ast.Conditional(span, test, body, orelse)

    def piped(self, kids: Kids, span: Span) -> ast.Pipe:
        value, target = kids
        if not isinstance(target, ast.Name | ast.Attribute | ast.Index | ast.Call):
            self.report(mistakes.pipe_target(target.span))
        return ast.Pipe(span, value, target)

    # --- what only types may bear --------------------------------------------------------------------

    def optional_mark(self, kids: Kids, span: Span) -> OptionalMark:
        mark = OptionalMark(span, kids[0])
        self.marks[id(mark)] = self.span(span.end - 1, span.end)
        return mark

    def type_in_place(self, kids: Kids, span: Span) -> TypeInPlace:
        mark = TypeInPlace(span, kids[0])
        self.marks[id(mark)] = span
        return mark

    def scalar_in_place(self, kids: Kids, span: Span) -> TypeInPlace:
        """`int64[]`, the type of a scalar."""
        closing = self.span(span.end - 1, span.end)
        dtype = dotted(kids[0])
        mark = TypeInPlace(span, ast.TensorType(span, dtype, ()))
        if dtype is None:
            self.report(mistakes.empty_index(closing))
        else:
            self.marks[id(mark)] = closing
        return mark

    # --- targets -------------------------------------------------------------------------------------

    def target(self, value: ast.Expr) -> ast.Expr:
        """What stands on the left of `=` or after `for`. In-place writes and stars are left to the checker."""
        match value:
            case ast.Hole():
                return ast.Name(value.span, "_")
            case ast.Tuple():
                items = tuple(self.target(item) for item in value.items)
                return ast.Tuple(value.span, items, value.parenthesised)
            case ast.Name() | ast.Index() | ast.Starred():
                return value
            case ast.Attribute():
                self.report(habits.attribute_target(value.span, value.name))
            case _:
                self.report(habits.bad_target(value.span))
        return ast.Name(value.span, "_")
