"""Values that a def computes and drops: an expression alone on its line, a local that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import unused as mistakes
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.resolve.scopes import target_names
from nnspec.semantics.values import (
    Choice,
    Layer,
    LibraryFunction,
    ListValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

Names = frozenset[str]
NONE: Names = frozenset()


def unused(body: tuple[ast.Statement, ...], recorder: Recorder) -> Iterator[Diagnostic]:
    """The W0212 of the code of a def, in the order of the text."""
    analysis = _Liveness()
    analysis.block(body, NONE)
    dead = sorted(analysis.dead, key=lambda statement: statement.span.start)
    told: set[str] = set()
    for statement in dead:
        names = list(target_names(statement.target))
        if any(n.id.startswith("_") for n in names) or not names:
            continue
        if len(names) > 1 and not _holds_tensors(recorder.values.get(statement.value)):
            # `B, T, C = x.shape`: nothing was computed for it.
            continue
        first = names[0].id
        if any(n.id in analysis.read for n in names):
            why = "given another value, or left, before it is read"
        elif first in told:
            continue
        else:
            why = "read only to compute itself" if first in analysis.own else "computed and dropped"
        told.add(first)
        yield mistakes.local([n.id for n in names], statement.target.span, why)
    for each in _dropped(body):
        if not isinstance(each.value, ast.String) and not _is_foreign(each.value, recorder):
            yield mistakes.dropped(each.value.span, _receiver(each.value))


class _Liveness:
    """Which locals are read behind each statement, from the last one to the first.

    dead: the assignments whose values nothing reads.
    read: the names that are read anywhere, but for where a name is computed from itself; own: those.
    """

    def __init__(self) -> None:
        self.dead: set[ast.Assign] = set()
        self.read: set[str] = set()
        self.own: set[str] = set()
        self._live: set[ast.Assign] = set()
        self._loops: list[Names] = []

    def block(self, statements: tuple[ast.Statement, ...], live: Names) -> Names:
        for statement in reversed(statements):
            live = self._statement(statement, live)
        return live

    def _statement(self, statement: ast.Statement, live: Names) -> Names:
        match statement:
            case ast.Assign(target, value):
                return self._assign(statement, target, value, live)
            case ast.Return(value):
                return self._reads(value) if value is not None else NONE
            case ast.Evaluate(value):
                return live | self._reads(value)
            case ast.If(test, body, orelse):
                return self.block(body, live) | self.block(orelse, live) | self._reads(test)
            case ast.For(target, iterable, body):
                names = frozenset(n.id for n in target_names(target))
                return self._loop(body, live, NONE, names) | self._reads(iterable)
            case ast.While(test, body):
                return self._loop(body, live, self._reads(test), NONE)
            case ast.Break() | ast.Continue():
                return self._loops[-1] if self._loops else live
        return live

    def _assign(
        self, statement: ast.Assign, target: ast.Expr, value: ast.Expr, live: Names
    ) -> Names:
        names = frozenset(n.id for n in target_names(target))
        read = self._names(value) | (NONE if statement.op is None else names)
        if names & live or not names:
            self._live.add(statement)
            self.dead.discard(statement)
            self.read |= read
        elif statement not in self._live:
            self.dead.add(statement)
            # What only makes the name anew reads it for nothing: `total = total + x` in a loop.
            self.own |= read & names
            read -= names
            self.read |= read
        return (live - names) | read

    def _loop(
        self, body: tuple[ast.Statement, ...], behind: Names, test: Names, own: Names
    ) -> Names:
        """What a round reads may have been written in the one before, so rounds go on while that adds names."""
        live = behind | test
        while True:
            self._loops.append(live)
            around = live | (self.block(body, live) - own)
            self._loops.pop()
            if around == live:
                return live
            live = around

    def _reads(self, expr: ast.Expr) -> Names:
        names = self._names(expr)
        self.read |= names
        return names

    def _names(self, expr: ast.Expr) -> Names:
        return frozenset(node.id for node in walk(expr) if isinstance(node, ast.Name))


def _dropped(statements: tuple[ast.Statement, ...]) -> Iterator[ast.Evaluate]:
    """The expressions that stand alone on their lines."""
    for statement in statements:
        match statement:
            case ast.Evaluate():
                yield statement
            case ast.If(_, body, orelse):
                yield from _dropped(body)
                yield from _dropped(orelse)
            case ast.For(_, _, body) | ast.While(_, body):
                yield from _dropped(body)


def _is_foreign(value: ast.Expr, recorder: Recorder) -> bool:
    """Whether Python of the user's own is called, or what is not known, which may do more than compute."""
    for node in walk(value):
        called = recorder.callees.get(node)
        for one in called.options if isinstance(called, Choice) else (called,):
            match one:
                case Layer(body) if isinstance(body.decl, ast.ExternModule):
                    if not _is_torch(body.decl.places):
                        return True
                case LibraryFunction(_, decls):
                    if not all(_is_torch(decl.places) for decl in decls):
                        return True
                case Unknown():
                    return True
    return False


def _is_torch(places: tuple[str, ...]) -> bool:
    return all(place.partition(".")[0] in ("Tensor", "torch", "torchvision") for place in places)


def _receiver(value: ast.Expr) -> str | None:
    """The local that an expression begins with, which the writer may have meant to change: `x.relu()`."""
    while True:
        match value:
            case ast.Name(name):
                return name
            case ast.Pipe(first, _):
                value = first
            case ast.Call(ast.Attribute(inner, _), _):
                value = inner
            case ast.Call(_, (ast.Argument(first), *_)):
                value = first
            case _:
                return None


def _holds_tensors(value: Value) -> bool:
    match value:
        case Tensor():
            return True
        case TupleValue(items) | ListValue(items):
            return any(_holds_tensors(item) for item in items)
    return False
