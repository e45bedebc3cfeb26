"""Long pipelines as several assignments, along the lines of the spec."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, calls, expressions, shapes
from nnspec.ir.context import Frame, Nothing
from nnspec.ir.walk import names_in
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import LibraryFunction, Tensor, Value
from nnspec.syntax import ast

# Calls that people nest in one line.
DEEPEST = 4
USUAL = 3
# After these a new line begins, where there are too many stages for one.
ACTIVATIONS = frozenset(
    """celu elu gelu glu hardsigmoid hardswish hardtanh leaky_relu log_sigmoid mish prelu relu relu6
    rrelu selu sigmoid silu softplus softsign tanh""".split()
)
FRESH = ("x", "y", "h", "out")


def stages(expr: ast.Pipe) -> tuple[ast.Expr, list[ast.Pipe]]:
    """What goes into a pipeline, and its stages in order."""
    found: list[ast.Pipe] = []
    head: ast.Expr = expr
    while isinstance(head, ast.Pipe):
        found.insert(0, head)
        head = head.value
    return head, found


def lines(head: ast.Expr, chain: list[ast.Pipe], frame: Frame) -> list[list[ast.Pipe]]:
    """The stages by the line on which they stand; what is too long for a line is broken further."""
    groups: list[list[ast.Pipe]] = []
    line = None
    for stage in chain:
        here = stage.target.span.line
        if groups and here == line:
            groups[-1].append(stage)
        else:
            groups.append([stage])
        line = here
    result: list[list[ast.Pipe]] = []
    for group in groups:
        while len(group) > DEEPEST:
            size = next((n + 1 for n in range(1, USUAL) if _is_activation(group[n], frame)), USUAL)
            result.append(group[:size])
            group = group[size:]
        result.append(group)
    return result


def _is_activation(stage: ast.Pipe, frame: Frame) -> bool:
    callees = frame.file.checked.callees
    callee = callees.get(stage) or callees.get(stage.target)
    return isinstance(callee, LibraryFunction) and callee.name in ACTIVATIONS


def split(
    expr: ast.Pipe, target: ast.Expr | None, frame: Frame
) -> tuple[list[py.stmt], py.expr, Value]:
    """Assignments for all but the last line of a pipeline, the expression of the last, and what
    goes into it.

    target: what the pipeline is assigned to; None where it is returned.
    """
    head, chain = stages(expr)
    groups = lines(head, chain, frame)
    value = expressions.expression(head, frame)
    before = frame.file.value(head)
    variable: str | None = None
    statements: list[py.stmt] = []
    for index, group in enumerate(groups):
        for stage in group:
            value = calls.pipe(stage, value, frame)
        if index == len(groups) - 1:
            break
        if variable is None:
            variable = _variable(head, chain, groups[index + 1 :], target, frame)
        statement = build.assign(build.stored(variable), value)
        build.at(statement, _covered(group).span)
        after = frame.file.value(group[-1])
        if index or not any(shapes.same(tensor, after) for tensor in shapes.inputs(head, frame)):
            shapes.between(statement, before, after)
        statements.append(statement)
        before = after
        value = build.at(build.name(variable), group[-1].target.span)
    return statements, value, before


def _covered(group: list[ast.Pipe]) -> ast.Expr:
    """The place of a line: that of its last stage, which is where a mistake shows."""
    return group[-1].target


def _variable(
    head: ast.Expr,
    chain: list[ast.Pipe],
    later: list[list[ast.Pipe]],
    target: ast.Expr | None,
    frame: Frame,
) -> str:
    """The local that carries a pipeline from line to line.

    That is what it is assigned to, or for a result the name that goes in, as long as no later stage
    reads that name; otherwise a new one.
    """
    read = {name.id for group in later for stage in group for name in names_in(stage.target)}
    wanted = target if target is not None else head
    if isinstance(wanted, ast.Name) and wanted.id not in read:
        kind = frame.file.binding(wanted).kind
        tensors = [frame.file.value(stage) for stage in chain[:-1]]
        if target is None:
            tensors.append(frame.file.value(head))
        if kind in (Kind.LOCAL, Kind.ARGUMENT) and all(
            isinstance(v, Tensor) or v is Nothing for v in tensors
        ):
            return frame.local(wanted.id)
    taken = set(frame.taken())
    if frame.definition is not None:
        taken |= {name.id for name in names_in(frame.definition)}
    free = [name for name in FRESH if name not in taken]
    return frame.fresh(*(free or FRESH))
