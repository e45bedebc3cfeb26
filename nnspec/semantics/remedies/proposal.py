"""A change that may mend a mistake, in edits and in words."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Edit
from nnspec.record import Record
from nnspec.semantics.evaluate.calling.numpy_names import NAMES
from nnspec.source import Span
from nnspec.syntax import ast


class Proposal(Record):
    """edits: what to change; text: the change in the imperative (`make ... 3`).

    local: whether the change is about the code at fault, so that what goes wrong elsewhere after it is a
        mistake of its own that has not been reached before.
    first: whether it is likelier than what the rule has to say, and takes the place of that.
    group: what it changes; two of one group are told at most.
    more: what follows the text where the change is not shown.
    """

    edits: tuple[Edit, ...]
    text: str
    local: bool = False
    first: bool = False
    group: str = ""
    more: str = ""


class Maker(Record, eq=False):
    """A call with numbers that decide a shape: what makes a layer, or a function's call.

    call: where the numbers are written; signature: their names.
    name: how the user knows the layer or function; piped: whether its first argument stands before `|>`.
    local: whether it is the call at fault.
    """

    call: ast.Call
    decl: ast.Module | ast.ExternModule | ast.ExternDef
    name: str
    piped: bool = False
    local: bool = False

    @property
    def signature(self) -> ast.Signature:
        """The arguments that there are."""
        return self.decl.signature

    def takes(self, name: str) -> bool:
        """Whether there is an argument of that name."""
        return any(p.name == name for p in self.signature.params)

    def written(self, name: str) -> ast.Expr | None:
        """The expression of an argument, None where it is left out."""
        names = [p.name for p in self.signature.params if p.kind == "plain"]
        at = 1 if self.piped else 0
        for argument in self.call.args:
            if argument.stars:
                return None
            if name in (argument.name, NAMES.get(argument.name or "")):
                return argument.value
            if argument.name is None:
                if at < len(names) and names[at] == name:
                    return argument.value
                at += 1
        return None

    def number(self, name: str) -> int | None:
        """The argument, or its default, where it is one literal integer."""
        node = self.written(name)
        if node is None:
            node = next((p.default for p in self.signature.params if p.name == name), None)
        if isinstance(node, ast.Number) and isinstance(node.value, int):
            return node.value
        return None

    def is_open(self, name: str) -> bool:
        """Whether another number can be written for the argument: it is a literal one, or left out."""
        if any(a.stars for a in self.call.args) or not self.takes(name):
            return False
        node = self.written(name)
        if isinstance(node, (ast.Tuple, ast.List)):
            return all(isinstance(i, ast.Number) for i in node.items)
        return node is None or isinstance(node, (ast.Number, ast.Constant))

    def edit(self, name: str, text: str) -> Edit:
        """The argument with another text."""
        node = self.written(name)
        if node is not None:
            return Edit(node.span, text)
        span = self.call.span
        end = Span(span.source, span.end - 1, span.end - 1)
        before = span.source.text[span.start : end.start].rstrip()
        comma = "" if before.endswith("(") else " " if before.endswith(",") else ", "
        return Edit(end, f"{comma}{name}={text}")

    def proposal(self, **arguments: object) -> Proposal:
        """The call with other arguments."""
        parts = [f"`{name}` {value}" for name, value in arguments.items()]
        edits = tuple(self.edit(name, str(value)) for name, value in arguments.items())
        where = "" if self.local else f" in `{self.name}`"
        return Proposal(edits, f"make {' and '.join(parts)}{where}", self.local)
