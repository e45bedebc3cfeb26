"""Abstract values: what the checker knows of a value without running anything.

Plain static values are Python's own: `int`, `float`, `bool`, `str`, `None`. An int that is not known is a `Dim` (never a
constant one: `settle` turns those into ints). Everything else is a class of this file. Values are immutable but for
`LayerBody`, which is filled while a module's body is followed.
"""

from __future__ import annotations

from nnspec.record import Record, field
from nnspec.semantics.budget import BudgetExceeded, budget
from nnspec.semantics.dims import Dim
from nnspec.semantics.steps import Origin as Origin
from nnspec.semantics.steps import Step
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from nnspec.semantics.resolved import FileScope
    from nnspec.syntax import ast

    # Any abstract value; spelled out by `describe` in semantics/describe.py.
    Value = Any
else:  # a name for those that import it to annotate
    Value = object

DimLike = int | Dim

# How many items a list may have, and how many values it may hold with the lists inside.
MOST_ITEMS = 100_000
MOST_HELD = 200_000
# So many items are not worth counting; of more, so many are copied in a step of work.
FEW = 8
# Tensors of more axes than torch's loops take are possible, but dear.
MOST_AXES = 64
COPIED = 10


class Tensor:
    """A tensor of known dtype and shape.

    dtype: torch's name (`float32`, `int64`, `bool`), `float` for any one floating dtype, or None.
    dims: one entry an axis, or None where even the rank is not known.
    origins: where each dim came from, as long as dims; not part of equality.
    contiguous: False after transpose/permute/expand, None where not known; not part of equality.
    strides: the distance between neighbours on each axis, where they are known and it is not contiguous; not part of equality.
    step: how it came to be; not part of equality.
    """

    __slots__ = ("contiguous", "dims", "dtype", "origins", "step", "strides")

    def __init__(
        self,
        dtype: str | None,
        dims: tuple[DimLike, ...] | None,
        origins: tuple[Origin | None, ...] | None = None,
        contiguous: bool | None = True,
        strides: tuple[DimLike, ...] | None = None,
        step: Step | None = None,
    ) -> None:
        if dims is not None and len(dims) > MOST_AXES:
            budget.spend(20 * len(dims))
        self.dtype = dtype
        self.dims = dims
        self.origins = origins
        self.contiguous = contiguous
        self.strides = strides
        self.step = step

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tensor) and self.dtype == other.dtype and self.dims == other.dims

    def __hash__(self) -> int:
        return hash((self.dtype, self.dims))

    def __repr__(self) -> str:
        return f"Tensor({self.dtype}, {self.dims})"

    @property
    def rank(self) -> int | None:
        """The number of axes, None where not known."""
        return None if self.dims is None else len(self.dims)

    def origin(self, axis: int) -> Origin | None:
        """Where the size of an axis came from, if that is known."""
        return self.origins[axis] if self.origins is not None else None

    def with_(
        self,
        dims: tuple[DimLike, ...] | None,
        origins: tuple[Origin | None, ...] | None = None,
        dtype: str | None = None,
        contiguous: bool | None = True,
    ) -> Tensor:
        """A tensor of the same dtype (unless one is given) with other dims, made by the same step."""
        return Tensor(dtype or self.dtype, dims, origins, contiguous, None, self.step)


class Unknown(Record):
    """A static value of a known kind whose value is not known.

    kind: `float`, `bool`, `str`, `list`, `dict`, `tuple`, `layer`, `layer type`, `tensor`, `any`.
    """

    kind: str


class Relation(Record):
    """An undecided comparison of dimensions, a bool at run time; op: `== != < <= > >=`."""

    left: DimLike
    op: str
    right: DimLike


class Compound(Record):
    """`and`, `or`, `not` over undecided conditions (Relation, Compound, Unknown("bool"))."""

    op: str
    operands: tuple[Value, ...]


