"""The code of a def: its locals, and whether each has a value where it is read."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.semantics.resolve import settled
from nnspec.semantics.resolve.binder import LOCAL, Binder, children
from nnspec.semantics.resolve.flow import Flow, Locals, assigned, merge
from nnspec.semantics.resolve.scopes import Scope, target_names
from nnspec.semantics.resolve.signatures import bind_signature, hides
from nnspec.semantics.resolve.types import sizes
from nnspec.semantics.resolved import Kind
from nnspec.syntax import ast


def bind_def(binder: Binder, decl: ast.Def, outer: Scope, python: bool = False) -> Scope:
    """Bind a function or method; the level of its arguments.

    outer: the module's names, or the file's.
    python: whether the def describes Python code, whose arguments may be called as they like.
    """
    known, around = set(binder.undeclared), binder.definition
    binder.definition = decl
    try:
        return _bound(binder, decl, outer, python)
    finally:
        binder.undeclared, binder.definition = known, around


def _bound(binder: Binder, decl: ast.Def, outer: Scope, python: bool) -> Scope:
    arguments = bind_signature(binder, decl.signature, outer, Kind.ARGUMENT, python)
    if decl.body is None:
        return arguments
    names = assigned(decl.body)
    for name, span in names.items():
        if name not in arguments.names:
            hides(binder, name, span, arguments.outer)
    locals_ = Locals(arguments.outer, arguments.names, names, Flow())
    reader = _Body(binder, locals_)
    reader.block(decl.body, Flow())
    introduced = _introduced(binder, decl.signature)
    used = reader.used_names(decl.body)
    _known_from_arguments(binder, decl, used)
    binder.scope.used_dims[decl] = tuple(
        plain
        for name in binder.scope.dims[decl.signature]
        if (plain := name.lstrip("*")) in used and plain in introduced
    )
    return arguments


def _known_from_arguments(binder: Binder, decl: ast.Def, used: set[str]) -> None:
    """Report a dimension that the code reads, and that no argument, and no fact, tells."""
    signature = decl.signature
    span = signature.span
    if any(
        d.code == "E0202" and span.start <= d.span.start < span.end
        for d in binder.scope.diagnostics
    ):
        return
    told = settled.told(signature, binder)
    for size in (s for t in settled.types(signature) for s in sizes(binder, t)):
        name = size.node.id
        if name in used and name not in told and name in _introduced(binder, signature):
            binder.report(mistakes.untold_dimension(name, (size.use or size.node).span))
            told.add(name)


def _introduced(binder: Binder, signature: ast.Signature) -> set[str]:
    return {name.lstrip("*") for name in binder.scope.dims[signature]}


class _Body:
    """Goes through statements in order, with what is known of the locals."""

    def __init__(self, binder: Binder, locals_: Locals) -> None:
        self.binder = binder
        self.locals = locals_

    def used_names(self, statements: tuple[ast.Statement, ...]) -> set[str]:
        """The dimensions that the code reads."""
        bindings = self.binder.scope.bindings
        used: set[str] = set()
        stack: list[ast.Node] = list(statements)
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Name):
                binding = bindings.get(node)
                if binding is not None and binding.kind is Kind.DIM:
                    used.add(node.id)
            stack.extend(children(node))
        return used

    def read(self, expr: ast.Expr | None, flow: Flow) -> None:
        self.binder.expr(expr, self.locals.at(flow))

    def block(self, statements: tuple[ast.Statement, ...], flow: Flow) -> Flow:
        for statement in statements:
            flow = self.statement(statement, flow)
        return flow

    def statement(self, statement: ast.Statement, flow: Flow) -> Flow:
        match statement:
            case ast.Assign(target, value, op):
                self.read(value, flow)
                if op is not None:
                    self.read(target, flow)
                return self.assign(target, flow)
            case ast.Return(value):
                self.read(value, flow)
                return flow.ended()
            case ast.Break() | ast.Continue():
                return flow.ended()
            case ast.If(test, body, orelse):
                self.read(test, flow)
                return merge(
                    self.block(body, flow.given(test, True)),
                    self.block(orelse, flow.given(test, False)),
                )
            case ast.While(test, body):
                inside = frozenset(assigned(body))
                start = flow.perhaps(inside)
                self.read(test, start)
                end = self.block(body, start.given(test, True))
                if isinstance(test, ast.Constant) and test.value is True:
                    return Flow(end.definite, end.possible)
                return Flow(flow.definite, end.possible, start.facts, flow.guarded)
            case ast.For(target, iterable, body):
                self.read(iterable, flow)
                inside = frozenset(assigned((statement,)))
                start = flow.perhaps(inside)
                end = self.block(body, self.assign(target, start))
                return Flow(flow.definite | end.definite, end.possible, start.facts, flow.guarded)
            case ast.Evaluate(value):
                self.read(value, flow)
        return flow

    def assign(self, target: ast.Expr, flow: Flow) -> Flow:
        """Bind the names of a pattern; what stands in it besides (`x[i]`) is read."""
        names = frozenset(name.id for name in target_names(target))
        for name in target_names(target):
            argument = self.locals.names.get(name.id)
            self.binder.bind(name, argument or LOCAL)
        stack = [target]
        while stack:
            node = stack.pop()
            match node:
                case ast.Tuple(items) | ast.List(items):
                    stack.extend(items)
                case ast.Starred(value):
                    stack.append(value)
                case ast.Name() | ast.Hole():
                    pass
                case _:
                    self.read(node, flow)
        return flow.assign(names - {"_"})
