"""Operands of another dtype."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, operands, rewrite
from nnspec.semantics.remedies.axes import Change
from nnspec.semantics.remedies.misfit import argument
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.rules.dtypes import is_complex, is_integral
from nnspec.semantics.values import Layer, Tensor
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def proposals(site: Site) -> Iterator[Proposal]:
    """The operand at fault converted, then the others."""
    names = {id(expr): name for name, expr in called.arguments(site).items()}
    found = operands.of(site)
    found.sort(key=lambda one: not one.is_at(site.mistake.span))
    callee = site.callee(site.node) if site.node is not None else None
    rows = callee.body.arguments.get("num_embeddings") if isinstance(callee, Layer) else None
    # Of numbers and fractions it is the numbers that are to be converted.
    mixed = any(is_integral(one.tensor.dtype) for one in found)
    declared = [] if mixed else list(_declared(site, names))
    yield from (proposal for proposal in declared if proposal.first)
    for one in found:
        if rows is not None and one.dims and one.dims[-1] == rows:
            change = Change(".argmax(-1)", "turn its one-hot rows into numbers")
            yield operands.changed(one, change, site)
        if mixed and not is_integral(one.tensor.dtype):
            continue
        for call in _conversions(one.tensor, names.get(id(one.places[0]), "")):
            yield operands.changed(one, Change(call, "convert it"), site)
    yield from declared


def _declared(site: Site, names: Mapping[int, str]) -> Iterator[Proposal]:
    """An argument without a dtype, which is a float, declared as the numbers, or the mask, that is wanted of it.

    Where it is used otherwise too, its declaration may be right.
    """
    given = argument(site)
    type_ = rewrite.declared(given, site) if given is not None else None
    if not isinstance(given, ast.Name) or type_ is None or type_.dtype is not None:
        return
    body = site.definition.body if site.definition is not None else None
    used = [
        node
        for statement in body or ()
        for node in walk(statement)
        if isinstance(node, ast.Name) and node.id == given.id
    ]
    first = len(used) == 1
    start = Span(type_.span.source, type_.span.start, type_.span.start)
    mask = "mask" in names.get(id(given), "")
    dtype, what = ("bool", "a mask") if mask else ("int64", "numbers")
    text = f"declare it as {what}: `{given.id}: {dtype}{type_.span.text}`"
    yield Proposal((Edit(start, dtype),), text, local=first, first=first)


def _conversions(tensor: Tensor, name: str) -> tuple[str, ...]:
    """What a tensor of the dtype is mostly meant to become, the likeliest first."""
    if "mask" in name:
        return (".bool()", ".float()")
    if tensor.dtype == "bool":
        return (".float()", ".long()")
    if is_integral(tensor.dtype):
        return (".float()", ".long()", ".bool()")
    if tensor.dtype in ("float", "float32"):
        return (".long()",)
    if is_complex(tensor.dtype):
        return (".abs()", ".real")
    return (".float()", ".long()")
