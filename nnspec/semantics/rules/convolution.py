"""Numbers that convolutions and patches take, and sizes that a transposed convolution may be asked for."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, takes
from nnspec.semantics.values import ERROR, Relation, TupleValue, Value


def convolved(call: RuleCall) -> Value:
    """conv1d, conv_transpose2d, ...: the shape of the signature, of floating or complex numbers."""
    names = ("input", "weight", "bias")
    if not takes.none_of(call, "bool int", names) or not takes.one_dtype(call, *names):
        return ERROR
    return call.result


def patches(call: RuleCall) -> Value:
    """unfold, fold: the shape of the signature, with a place for the kernel along each axis; there are no kernels for integers.

    Source: the dispatch of `im2col` and `col2im` in aten/src/ATen/native.
    """
    if not takes.none_of(call, "int"):
        return ERROR
    x = arguments.tensor(call)
    found = [call.arguments.get(name) for name in ("k", "s", "p", "d")]
    members = [member for member in found if isinstance(member, TupleValue)]
    if x.dims is None or len(members) != len(found):
        return call.result
    folded = call.arguments.get("o")
    if isinstance(folded, TupleValue):
        for size, (k, s, p, d) in zip(
            folded.items, zip(*(m.items for m in members), strict=True), strict=True
        ):
            places = call.settle((size + 2 * p - d * (k - 1) - 1) // s + 1)
            if call.world.prove(Relation(places, ">=", 1)) is False:
                return call.fail(
                    "E0321",
                    f"`{call.name}`: a kernel of {call.show(k)} has no place in an output of {call.show(size)}",
                    "output_size",
                )
        return call.result
    for axis in (-2, -1):
        k, s, p, d = (member.items[axis] for member in members)
        places = call.settle((x.dims[axis] + 2 * p - d * (k - 1) - 1) // s + 1)
        if call.world.prove(Relation(places, ">=", 1)) is False:
            at, size = len(x.dims) + axis, call.show(x.dims[axis])
            return call.fail(
                "E0304",
                f"`{call.name}` leaves nothing of {call.show(x)}: a kernel of {call.show(k)} has no place on axis {at}",
                "input",
                f"{size} on axis {at}",
                arguments.came_from(x, axis),
                help="give it a larger input, a smaller kernel or dilation, or padding",
            )
        if not isinstance(places, int):
            call.world.assume_size(places)
    return call.result


def transposed(call: RuleCall) -> Value:
    """ConvTranspose: `output_size` is one of as many sizes as the stride has steps.

    Several inputs of a strided convolution give outputs of one size, and so one of them must be chosen.
    Source: `torch.nn.modules.conv._ConvTransposeNd._output_padding`.
    """
    asked = call.arguments.get("output_size")
    wanted = arguments.sizes(asked) if asked is not None else None
    x = arguments.tensor(call)
    found = [call.arguments.get(name) for name in ("k", "s", "p", "d")]
    members = [member for member in found if isinstance(member, TupleValue)]
    if wanted is None or x.dims is None or len(members) != len(found):
        return call.result
    count = len(members[0].items)
    if len(wanted) not in (count, len(x.dims)):
        return call.fail(
            "E0302",
            f"`output_size` of `{call.name}` has {count} or {len(x.dims)} sizes, got {len(wanted)}",
            "output_size",
        )
    for axis in range(-count, 0):
        k, s, p, d = (member.items[axis] for member in members)
        least = call.settle((x.dims[axis] - 1) * s - 2 * p + d * (k - 1) + 1)
        most = call.settle(least + s - 1)
        size = wanted[axis]
        at = len(x.dims) + axis
        choice = call.show(least) if s == 1 else f"from {call.show(least)} to {call.show(most)}"
        message = (
            f"`{call.name}` of {call.show(x)} makes {choice} on axis {at}, "
            f"and not {call.show(size)}"
        )
        for relation in (Relation(size, ">=", least), Relation(size, "<=", most)):
            if not call.demand(relation, message, "output_size", code="E0308"):
                return ERROR
    return call.result
