"""Where a mistake stands in the tree: the call or operator, its statement, and the def around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.record import Record
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.trial import Trials
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Tensor, Value
from nnspec.syntax import ast

Operation = ast.Call | ast.Pipe | ast.Binary


class Site(Record, eq=False):
    """A mistake with the code around it.

    node: the smallest call, pipe or operation around the place, None where there is none.
    definition: the def in whose body it is, None in the body of a module.
    mends: whether a change mends the mistake.
    """

    mistake: Diagnostic
    scope: FileScope
    recorder: Recorder
    node: Operation | None
    definition: ast.Def | None
    module: ast.Module | None
    mends: Callable[[Proposal], bool]

    def value(self, node: ast.Node) -> Value:
        """What an expression was found to be."""
        return self.recorder.values.get(node)

    def callee(self, node: ast.Node) -> Value:
        """What a call, or a pipe, calls."""
        return self.recorder.callees.get(node)

    @property
    def callees(self) -> Mapping[ast.Node, Value]:
        """What every call of the file calls."""
        return self.recorder.callees


def find(mistake: Diagnostic, scope: FileScope, recorder: Recorder, trials: Trials) -> Site:
    """The place of a mistake."""
    span = mistake.span
    module = definition = None
    node: Operation | None = None
    for each in trials.tree.around(span):
        if isinstance(each, ast.Module):
            module = each
        elif isinstance(each, ast.Def):
            definition = each
        elif isinstance(each, (ast.Call, ast.Pipe, ast.Binary)):
            if isinstance(node, ast.Pipe) and each is node.target:
                # What stands before `|>` is an operand of the call behind it.
                continue
            if node is None or _is_about(mistake, each, recorder):
                node = each

    def mends(proposal: Proposal) -> bool:
        return trials.mends(mistake, proposal)

    return Site(mistake, scope, recorder, node, definition, module, mends)


def _is_about(mistake: Diagnostic, node: Operation, recorder: Recorder) -> bool:
    """Whether a mistake is one of this call or operation, and not of another that it is an argument of."""
    span = mistake.span
    if (node.span.start, node.span.end) != (span.start, span.end):
        return True
    # What has a value is not at fault.
    return isinstance(recorder.values.get(node, ERROR), ErrorValue)


def shape(value: Value) -> tuple[DimLike, ...] | None:
    """The sizes of a tensor."""
    return value.dims if isinstance(value, Tensor) else None


def tensors(site: Site) -> list[tuple[ast.Expr, Tensor]]:
    """The operands of the call or operation that are tensors of known rank, with their values."""
    return [
        (each, value)
        for each in _operands(site.node)
        if isinstance(value := site.value(each), Tensor) and value.dims is not None
    ]


def _operands(node: ast.Expr | None) -> Iterator[ast.Expr]:
    match node:
        case ast.Binary():
            yield from (node.left, node.right)
        case ast.Pipe(value=value, target=target):
            yield value
            if isinstance(target, ast.Call):
                yield from _operands_of_call(target)
        case ast.Call(func=func):
            if isinstance(func, ast.Attribute):
                yield func.value
            yield from _operands_of_call(node)


def _operands_of_call(node: ast.Call) -> Iterator[ast.Expr]:
    for argument in node.args:
        if isinstance(argument.value, (ast.List, ast.Tuple)):
            yield from argument.value.items
        else:
            yield argument.value
