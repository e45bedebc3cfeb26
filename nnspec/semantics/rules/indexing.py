"""`x[...]`: ints, slices, None, Ellipsis, integer tensors and masks, as torch combines them."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.semantics.dims import Dim
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.arguments import Dims, is_size, unknown
from nnspec.semantics.rules.bounds import at_least, at_most
from nnspec.semantics.rules.broadcast import broadcast, operator_call
from nnspec.semantics.rules.dtypes import is_integral
from nnspec.semantics.rules.strides import strided, strides
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Choice,
    DimLike,
    ErrorValue,
    ListValue,
    Origin,
    Relation,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import World
from nnspec.source import Span

IndexItem = Value

_INDEX_DTYPES = (None, "int64", "int32")
_MASK_DTYPES = ("bool", "uint8")


def index(
    world: World,
    tensor: Tensor,
    items: tuple[IndexItem, ...],
    span: Span,
    spans: Sequence[Span] = (),
) -> Value:
    """The value of `tensor[items]`.

    items: int, Dim, None, Ellipsis, Tensor, a list or tuple of ints, or SliceItem.
    span: the whole expression; spans: the items, as far as they are known.
    Reports E0302 (too many indices), E0303 (an index of another dtype), E0308 (an index out of range), E0301 (a mask of
    another shape) and E0307 (index tensors that do not broadcast).
    """
    names = {str(i): item for i, item in enumerate(items)}
    places = {str(i): place for i, place in enumerate(spans)}
    call = operator_call(world, "[]", span, names, places)
    expanded = _expand(call, tensor, items)
    if expanded is None:
        return unknown(tensor)
    if isinstance(expanded, ErrorValue):
        return expanded
    return _Walk(call, tensor).run(expanded)


def _expand(
    call: RuleCall, x: Tensor, items: tuple[IndexItem, ...]
) -> list[tuple[str, IndexItem]] | ErrorValue | None:
    """The items with their names, one for each axis of `x` or None; `...` is written out."""
    if x.dims is None:
        return None
    used = 0
    for item in items:
        if isinstance(item, (Unknown, Choice)):
            return None
        if isinstance(item, Tensor) and item.dtype in _MASK_DTYPES:
            if item.dims is None:
                return None
            used += len(item.dims)
        elif is_mask(item):
            used += len(list_shape(item) or ())
        elif isinstance(item, Tensor) and item.dims is None:
            return None
        elif item is not None and item is not Ellipsis:
            used += 1
    free = len(x.dims) - used
    if free < 0:
        return call.fail(
            "E0302",
            f"too many indices: {used} for {call.show(x)}, which has {len(x.dims)} "
            + ("axis" if len(x.dims) == 1 else "axes"),
            help=f"write at most {len(x.dims)}",
        )
    named = [(str(i), item) for i, item in enumerate(items)]
    whole: list[tuple[str, IndexItem]] = [("", SliceItem(None, None, None))] * free
    for i, (_, item) in enumerate(named):
        if item is Ellipsis:
            rest = named[i + 1 :]
            if any(other is Ellipsis for _, other in rest):
                return call.fail("E0302", "`...` may stand only once in an index", rest[0][0])
            return named[:i] + whole + rest
    return named + whole


class _Walk:
    """Goes through the axes of a tensor and its index items, gathering the axes of the result."""

    def __init__(self, call: RuleCall, x: Tensor) -> None:
        self.call = call
        self.x = x
        self.axis = 0
        self.strides = strides(call.world, x)
        self.steps: list[DimLike] = []
        self.dims: list[DimLike] = []
        self.origins: list[Origin | None] = []
        # Index tensors, with the place among the result's axes at which each stands.
        self.chosen: list[tuple[str, Tensor]] = []
        self.places: list[int] = []
        self.gap = 0

    def run(self, items: list[tuple[str, IndexItem]]) -> Value:
        """The result of all items."""
        kept = True
        for name, item in items:
            if not self.take(name, item):
                return ERROR
            whole = isinstance(item, SliceItem) and item.lower is item.upper is item.step is None
            kept = kept and (whole or item is None)
        if self.chosen:
            return self.gathered()
        dims, origins = tuple(self.dims), tuple(self.origins)
        if kept and self.x.contiguous is True:
            return Tensor(self.x.dtype, dims, origins)
        return strided(
            self.x, dims, origins, tuple(self.steps) if self.strides is not None else None
        )

    def take(self, name: str, item: IndexItem) -> bool:
        """One item; False where it is a mistake."""
        assert self.x.dims is not None
        if item is None:
            self.keep(1, None, 1)
            return True
        if isinstance(item, Tensor):
            return self.take_tensor(name, item)
        size = self.x.dims[self.axis]
        if isinstance(item, SliceItem):
            return self.take_slice(name, item, size)
        if isinstance(item, (ListValue, TupleValue)):
            return self.take_list(name, item, size)
        if is_size(item):
            self.axis += 1
            return in_range(self.call, item, size, name)
        self.call.fail("E0303", "an index is an int, a slice, None, `...` or a tensor", name)
        return False

    def keep(self, size: DimLike, origin: Origin | None, step: DimLike) -> None:
        """An axis of the result, whose neighbours are `step` elements apart."""
        self.dims.append(size)
        self.origins.append(origin)
        self.steps.append(step)

    def take_slice(self, name: str, item: SliceItem, size: DimLike) -> bool:
        """A slice of the next axis."""
        origin = self.x.origin(self.axis)
        step = self.strides[self.axis] if self.strides is not None else 1
        self.axis += 1
        if item.lower is item.upper is item.step is None:
            self.keep(size, origin, step)
            return True
        length = slice_length(self.call, item, size, name)
        if length is None:
            return False
        if is_size(item.step):
            step = step * item.step
        self.keep(length, origin if length is size else None, step)
        return True

    def take_list(self, name: str, item: ListValue | TupleValue, size: DimLike) -> bool:
        """A list of ints, which stands for an index tensor, or of truth values, which stands for a mask."""
        shape = list_shape(item)
        if shape is None:
            self.call.fail("E0303", "an index list holds ints", name)
            return False
        if is_mask(item):
            return self.take_mask(name, Tensor("bool", shape), sum(map(bool, leaves(item))))
        for one in leaves(item):
            if not in_range(self.call, one, size, name):
                return False
        self.axis += 1
        self.choose(name, Tensor("int64", shape))
        return True

    def take_tensor(self, name: str, item: Tensor) -> bool:
        """An index tensor or a mask."""
        call, dims = self.call, self.x.dims
        assert dims is not None and item.dims is not None
        if item.dtype in _MASK_DTYPES:
            return self.take_mask(name, item, call.new_size())
        if item.dtype not in _INDEX_DTYPES:
            call.fail(
                "E0303",
                f"a tensor used as an index is int64, int32 or bool, not {_plain(item.dtype)}",
                name or None,
                f"this is {_plain(item.dtype)}",
                help=_as_index(item),
            )
            return False
        self.axis += 1
        if item.dims == ():
            return True
        self.choose(name, item)
        return True

    def take_mask(self, name: str, item: Tensor, chosen: DimLike) -> bool:
        """A mask of which `chosen` are true."""
        call, dims = self.call, self.x.dims
        assert dims is not None and item.dims is not None
        for at, size in enumerate(item.dims):
            if not call.agree(
                size,
                dims[self.axis + at],
                f"the mask is {call.show(item)}, but the axes that it selects from are "
                f"{call.world.show_shape(dims[self.axis : self.axis + len(item.dims)])}",
                name or None,
            ):
                return False
        self.axis += len(item.dims)
        for _ in range(max(len(item.dims), 1)):
            self.choose(name, Tensor("int64", (chosen,)))
        return True

    def choose(self, name: str, item: Tensor) -> None:
        """Remember an index tensor and where its axis would have stood."""
        self.places.append(len(self.dims) + len(self.chosen))
        self.chosen.append((name, item))

    def gathered(self) -> Value:
        """The result with the axes of the index tensors put in place of those they select from."""
        found = broadcast(self.call, self.chosen)
        if found is None:
            return unknown(self.x)
        if isinstance(found, ErrorValue):
            return found
        dims, origins = found
        first, last = self.places[0], self.places[-1]
        # Index tensors that stand together leave their axes there; else these come first.
        at = first if last - first == len(self.places) - 1 else 0
        before: Dims = tuple(self.dims[:at])
        after: Dims = tuple(self.dims[at:])
        whence = (*self.origins[:at], *origins, *self.origins[at:])
        return Tensor(self.x.dtype, (*before, *dims, *after), whence)


def _plain(dtype: str | None) -> str:
    return "float32" if dtype == "float" else str(dtype)


def _as_index(item: Tensor) -> str:
    """How to come by numbers, for a tensor that has come out as fractions."""
    step = item.step
    made = step.span.text if isinstance(step, Step) else ""
    if made.startswith(("arange", "torch.arange")) and "." in made:
        return "write its numbers without a point, so that `arange` makes ints; or `.long()` converts it"
    return "`.long()` converts it"


def in_range(call: RuleCall, position: DimLike, size: DimLike, name: str) -> bool:
    """Whether an axis of the size has the position (which may count from the end); reports E0308."""
    world = call.world
    position, size = call.settle(position), call.settle(size)
    at = name if call.given(name) else None
    shown = call.show(size)
    message = f"index {call.show(position)} is out of range for an axis of size {shown}"
    if isinstance(size, int) and isinstance(position, int):
        help = f"indices go from {-size} to {size - 1}" if size else "the axis is empty"
    else:
        help = None
    if world.prove(Relation(position, ">=", 0)) is not False and not call.demand(
        Relation(position, "<", size), message, at, help=help, code="E0308"
    ):
        return False
    if world.prove(Relation(position, ">=", 0)) is True:
        return True
    return call.demand(Relation(0 - size, "<=", position), message, at, help=help, code="E0308")


def slice_length(call: RuleCall, item: SliceItem, size: DimLike, name: str) -> DimLike | None:
    """How many positions of an axis a slice takes; None (and E0308) where its step is not positive."""
    step: DimLike = 1
    for part in (item.lower, item.upper, item.step):
        if not _is_position(part):
            call.fail(
                "E0303",
                "the ends and the step of a slice are ints, or integer tensors of one element",
                name if call.given(name) else None,
            )
            return None
    if item.step is not None:
        if not is_size(item.step):
            return call.new_size()
        step = call.settle(item.step)
        if not call.demand(
            Relation(step, ">", 0),
            f"the step of a slice is positive, not {call.show(step)}",
            name if call.given(name) else None,
            help="`flip` reverses an axis",
            code="E0308",
        ):
            return None
    size = call.settle(size)
    lower = _bound(call, item.lower, 0, size, name)
    upper = _bound(call, item.upper, size, size, name)
    if lower is None or upper is None:
        # A bound that only the data decide.
        return call.new_size()
    length = at_least(call.world, upper - lower, 0)
    return call.settle((length + (step - 1)) // step)


def _is_position(value: Value) -> bool:
    """Whether a value may be an end of a slice."""
    if isinstance(value, Tensor):
        one = all(not isinstance(d, int) or d == 1 for d in value.dims or ())
        return one and (value.dtype is None or is_integral(value.dtype))
    return value is None or isinstance(value, (int, Dim, Unknown, ErrorValue, Choice))


def _bound(
    call: RuleCall, bound: Value, default: DimLike, size: DimLike, name: str
) -> DimLike | None:
    """A bound of a slice as a position from 0 to size."""
    if bound is None:
        return default
    if not is_size(bound):
        return None
    bound = call.settle(bound)
    if bound == size:
        return size
    if _counts_from_end(call, bound, name):
        return at_least(call.world, size + bound, 0)
    return at_most(call.world, bound, size)


def _counts_from_end(call: RuleCall, bound: DimLike, name: str) -> bool:
    """Whether a bound is negative. Where that is open it is what it looks like: `-k` is, `k` is not."""
    world = call.world
    sign = world.prove(Relation(bound, ">=", 0))
    if sign is not None:
        return not sign
    looks_negative = isinstance(bound, Dim) and all(c < 0 for c in bound.terms.values())
    if looks_negative or world.prove(Relation(bound, "<=", 0)) is True:
        world.claimed(Relation(bound, "<", 0), call.where(name), needed=False)
        return True
    world.claimed(Relation(bound, ">=", 0), call.where(name), needed=False)
    return False


def list_shape(value: Value) -> tuple[int, ...] | None:
    """The shape of a nested list of ints; None where it has none, or holds something else."""
    if isinstance(value, (ListValue, TupleValue)):
        inner = {list_shape(item) for item in value.items}
        if len(inner) > 1 or None in inner:
            return None
        rest = inner.pop() if inner else ()
        assert rest is not None
        return (len(value.items), *rest)
    return () if isinstance(value, (int, Dim)) else None


def is_mask(value: Value) -> bool:
    """Whether a nested list holds truth values alone."""
    if not isinstance(value, (ListValue, TupleValue)) or not value.items:
        return False
    return all(is_mask(i) or isinstance(i, bool) for i in value.items)


def leaves(value: Value) -> list[DimLike]:
    """The ints of a nested list."""
    if isinstance(value, (ListValue, TupleValue)):
        return [leaf for item in value.items for leaf in leaves(item)]
    return [value]
