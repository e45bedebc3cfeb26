"""Values that an operation in place writes over although they are read again.

`inplace=True` changes nothing that a spec can see where the value is not read afterwards. Where it is,
the reader would find another value than the one that the name was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.evaluate import containers
from nnspec.semantics.values import Layer, LibraryFunction, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# What is read later on, and where first.
Live = dict[str, Span]


def overwritten(
    body: tuple[ast.Statement, ...], callees: Mapping[ast.Node, Value]
) -> list[Diagnostic]:
    """A finding for each operation in place in the code of a def whose input is read again."""
    analysis = _Analysis(callees)
    analysis.block(body, {})
    return list(analysis.found.values())


class _Analysis:
    """Which locals are read behind each statement, from the last one to the first."""

    def __init__(self, callees: Mapping[ast.Node, Value]) -> None:
        self.callees = callees
        self.found: dict[Span, Diagnostic] = {}

    def block(self, statements: tuple[ast.Statement, ...], live: Live) -> Live:
        for statement in reversed(statements):
            live = self._statement(statement, live)
        return live

    def _statement(self, statement: ast.Statement, live: Live) -> Live:
        match statement:
            case ast.Assign(target, value, op):
                names = {n.id for n in walk(target) if isinstance(n, ast.Name)}
                behind = {name: span for name, span in live.items() if name not in names}
                self._check(value, behind)
                read = reads(value) if op is None else {**reads(target), **reads(value)}
                return {**behind, **read}
            case ast.Return(value):
                if value is None:
                    return {}
                self._check(value, {})
                return reads(value)
            case ast.Evaluate(value):
                self._check(value, live)
                return {**live, **reads(value)}
            case ast.If(test, body, orelse):
                self._check(test, {})
                both = {**self.block(orelse, live), **self.block(body, live)}
                return {**both, **reads(test)}
            case ast.For(target, iterable, body):
                names = {n.id for n in walk(target) if isinstance(n, ast.Name)}
                around = self._loop(body, live, names)
                return {**around, **reads(iterable)}
            case ast.While(test, body):
                return self._loop(body, {**live, **reads(test)}, set())
        return live

    def _loop(self, body: tuple[ast.Statement, ...], live: Live, names: set[str]) -> Live:
        """What a round reads may have been written in the one before."""
        for _ in range(2):
            inside = self.block(body, live)
            live = {**{n: s for n, s in inside.items() if n not in names}, **live}
        return live

    def _check(self, value: ast.Expr, behind: Live) -> None:
        for call, written in self._in_place(value):
            again = [n.span for n in walk(value) if isinstance(n, ast.Name) and n.id == written.id]
            again = [span for span in again if span != written.span]
            if any(isinstance(n, ast.Conditional) for n in walk(value)):
                # Of two branches only one is taken.
                again = []
            later = again[0] if again else behind.get(written.id)
            if later is None:
                continue
            self.found[call.span] = error(
                "E0418",
                f"this writes over `{written.id}`, which is read again",
                call.span,
                (
                    "in place"
                    if later != written.span
                    else "in place, and read again in the next round"
                ),
                (Label(later, "read again here"),) if later != written.span else (),
                help="leave `inplace` out: values are never changed",
            )

    def _in_place(self, value: ast.Expr) -> Iterator[tuple[ast.Expr, ast.Name]]:
        for node in walk(value):
            match node:
                case ast.Call(_, args) if args and isinstance(args[0].value, ast.Name):
                    if self._writes(node, args, 0):
                        yield node, args[0].value
                case ast.Pipe(ast.Name() as first, target):
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


def reads(expr: ast.Expr) -> Live:
    """The names that an expression reads."""
    found: Live = {}
    for node in walk(expr):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, node.span)
    return found
