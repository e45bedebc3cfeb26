"""Which locals certainly have a value where a def reads them.

A local is definite where every path assigns it. Two things that a plain analysis would refuse are
allowed: what the body of a `for` leaves behind counts as assigned, and a local that is assigned under
a condition is assigned wherever the same condition holds again.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.semantics.resolve.scopes import Scope, Unassigned, target_names
from nnspec.semantics.resolved import Binding, Kind
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.node import Node

# A condition in its shortest form, and whether it holds.
Fact = tuple[str, bool]
# Facts that hold together.
Case = frozenset[Fact]


class Flow:
    """What is known at one point of a def.

    definite: locals with a value; possible: locals that some path has assigned.
    facts: conditions that hold here, with the names that they read.
    guarded: for locals that are only possible, the cases in each of which there is a value.
    live: False after `return`, `break` and `continue`.
    """

    __slots__ = ("definite", "facts", "guarded", "live", "possible")

    def __init__(
        self,
        definite: frozenset[str] = frozenset(),
        possible: frozenset[str] = frozenset(),
        facts: dict[Fact, frozenset[str]] | None = None,
        guarded: dict[str, frozenset[Case]] | None = None,
        live: bool = True,
    ) -> None:
        self.definite = definite
        self.possible = possible
        self.facts = facts or {}
        self.guarded = guarded or {}
        self.live = live

    def status(self, name: str) -> Unassigned | None:
        """None where the local has a value here."""
        if not self.live or name in self.definite:
            return None
        if name not in self.possible:
            return Unassigned.NEVER
        if any(case <= self.facts.keys() for case in self.guarded.get(name, ())):
            return None
        return Unassigned.PERHAPS

    def assign(self, names: frozenset[str]) -> Flow:
        """After an assignment; conditions that read the names hold no longer."""
        if not names:
            return self
        stale = {fact for fact, read in self.facts.items() if read & names}
        facts = (
            {f: read for f, read in self.facts.items() if f not in stale} if stale else self.facts
        )
        guarded = self.guarded
        if guarded:
            reading = _reading(names)
            guarded = {
                local: kept
                for local, held in guarded.items()
                if local not in names
                and (kept := frozenset(c for c in held if not any(map(reading, c))))
            }
        return Flow(self.definite | names, self.possible | names, facts, guarded, self.live)

    def given(self, test: ast.Expr, holds: bool) -> Flow:
        """In a branch that is taken where a condition holds, or does not."""
        facts = dict(self.facts)
        for fact, node in conditions(test, holds):
            facts[fact] = frozenset(_names(node))
        return Flow(self.definite, self.possible, facts, self.guarded, self.live)

    def perhaps(self, names: frozenset[str]) -> Flow:
        """At the start of a loop, whose later rounds see what the earlier ones assigned."""
        kept = {fact: read for fact, read in self.facts.items() if not read & names}
        return Flow(self.definite, self.possible | names, kept, self.guarded, self.live)

    def ended(self) -> Flow:
        """After a statement that leaves the block."""
        return Flow(self.definite, self.possible, self.facts, self.guarded, live=False)


def merge(left: Flow, right: Flow) -> Flow:
    """Where two paths meet."""
    if not left.live or not right.live:
        alive, dead = (right, left) if not left.live else (left, right)
        return Flow(
            alive.definite,
            alive.possible | dead.possible,
            alive.facts,
            alive.guarded,
            alive.live,
        )
    definite = left.definite & right.definite
    possible = left.possible | right.possible
    guarded: dict[str, frozenset[Case]] = {}
    for name in possible - definite:
        held = _cases(name, left, right) | _cases(name, right, left)
        # Assigned where a condition holds, and where it does not: assigned.
        if any(frozenset((t, not h) for t, h in case) in held for case in held if len(case) == 1):
            definite |= {name}
        elif held:
            guarded[name] = held
    facts = {fact: read for fact, read in left.facts.items() if fact in right.facts}
    return Flow(definite, possible, facts, guarded)


def _cases(name: str, flow: Flow, other: Flow) -> frozenset[Case]:
    """The cases that tell that a path was taken, and not the other one, on which the name has a value."""
    apart = frozenset(flow.facts.keys() - other.facts.keys())
    if name in flow.definite:
        return frozenset({apart}) if apart else frozenset()
    return frozenset(case | apart for case in flow.guarded.get(name, ()))


def conditions(test: ast.Expr, holds: bool) -> Iterator[tuple[Fact, ast.Expr]]:
    """The facts that follow from a condition that holds, or does not."""
    match test:
        case ast.Unary("not", operand):
            yield from conditions(operand, not holds)
        case ast.Logical(op, operands) if (op == "and") == holds:
            for operand in operands:
                yield from conditions(operand, holds)
        case ast.Compare(first, (("is not" | "!=") as op,), (last,)):
            plain = "is" if op == "is not" else "=="
            yield (f"{_text(first)} {plain} {_text(last)}", not holds), test
        case ast.Compare(first, (op,), (last,)):
            yield (f"{_text(first)} {op} {_text(last)}", holds), test
        case _:
            yield (_text(test), holds), test


def _text(node: ast.Expr) -> str:
    text = " ".join(node.span.text.split())
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def _names(node: Node) -> Iterator[str]:
    stack: list[object] = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, ast.Name):
            yield top.id
        elif isinstance(top, Node):
            stack.extend(getattr(top, field) for field in top.fields[1:])
        elif isinstance(top, tuple):
            stack.extend(top)


def _reading(names: frozenset[str]):  # type: ignore[no-untyped-def]
    """Whether a fact's text has one of the names as a word."""
    import re

    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")
    return lambda fact: pattern.search(fact[0]) is not None


class Locals(Scope):
    """The level of a def's arguments and locals.

    assigned: every name that the def assigns somewhere, with its first place.
    """

    __slots__ = ("assigned", "flow")

    def __init__(
        self,
        outer: Scope | None,
        arguments: dict[str, Binding],
        assigned: dict[str, Span],
        flow: Flow,
    ) -> None:
        super().__init__(outer, arguments)
        self.assigned = assigned
        self.flow = flow

    def find(self, name: str) -> Binding | Unassigned | None:
        """An argument, a local with a value, or why it has none."""
        if name in self.names:
            return self.names[name]
        if name in self.assigned:
            return self.flow.status(name) or Binding(Kind.LOCAL)
        return None

    def visible(self) -> list[str]:
        """Arguments, locals with a value, and all names further out."""
        here = [name for name in self.assigned if self.flow.status(name) is None]
        return list(dict.fromkeys([*here, *super().visible()]))

    def at(self, flow: Flow) -> Locals:
        """The same level at another point of the def."""
        return Locals(self.outer, self.names, self.assigned, flow)


def assigned(statements: tuple[ast.Statement, ...]) -> dict[str, Span]:
    """Every name that statements assign, with the first place."""
    found: dict[str, Span] = {}
    stack: list[ast.Statement] = list(reversed(statements))
    while stack:
        statement = stack.pop()
        if isinstance(statement, (ast.Assign, ast.For)):
            for name in target_names(statement.target):
                found.setdefault(name.id, name.span)
        if isinstance(statement, (ast.If, ast.While, ast.For)):
            if isinstance(statement, ast.If):
                stack.extend(reversed(statement.orelse))
            stack.extend(reversed(statement.body))
    found.pop("_", None)
    return found
