"""Normalisations over trailing axes."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, single, takes
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Relation, Tensor, Value


def layer_norm(call: RuleCall) -> Value:
    """layer_norm, rms_norm: the last axes are those of `normalized_shape`, weight and bias too."""
    name = "input" if "input" in call.arguments else "x"
    x = arguments.tensor(call, name)
    shape = arguments.sizes(call.arguments["normalized_shape"])
    if dtypes.is_integral(x.dtype):
        return call.fail("E0303", f"{call.name} takes a floating tensor, got {x.dtype}", name)
    if not call.decl.name.lower().startswith("rms") and not takes.none_of(call, "complex", (name,)):
        return ERROR
    if shape is None or x.dims is None:
        return Tensor(x.dtype, x.dims, x.origins)
    if not shape:
        return call.fail(
            "E0308",
            f"`{call.name}` normalises over one axis or more, not over ()",
            "normalized_shape" if call.given("normalized_shape") else None,
        )
    wanted = call.world.show_shape(shape)
    message = f"`{call.name}` normalises over {wanted}, but its input is {call.show(x)}"
    if len(shape) > len(x.dims):
        return call.fail("E0302", message, name)
    start = len(x.dims) - len(shape)
    for i, size in enumerate(shape):
        actual = x.dims[start + i]
        if not call.agree(
            actual,
            size,
            message,
            name,
            f"axis {start + i} is {call.show(actual)}",
            arguments.came_from(x, start + i),
            help=_elsewhere(call, x.dims, shape)
            or f"`normalized_shape` should be {call.world.show_shape(x.dims[start:])}",
        ):
            return ERROR
    if not _weights_fit(call, shape) or not _weights_alike(call, x):
        return ERROR
    single.look_at_features(call, x, shape)
    return Tensor(x.dtype, x.dims, x.origins)


def _elsewhere(call: RuleCall, dims: arguments.Dims, shape: arguments.Dims) -> str | None:
    """What to do where the features stand on another axis than the last, as those of a convolution do."""
    places = [i for i, size in enumerate(dims[:-1]) if i and call.settle(size) == shape[-1]]
    if len(shape) != 1 or not places:
        return None
    return (
        f"the {call.show(shape[0])} that it takes stands on axis {places[0]}: bring it to the end and back with "
        f"`.transpose({places[0]}, -1)`, which no Sequential can do"
    )


def _weights_alike(call: RuleCall, x: Tensor) -> bool:
    """The weights and statistics of a function are of the input's dtype, or all float32 under one of 16 bits.

    Source: `check_mixed_data_type` in aten/src/ATen/native/cpu/mixed_data_type.h.
    """
    if (
        "self_weight" in call.arguments
        or call.layer is not None
        or call.decl.name.startswith("rms")
    ):
        return True
    names = ("weight", "bias", "running_mean", "running_var")
    given = [n for n in names if call.tensor(n) is not None]
    if dtypes.bits(x.dtype) <= 16 and all(
        arguments.tensor(call, n).dtype in ("float32", "float", None) for n in given
    ):
        return True
    return takes.one_dtype(call, "input", *given)


def _weights_fit(call: RuleCall, shape: arguments.Dims) -> bool:
    """Weight and bias, where they are arguments, have the shape that is normalised over."""
    if "self_weight" in call.arguments:
        return True
    for name in ("weight", "bias"):
        w = call.tensor(name)
        if w is None or w.dims is None or not call.given(name):
            continue
        message = (
            f"{call.name} needs a {name} of {call.world.show_shape(shape)}, got {call.show(w)}"
        )
        if len(w.dims) != len(shape):
            call.fail("E0302", message, name)
            return False
        if not all(call.agree(a, b, message, name) for a, b in zip(w.dims, shape, strict=True)):
            return False
    return True


def along_axes(call: RuleCall) -> Value:
    """normalize: the axes must be there, the shape stays."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "bool int"):
        return ERROR
    found = arguments.axes(call, "dim", x) if x.dims is not None else None
    return found if isinstance(found, ErrorValue) else Tensor(x.dtype, x.dims, x.origins)


def along_logits(call: RuleCall) -> Value:
    """gumbel_softmax: one axis, which must be there; the shape stays."""
    x = arguments.tensor(call, "logits")
    at = arguments.axis(call, "dim", x)
    return at if isinstance(at, ErrorValue) else Tensor(x.dtype, x.dims, x.origins)


def renorm(call: RuleCall) -> Value:
    """renorm: every slice along an axis is scaled."""
    x = arguments.tensor(call)
    if not takes.none_of(call, "bool int"):
        return ERROR
    if x.dims is not None and len(x.dims) < 2:
        return call.fail("E0302", f"{call.name} takes 2 axes or more, got {call.show(x)}")
    if not arguments.within(call, "p", 0, over=True) or not arguments.within(call, "maxnorm", 0):
        return ERROR
    at = arguments.axis(call, "dim", x)
    return at if isinstance(at, ErrorValue) else Tensor(x.dtype, x.dims, x.origins)


def group_norm(call: RuleCall) -> Value:
    """GroupNorm: the number of channels matters where there is something for each of them, else that of groups.

    Source: `torch.nn.modules.normalization.GroupNorm`, `torch.group_norm`.
    """
    x = arguments.tensor(call)
    if not _counts(call, "num_channels", x, 1, call.arguments["affine"] is not False):
        return ERROR
    groups = call.arguments["num_groups"]
    if (
        x.dims is not None
        and isinstance(groups, DimLike)
        and groups != 0
        and call.arguments["affine"] is False
    ):
        if not call.demand(
            Relation(x.dims[1] % groups, "==", 0),
            f"`{call.name}` makes {call.show(groups)} groups of the channels, but is given {call.show(x)}",
            "input",
            f"{call.show(groups)} does not divide the {call.show(x.dims[1])} on axis 1",
            arguments.came_from(x, 1),
            code="E0320",
        ):
            return ERROR
    return group_statistics(call)


