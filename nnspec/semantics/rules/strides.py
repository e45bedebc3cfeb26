"""Where in memory a tensor's elements lie: strides, and which views they allow.

A tensor that permuting, expanding or slicing made carries its strides (`Tensor.strides`); a contiguous one needs
none, and where they are not known nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.arguments import Dims, Origins
from nnspec.semantics.values import DimLike, ListValue, Tensor, TupleValue, Value
from nnspec.semantics.world import World, error
from nnspec.source import Span


def strides(world: World, x: Tensor) -> Dims | None:
    """The distance between neighbours on every axis, in elements; None where it is not known."""
    if x.dims is None:
        return None
    if x.strides is not None and len(x.strides) == len(x.dims):
        return x.strides
    return row_major(world, x.dims) if x.contiguous is True else None


def row_major(world: World, dims: Dims) -> Dims:
    """The strides of a contiguous tensor."""
    found: list[DimLike] = []
    step: DimLike = 1
    for dim in reversed(dims):
        found.append(step)
        step = step * dim
    return tuple(world.settle(s) if not isinstance(s, int) else s for s in reversed(found))


def strided(x: Tensor, dims: Dims, origins: Origins | None, found: Dims | None) -> Tensor:
    """A view of `x` with these dims and strides."""
    return Tensor(x.dtype, dims, origins, None if found is None else False, found)


def view_strides(world: World, dims: Dims, found: Dims, wanted: Dims) -> Dims | None:
    """The strides of a view of another shape; None where torch would have to copy.

    Source: `computeStride_impl` in aten/src/ATen/TensorUtils.cpp. Axes that may lie one behind the other
    only if some size is 1 count as apart.
    """
    if not dims:
        return (1,) * len(wanted)
    result: list[DimLike] = [0] * len(wanted)
    at = len(wanted) - 1
    base = found[-1]
    have: DimLike = 1
    seen: DimLike = 1
    for i in reversed(range(len(dims))):
        have = have * dims[i]
        joined = i > 0 and (
            world.settle(dims[i - 1]) == 1 or world.compare(found[i - 1], have * base) == "equal"
        )
        if joined:
            continue
        while at >= 0 and (world.compare(seen, have) != "equal" or world.settle(wanted[at]) == 1):
            result[at] = world.settle(seen * base)
            seen = seen * wanted[at]
            at -= 1
        if world.compare(seen, have) != "equal":
            return None
        if i > 0:
            base, have, seen = found[i - 1], 1, 1
    return tuple(result) if at < 0 else None


def doubtful(value: Value, inputs: Iterable[Value]) -> Value:
    """The value of a function that may lay out its result as its inputs are: contiguous if all of them are."""
    return value if all(map(_contiguous, inputs)) else _unknown_order(value)


def _contiguous(value: Value) -> bool:
    if isinstance(value, Tensor):
        return value.contiguous is True
    if isinstance(value, (ListValue, TupleValue)):
        return all(map(_contiguous, value.items))
    return True


def _unknown_order(value: Value) -> Value:
    if isinstance(value, Tensor):
        return Tensor(value.dtype, value.dims, value.origins, None)
    if isinstance(value, TupleValue):
        items = tuple(map(_unknown_order, value.items))
        return TupleValue(items, value.names, value.type_name)
    return value


def repeated(x: Tensor) -> DimLike | None:
    """The size of an axis along which all elements are one in memory, as `expand` makes it; None without one."""
    if x.dims is None or x.strides is None or len(x.strides) != len(x.dims):
        return None
    return next(
        (d for d, step in zip(x.dims, x.strides, strict=True) if step == 0 and d != 1), None
    )


def warn_of_view(call: RuleCall, x: Tensor, wanted: Dims) -> None:
    """W0203, where torch refuses to view `x` in the shape although the number of elements fits."""
    span = call.span
    text = span.text
    first = min((s.start for s in call.spans.values() if s.start > span.start), default=span.end)
    name = (
        text.rfind("view", 0, max(first - span.start, 0))
        if first < span.end
        else text.rfind("view")
    )
    fix = None
    if name >= 0:
        place = Span(span.source, span.start + name, span.start + name + len("view"))
        fix = Fix("use reshape", (Edit(place, "reshape"),), "safe")
    call.world.report(
        error(
            "W0203",
            f"{call.show(x)} cannot be viewed as {call.world.show_shape(wanted)}: its elements do not lie in that "
            "order, and torch refuses when the model runs",
            span,
            help="`reshape` copies where it must",
            fix=fix,
        )
    )
