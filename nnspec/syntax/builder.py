"""Nodes of declarations and files; with what it inherits, a method for every rule of the grammar."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import characters, constructors
from nnspec.diagnostics.mistakes import syntax as mistakes
from nnspec.source import Span
from nnspec.syntax import ast, implied
from nnspec.syntax.build_members import BuildMembers, Header, Params, Rule
from nnspec.syntax.building import Kids
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The names under which every spec reaches torch's modules.
_NAMESPACES = ("torch", "nn", "F")
_MODEL_LINES = (ast.Init, ast.Tie, ast.Freeze)


def _is_whole(node: Any) -> bool:
    """Whether a declaration was read; one that only stands in for a broken header has no name."""
    return node is not None and getattr(node, "name", None) != ""


class Body:
    """The block of a declaration."""

    __slots__ = ("doc", "members", "rule")

    def __init__(self, doc: ast.String | None, lines: list[Any]) -> None:
        self.doc = doc
        self.members: tuple[ast.Member, ...] = tuple(
            line for line in lines if isinstance(line, ast.Member) and _is_whole(line)
        )
        self.rule: str | None = next((line.name for line in lines if isinstance(line, Rule)), None)


class Builder(BuildMembers):
    """Makes the tree."""

    def file(self, kids: Kids, span: Span) -> ast.File:
        doc, *declarations = kids
        whole = self.span(0, len(self.source.text))
        return ast.File(whole, self.source, doc, tuple(d for d in declarations if _is_whole(d)))

    def doc(self, kids: Kids, span: Span) -> ast.String:
        (text,) = kids
        if isinstance(text, ast.FString):
            self.report(characters.format_string_here(span, "a docstring"))
            return ast.String(text.span, "")
        assert isinstance(text, ast.String)
        return text

    def body(self, kids: Kids, span: Span) -> Body:
        return Body(kids[0], kids[1:])

    extern_body = body

    def one_line_body(self, kids: Kids, span: Span) -> Body:
        return Body(None, kids)

    one_line_extern_body = no_body = one_line_body

    # --- imports -------------------------------------------------------------------------------------

    def import_(self, kids: Kids, span: Span) -> ast.Import | None:
        whence, *names = kids
        text = self.text(whence)
        module = text.lstrip(".")
        dots = len(text) - len(module)
        if not dots and module.partition(".")[0] in mistakes.FOREIGN:
            own = any(n.alias not in (None, n.name, *_NAMESPACES) for n in names)
            self.report(mistakes.foreign_import(self.at(whence), module, span, own))
            return None
        if not all(part.isidentifier() for part in module.split(".")):
            self.report(mistakes.import_without_file(self.at(whence), text))
            return None
        return ast.Import(span, dots, module, tuple(names), self.at(whence))

    def import_name(self, kids: Kids, span: Span) -> ast.ImportName:
        name, alias = kids
        return ast.ImportName(span, self.text(name), None if alias is None else self.text(alias))

    # --- declarations --------------------------------------------------------------------------------

    def module(self, kids: Kids, span: Span) -> ast.Module:
        name, params, body = kids
        signature = self._parameters(name, params)
        for member in body.members:
            if isinstance(member, ast.Def) and member.name == "__init__":
                self._constructor(
                    member, None if signature.params else characters.end_of(self.at(name))
                )
        signature = ast.Signature(
            signature.span, implied.typed(signature.params), signature.result, signature.where
        )
        return ast.Module(span, self.text(name), signature, body.doc, body.members, self.at(name))

    def _constructor(self, node: ast.Def, header: Span | None) -> None:
        """Report a constructor. header: where hyperparameters could stand, if none stand there."""
        given = [p for p in node.signature.params if p.name != "self"]
        plain = all(p.kind == "plain" for p in given)
        written = [
            (
                p.name,
                None if p.type is None else p.type.span.text,
                None if p.default is None else p.default.span.text,
            )
            for p in given
        ]
        found = constructors.constructor(
            node.name_span, node.span, header if plain else None, written
        )
        self.constructors.append((node.span, found))

    def _parameters(self, name: int, params: Params | None) -> ast.Signature:
        """The signature of a module; without parentheses it stands, empty, behind the name."""
        start = self.tokens.ends[name]
        if params is None:
            return ast.Signature(self.span(start, start), (), None, ())
        self._refuse_double_stars(params.items)
        return ast.Signature(self.span(start, params.end), params.items, None, ())

    def model(self, kids: Kids, span: Span) -> ast.Model:
        name, value = kids
        return ast.Model(span, self.text(name), value, (), self.at(name))

    def model_with_body(self, kids: Kids, span: Span) -> ast.Model:
        name, value, body = kids
        for line in body.members:
            if not isinstance(line, _MODEL_LINES):
                self.report(mistakes.not_in_model(line.span))
        lines = tuple(line for line in body.members if isinstance(line, _MODEL_LINES))
        return ast.Model(span, self.text(name), value, lines, self.at(name))

    def type_decl(self, kids: Kids, span: Span) -> ast.TypeDecl:
        name, params, type_ = kids
        return ast.TypeDecl(span, self.text(name), params or (), type_, self.at(name))

    def type_params(self, kids: Kids, span: Span) -> tuple[ast.Name, ...]:
        return tuple(ast.Name(self.at(token), self.text(token)) for token in kids)

    def def_(self, kids: Kids, span: Span) -> ast.Def:
        header, body = kids
        doc = None
        if body and isinstance(body[0], ast.Evaluate) and isinstance(body[0].value, ast.String):
            doc = body[0].value
            body = body[1:]
        return self._def(header, span, doc, body)

    def bodyless_def(self, kids: Kids, span: Span) -> ast.Def:
        return self._def(kids[0], span, None, None)

    def _def(
        self,
        header: Header,
        span: Span,
        doc: ast.String | None,
        body: tuple[ast.Statement, ...] | None,
    ) -> ast.Def:
        self._refuse_double_stars(header.signature.params)
        return ast.Def(span, header.name, header.signature, doc, body, header.name_span)

    def _refuse_double_stars(self, params: tuple[ast.Param, ...]) -> None:
        """`**sizes` is for functions that are declared alone: a body could not name what it is given."""
        for param in params:
            if param.kind == "double":
                self.report(mistakes.double_star_param(param.span))

    def extern_module(self, kids: Kids, span: Span) -> ast.ExternModule:
        name, params, places, body = kids
        signature = self._parameters(name, params)
        return ast.ExternModule(
            span,
            self.text(name),
            signature,
            places,
            body.rule,
            body.doc,
            body.members,
            self.at(name),
        )

    def extern_def(self, kids: Kids, span: Span) -> ast.ExternDef:
        header, places, where, body = kids
        signature = header.signature
        if where:
            signature = ast.Signature(
                self.span(signature.span.start, where[-1].span.end),
                signature.params,
                signature.result,
                signature.where + where,
            )
        return ast.ExternDef(
            span,
            header.name,
            signature,
            places,
            body.rule,
            body.doc,
            body.members,
            header.name_span,
        )

    def places(self, kids: Kids, span: Span) -> tuple[str, ...]:
        return tuple(kids)

    def place(self, kids: Kids, span: Span) -> str:
        return ".".join(self.text(token) for token in kids)

    # --- checks --------------------------------------------------------------------------------------

    def check(self, kids: Kids, span: Span) -> ast.Check:
        return ast.Check(span, kids[0], kids[1])

    def check_body(self, kids: Kids, span: Span) -> tuple[ast.CheckLine, ...]:
        return tuple(kid for kid in kids if kid is not None)

    def method_check(self, kids: Kids, span: Span) -> ast.MethodCheck:
        name, args, result = kids
        return ast.MethodCheck(span, self.text(name), args, result)

    def cost_check(self, kids: Kids, span: Span) -> ast.CostCheck | None:
        name, args, op, bound = kids
        what = self.text(name)
        if what not in ("flops", "memory"):
            self.report(mistakes.check_line(self.at(name), what))
            return None
        self._take_units(bound)
        return ast.CostCheck(span, what, args, op, bound)

    def _take_units(self, bound: ast.Expr) -> None:
        """Let the numbers of a bound have their units."""
        for node in walk(bound):
            if isinstance(node, ast.Number):
                self.marks.pop(id(node), None)

    def count_check(self, kids: Kids, span: Span) -> ast.CostCheck | None:
        name, op, bound = kids
        what = self.text(name)
        if what != "params":
            self.report(mistakes.check_line(self.at(name), what))
            return None
        self._take_units(bound)
        return ast.CostCheck(span, what, (), op, bound)

    def fails_check(self, kids: Kids, span: Span) -> ast.FailsCheck | None:
        name, string = kids
        if self.text(name) != "fails":
            self.report(mistakes.check_line(self.at(name), self.text(name)))
            return None
        read = self.strings([string], self.at(string))
        if isinstance(read, ast.FString):
            self.report(characters.format_string_here(read.span, "the code of a mistake"))
            return None
        return ast.FailsCheck(span, read.value, read.span)

    def check_pass(self, kids: Kids, span: Span) -> None:
        return None

    def check_args(self, kids: Kids, span: Span) -> tuple[ast.CheckArgument, ...]:
        return tuple(kids)

    def check_arg(self, kids: Kids, span: Span) -> ast.CheckArgument:
        name, value = kids
        return ast.CheckArgument(
            span, None if name is None else self.text(name), self.as_type_or_value(value)
        )
