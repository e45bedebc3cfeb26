"""Losses: what agrees with what, and what a reduction leaves."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, loss_dtypes, scores, takes
from nnspec.semantics.rules.arguments import Dims, came_from, unknown
from nnspec.semantics.rules.broadcast import broadcast, stretch
from nnspec.semantics.rules.loss_reduction import reduced
from nnspec.semantics.values import ERROR, ErrorValue, Tensor, Value


def elementwise_loss(call: RuleCall) -> Value:
    """mse_loss, l1_loss, kl_div and their kin: input and target broadcast, with a warning where they do."""
    first = "input" if "input" in call.arguments else "log_input"
    scores.look(call, first)
    x, target = arguments.tensor(call, first), arguments.tensor(call, "target")
    var = call.tensor("var")
    if type(call.arguments.get("var")) is int:
        number = f"{call.arguments['var']}.0"
        return call.fail(
            "E0405", "one variance for all is a float", "var", help=f"write `{number}`"
        )
    # A variance without the last axis is given one, and counts as a tensor with axes where it had none.
    others = [] if var is None else [Tensor(var.dtype, (1,)) if x.dims and var.dims == () else var]
    dtype = loss_dtypes.elementwise(call, first, [x, target, *others])
    if dtype == "" or not _numbers_fit(call):
        return ERROR
    weight = call.tensor("weight")
    if weight is not None and not same_shape(call, x, weight, "weight"):
        return ERROR
    # With weights the difference is taken by itself.
    if weight is not None and not takes.none_of(call, "bool", (first, "target")):
        return ERROR
    if weight is not None and dtype is not None:
        dtype = dtypes.promote(dtype, weight.dtype)
    operands = [(first, x), ("target", target)]
    found = broadcast(call, operands)
    if isinstance(found, ErrorValue):
        return found
    if found is not None:
        _warn_of_broadcast(call, first, x, target, found[0])
        if loss_dtypes.name_of(call) == "softmargin" and not _as_large(call, first, x, found[0]):
            return ERROR
    if var is not None:
        spread = _variances(call, first, x, var)
        if isinstance(spread, ErrorValue):
            return spread
        found = broadcast(call, [*operands, ("var", spread)])
        if isinstance(found, ErrorValue):
            return found
    return reduced(call, dtype, None if found is None else found[0])


# Arguments with the least that they may be, and whether they may be just that.
_LEAST = {"smoothl1": ("beta", True), "huber": ("delta", False), "gaussiannll": ("var", True)}


def _numbers_fit(call: RuleCall) -> bool:
    name, closed = _LEAST.get(loss_dtypes.name_of(call), ("", True))
    value = call.arguments.get(name)
    if not isinstance(value, (int, float)) or value > 0 or closed and value == 0:
        return True
    wanted = "0 or more" if closed else "more than 0"
    call.fail("E0308", f"{name} of `{call.name}` must be {wanted}, not {value}", name)
    return False


def _as_large(call: RuleCall, first: str, x: Tensor, dims: Dims) -> bool:
    """Whether a loss that is made in place of its input has its size."""
    if x.dims is None:
        return True
    message = (
        f"`{call.name}` gives a loss for each element of {call.show(x)}, "
        f"and a target that stretches it to {call.world.show_shape(dims)} does not fit"
    )
    if len(dims) != len(x.dims):
        call.fail("E0302", message, "target", others=call.shown(first))
        return False
    return all(
        call.agree(a, b, message, "target", others=call.shown(first))
        for a, b in zip(dims, x.dims, strict=True)
    )


def _variances(call: RuleCall, first: str, x: Tensor, var: Tensor) -> Tensor | ErrorValue:
    """The variances with the axes of the input: as large, without its last axis, or with one axis of 1.

    Source: `gaussian_nll_loss` in torch/nn/functional.py.
    """
    if not takes.none_of(call, "bool int complex", ("var",)):
        return ERROR
    if x.dims is None or var.dims is None:
        return unknown(var)
    message = f"`var` of `{call.name}` has the shape of the input, {call.show(x)}, but is {call.show(var)}"
    note = ("it may lack the last axis, or have one axis of 1",)
    if len(var.dims) == len(x.dims) - 1:
        if all(
            call.agree(a, b, message, "var", others=call.shown(first), notes=note)
            for a, b in zip(var.dims, x.dims, strict=False)
        ):
            return Tensor(var.dtype, (*var.dims, 1))
        return ERROR
    if len(var.dims) != len(x.dims):
        return call.fail("E0302", message, "var", others=call.shown(first), notes=note)
    single = [
        i
        for i, (a, b) in enumerate(zip(var.dims, x.dims, strict=True))
        if call.settle(a) == 1 and call.compare(a, b) != "equal"
    ]
    for i, (a, b) in enumerate(zip(var.dims, x.dims, strict=True)):
        if single[:1] != [i] and not call.agree(
            a, b, message, "var", others=call.shown(first), notes=note
        ):
            return ERROR
    return var


def _warn_of_broadcast(
    call: RuleCall, first: str, x: Tensor, target: Tensor, dims: Dims, second: str = "target"
) -> None:
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
            second if call.given(second) else None,
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
    if not same_shape(call, x, target, "target"):
        return ERROR
    for name in ("weight", "pos_weight"):
        if not _weights_fit(call, x, name) or not takes.none_of(call, "complex", (name,)):
            return ERROR
    logits = "pos_weight" in call.arguments
    if not takes.none_of(call, "complex", ("input",) if logits else ("input", "target")):
        return ERROR
    if not logits and not takes.one_dtype(call, "input", "target"):
        return ERROR
    if logits and call.tensor("pos_weight") is not None:
        if not takes.none_of(call, "complex", ("target",)):
            return ERROR
        if not takes.none_of(call, "bool", ("pos_weight",)):
            return ERROR
    # With logits the loss is made in place of what becomes of the target.
    return reduced(call, (target if logits else x).dtype, x.dims)


def _weights_fit(call: RuleCall, x: Tensor, name: str) -> bool:
    """Whether weights can be stretched to the elements of the input."""
    weight = call.tensor(name)
    if weight is None or weight.dims is None or x.dims is None:
        return True
    found = broadcast(call, [("input", x), (name, weight)])
    if isinstance(found, ErrorValue) or found is None:
        return found is None
    message = f"`{call.name}` of {call.show(x)} takes no {name} of {call.show(weight)}"
    place = name if call.given(name) else None
    if len(found[0]) != len(x.dims):
        call.fail("E0302", message, place)
        return False
    return all(call.agree(a, b, message, place) for a, b in zip(found[0], x.dims, strict=True))


def same_shape(call: RuleCall, x: Tensor, other: Tensor, name: str) -> bool:
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
    if not takes.none_of(call, "bool complex", ("input1", "input2")):
        return ERROR
    if not takes.none_of(call, "bool complex", ("target",)):
        return ERROR
    dtype = dtypes.result_type([x for _, x in named])
    return reduced(call, dtype, None if found is None else found[0])


def cosine_embedding_loss(call: RuleCall) -> Value:
    """`cosine_embedding_loss(x1, x2, target)`: `[N, D]`, `[N, D]`, `[N]`, or without N.

    torch broadcasts all of them; that is a warning here.
    """
    a, b = arguments.tensor(call, "input1"), arguments.tensor(call, "input2")
    target = arguments.tensor(call, "target")
    if not takes.none_of(call, "complex", ("input1", "input2")):
        return ERROR
    dtype = loss_dtypes.cosine([a, b])
    if a.dims is None or b.dims is None or target.dims is None:
        return reduced(call, dtype, target.dims)
    wanted = a.dims[:-1]
    if not a.dims:
        return call.fail("E0302", f"`{call.name}` takes vectors, or a row of them", "input1")
    if len(target.dims) != len(wanted) or len(b.dims) != len(a.dims) or len(wanted) > 1:
        if len(a.dims) != len(b.dims):
            same_shape(call, a, b, "input2")
            return ERROR
        return call.fail(
            "E0302",
            f"`{call.name}` of {call.show(a)} takes a target of {call.world.show_shape(wanted)}",
            "target",
        )
    found = broadcast(call, [("input1", a), ("input2", b)])
    if isinstance(found, ErrorValue) or found is None:
        return ERROR
    _warn_of_broadcast(call, "input1", a, b, found[0], "input2")
    each = Tensor(a.dtype, found[0][:-1])
    losses = broadcast(call, [("input1", each), ("target", target)])
    if isinstance(losses, ErrorValue) or losses is None:
        return ERROR
    _warn_of_broadcast(call, "input1", each, target, losses[0])
    return reduced(call, dtype, losses[0])


def cosine_similarity(call: RuleCall) -> Value:
    """`cosine_similarity(x1, x2, dim)`: broadcast, then without the axis."""
    a, b = arguments.tensor(call, "x1"), arguments.tensor(call, "x2")
    if not arguments.within(call, "eps", 0):
        return ERROR
    # torch broadcasts before it promotes: a scalar weighs as much as any tensor.
    dtype = dtypes.promote(a.dtype, b.dtype)
    if dtypes.is_integral(dtype) or dtypes.is_complex(dtype):
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
    if not takes.none_of(call, "bool", ("x1", "x2")):
        return ERROR
    found = stretch(call, [("x1", a), ("x2", b)], loss_dtypes.distance(a, b))
    if isinstance(found, ErrorValue) or found.dims is None:
        return found
    last = (1,) if call.arguments.get("keepdim") is True and found.dims else ()
    return Tensor(found.dtype, (*found.dims[:-1], *last))


def pdist(call: RuleCall) -> Value:
    """`pdist(x)`: by its signature, of floats of 32 or 64 bits."""
    return (call.result or unknown()) if takes.none_of(call, "low") else ERROR


def _by_products(call: RuleCall, a: Tensor, b: Tensor) -> bool:
    """Whether the distances may come from a product of matrices, which takes all floating dtypes.

    Source: `cdist_impl` in aten/src/ATen/native/Distance.cpp, which goes that way from 26 rows on.
    """
    if call.arguments["p"] not in (2, None) or call.arguments["compute_mode"] == _DIRECTLY:
        return False
    if call.arguments["compute_mode"] == "use_mm_for_euclid_dist":
        return True
    rows = [call.settle(x.dims[-2]) for x in (a, b) if x.dims is not None and len(x.dims) > 1]
    return len(rows) < 2 or any(not isinstance(n, int) or n > 25 for n in rows)


_DIRECTLY = "donot_use_mm_for_euclid_dist"


def cdist(call: RuleCall) -> Value:
    """`cdist(x1, x2)`: `[*, P, M]` and `[*, R, M]` give `[*, P, R]`."""
    a, b = arguments.tensor(call, "x1"), arguments.tensor(call, "x2")
    if not takes.none_of(call, "bool int complex", ("x1", "x2")):
        return ERROR
    if not arguments.within(call, "p", 0) or not takes.one_dtype(call, "x1", "x2"):
        return ERROR
    if not _by_products(call, a, b) and not takes.none_of(call, "low", ("x1", "x2")):
        return ERROR
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
