"""What leads to a tensor: the layers and functions that it has passed, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.semantics.remedies.proposal import Maker
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import Layer, LayerType, LibraryFunction, Value
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

Step = ast.Call | ast.Pipe


def steps(expr: ast.Expr, site: Site) -> Iterator[Step]:
    """The calls whose results may reach an expression of the site's def, the nearest first.

    Branches are not told apart: more calls may come than matter.
    """
    if site.definition is None or site.definition.body is None:
        return
    assignments = list(_assignments(site.definition.body, 0))
    waiting: list[ast.Expr] = [expr]
    seen: set[ast.Node] = set()
    while waiting:
        current = waiting.pop(0)
        inner = list(walk(current))
        calls = [n for n in inner if isinstance(n, (ast.Call, ast.Pipe))]
        # The outermost call comes first in `f(g(x))`, and the last in `x |> g |> f` is the outermost.
        yield from calls
        for name in {n.id: n for n in inner if isinstance(n, ast.Name)}.values():
            for assignment in _reaching(name, assignments):
                if assignment not in seen:
                    seen.add(assignment)
                    waiting.append(assignment.value)


def values(expr: ast.Expr, site: Site) -> Iterator[ast.Expr]:
    """What has been assigned to the names of an expression, the nearest first."""
    if site.definition is None or site.definition.body is None:
        return
    assignments = list(_assignments(site.definition.body, 0))
    for name in (n for n in walk(expr) if isinstance(n, ast.Name)):
        for assignment in _reaching(name, assignments):
            yield assignment.value


def _assignments(
    body: tuple[ast.Statement, ...], depth: int
) -> Iterator[tuple[ast.Assign, int, frozenset[str]]]:
    for statement in body:
        match statement:
            case ast.Assign(target=target):
                names = {n.id for n in walk(target) if isinstance(n, ast.Name)}
                yield statement, depth, frozenset(names)
            case ast.If(body=first, orelse=second):
                yield from _assignments((*first, *second), depth + 1)
            case ast.For(body=inner) | ast.While(body=inner):
                yield from _assignments(inner, depth + 1)


def _reaching(
    name: ast.Name, assignments: list[tuple[ast.Assign, int, frozenset[str]]]
) -> Iterator[ast.Assign]:
    for assignment, depth, names in reversed(assignments):
        if name.id in names and assignment.span.end <= name.span.start:
            yield assignment
            if depth == 0 and assignment.op is None:
                return


def makers(expr: ast.Expr, site: Site) -> list[Maker]:
    """Where the numbers of the layers and functions are written that an expression comes from."""
    by_span = {(n.span.start, n.span.end): n for n in site.callees if isinstance(n, ast.Call)}
    found: dict[tuple[int, int], Maker] = {}
    for step in steps(expr, site):
        for maker in _of(step, site.callee(step), by_span, site):
            found.setdefault((maker.call.span.start, maker.call.span.end), maker)
    return list(found.values())


def _of(
    step: Step, callee: Value, by_span: dict[tuple[int, int], ast.Call], site: Site
) -> Iterator[Maker]:
    if isinstance(callee, LibraryFunction):
        call = step.target if isinstance(step, ast.Pipe) else step
        if isinstance(call, ast.Call) and len(callee.decls) == 1:
            piped = isinstance(step, ast.Pipe) or callee.receiver is not None
            yield Maker(call, callee.decls[0], callee.name, piped)
    elif isinstance(callee, Layer) and callee.made is not None:
        made = by_span.get((callee.made.start, callee.made.end))
        if made is not None and made.span.source is site.scope.source:
            yield from inside(made, _name(step), site)
        if isinstance(callee.body.decl, ast.Module):
            for member in reversed(callee.body.decl.body):
                if isinstance(member, ast.Submodule) and member.value is not None:
                    yield from inside(member.value, member.name, site)


def at_fault(site: Site) -> Maker | None:
    """Where the numbers are written of the call at which the mistake is told, or of the layer that it calls."""
    callee = site.callee(site.node) if site.node is not None else None
    call = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    if isinstance(callee, Layer):
        makers = made_by(callee, site)
        return makers[0] if makers else None
    if not isinstance(call, ast.Call):
        return None
    if isinstance(callee, LayerType):
        return Maker(call, callee.decl, callee.decl.name, local=True)
    if isinstance(callee, LibraryFunction) and len(callee.decls) == 1:
        piped = isinstance(site.node, ast.Pipe) or callee.receiver is not None
        return Maker(call, callee.decls[0], callee.name, piped, local=True)
    return None


def made_by(layer: Layer, site: Site) -> list[Maker]:
    """Where a layer is made, in this file."""
    if layer.made is None or layer.made.source is not site.scope.source:
        return []
    span = layer.made.start, layer.made.end
    calls = (n for n in site.callees if isinstance(n, ast.Call))
    found = [n for n in calls if (n.span.start, n.span.end) == span]
    decl = layer.body.decl
    return [Maker(call, decl, decl.name, local=True) for call in found[:1]]


def inside(expr: ast.Expr, name: str, site: Site) -> Iterator[Maker]:
    """The layers of the library that an expression makes, the last one first."""
    if expr.span.source is not site.scope.source:
        return
    calls = [n for n in walk(expr) if isinstance(n, ast.Call)]
    for call in reversed(calls):
        type_ = site.callee(call)
        if isinstance(type_, LayerType) and isinstance(type_.decl, ast.ExternModule):
            yield Maker(call, type_.decl, name if call is expr else type_.decl.name)


def _name(step: Step) -> str:
    target = step.target if isinstance(step, ast.Pipe) else step
    func = target.func if isinstance(target, ast.Call) else target
    return func.span.text
