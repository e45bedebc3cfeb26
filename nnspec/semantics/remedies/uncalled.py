"""What stands in a sum or a product and is no tensor yet: a layer that was not called, a result of several tensors."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import rewrite, unpacking
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import Function, Layer, LibraryFunction, Tensor, TupleValue
from nnspec.syntax import ast

# Signs that may have been written for a call: `fc * x`.
FOR_A_CALL = ("*", "@")


def proposals(site: Site) -> Iterator[Proposal]:
    """`fc(x)` for `fc * x`, `x + fc(x)` for `x + fc`, `y, _ = lstm(x)` for `y = lstm(x)`."""
    node = site.node
    if not isinstance(node, ast.Binary):
        return
    operands = (site.value(node.left), site.value(node.right))
    if any(isinstance(v, TupleValue) and _holds_tensors(v) for v in operands):
        yield from unpacking.proposals(site)
    for callee, other in ((node.left, node.right), (node.right, node.left)):
        called = isinstance(site.value(callee), (Layer, Function, LibraryFunction))
        if not called or not isinstance(site.value(other), Tensor):
            continue
        code = f"{callee.span.text}({other.span.text})"
        if node.op in FOR_A_CALL:
            yield Proposal((Edit(node.span, code),), f"call it: `{code}`", True, True)
        elif isinstance(other, rewrite.ATOMS):
            text = f"call it: `{node.span.text.replace(callee.span.text, code, 1)}`"
            if callee is node.right:
                head = node.span.text[: callee.span.start - node.span.start]
                text = f"call it: `{head}{code}`"
            yield Proposal((Edit(callee.span, code),), text, True, True)


def _holds_tensors(value: TupleValue) -> bool:
    return any(isinstance(item, Tensor) for item in value.items)
