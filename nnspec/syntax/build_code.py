"""Nodes of forward code: statements and blocks."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import habits
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.build_types import BuildTypes
from nnspec.syntax.building import Kids

# Words that begin a statement of Python which the language has not got.
PYTHON_STATEMENTS = frozenset(
    "assert async await class del except exec finally global import nonlocal raise try with yield".split()
)


def _grown(value: ast.Expr) -> tuple[ast.Name, str, ast.Expr] | None:
    """The list, the method and the argument of `xs.append(x)` and `xs.extend(ys)`; None of anything else."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return None
    name, method = value.func.value, value.func.name
    if not isinstance(name, ast.Name) or method not in ("append", "extend"):
        return None
    given = [each.value for each in value.args if each.name is None and each.stars == 0]
    return (name, method, given[0]) if len(value.args) == len(given) == 1 else None


class BuildCode(BuildTypes):
    """Statements."""

    def suite(self, kids: Kids, span: Span) -> tuple[ast.Statement, ...]:
        return tuple(kid for kid in kids if kid is not None)

    def evaluate(self, kids: Kids, span: Span) -> ast.Statement:
        (value,) = kids
        if (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id in PYTHON_STATEMENTS
        ):
            self.report(habits.python_statement(value.func.span, value.func.id))
        grown = _grown(value)
        if grown is None:
            return ast.Evaluate(span, value)
        name, method, more = grown
        self.report(habits.grown_in_place(span, name.span, method, more.span))
        if method == "append":
            more = ast.List(more.span, (more,))
        return ast.Assign(span, name, more, "+")

    def assign(self, kids: Kids, span: Span) -> ast.Assign:
        target, *middle, value = kids
        if middle:
            self.report(habits.chained_assignment(middle[0].span))
        return ast.Assign(span, self.target(target), value)

    def augmented(self, kids: Kids, span: Span) -> ast.Assign:
        target, op, value = kids
        if isinstance(target, ast.Tuple):
            self.report(habits.bad_target(target.span))
        return ast.Assign(span, self.target(target), value, op)

    def augment_op(self, kids: Kids, span: Span) -> str:
        return self.text(kids[0])[:-1]

    def annotated(self, kids: Kids, span: Span) -> ast.Statement:
        target, type_, value = kids
        self.report(habits.annotated_assignment(target.span, type_.span, value is not None))
        if value is None:
            return ast.Pass(span)
        return ast.Assign(span, self.target(target), value)

    def return_(self, kids: Kids, span: Span) -> ast.Return:
        return ast.Return(span, kids[0])

    def pass_(self, kids: Kids, span: Span) -> ast.Pass:
        return ast.Pass(span)

    def break_(self, kids: Kids, span: Span) -> ast.Break:
        return ast.Break(span)

    def continue_(self, kids: Kids, span: Span) -> ast.Continue:
        return ast.Continue(span)

    # --- blocks --------------------------------------------------------------------------------------

    def if_(self, kids: Kids, span: Span) -> ast.If:
        test, body, *rest = kids
        orelse: tuple[ast.Statement, ...] = rest.pop() or ()
        for branch_span, branch_test, branch_body in reversed(rest):
            whole = self.span(branch_span.start, span.end)
            orelse = (ast.If(whole, branch_test, branch_body, orelse),)
        return ast.If(span, test, body, orelse)

    def elif_(self, kids: Kids, span: Span) -> tuple[Span, ast.Expr, tuple[ast.Statement, ...]]:
        return span, kids[0], kids[1]

    def else_(self, kids: Kids, span: Span) -> tuple[ast.Statement, ...]:
        (body,) = kids
        assert isinstance(body, tuple)
        return body

    def while_(self, kids: Kids, span: Span) -> ast.While:
        return ast.While(span, kids[0], kids[1])

    def for_(self, kids: Kids, span: Span) -> ast.For:
        return ast.For(span, self.target(kids[0]), kids[1], kids[2])
