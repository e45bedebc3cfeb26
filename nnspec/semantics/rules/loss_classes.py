"""Losses whose targets are classes or labels, and those of sequences."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, scores, single, takes
from nnspec.semantics.rules.arguments import came_from
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.loss import same_shape
from nnspec.semantics.rules.loss_reduction import reduced
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Relation, Tensor, Value


def cross_entropy(call: RuleCall) -> Value:
    """`cross_entropy(input, target)`: scores `[N, C, *]` with class numbers `[N, *]` or probabilities."""
    scores.look(call)
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if not _floating_scores(call, x):
        return ERROR
    if target.dtype in ("int32", "int16", "int8", "bool"):
        return _not_class_numbers(call, target)
    if x.dims is None or target.dims is None:
        return reduced(call, x.dtype, None)
    if not x.dims:
        return call.fail("E0302", f"`{call.name}` takes an axis of classes, got a scalar", "input")
    classes = 1 if len(x.dims) > 1 else 0
    rest = x.dims[:classes] + x.dims[classes + 1 :]
    same = len(target.dims) == len(x.dims)
    smoothed = call.arguments.get("label_smoothing", 0.0) != 0.0
    if target.dtype is None or not same or dtypes.is_integral(target.dtype):
        if same and target.dtype is None:
            return reduced(call, x.dtype, rest)
        lone = not smoothed and (not same or call.compare(x.dims[0], target.dims[0]) == "different")
        if not _classes_fit(call, x, target, rest, lone):
            return ERROR
        if target.dtype is not None and not dtypes.is_integral(target.dtype):
            return _not_class_numbers(call, target)
    elif not same_shape(call, x, target, "target"):
        return ERROR
    elif not takes.none_of(call, "complex", ("target",)) or not _nothing_ignored(call):
        return ERROR
    probabilities = same and not dtypes.is_integral(target.dtype)
    # Smoothed labels and probabilities weigh every class, and not only the one of each example.
    rank = 1 if smoothed or probabilities else len(x.dims)
    if not _numbers_of_bytes_fit(call, x, target) or not _class_weights(
        call, x.dims[classes], rank
    ):
        return ERROR
    single.look_at_classes(call, x, classes)
    dtype = dtypes.promote(x.dtype, target.dtype) if probabilities else x.dtype
    return reduced(call, dtype, rest)


def nll_loss(call: RuleCall) -> Value:
    """`nll_loss(input, target)`: log-probabilities `[N, C, *]` with class numbers `[N, *]`."""
    scores.look(call)
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if not _floating_scores(call, x):
        return ERROR
    if target.dtype not in (None, "int64", "uint8"):
        return _not_class_numbers(call, target)
    if x.dims is None or target.dims is None:
        return reduced(call, x.dtype, None)
    if not x.dims:
        return call.fail("E0302", f"`{call.name}` takes an axis of classes, got a scalar", "input")
    classes = 1 if len(x.dims) > 1 else 0
    rest = x.dims[:classes] + x.dims[classes + 1 :]
    if not _classes_fit(call, x, target, rest) or not _numbers_of_bytes_fit(call, x, target):
        return ERROR
    if not _class_weights(call, x.dims[classes], len(x.dims)):
        return ERROR
    return reduced(call, x.dtype, rest)


def _floating_scores(call: RuleCall, x: Tensor) -> bool:
    if not dtypes.is_integral(x.dtype) and not dtypes.is_complex(x.dtype):
        return True
    call.fail("E0303", f"`{call.name}` takes floating scores, got {x.dtype}", "input")
    return False


def _numbers_of_bytes_fit(call: RuleCall, x: Tensor, target: Tensor) -> bool:
    """Class numbers in bytes serve for a vector of scores, or a batch of them, and not for images.

    Nor where their weights are looked up for smoothed labels.
    """
    assert x.dims is not None and target.dims is not None
    images = len(x.dims) > 2 and len(target.dims) < len(x.dims)
    smoothed = (
        call.arguments.get("label_smoothing", 0.0) != 0.0 and call.tensor("weight") is not None
    )
    if target.dtype == "uint8" and (images or smoothed):
        _not_class_numbers(call, target)
        return False
    return True


def _nothing_ignored(call: RuleCall) -> bool:
    """Whether no class is ignored: probabilities have no class number to compare with. Negative ones torch does not look at."""
    ignored = call.arguments.get("ignore_index", -100)
    if not isinstance(ignored, int) or ignored < 0:
        return True
    call.fail(
        "E0308",
        f"`{call.name}` ignores a class where the target is class numbers, not probabilities",
        "ignore_index" if call.given("ignore_index") else "target",
        f"class {ignored} is ignored",
    )
    return False


def _not_class_numbers(call: RuleCall, target: Tensor) -> ErrorValue:
    return call.fail(
        "E0303",
        f"`{call.name}` takes int64 class numbers as a target, got {target.dtype}",
        "target" if call.given("target") else None,
        f"this is {target.dtype}",
        help="`.long()` converts them",
    )


def _classes_fit(
    call: RuleCall, x: Tensor, target: Tensor, rest: tuple[DimLike, ...], lone: bool = True
) -> bool:
    """Whether there is a class number for each example; lone: a vector of one will do for a scalar."""
    assert x.dims is not None and target.dims is not None
    wanted = call.world.show_shape(rest)
    message = f"`{call.name}` of scores {call.show(x)} takes class numbers {wanted}, got {call.show(target)}"
    place, label = "target" if call.given("target") else None, f"this is {call.show(target)}"
    axis = 1 if len(x.dims) > 1 else 0
    scores = call.shown(
        "input", f"axis {axis} is for the classes, {call.show(x.dims[axis])} of them"
    )
    if lone and not rest and len(target.dims) == 1:
        # One example may do without its axis, or have one.
        return call.agree(target.dims[0], 1, message, place, label, scores)
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


def _of_weights(call: RuleCall, weight: Tensor) -> bool:
    """Whether scores of a known dtype go with the weights of a layer, which are float32 where nothing is said."""
    x = arguments.tensor(call)
    if call.layer is None or weight.dtype != "float" or x.dtype in ("float", "float32", None):
        return True
    call.fail(
        "E0303",
        f"`{call.name}` has float32 weights, but is given {call.show(x)}",
        "input",
        f"this is {x.dtype}",
        help=f"make the weights of that dtype: `dtype={x.dtype}`",
    )
    return False


def _class_weights(call: RuleCall, classes: DimLike, rank: int) -> bool:
    """Whether the weights are one for each class, of floating numbers; for images torch only counts them."""
    weight = call.tensor("weight")
    if weight is None or weight.dims is None:
        return True
    if not takes.none_of(call, "bool int complex", ("weight",)):
        return False
    if not _of_weights(call, weight) or not takes.one_dtype(call, "input", "weight"):
        return False
    message = f"`{call.name}` has {call.show(classes)} classes, but a weight of {call.show(weight)}"
    if len(weight.dims) != 1 and rank <= 2:
        call.fail("E0302", message, "weight" if call.given("weight") else None)
        return False
    count = arguments.product(call.world, weight.dims)
    return call.agree(count, classes, message, "weight" if call.given("weight") else None)


def multi_margin_loss(call: RuleCall) -> Value:
    """`multi_margin_loss(input, target)`: `[N, C]` with `[N]`, or without N; one example may do without its axis."""
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if x.dims is None or target.dims is None:
        return reduced(call, x.dtype, None)
    classes = x.dims[-1] if x.dims else 1
    rows: DimLike = x.dims[0] if len(x.dims) == 2 else 1
    message = (
        f"`{call.name}` of {call.show(x)} takes a target of {call.world.show_shape(x.dims[:-1])}"
    )
    message = f"{message}, got {call.show(target)}"
    if len(x.dims) > 2 or len(target.dims) > 1:
        return call.fail("E0302", message, "target")
    given = target.dims[0] if target.dims else 1
    if not call.agree(given, rows, message, "target") or not _class_weights(
        call, classes, len(x.dims)
    ):
        return ERROR
    return reduced(call, x.dtype, target.dims)


def multilabel_margin_loss(call: RuleCall) -> Value:
    """`multilabel_margin_loss(input, target)`: `[N, C]` with `[N, C]`, or without N; one class may do without its axis."""
    x, target = arguments.tensor(call), arguments.tensor(call, "target")
    if x.dims is None or target.dims is None:
        return reduced(call, x.dtype, None)
    if len(x.dims) > 1 or len(target.dims) > 1:
        if not arguments.rank_is(call, x, (0, 1, 2)) or not same_shape(call, x, target, "target"):
            return ERROR
        return reduced(call, x.dtype, x.dims[:-1])
    classes, given = (each.dims[0] if each.dims else 1 for each in (x, target))
    message = f"`{call.name}` of {call.show(x)} takes a target as long, got {call.show(target)}"
    if not call.agree(given, classes, message, "target" if call.given("target") else None):
        return ERROR
    return reduced(call, x.dtype, ())


def multilabel_soft_margin_loss(call: RuleCall) -> Value:
    """`multilabel_soft_margin_loss(input, target)`: the mean over the classes, the last axis of the input.

    Source: torch/nn/functional.py, where all of them are stretched to one shape first.
    """
    scores.look(call)
    x = arguments.tensor(call)
    if not takes.none_of(call, "bool", ("target",)):
        return ERROR
    given = [n for n in ("input", "target", "weight") if call.tensor(n) is not None]
    operands = [(name, arguments.tensor(call, name)) for name in given]
    # The weight of a layer is converted with the model, where that may be made in any dtype.
    own = call.layer is not None and x.dtype == "float"
    dtype = dtypes.result_type([x for n, x in operands if n != "weight" or not own])
    found = broadcast(call, operands)
    if isinstance(found, ErrorValue):
        return found
    if found is None or x.dims is None:
        return reduced(call, dtype, None)
    at, dims = len(x.dims) - 1, found[0]
    if not x.dims:
        return call.fail("E0302", f"`{call.name}` takes an axis of classes, got a scalar", "input")
    return reduced(call, dtype, (*dims[:at], *dims[at + 1 :]))


def ctc_loss(call: RuleCall) -> Value:
    """`ctc_loss(log_probs, targets, input_lengths, target_lengths)`: `[T, N, C]`, or `[T, C]` without a batch.

    Targets are `[N, S]`, or all of them in a row; the lengths are two tensors, or two lists of ints.
    Source: `ctc_loss_allocate_outputs` in aten/src/ATen/native/LossCTC.cpp.
    """
    x, targets = arguments.tensor(call, "log_probs"), arguments.tensor(call, "targets")
    if not takes.none_of(call, "bool int low complex", ("log_probs",)):
        return ERROR
    if x.dims is None:
        return reduced(call, x.dtype, None)
    batch = x.dims[1:-1]
    blank = call.arguments.get("blank")
    if isinstance(blank, DimLike):
        message = f"`{call.name}` has {call.show(x.dims[-1])} classes, and no {call.show(blank)} for blank"
        for relation in (Relation(blank, ">=", 0), Relation(blank, "<", x.dims[-1])):
            if not call.demand(
                relation, message, "blank" if call.given("blank") else None, code="E0308"
            ):
                return ERROR
    if not arguments.rank_is(call, targets, (1, 2), "targets"):
        return ERROR
    steps, lengths = (_lengths(call, n, batch) for n in ("input_lengths", "target_lengths"))
    if isinstance(steps, ErrorValue) or isinstance(lengths, ErrorValue):
        return ERROR
    if (call.tensor("input_lengths") is None) != (call.tensor("target_lengths") is None):
        return call.fail(
            "E0405", f"the lengths of `{call.name}` are two tensors or two lists", "input_lengths"
        )
    for name, listed in (("input_lengths", steps), ("target_lengths", lengths)):
        for each in listed or ():
            message = f"{name} of `{call.name}` are 0 or more, not {call.show(each)}"
            if not call.demand(Relation(each, ">=", 0), message, name, code="E0308"):
                return ERROR
    for each in steps or ():
        message = f"`{call.name}` has {call.show(x.dims[0])} steps, and no {call.show(each)}"
        if not call.demand(Relation(each, "<=", x.dims[0]), message, "input_lengths", code="E0308"):
            return ERROR
    if not _targets_fit(call, targets, batch, lengths):
        return ERROR
    return reduced(call, x.dtype, batch)


def _lengths(
    call: RuleCall, name: str, batch: arguments.Dims
) -> arguments.Dims | ErrorValue | None:
    """The lengths of all sequences, where they are ints; one for each example."""
    value = call.arguments[name]
    count: DimLike = batch[0] if batch else 1
    message = f"`{call.name}` takes a length for each of {call.show(count)} examples"
    if isinstance(value, Tensor):
        if (
            dtypes.is_floating(value.dtype)
            or dtypes.is_complex(value.dtype)
            or value.dtype == "bool"
        ):
            return call.fail(
                "E0303", f"{name} of `{call.name}` are integers, got {value.dtype}", name
            )
        if value.dims is not None:
            size = arguments.product(call.world, value.dims)
            if not call.agree(size, count, f"{message}, got {call.show(value)}", name):
                return ERROR
        return None
    found = arguments.sizes(value)
    if found is not None and not call.agree(
        len(found), count, f"{message}, got {len(found)}", name
    ):
        return ERROR
    return found


def _targets_fit(
    call: RuleCall, targets: Tensor, batch: arguments.Dims, lengths: arguments.Dims | None
) -> bool:
    if targets.dims is None:
        return True
    shown = f"`{call.name}` got targets of {call.show(targets)}"
    if len(targets.dims) == 2:
        count: DimLike = batch[0] if batch else 1
        if not call.agree(
            targets.dims[0], count, f"{shown} for {call.show(count)} examples", "targets"
        ):
            return False
        return all(
            call.demand(
                Relation(each, "<=", targets.dims[1]),
                f"{shown}, of which {call.show(each)} are asked",
                "targets",
            )
            for each in lengths or ()
        )
    if lengths is None:
        return True
    total: DimLike = 0
    for each in lengths:
        total = total + each
    return call.agree(
        targets.dims[0],
        call.settle(total),
        f"{shown}, but their lengths add up to {call.show(total)}",
        "targets",
    )
