"""Padding: what is put around the last axes, or cropped from them."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, takes
from nnspec.semantics.rules.arguments import Dims, origins_of, unknown
from nnspec.semantics.values import ERROR, DimLike, Relation, Tensor, Value


def pad(call: RuleCall) -> Value:
    """`pad(x, pad, mode, value)`: pads for the last axis first, two for each axis; negative ones crop."""
    x = arguments.tensor(call)
    amounts = arguments.sizes(call.arguments["pad"])
    mode = call.arguments["mode"]
    if x.dims is None or amounts is None:
        return unknown(x)
    if len(amounts) % 2 or len(amounts) > 2 * len(x.dims):
        return call.fail(
            "E0302",
            f"pad takes two numbers for each axis from the last, got {len(amounts)} for {call.show(x)}",
            "pad",
        )
    count = len(amounts) // 2
    value = call.arguments["value"]
    if (
        mode in ("reflect", "replicate", "circular")
        and isinstance(value, (int, float))
        and value != 0
    ):
        return call.fail("E0405", f"pad with mode {mode!r} takes no value", "value")
    if not _numbers_fit(call, x, str(mode), amounts):
        return ERROR
    if mode != "constant" and isinstance(mode, str) and not _ranks_fit(call, x, count, mode):
        return ERROR
    dims = list(x.dims)
    for i in range(count):
        at = len(dims) - 1 - i
        before, after = amounts[2 * i], amounts[2 * i + 1]
        size = call.settle(dims[at] + before + after)
        if mode in ("reflect", "circular") and not _reach(call, x, at, (before, after), str(mode)):
            return ERROR
        if not _crops(call, x, at, (before, after)):
            return ERROR
        dims[at] = size
    origins = tuple(
        o if new == old else None for o, new, old in zip(origins_of(x), dims, x.dims, strict=True)
    )
    return Tensor(x.dtype, tuple(dims), origins)


def _ranks_fit(call: RuleCall, x: Tensor, count: int, mode: str) -> bool:
    assert x.dims is not None
    if 1 <= count <= 3 and len(x.dims) in (count + 1, count + 2):
        return True
    call.fail(
        "E0302",
        f'pad with mode="{mode}" pads the last one to three axes, with one or two before them: '
        f"got {2 * count} numbers for {call.show(x)}",
        "pad",
    )
    return False


def _reach(call: RuleCall, x: Tensor, at: int, amounts: tuple[DimLike, DimLike], mode: str) -> bool:
    """What is mirrored or wrapped around must be there."""
    assert x.dims is not None
    op = "<" if mode == "reflect" else "<="
    return all(
        call.demand(
            Relation(amount, op, x.dims[at]),
            f'pad with mode="{mode}" by {call.show(amount)} needs more than axis {at} of '
            f"{call.show(x)} has",
            "pad",
        )
        for amount in amounts
    )


def padded(call: RuleCall) -> Value:
    """The layers of paddings, whose signature has the sizes: what may be cropped, and what they are filled with."""
    x, amounts = arguments.tensor(call), arguments.sizes(call.arguments["p"])
    kind = call.decl.name.partition("Pad")[0]
    mode = {"Reflection": "reflect", "Replication": "replicate", "Circular": "circular"}.get(
        kind, ""
    )
    if not _numbers_fit(call, x, mode, amounts or ()):
        return ERROR
    if x.dims is None or amounts is None:
        return call.result
    for i in range(len(amounts) // 2):
        before, after = amounts[2 * i : 2 * i + 2]
        if not _crops(call, x, len(x.dims) - 1 - i, (before, after), mode):
            return ERROR
    return call.result


def _crops(
    call: RuleCall, x: Tensor, at: int, amounts: tuple[DimLike, DimLike], mode: str = ""
) -> bool:
    """Whether there is as much as negative amounts crop: torch crops before it pads.

    Around in a circle goes what is left then, and once at most.
    """
    assert x.dims is not None
    before, after = amounts
    taken: DimLike = 0
    for each in amounts:
        if isinstance(each, int) and each < 0:
            taken = taken - each
    left = call.settle(x.dims[at] - taken)
    if not call.demand(
        Relation(left, ">=", 0),
        f"{call.name} crops {call.show(taken)} from axis {at} of {call.show(x)}, "
        f"which has {call.show(x.dims[at])}",
        "pad" if call.given("pad") else None,
        code="E0304",
    ):
        return False
    if mode != "circular" or taken == 0:
        return True
    return all(
        call.demand(
            Relation(each, "<=", left),
            f"{call.name} goes around by {call.show(each)} where {call.show(left)} are left of axis {at}",
        )
        for each in (before, after)
    )


def _numbers_fit(call: RuleCall, x: Tensor, mode: str, amounts: Dims) -> bool:
    """Whether the tensor's numbers can be padded so: bools are not mirrored, bytes not filled with what they cannot hold."""
    if mode in ("reflect", "replicate"):
        return takes.none_of(call, "bool")
    if not any(isinstance(each, int) and each > 0 for each in amounts):
        return True
    return takes.numbers(call, x, "value", floats=True)
