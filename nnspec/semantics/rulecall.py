"""What a Python rule of the library sees of a call, and how it answers.

A rule is a function `rule(call: RuleCall) -> Value`. It reads the bound arguments, asks questions
about dimensions through `agree` and `demand`, reports mistakes through `fail`, and returns the value
of the call: a Tensor, a TupleValue, a static value, or ERROR.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nnspec.diagnostics.diagnostic import Fix, Label
from nnspec.record import Record
from nnspec.semantics import trail
from nnspec.semantics.dims import Dim
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Layer, Relation, Tensor, Value
from nnspec.semantics.world import World, error
from nnspec.source import Span, displayed
from nnspec.syntax import ast

Follow = Callable[[Value, Span, Sequence[Value], Mapping[str, Value]], Value]


class RuleCall(Record, eq=False):
    """One call of a declaration that has a rule.

    name: as the user wrote it (`cat`, `conv1`).
    arguments: every parameter's value by name, defaults filled in; `*args` as a TupleValue. No argument
        is an ErrorValue or a Choice: the caller has dealt with those.
    spans: where the given arguments stand.
    result: the value by the declaration's own signature, where it has a result type and the rule only
        refines it; None otherwise.
    layer: the layer that is called, None where it is a function.
    follow: calls a layer or a function that was handed over: see `handed_over`. None where no spec makes the call.
    """

    world: World
    decl: ast.ExternDef | ast.ExternModule | ast.Def
    name: str
    span: Span
    arguments: Mapping[str, Value]
    spans: Mapping[str, Span]
    result: Value | None = None
    layer: Layer | None = None
    follow: Follow | None = None

    def given(self, name: str) -> bool:
        """Whether the user wrote the argument."""
        return name in self.spans

    def where(self, name: str | None) -> Span:
        """The place of an argument, of one item of a list (`tensors[2]`), or of the whole call."""
        if name is None:
            return self.span
        if name.endswith("]") and name not in self.spans:
            listed, _, number = name[:-1].rpartition("[")
            place = self.spans.get(listed, self.span)
            items = displayed(place)
            return items[int(number)] if int(number) < len(items) else place
        return self.spans.get(name, self.span)

    def shown(self, name: str, text: str | None = None) -> tuple[Label, ...]:
        """A label at an argument that the user wrote: `this is [B, 3]`, or another text."""
        if not self.given(name):
            return ()
        x = self.tensor(name)
        said = text if text is not None else f"this is {self.show(x)}" if x is not None else ""
        return (Label(self.spans[name], said),)

    def tensor(self, name: str) -> Tensor | None:
        """The argument as a tensor, None where it is not one."""
        value = self.arguments.get(name)
        return value if isinstance(value, Tensor) else None

    def handed_over(self, name: str, *values: Value, **named: Value) -> Value:
        """What a layer or function gives that stands in an argument: the distance of a loss, the norm of a stack.

        What is wrong with that call is reported where this one stands; the value is ERROR then.
        """
        spans = {**self.layer.spans, **self.spans} if self.layer is not None else self.spans
        if self.follow is None:
            return Tensor(None, None, contiguous=None)
        return self.follow(self.arguments[name], spans.get(name, self.span), values, named)

    def fail(
        self,
        code: str,
        message: str,
        at: str | None = None,
        label: str = "",
        others: tuple[Label | Whence, ...] = (),
        notes: tuple[str, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> ErrorValue:
        """Report a mistake at an argument (or at the call); the rule returns what this returns.

        others: labels, and sizes (`came_from`) of which to tell where they come from.
        """
        labels, ways = trail.told(self.world, others)
        place = self.where(at)
        self.world.report(error(code, message, place, label, labels, (*notes, *ways), help, fix))
        return ERROR

    def warn(
        self,
        code: str,
        message: str,
        at: str | None = None,
        help: str | None = None,
        label: str = "",
        others: tuple[Label, ...] = (),
    ) -> None:
        """Report a warning (code W…) at an argument or at the call."""
        self.world.report(error(code, message, self.where(at), label, others, help=help))

    def agree(
        self,
        left: DimLike,
        right: DimLike,
        message: str,
        at: str | None = None,
        label: str = "",
        others: tuple[Label | Whence, ...] = (),
        notes: tuple[str, ...] = (),
        help: str | None = None,
        code: str = "E0301",
    ) -> bool:
        """Two sizes must be equal: False (and an error) where they never are; a warning where it is open."""
        return self.demand(
            Relation(left, "==", right), message, at, label, others, notes, help, code
        )

    def demand(
        self,
        relation: Relation,
        message: str,
        at: str | None = None,
        label: str = "",
        others: tuple[Label | Whence, ...] = (),
        notes: tuple[str, ...] = (),
        help: str | None = None,
        code: str = "E0301",
    ) -> bool:
        """A relation must hold: False (and an error) where it never does; where it is open a warning,
        and the relation is assumed from then on."""
        answer = self.world.prove(relation)
        if answer is True:
            return True
        if answer is False:
            self.fail(code, message, at, label, others, notes, help)
            return False
        whence, ways = trail.told(self.world, others)
        self.world.claimed(relation, self.where(at), whence=whence, ways=(*notes, *ways))
        return True

    def compare(self, left: DimLike, right: DimLike) -> str:
        """`equal`, `different` or `unknown`."""
        return self.world.compare(left, right)

    def settle(self, dim: DimLike) -> DimLike:
        """The dim in its simplest form; an int where it is constant."""
        return self.world.settle(dim)

    def new_size(self, name: str = "n") -> Dim:
        """A size that only the data decide (`nonzero`): 0 or more."""
        return self.world.new_size(name)

    def declared(self, name: str) -> tuple[Label, ...]:
        """Labels that say where a hyperparameter of the called layer was written: "8 declared here"."""
        return trail.declared(self.world, self.layer, name)

    def show(self, value: Tensor | DimLike) -> str:
        """A size, or a tensor's shape, in the user's words."""
        if isinstance(value, Tensor):
            return self.world.show_shape(value.dims)
        return self.world.show(value)
