"""What calls give, looked at before anything is done with it: sizes that no tensor has."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics import trail
from nnspec.semantics.evaluate.calling.binding import Bound
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.evaluate.statics import strings
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    DimLike,
    ListValue,
    Relation,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import error

MOST_ELEMENTS = 2**63 - 1


def flat(values: Iterable[Value]) -> Iterable[Value]:
    """The values, those inside lists and tuples among them."""
    for value in values:
        if isinstance(value, (TupleValue, ListValue)):
            yield from flat(value.items)
        else:
            yield value


def _input_dims(bound: Bound) -> set[DimLike]:
    return {
        d
        for v in flat(bound.values.values())
        if isinstance(v, Tensor) and v.dims is not None
        for d in v.dims
    }


def empty(value: Value, bound: Bound, callee: Callee, inner: Frame, least: int) -> bool:
    """Report a result with a negative size, or a layer or formula that leaves nothing of an axis.

    least: 1 where no size may come out as 0.
    """
    tensors = [v for v in flat((value,)) if isinstance(v, Tensor) and v.dims is not None]
    world = inner.world
    given: set[DimLike] | None = None
    for tensor in tensors:
        for axis, size in enumerate(tensor.dims or ()):
            if isinstance(size, int) and size >= 1:
                continue
            given = _input_dims(bound) if given is None else given
            if size in given:
                continue
            low = 0 if size == 0 and 0 in given else least
            if isinstance(size, int):
                wrong: bool | None = size < low
            else:
                wrong = world.prove(Relation(size, ">=", low)) is False
            if wrong:
                shown = [v for v in flat(bound.values.values()) if isinstance(v, Tensor)]
                inputs = ", ".join(world.show_shape(t.dims) for t in shown[:1])
                labels, notes = trail.told(world, (*_made(callee), *_whence(shown, tensor, axis)))
                inner.report(
                    error(
                        "E0304",
                        f"`{callee.name}` leaves nothing of {inputs}: its result would be "
                        f"{world.show_shape(tensor.dims)}",
                        callee.span,
                        f"axis {axis} would have size {world.show(size)}",
                        labels,
                        notes,
                        help="give it a larger input, a smaller kernel or stride, or padding",
                    )
                )
                return True
            if low == 1 and not isinstance(size, int):
                world.assume_size(size)
    return False


def _whence(inputs: list[Tensor], result: Tensor, axis: int) -> tuple[Whence, ...]:
    """The axis of the input of which nothing is left."""
    first = inputs[0] if inputs else None
    return (Whence(first, axis),) if first is not None and first.rank == result.rank else ()


def overflows(value: Value, callee: Callee, inner: Frame) -> bool:
    """Report a tensor of more elements than torch can count."""
    for tensor in flat((value,)):
        if isinstance(tensor, Tensor) and tensor.dims is not None:
            elements = 1
            for size in tensor.dims:
                elements *= size if isinstance(size, int) else 1
            if elements > MOST_ELEMENTS:
                inner.report(
                    error(
                        "E0004",
                        f"`{callee.name}` gives a tensor of {strings.amount(elements)} elements, more than "
                        "fit into 64 bits",
                        callee.span,
                        "",
                        _made(callee),
                    )
                )
                return True
    return False


def _made(callee: Callee) -> tuple[Label, ...]:
    if callee.made is None:
        return ()
    return (Label(callee.made, f"`{callee.name}` is made here"),)
