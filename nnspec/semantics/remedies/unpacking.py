"""Layers that give several values: the output and the state of a recurrent one, the output and the weights of attention."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.products import other_widths
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import LibraryFunction, Tensor, TupleValue, Value
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# So many values may be left without a name.
SPARE = 3

# Functions that are told how many parts to make.
COUNTED = ("chunk", "tensor_split", "unsafe_chunk")


def proposals(site: Site) -> Iterator[Proposal]:
    """A tuple where a tensor is meant: taken apart where it is assigned, or its first item."""
    name = _tuple(site)
    if name is None:
        yield from _piped(site)
        yield from _pair(site)
        return
    value = site.value(name)
    assert isinstance(value, TupleValue)
    if isinstance(name, ast.Tuple):
        numbers = all(isinstance(item, ast.Number) for item in name.items)
        if not name.items or (numbers and len(name.items) > 1):
            # Which of several numbers is meant nobody knows.
            return
        first = name.items[0].span.text
        yield Proposal((Edit(name.span, first),), f"give it `{first}` alone", True)
        return
    if value.type_name and value.names is not None:
        for field in value.names:
            code = f"{name.id}.{field}"
            yield Proposal((Edit(name.span, code),), f"take its `{field}`: `{code}`", True)
        return
    target = _assigned(name, site)
    if target is not None:
        rest = ", ".join("_" for _ in value.items[1:])
        text = f"{name.id}, {rest}"
        edit = Edit(target.span, text if target.whole else f"({text})")
        line = f"{target.text(edit.text)} = {_short(target.assignment.value)}"
        yield Proposal((edit,), f"take it apart where it is made: `{line}`", True)
    yield Proposal(
        (Edit(name.span, f"{name.id}[0]"),), f"take its first item: `{name.id}[0]`", True
    )


def _piped(site: Site) -> Iterator[Proposal]:
    """The first item of what goes on in a pipeline."""
    if isinstance(site.node, ast.Pipe) and isinstance(site.value(site.node.value), TupleValue):
        span = site.node.value.span
        edits = (
            Edit(Span(span.source, span.start, span.start), "("),
            Edit(Span(span.source, span.end, span.end), ")[0]"),
        )
        last = span.text.rpartition("|>")[2].strip()
        yield Proposal(edits, f"take the first item of what `{last}` gives: `(...)[0]`", True)


def _pair(site: Site) -> Iterator[Proposal]:
    """The two states of an LSTM, where one is given."""
    given = called.arguments(site).get("hx")
    if called.kind(site) == "recurrent" and isinstance(given, ast.Name):
        pair = f"({given.id}, zeros_like({given.id}))"
        yield Proposal((Edit(given.span, pair),), f"give it two states: `{pair}`", True)


def names(site: Site) -> Iterator[Proposal]:
    """Names on the left that do not fit the values on the right."""
    statement = _statement(site)
    if statement is None:
        return
    value = site.value(statement.value)
    flat = [n.span.text for n in walk(statement.target) if isinstance(n, ast.Name)]
    parts = _parts(statement.value, value, len(flat), site)
    fewer = isinstance(value, TupleValue) and len(value.items) > len(flat)
    counted = getattr(site.callee(statement.value), "name", "") in COUNTED
    if not (fewer and counted):
        yield from parts
    shape = _nested(value, iter(flat))
    many = isinstance(value, TupleValue) and len(value.items) > len(flat) + SPARE
    if shape is not None and not many:
        edit = Edit(statement.target.span, shape)
        yield Proposal((edit,), f"write `{shape} = {_short(statement.value)}`")
    yield from parts


def _parts(expr: ast.Expr, value: Value, count: int, site: Site) -> Iterator[Proposal]:
    """As many parts as there are names: of another size, or by `chunk`."""
    call = expr.target if isinstance(expr, ast.Pipe) else expr
    callee = site.callee(expr)
    if not isinstance(call, ast.Call) or not isinstance(callee, LibraryFunction):
        return
    if callee.name in COUNTED and count >= 2:
        yield from _as_many(call, value, count)
        return
    if callee.decls[0].rule != "split" or not isinstance(value, TupleValue) or count < 2:
        return
    size = next((n for n in walk(call) if isinstance(n, ast.Number)), None)
    parts = [part.dims for part in value.items if isinstance(part, Tensor)]
    if size is None or not parts or None in parts or len(parts) != len(value.items):
        return
    first, last = parts[0] or (), parts[-1] or ()
    lengths = [d for d in first if d == size.value]
    if len(lengths) == 0:
        return
    at = next(i for i, d in enumerate(first) if d == size.value)
    each, rest = first[at], last[at]
    if isinstance(each, int) and isinstance(rest, int):
        total = each * (len(parts) - 1) + rest
        x = called_on(call)
        if x is not None:
            yield from other_widths(x, total, each * count, site)
        if total >= count:
            new = -(-total // count)
            yield Proposal((Edit(size.span, str(new)),), f"make {count} parts: parts of {new}")


def called_on(call: ast.Call) -> ast.Expr | None:
    """The tensor whose method is called, or that a function is given first."""
    if call.args and call.args[0].name is None and isinstance(call.func, ast.Name):
        return call.args[0].value
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _as_many(call: ast.Call, value: Value, count: int) -> Iterator[Proposal]:
    """`chunk(3)` for `chunk(4)` that is taken apart into three names."""
    parts = len(value.items) if isinstance(value, TupleValue) else None
    for node in walk(call):
        if isinstance(node, ast.Number) and node.value == parts:
            yield Proposal((Edit(node.span, str(count)),), f"make {count} parts", True)
            return


def _short(expr: ast.Expr) -> str:
    text = expr.span.text
    return text if len(text) <= 40 and "\n" not in text else "..."


class Target:
    """A name on the left of an assignment; whole: whether nothing else stands there."""

    def __init__(self, node: ast.Name, assignment: ast.Assign) -> None:
        self.span, self.assignment = node.span, assignment
        self.whole = assignment.target is node

    def text(self, new: str) -> str:
        """The left side with another text for the name."""
        whole = self.assignment.target.span
        text = whole.source.text
        return text[whole.start : self.span.start] + new + text[self.span.end : whole.end]


def _tuple(site: Site) -> ast.Name | ast.Tuple | None:
    """The name, or the display, of the tuple at fault."""
    if site.definition is None or site.node is None:
        return None
    for node in walk(site.node):
        if isinstance(node, (ast.Name, ast.Tuple)) and isinstance(site.value(node), TupleValue):
            return node
    return None


def _assigned(name: ast.Name, site: Site) -> Target | None:
    """The last place before where the name is assigned."""
    found: Target | None = None
    for statement in (site.definition.body or ()) if site.definition is not None else ():
        for node in walk(statement):
            if (
                isinstance(node, ast.Assign)
                and node.span.end <= name.span.start
                and node.op is None
            ):
                for target in walk(node.target):
                    if isinstance(target, ast.Name) and target.id == name.id:
                        found = Target(target, node)
    return found


def _statement(site: Site) -> ast.Assign | None:
    for statement in (site.definition.body or ()) if site.definition is not None else ():
        for node in walk(statement):
            if isinstance(node, ast.Assign) and inside(site.mistake.span, node.target.span):
                return node
    return None


def _nested(value: Value, names_: Iterator[str]) -> str | None:
    """The names in the form of the value, with `_` for values that have none."""
    if not isinstance(value, TupleValue):
        return None
    parts: list[str] = []
    for item in value.items:
        if isinstance(item, TupleValue):
            inner = [next(names_, "_") for _ in item.items]
            parts.append(f"({', '.join(inner)})" if set(inner) != {"_"} else "_")
        else:
            parts.append(next(names_, "_"))
    return ", ".join(parts)
