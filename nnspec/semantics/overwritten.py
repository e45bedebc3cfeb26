"""Values that an operation in place writes over although they are read again.

`inplace=True` changes nothing that a spec can see where the value is not read afterwards. Where it is,
the reader would find another value than the one that the name was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.aliases import Aliases, whole
from nnspec.semantics.evaluate.layers import containers
from nnspec.semantics.values import Layer, LibraryFunction, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# What is read later on, and where first.
Live = dict[str, Span]


def overwritten(
    definition: ast.Def, module: ast.Module | None, callees: Mapping[ast.Node, Value]
) -> list[Diagnostic]:
    """A finding for each operation in place in the code of a def whose input is read again.

    module: whose method it is; what it keeps is read at the next call.
    """
    analysis = _Analysis(definition, module, callees)
    if analysis.writes_anything():
        analysis.block(definition.body or (), {})
    return list(analysis.found.values())


class _Analysis:
    """Which locals are read behind each statement, from the last one to the first."""

    def __init__(
        self, definition: ast.Def, module: ast.Module | None, callees: Mapping[ast.Node, Value]
    ) -> None:
        self.callees = callees
        self._quiet = False  # while only what is read is asked
        self.found: dict[Span, Diagnostic] = {}
        self.body = definition.body or ()
        local = {param.name for param in definition.signature.params} | _assigned(self.body)
        self.kept = {
            member.name: member.kind if isinstance(member, ast.ParamDecl) else "param"
            for member in (module.body if module is not None else ())
            if isinstance(member, ast.ParamDecl | ast.Submodule) and member.name not in local
        }

    def writes_anything(self) -> bool:
        """Whether there is an operation in place; most code has none."""
        nodes = (node for statement in self.body for node in walk(statement))
        calls = [node for node in nodes if isinstance(node, ast.Call | ast.Pipe)]
        if not any(True for call in calls for _ in self._in_place(call)):
            return False
        self.aliases = Aliases(self.body, self._written)
        return True

    def block(self, statements: tuple[ast.Statement, ...], live: Live) -> Live:
        live = dict(live)
        for statement in reversed(statements):
            live = self._statement(statement, live)
        return live

    def _statement(self, statement: ast.Statement, live: Live) -> Live:
        """What is read from the statement on, of which `live` is read behind it: that, changed."""
        match statement:
            case ast.Assign(target, value, op):
                for node in walk(target):
                    if isinstance(node, ast.Name):
                        live.pop(node.id, None)
                self._check(value, live, statement)
                if op is not None:
                    live.update(reads(target))
                live.update(reads(value))
            case ast.Return(value):
                live = {}
                if value is not None:
                    self._check(value, live, statement)
                    live.update(reads(value))
            case ast.Evaluate(value):
                self._check(value, live, statement)
                live.update(reads(value))
            case ast.If(test, body, orelse):
                self._check(test, {}, statement)
                live = {**self.block(orelse, live), **self.block(body, live), **reads(test)}
            case ast.For(target, iterable, body):
                names = {n.id for n in walk(target) if isinstance(n, ast.Name)}
                live = {**self._loop(body, live, names), **reads(iterable)}
            case ast.While(test, body):
                live = self._loop(body, {**live, **reads(test)}, set())
        return live

    def _loop(self, body: tuple[ast.Statement, ...], live: Live, names: set[str]) -> Live:
        if not self._quiet:
            # What a round reads may have been written in the one before.
            self._quiet = True
            again = self.block(body, {})
            self._quiet = False
            live = {**{n: s for n, s in again.items() if n not in names}, **live}
        inside = self.block(body, live)
        return {**{n: s for n, s in inside.items() if n not in names}, **live}

    def _check(self, value: ast.Expr, behind: Live, statement: ast.Statement) -> None:
        if self._quiet:
            return
        for call, argument in self._in_place(value):
            written = whole(argument, self._written)
            kind = self._kind_kept(written)
            if kind is not None:
                self.found[call.span] = _of_the_module(call, written, kind)
            elif isinstance(written, ast.Name):
                self._check_local(value, call, written, behind, statement)

    def _check_local(
        self,
        value: ast.Expr,
        call: ast.Expr,
        written: ast.Name,
        behind: Live,
        statement: ast.Statement,
    ) -> None:
        names = self.aliases.of(written.id, statement)
        again = [n for n in walk(value) if isinstance(n, ast.Name) and n.id in names]
        if any(isinstance(n, ast.Conditional) for n in walk(value)):
            # Of two branches only one is taken.
            again = []
        reading = [(n.id, n.span) for n in again if n.span != written.span]
        reading += [(name, behind[name]) for name in names if name in behind]
        if not reading:
            return
        name, later = reading[0]
        also = f", the same tensor as `{name}`," if name != written.id else ","
        self.found[call.span] = error(
            "E0418",
            f"this writes over `{written.id}`{also} which is read again",
            call.span,
            "in place" if later != written.span else "in place, and read again in the next round",
            (Label(later, "read again here"),) if later != written.span else (),
            help=LEAVE_OUT,
        )

    def _kind_kept(self, written: ast.Expr) -> str | None:
        """What kind of tensor of the module, or of a layer of it, it is; None where it is none."""
        while isinstance(written, ast.Attribute | ast.Index):
            written = written.value
        return self.kept.get(written.id) if isinstance(written, ast.Name) else None

    def _written(self, value: ast.Expr) -> ast.Expr | None:
        """What a call in place writes over, None for all else."""
        return next((over for call, over in self._in_place(value) if call is value), None)

    def _in_place(self, value: ast.Expr) -> Iterator[tuple[ast.Expr, ast.Expr]]:
        """The calls in place in an expression, and what each writes over."""
        for node in walk(value):
            match node:
                case ast.Call(_, args) if args and args[0].name is None and not args[0].stars:
                    if self._writes(node, args, 0):
                        yield node, args[0].value
                case ast.Pipe(first, target):
                    called = target if isinstance(target, ast.Call) else node
                    args = target.args if isinstance(target, ast.Call) else ()
                    if self._writes(called, args, 1):
                        yield node, first

    def _writes(self, node: ast.Expr, args: tuple[ast.Argument, ...], piped: int) -> bool:
        match self.callees.get(node):
            case Layer() as layer:
                while containers.is_container(layer.body):
                    first = next(iter(layer.body.children.values()), None)
                    if not isinstance(first, Layer):
                        return False
                    layer = first
                return layer.body.arguments.get("inplace") is True
            case LibraryFunction(_, decls):
                names = [p.name for p in decls[0].signature.params]
                for i, argument in enumerate(args):
                    name = argument.name
                    if name is None and i + piped < len(names):
                        name = names[i + piped]
                    if name == "inplace" and isinstance(argument.value, ast.Constant):
                        return argument.value.value is True
        return False


LEAVE_OUT = "leave `inplace` out: values are never changed"


def _of_the_module(call: ast.Expr, written: ast.Expr, kind: str) -> Diagnostic:
    return error(
        "E0418",
        f"this writes over `{written.span.text}`, which the next call reads",
        call.span,
        "in place",
        notes=("torch refuses it for a parameter that is trained",) if kind == "param" else (),
        help=LEAVE_OUT,
    )


def _assigned(body: tuple[ast.Statement, ...]) -> set[str]:
    """The names that code gives values to."""
    return {
        name.id
        for statement in body
        for node in walk(statement)
        if isinstance(node, ast.Assign | ast.For | ast.Clause)
        for name in walk(node.target)
        if isinstance(name, ast.Name)
    }


def reads(expr: ast.Expr) -> Live:
    """The names that an expression reads."""
    found: Live = {}
    for node in walk(expr):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, node.span)
    return found