class Sized:
    """A value made of others.

    weight: how many it holds, those that they are made of among them, where there are more than a few.
    """

    __slots__ = ("weight",)
    weight: int

    def weigh(self, items: Collection[Value]) -> None:
        """Count the items. Raises BudgetExceeded where there are more than MOST_ITEMS, or more than MOST_HELD inside."""
        weight = count = len(items)
        for item in items if count <= FEW or not _KINDS.isdisjoint(map(type, items)) else ():
            if isinstance(item, Sized):
                weight += item.weight
        object.__setattr__(self, "weight", weight)
        if weight > FEW:
            budget.spend(count // COPIED)
            if count > MOST_ITEMS:
                raise BudgetExceeded(
                    f"this list has {count:,} items, more than the {MOST_ITEMS:,} that are followed",
                    code="E0003",
                )
            if weight > MOST_HELD:
                raise BudgetExceeded(
                    f"this list holds {weight:,} values in the lists inside it, more than the "
                    f"{MOST_HELD:,} that are followed",
                    code="E0003",
                )


class ListValue(Sized, Record):
    """A list whose length is known."""

    items: tuple[Value, ...]

    def __init__(self, items: tuple[Value, ...]) -> None:
        object.__setattr__(self, "items", items)
        self.weigh(items)


class RepeatValue(Record):
    """A list of `count` values that are alike, where count is symbolic: `[Block(d) for _ in range(depth)]`.

    where: what holds of the symbols in `element` (of the index that `enumerate` counts) in each of them.
    """

    element: Value
    count: DimLike
    where: tuple[Relation, ...] = ()


class Spread(Record):
    """What a starred argument brings whose number of items is not known: a RepeatValue, or an Unknown."""

    items: Value


class TupleValue(Sized, Record):
    """A tuple; names and type_name are those of a named `type`, or of torch's result fields."""

    items: tuple[Value, ...]
    names: tuple[str, ...] | None = None
    type_name: str | None = None

    def __init__(
        self,
        items: tuple[Value, ...],
        names: tuple[str, ...] | None = None,
        type_name: str | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "items", items)
        put(self, "names", names)
        put(self, "type_name", type_name)
        self.weigh(items)


class DictValue(Sized):
    """A dict with known keys."""

    __slots__ = ("items",)

    def __init__(self, items: dict[Value, Value]) -> None:
        self.items = items
        self.weigh(items.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DictValue) and self.items == other.items

    def __hash__(self) -> int:
        return hash(tuple(self.items.items()))


class RangeValue(Record):
    """`range(start, stop, step)` where a bound is symbolic (a known range is a ListValue)."""

    start: DimLike
    stop: DimLike
    step: DimLike


class DType(Record):
    """A dtype as a value, by torch's own name (`float32`, never the alias `float`)."""

    name: str


class Device(Record):
    """What `x.device` gives; takes no part in types."""


class Choice(Record):
    """One of several values, which of them is decided at run time (data, `training`).

    by_number: whether an index of symbolic value picks it from a list.
    """

    options: tuple[Value, ...]
    by_number: bool = False


class Namespace(Record):
    """`nn`, `F`, `torch`, `linalg`, …: name is the dotted place (`torch.nn.functional`)."""

    name: str


class LayerType(Record):
    """A module or library layer, to be called with its hyperparameters."""

    decl: ast.Module | ast.ExternModule
    scope: FileScope


class Function(Record):
    """A user's `def`, or a static library function; bound: the layer whose method it is."""

    decl: ast.Def
    scope: FileScope
    bound: Layer | None = None


class LibraryFunction(Record):
    """Functions of the library under one name, in order of preference.

    receiver: the tensor (or other value) whose method it is, None for a free function.
    """

    name: str
    decls: tuple[ast.ExternDef, ...]
    receiver: Value | None = None


class Builtin(Record):
    """A function that the evaluator itself knows (`len`, `range`, `sqrt` of numbers, list methods).

    receiver: the value whose method it is (`keys` of a dict).
    """

    name: str
    receiver: Value | None = None


_KINDS = frozenset((ListValue, TupleValue, DictValue))


class NamedTupleType(Record):
    """A `type` with fields, to be called by position or keyword."""

    decl: ast.TypeDecl
    scope: FileScope


class Initialiser(Record):
    """One of torch.nn.init's functions without the underscore, `zeros`, …: bare or called.

    arguments is None where it is bare; user is the `def` of a user's own initialiser.
    """

    name: str
    arguments: tuple[Value, ...] | None = None
    keywords: tuple[tuple[str, Value], ...] = ()
    user: Function | None = None


class ErrorValue:
    """What a mistake leaves behind: everything done with it is silent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ERROR"


ERROR = ErrorValue()


class Parameter(Record, frozen=False, eq=False):
    """A `param`, `buffer` or `const` of a layer; `tensor` is None until its dims are known."""

    name: str
    kind: str
    tensor: Tensor | None
    decl: ast.ParamDecl | None


class LayerBody(Record, frozen=False, eq=False):
    """What all layers made by one declaration with equal arguments have in common.

    arguments: hyperparameters by name, defaults filled in.
    members: everything that a name in the module's code can mean (layers, lists, lets, hyperparameters).
    children: the registered submodules in order, by name; lists and dicts as ListValue/RepeatValue/DictValue, absent ones as None.
    parameters: own params, buffers and consts in order.
    ties: the tensors that `tie` lines of this body replace by another one.
    wrapped: the parameters that wrappers compute, each with the function that does; parameters has what they are made of.
    """

    decl: ast.Module | ast.ExternModule
    scope: FileScope
    arguments: Mapping[str, Value]
    members: dict[str, Value] = field(default_factory=dict)
    children: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    ties: list[Tensor] = field(default_factory=list)
    wrapped: tuple[tuple[str, str], ...] = ()


class Layer(Record, eq=False):
    """One layer object; two names of one Layer share its parameters. Compared by identity.

    made: where it is constructed.
    spans: where the arguments of its constructor stand, by hyperparameter.
    maker: the layer in whose body it is constructed.
    copied: whether it is a copy to the last layer inside, which shares none with others.
    """

    body: LayerBody
    made: Span | None = None
    spans: Mapping[str, Span] = field(default_factory=dict)
    maker: Layer | None = None
    copied: bool = False

    def __init__(
        self,
        body: LayerBody,
        made: Span | None = None,
        spans: Mapping[str, Span] | None = None,
        maker: Layer | None = None,
        copied: bool = False,
    ) -> None:
        put = object.__setattr__
        put(self, "body", body)
        put(self, "made", made)
        put(self, "spans", {} if spans is None else spans)
        put(self, "maker", maker)
        put(self, "copied", copied)

    @property
    def type_name(self) -> str:
        """The name of the layer's class."""
        return self.body.decl.name

    @property
    def title(self) -> str:
        """The name of its class, within the wrappers that compute its parameters: `weight_norm(Conv1d)`."""
        title = self.type_name
        for _, function in self.body.wrapped:
            title = f"{function}({title})"
        return title

    def again(self, copied: bool = False) -> Layer:
        """Another layer, made by the same line in the same way."""
        return Layer(self.body, self.made, self.spans, self.maker, copied)
