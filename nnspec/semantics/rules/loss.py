"""Losses: what agrees with what, and what a reduction leaves."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, scores, single
from nnspec.semantics.rules.arguments import Dims, came_from, unknown
from nnspec.semantics.rules.broadcast import broadcast, stretch
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Tensor, Value


def _reduced(call: RuleCall, dtype: str | None, dims: tuple[DimLike, ...] | None) -> Value:
    """A scalar, or with reduction="none" a loss for each element."""
    if call.arguments.get("reduce") is False or call.arguments.get("reduction") == "none":
        return Tensor(dtype, dims, contiguous=None if dims is None else True)
    if not isinstance(call.arguments.get("reduction", "mean"), str):
        return unknown(dtype)
    return Tensor(dtype, ())


def elementwise_loss(call: RuleCall) -> Value:
    """mse_loss, l1_loss, kl_div and their kin: input and target broadcast, with a warning where they do."""
    first = next(n for n in call.arguments if n in ("input", "log_input") and n != "self_log_input")
    scores.look(call, first)
    x, target = arguments.tensor(call, first), arguments.tensor(call, "target")
    dtype = dtypes.result_type((x, target))
    found = broadcast(call, [(first, x), ("target", target)])
    if isinstance(found, ErrorValue):
        return found
    if found is not None:
        _warn_of_broadcast(call, first, x, target, found[0])
    return _reduced(call, dtype, None if found is None else found[0])


def _warn_of_broadcast(call: RuleCall, first: str, x: Tensor, target: Tensor, dims: Dims) -> None:
    """`[B, 1]` against `[B]` gives `[B, B]`: torch goes on, and the loss is wrong."""
    if x.dims is None or target.dims is None:
        return
    same = len(x.dims) == len(target.dims) and all(
        call.compare(a, b) == "equal" for a, b in zip(x.dims, target.dims, strict=True)
    )
    if not same:
        call.warn(
            "W0205",
            f"`{call.name}` broadcasts {call.show(x)} against {call.show(target)}: "
            f"it compares {call.world.show_shape(dims)}",
            "target" if call.given("target") else None,
            "give both the same shape",
            f"this is {call.show(target)}",
            call.shown(first),
        )


def exact_loss(call: RuleCall) -> Value:
    """binary_cross_entropy (with logits): input and target have one shape."""
    scores.look(call)
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    for name, one in (("input", x), ("target", target)):
        if dtypes.is_integral(one.dtype):
            return call.fail(
                "E0303",
                f"`{call.name}` takes floating tensors, but {name} is {one.dtype}",
                name if call.given(name) else None,
                f"this is {one.dtype}",
                help="`.float()` converts it",
            )
    if not _same_shape(call, x, target, "target"):
        return ERROR
    weight = call.tensor("weight")
    if weight is not None and x.dims is not None:
        found = broadcast(call, [("input", x), ("weight", weight)])
        if isinstance(found, ErrorValue):
            return found
    return _reduced(call, dtypes.promote(x.dtype, target.dtype), x.dims)


def _same_shape(call: RuleCall, x: Tensor, other: Tensor, name: str) -> bool:
    if x.dims is None or other.dims is None:
        return True
    message = f"`{call.name}` takes an input and a {name} of one shape, got {call.show(x)} and {call.show(other)}"
    place, label = name if call.given(name) else None, f"this is {call.show(other)}"
    first = next((n for n in ("input", "input1") if n in call.arguments), "input")
    if len(x.dims) != len(other.dims):
        call.fail("E0302", message, place, label, call.shown(first))
        return False
    return all(
        call.agree(
            a,
            b,
            message,
            place,
            label,
            others=(*call.shown(first), *came_from(x, i), *came_from(other, i)),
        )
        for i, (a, b) in enumerate(zip(x.dims, other.dims, strict=True))
    )


def cross_entropy(call: RuleCall) -> Value:
    """`cross_entropy(input, target)`: scores `[N, C, *]` with class numbers `[N, *]` or probabilities."""
    scores.look(call)
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if dtypes.is_integral(x.dtype):
        return call.fail("E0303", f"`{call.name}` takes floating scores, got {x.dtype}", "input")
    if target.dtype in ("int32", "int16", "int8", "bool"):
        return _not_class_numbers(call, target)
    if x.dims is None or target.dims is None:
        return _reduced(call, x.dtype, None)
    if not x.dims:
        return call.fail("E0302", f"`{call.name}` takes an axis of classes, got a scalar", "input")
    classes = 1 if len(x.dims) > 1 else 0
    rest = x.dims[:classes] + x.dims[classes + 1 :]
    same = len(target.dims) == len(x.dims)
    if target.dtype is None or not same or dtypes.is_integral(target.dtype):
        if same and target.dtype is None:
            return _reduced(call, x.dtype, rest)
        if not _classes_fit(call, x, target, rest):
            return ERROR
        if target.dtype is not None and not dtypes.is_integral(target.dtype):
            return _not_class_numbers(call, target)
    elif not _same_shape(call, x, target, "target"):
        return ERROR
    if not _class_weights(call, x.dims[classes]):
        return ERROR
    single.look_at_classes(call, x, classes)
    return _reduced(call, x.dtype, rest)


def nll_loss(call: RuleCall) -> Value:
    """`nll_loss(input, target)`: log-probabilities `[N, C, *]` with class numbers `[N, *]`."""
    scores.look(call)
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if target.dtype not in (None, "int64", "uint8"):
        return _not_class_numbers(call, target)
    if x.dims is None or target.dims is None:
        return _reduced(call, x.dtype, None)
    if not x.dims:
        return call.fail("E0302", f"`{call.name}` takes an axis of classes, got a scalar", "input")
    classes = 1 if len(x.dims) > 1 else 0
    rest = x.dims[:classes] + x.dims[classes + 1 :]
    if not _classes_fit(call, x, target, rest) or not _class_weights(call, x.dims[classes]):
        return ERROR
    return _reduced(call, x.dtype, rest)


def _not_class_numbers(call: RuleCall, target: Tensor) -> ErrorValue:
    return call.fail(
        "E0303",
        f"`{call.name}` takes int64 class numbers as a target, got {target.dtype}",
        "target" if call.given("target") else None,
        f"this is {target.dtype}",
        help="`.long()` converts them",
    )


def _classes_fit(call: RuleCall, x: Tensor, target: Tensor, rest: tuple[DimLike, ...]) -> bool:
    assert x.dims is not None and target.dims is not None
    wanted = call.world.show_shape(rest)
    message = f"`{call.name}` of scores {call.show(x)} takes class numbers {wanted}, got {call.show(target)}"
    place, label = "target" if call.given("target") else None, f"this is {call.show(target)}"
    axis = 1 if len(x.dims) > 1 else 0
    scores = call.shown(
        "input", f"axis {axis} is for the classes, {call.show(x.dims[axis])} of them"
    )
    if len(target.dims) != len(rest):
        call.fail("E0302", message, place, label, scores, _of_images(call, target, rest))
        return False
    return all(
        call.agree(
            a,
            b,
            message,
            place,
            label,
            (*scores, *came_from(x, i if i == 0 else i + 1)),
            _mixed(call, a, b) if i == 0 else (),
        )
        for i, (a, b) in enumerate(zip(target.dims, rest, strict=True))
    )


def _of_images(call: RuleCall, target: Tensor, rest: tuple[DimLike, ...]) -> tuple[str, ...]:
    """What a target with an axis too many may be."""
    assert target.dims is not None
    if len(target.dims) != len(rest) + 1:
        return ()
    if len(rest) == 3 and call.settle(target.dims[1]) == 3:
        return ("a mask is a class number for each pixel, and not an image of three channels",)
    return ()


def _mixed(call: RuleCall, have: DimLike, want: DimLike) -> tuple[str, ...]:
    """A batch of scores that is a multiple of that of the target: other axes have come into it."""
    have, want = call.settle(have), call.settle(want)
    if isinstance(have, int) and isinstance(want, int) and 0 < have < want and want % have == 0:
        return (
            f"{want} is {want // have} * {have}: a reshape has brought other axes into the batch",
        )
    return ()


def _class_weights(call: RuleCall, classes: DimLike) -> bool:
    weight = call.tensor("weight")
    if weight is None or weight.dims is None:
        return True
    message = f"`{call.name}` has {call.show(classes)} classes, but a weight of {call.show(weight)}"
    if len(weight.dims) != 1:
        call.fail("E0302", message, "weight")
        return False
    return call.agree(weight.dims[0], classes, message, "weight" if call.given("weight") else None)


def pairwise_loss(call: RuleCall) -> Value:
    """margin_ranking_loss: two inputs and a target of equally many axes."""
    named = [(n, arguments.tensor(call, n)) for n in ("input1", "input2", "target")]
    ranks = {len(x.dims) for _, x in named if x.dims is not None}
    if len(ranks) > 1:
        return call.fail(
            "E0302",
            f"`{call.name}` takes equally many axes, got "
            + ", ".join(call.show(x) for _, x in named),
        )
    found = broadcast(call, named)
    if isinstance(found, ErrorValue):
        return found
    dtype = dtypes.result_type([x for _, x in named])
    return _reduced(call, dtype, None if found is None else found[0])


def cosine_embedding_loss(call: RuleCall) -> Value:
    """`cosine_embedding_loss(x1, x2, target)`: `[N, D]`, `[N, D]`, `[N]`, or without N."""
    a, b = arguments.tensor(call, "input1"), arguments.tensor(call, "input2")
    target = arguments.tensor(call, "target")
    if a.dims is None or b.dims is None or target.dims is None:
        return _reduced(call, a.dtype, target.dims)
    if not _same_shape(call, a, b, "input2"):
        return ERROR
    wanted = a.dims[:-1]
    if len(target.dims) != len(wanted) or len(wanted) > 1:
        return call.fail(
            "E0302",
            f"`{call.name}` of {call.show(a)} takes a target of {call.world.show_shape(wanted)}",
            "target",
        )
    message = f"`{call.name}` of {call.show(a)} got a target of {call.show(target)}"
    if not all(
        call.agree(p, q, message, "target") for p, q in zip(target.dims, wanted, strict=True)
    ):
        return ERROR
    return _reduced(call, dtypes.promote(a.dtype, b.dtype), wanted)


def triplet_loss(call: RuleCall) -> Value:
    """triplet_margin_loss: anchor, positive and negative broadcast; distances along the last axis."""
    named = [(n, arguments.tensor(call, n)) for n in ("anchor", "positive", "negative")]
    ranks = {len(x.dims) for _, x in named if x.dims is not None}
    if len(ranks) > 1:
        return call.fail(
            "E0302",
            f"`{call.name}` takes equally many axes, got "
            + ", ".join(call.show(x) for _, x in named),
        )
    found = broadcast(call, named)
    if isinstance(found, ErrorValue):
        return found
    dtype = dtypes.result_type([x for _, x in named])
    return _reduced(call, dtype, None if found is None else found[0][:-1])


def class_loss(call: RuleCall) -> Value:
    """Losses whose signature says what agrees: one for each example."""
    name = "log_probs" if "log_probs" in call.arguments else "input"
    x = arguments.tensor(call, name)
    if x.dims is None:
        return _reduced(call, x.dtype, None)
    return _reduced(call, x.dtype, x.dims[1:-1] if name == "log_probs" else x.dims[:-1])


def cosine_similarity(call: RuleCall) -> Value:
    """`cosine_similarity(x1, x2, dim)`: broadcast, then without the axis."""
    a, b = arguments.tensor(call, "x1"), arguments.tensor(call, "x2")
    dtype = dtypes.result_type((a, b))
    if dtypes.is_integral(dtype):
        return call.fail("E0303", f"`{call.name}` takes floating tensors, got {dtype}")
    found = stretch(call, [("x1", a), ("x2", b)], dtype)
    if isinstance(found, ErrorValue) or found.dims is None:
        return found
    at = arguments.axis(call, "dim", found)
    if not isinstance(at, int):
        return at or unknown(dtype)
    return Tensor(dtype, found.dims[:at] + found.dims[at + 1 :])


def pairwise_distance(call: RuleCall) -> Value:
    """`pairwise_distance(x1, x2)`: broadcast, then without the last axis."""
    a, b = arguments.tensor(call, "x1"), arguments.tensor(call, "x2")
    dtype = dtypes.result_type((a, b))
    found = stretch(call, [("x1", a), ("x2", b)], dtype)
    if isinstance(found, ErrorValue) or found.dims is None:
        return found
    last = (1,) if call.arguments.get("keepdim") is True else ()
    return Tensor(dtype, (*found.dims[:-1], *last))


def cdist(call: RuleCall) -> Value:
    """`cdist(x1, x2)`: `[*, P, M]` and `[*, R, M]` give `[*, P, R]`."""
    a, b = arguments.tensor(call, "x1"), arguments.tensor(call, "x2")
    if a.dims is None or b.dims is None:
        return unknown(a)
    if len(a.dims) < 2 or len(b.dims) < 2:
        return call.fail("E0302", f"cdist takes matrices, got {arguments.show(call, a, b)}")
    if not call.agree(
        a.dims[-1], b.dims[-1], f"cdist of {arguments.show(call, a, b)}: the last axes differ", "x2"
    ):
        return ERROR
    found = broadcast(
        call, [("x1", Tensor(a.dtype, a.dims[:-2])), ("x2", Tensor(b.dtype, b.dims[:-2]))]
    )
    if isinstance(found, ErrorValue) or found is None:
        return found or unknown(a)
    return Tensor(dtypes.promote(a.dtype, b.dtype), (*found[0], a.dims[-2], b.dims[-2]))
