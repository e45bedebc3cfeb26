"""Nodes of the lines in the body of a module."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import habits
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.record import Record
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.build_code import BuildCode
from nnspec.syntax.building import Kids

# `value if condition`.
Guarded = tuple[ast.Expr, ast.Expr | None]


class Rule(Record, eq=False):
    """`rule name` in an `extern` declaration."""

    name: str


class Params(Record, eq=False):
    """The arguments in parentheses, which end at `end`."""

    items: tuple[ast.Param, ...]
    end: int


class Header(Record, eq=False):
    """`def name(…) -> type where …`."""

    name: str
    name_span: Span
    signature: ast.Signature


class BuildMembers(BuildCode):
    """Members, and the signatures that defs and modules share."""

    def submodule(self, kids: Kids, span: Span) -> ast.Submodule:
        name, value = kids
        return ast.Submodule(span, self.text(name), value, False, self.at(name))

    def splat(self, kids: Kids, span: Span) -> ast.Submodule:
        name, value = kids
        return ast.Submodule(span, self.text(name), value, True, self.at(name))

    def let(self, kids: Kids, span: Span) -> ast.Let:
        target, value = kids
        target = self.target(target)
        if not _only_names(target):
            self.report(habits.let_target(target.span))
        return ast.Let(span, target, value)

    def guarded(self, kids: Kids, span: Span) -> Guarded:
        return kids[0], None

    def guarded_if(self, kids: Kids, span: Span) -> Guarded:
        return kids[0], kids[1]

    def guarded_else(self, kids: Kids, span: Span) -> Guarded:
        body, test, (orelse, condition) = kids
        whole = self.span(span.start, orelse.span.end)
        return ast.Conditional(whole, test, body, orelse), condition

    def parameter(self, kids: Kids, span: Span) -> ast.ParamDecl:
        kind, name, type_, (value, condition), clauses = kids
        return self._parameter(span, kind, name, type_, value, condition, clauses)

    def bare_parameter(self, kids: Kids, span: Span) -> ast.ParamDecl:
        kind, name, type_, condition, clauses = kids
        return self._parameter(span, kind, name, type_, None, condition, clauses)

    def _parameter(
        self,
        span: Span,
        kind: str,
        name: int,
        type_: ast.TypeExpr | None,
        value: ast.Expr | None,
        condition: ast.Expr | None,
        clauses: tuple[ast.Clause, ...] | None,
    ) -> ast.ParamDecl:
        where = self.at(name)
        spelled: str | ast.FString = self.text(name)
        if self.tokens.types[name] == self.string_id:
            read = self.strings([name], where)
            spelled = read if isinstance(read, ast.FString) else read.value
        conditions = [] if condition is None else [condition]
        plain: list[ast.Clause] = []
        for clause in clauses or ():
            # A condition behind the loop says the same as one before it.
            conditions += clause.tests
            end = clause.iterable.span.end
            plain.append(
                ast.Clause(self.span(clause.span.start, end), clause.target, clause.iterable, ())
            )
        if len(conditions) > 1:
            over = self.span(
                min(c.span.start for c in conditions), max(c.span.end for c in conditions)
            )
            conditions = [ast.Logical(over, "and", tuple(conditions))]
        return ast.ParamDecl(
            span, kind, spelled, type_, value, next(iter(conditions), None), tuple(plain), where
        )

    def parameter_kind(self, kids: Kids, span: Span) -> str:
        return span.text

    def tie(self, kids: Kids, span: Span) -> ast.Tie:
        target, origin, condition = kids
        return ast.Tie(span, self._path(target), self._path(origin), condition)

    def init(self, kids: Kids, span: Span) -> ast.Init:
        path, (value, condition) = kids
        return ast.Init(span, self._path(path), value, condition)

    def freeze(self, kids: Kids, span: Span) -> ast.Freeze:
        return ast.Freeze(span, self._path(kids[0]), kids[1])

    def _path(self, token: int) -> ast.Path:
        return ast.Path(self.at(token), tuple(self.text(token).split(".")))

    def require(self, kids: Kids, span: Span) -> ast.Require:
        return ast.Require(span, kids[0], kids[1])

    def member_pass(self, kids: Kids, span: Span) -> None:
        return None

    def cost(self, kids: Kids, span: Span) -> ast.Cost:
        return ast.Cost(span, kids[0], kids[1])

    def cost_kind(self, kids: Kids, span: Span) -> str:
        return span.text

    def rule(self, kids: Kids, span: Span) -> Rule:
        return Rule(self.text(kids[0]))

    # --- signatures ----------------------------------------------------------------------------------

    def header(self, kids: Kids, span: Span) -> Header:
        name, params, result, where = kids
        start = self.tokens.ends[name]
        signature = ast.Signature(self.span(start, span.end), params.items, result, where or ())
        return Header(self.text(name), self.at(name), signature)

    def where(self, kids: Kids, span: Span) -> tuple[ast.Expr, ...]:
        return tuple(kids)

    def params(self, kids: Kids, span: Span) -> Params:
        params: list[ast.Param] = []
        marker: Span | None = None
        named = False  # As in Python, what follows `*` or `*args` is given by name.
        for kid in kids:
            if isinstance(kid, Span):
                if marker is not None:
                    self.report(mistakes.second_marker(kid, marker))
                marker, named = kid, True
            elif kid is not None:
                if named and kid.kind == "plain":
                    kid = ast.Param(
                        kid.span, kid.name, kid.type, kid.default, "keyword", kid.name_span
                    )
                params.append(kid)
                named = named or kid.kind == "star"
        return Params(tuple(params), span.end)

    def param(self, kids: Kids, span: Span) -> ast.Param:
        name, type_, default = kids
        return ast.Param(span, self.text(name), type_, default, "plain", self.at(name))

    def star_param(self, kids: Kids, span: Span) -> ast.Param:
        name, type_ = kids
        return ast.Param(span, self.text(name), type_, None, "star", self.at(name))

    def keyword_marker(self, kids: Kids, span: Span) -> Span:
        return span

    def double_star_param(self, kids: Kids, span: Span) -> ast.Param:
        name, type_ = kids
        return ast.Param(span, self.text(name), type_, None, "double", self.at(name))


def _only_names(target: ast.Expr) -> bool:
    if isinstance(target, ast.Tuple):
        return all(_only_names(item) for item in target.items)
    return isinstance(target, ast.Name)