def group_statistics(call: RuleCall) -> Value:
    """GroupNorm: the shape stays; torch takes no mean of one value (`_verify_batch_size`)."""
    x = arguments.tensor(call)
    if not _weights_alike(call, x):
        return ERROR
    groups = call.arguments["num_groups"]
    if x.dims is None or not isinstance(groups, DimLike) or groups == 0:
        return call.result
    single.look_at_groups(call, x, (x.dims[1] // groups, *x.dims[2:]))
    return _of_several(call, x, (x.dims[0] * x.dims[1] // groups, *x.dims[2:]))


def batch_statistics(call: RuleCall) -> Value:
    """BatchNorm: the shape stays; without kept statistics torch takes no mean of one value.

    The number of channels matters where there is something for each of them.
    """
    x = arguments.tensor(call)
    if "num_features" in call.arguments:
        named = ("affine", "track_running_stats")
        counted = any(call.arguments[name] is not False for name in named)
        if not _counts(call, "num_features", x, 1, counted):
            return ERROR
        wanted, result = call.arguments["num_features"], call.result
        if x.dims is None and counted and isinstance(wanted, DimLike):
            if isinstance(result, Tensor) and result.dims is not None and len(result.dims) > 1:
                # The one size that is known of a tensor of which nothing else is.
                return result.with_((result.dims[0], wanted, *result.dims[2:]))
    kept = call.arguments.get("track_running_stats", call.arguments.get("training") is not True)
    if call.layer is None:
        if not _has_statistics(call, "training", False) or not arguments.within(call, "eps", 0):
            return ERROR
        if not _weights_alike(call, x):
            return ERROR
        for name in ("running_mean", "running_var"):
            if not call.given(name):
                return call.fail("E0401", f"{call.name} needs `{name}`", help="None is one as well")
    if x.dims is None or (call.layer is None and call.arguments["training"] is False):
        return call.result
    if kept is not False:
        single.look_at_batch(call, x)
        return call.result
    return _of_several(call, x, (x.dims[0], *x.dims[2:]))


def instance_norm(call: RuleCall) -> Value:
    """InstanceNorm: the number of channels matters where there is something for each of them.

    Source: `torch.nn.modules.instancenorm._InstanceNorm.forward`, which only warns otherwise.
    """
    x = arguments.tensor(call)
    counted = (
        call.arguments["affine"] is not False or call.arguments["track_running_stats"] is not False
    )
    if x.dims is None:
        return call.result
    if not _counts(call, "num_features", x, len(x.dims) - int(call.decl.name[-2]) - 1, counted):
        return ERROR
    return instance_statistics(call)


def _counts(call: RuleCall, name: str, x: Tensor, axis: int, counted: bool) -> bool:
    """Whether a layer's number of channels is that of x, which is demanded where `counted`; a `_` becomes it."""
    wanted = call.arguments[name]
    if x.dims is None or not isinstance(wanted, DimLike):
        return True
    if counted and not call.agree(
        x.dims[axis],
        wanted,
        f"`{call.name}` takes {call.show(wanted)} channels, but is given {call.show(x)}",
        "input",
        f"{call.show(x.dims[axis])} on axis {axis}, where {call.show(wanted)} is needed",
        (*call.declared(name), *arguments.came_from(x, axis)),
        help=f"`{name}` should be {call.show(x.dims[axis])}, or write `_` to have it worked out",
    ):
        return False
    if call.world.is_open(wanted):
        call.compare(wanted, x.dims[axis])
    return True


def instance_statistics(call: RuleCall) -> Value:
    """InstanceNorm: the shape stays; torch takes no mean of one value, but for kept statistics."""
    x = arguments.tensor(call)
    kept = call.arguments.get(
        "track_running_stats", call.arguments.get("use_input_stats") is not True
    )
    if call.layer is None and not _has_statistics(call, "use_input_stats", False):
        return ERROR
    if x.dims is None:
        return call.result
    batched = call.decl.name == "instance_norm" or len(x.dims) == int(call.decl.name[-2]) + 2
    inside = x.dims[2:] if batched else x.dims[1:]
    if kept is not False:
        if call.layer is not None:
            single.look_at_channels(call, x, inside)
        return call.result
    return _of_several(call, x, inside)


def _has_statistics(call: RuleCall, switch: str, off: bool) -> bool:
    """Whether a function that takes no statistics of its input is given kept ones; both, or neither."""
    given = [n for n in ("running_mean", "running_var") if call.arguments.get(n) is not None]
    if len(given) == 2 or (not given and call.arguments.get(switch) is not off):
        return True
    if len(given) == 1 and call.arguments.get(switch) is not off and switch == "training":
        return True
    call.fail(
        "E0401",
        f"{call.name} with `{switch}={off}` needs `running_mean` and `running_var`",
        switch if call.given(switch) else None,
        help=f"`{switch}=True` takes those of the input",
    )
    return False


def _of_several(call: RuleCall, x: Tensor, sizes: arguments.Dims) -> Value:
    count: DimLike = arguments.product(call.world, sizes)
    if count == 1:
        return call.fail(
            "E0321",
            f"`{call.name}` has one value only to normalise over, in {call.show(x)}",
            "input",
            help="normalise where there are several values, or use `LayerNorm`",
        )
    return call.result
