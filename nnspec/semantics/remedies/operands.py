"""The tensors of a call, and changes written where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Edit
from nnspec.record import Record
from nnspec.semantics.remedies import rewrite
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.axes import Change, Dims
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.values import Tensor
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


class Operand(Record, eq=False):
    """A tensor of a call, at all the places where the call has it."""

    places: tuple[ast.Expr, ...]
    tensor: Tensor

    @property
    def dims(self) -> Dims:
        """Its sizes."""
        return self.tensor.dims or ()

    def is_at(self, span: Span) -> bool:
        """Whether a place lies in the operand."""
        return any(inside(span, place.span) for place in self.places)


def of(site: Site) -> list[Operand]:
    """The tensors of the call at fault; equal expressions are one."""
    found: dict[str, Operand] = {}
    for expr, tensor in tensors(site):
        old = found.get(expr.span.text)
        places = (*old.places, expr) if old is not None else (expr,)
        found[expr.span.text] = Operand(places, tensor)
    return list(found.values())


def changed(
    one: Operand | Sequence[Operand], change: Change, site: Site, local: bool = True
) -> Proposal:
    """One change of an operand, or of several together.

    It is made where the operand stands; in a line before the statement where it stands several times.
    """
    edits: list[Edit] = []
    texts: list[str] = []
    for operand in (one,) if isinstance(one, Operand) else one:
        first = operand.places[0]
        line = _before(f"{first.span.text} = {first.span.text}{change.call}", site)
        if len(operand.places) > 1 and isinstance(first, ast.Name) and line is not None:
            edits.append(line)
            texts.append(f"`{line.text.splitlines()[0]}`")
            continue
        pairs = [_behind(place, change.call, site) for place in operand.places]
        edits += [edit for edit, _ in pairs]
        texts.append(f"`{pairs[0][1]}`")
    return Proposal(tuple(edits), f"{change.what}: {' and '.join(texts)}", local)


def _behind(expr: ast.Expr, call: str, site: Site) -> tuple[Edit, str]:
    """The expression with a method or an index behind it: the edit, and the new code as it reads."""
    if call.startswith("."):
        return rewrite.with_method(expr, call[1:], site)
    found = rewrite.with_index(expr, call[1:-1], site)
    if found is not None:
        return found
    return Edit(expr.span, f"({expr.span.text}){call}"), f"({expr.span.text}){call}"


def _before(line: str, site: Site) -> Edit | None:
    """The line put in front of the statement, where that begins its own line."""
    inner: ast.Statement | None = None
    for statement in (site.definition.body or ()) if site.definition is not None else ():
        for node in walk(statement):
            if isinstance(node, ast.Statement) and site.node is not None:
                if inside(site.node.span, node.span):
                    inner = node
    if inner is None:
        return None
    text, start = inner.span.source.text, inner.span.start
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    if indent.strip():
        return None
    return Edit(Span(inner.span.source, start, start), f"{line}\n{indent}")
