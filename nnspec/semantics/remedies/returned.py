"""Results that have not the shape that is declared for them."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import operands
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.axes import grown, moves, shrunk, swaps
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import Tensor
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def proposals(site: Site) -> Iterator[Proposal]:
    """The axes of what is returned in another order, or with one more or one fewer."""
    value = _returned(site)
    found = site.value(value) if value is not None else None
    declared = site.definition.signature.result if site.definition is not None else None
    if not isinstance(found, Tensor) or not found.dims or not isinstance(declared, ast.TensorType):
        return
    if value is None or any(isinstance(d, ast.Starred) for d in declared.dims):
        return
    one, missing = Operand((value,), found), len(declared.dims) - len(found.dims)
    changes = {0: (*swaps(one.dims), *moves(one.dims)), 1: grown(one.dims), -1: shrunk(one.dims)}
    for change in changes.get(missing, ()):
        yield operands.changed(one, change, site)


def missing(site: Site) -> Iterator[Proposal]:
    """A `return` at the end of a def that has none there."""
    definition = site.definition
    if definition is None or not definition.body or site.mistake.span != definition.name_span:
        return
    last = definition.body[-1]
    if isinstance(last, ast.Evaluate):
        start = Span(last.span.source, last.span.start, last.span.start)
        yield Proposal((Edit(start, "return "),), "return what it computes last", first=True)
    names = [
        node.target.id
        for node in walk(last)
        if isinstance(node, ast.Assign) and isinstance(node.target, ast.Name)
    ]
    source, end = last.span.source, last.span.end
    line_start = source.line_starts[source.position(last.span.start)[0] - 1]
    before = source.text[line_start : last.span.start]
    if names and not before.strip():
        line = f"return {names[-1]}"
        yield Proposal(
            (Edit(Span(source, end, end), f"\n{before}{line}"),),
            f"add `{line}` at its end",
            first=True,
        )


def _returned(site: Site) -> ast.Expr | None:
    """The value of the `return` at fault."""
    for statement in (site.definition.body or ()) if site.definition is not None else ():
        for node in walk(statement):
            if isinstance(node, ast.Return) and node.value is not None:
                if inside(site.mistake.span, node.span):
                    return node.value
    return None
