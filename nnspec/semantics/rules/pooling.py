"""What poolings give beside their values, and sizes that a ratio decides."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import is_size, unknown
from nnspec.semantics.values import ERROR, DimLike, Relation, Tensor, TupleValue, Value


def with_indices(call: RuleCall) -> Value:
    """The value of the signature; with `return_indices` the places of the maxima as well."""
    values = call.result
    if not isinstance(values, Tensor) or call.arguments.get("return_indices") is not True:
        return values
    return TupleValue((values, Tensor("int64", values.dims, values.origins)))


def fractional_pool(call: RuleCall) -> Value:
    """Fractional max pooling: the output size is given, or `int(size * ratio)`."""
    x = arguments.tensor(call)
    count = 3 if call.decl.name.endswith("3d") else 2
    output = call.arguments.get("output_size")
    if output is None and call.arguments.get("output_ratio") is None:
        return call.fail("E0401", f"{call.name} needs an `output_size` or an `output_ratio`")
    samples = call.tensor("_random_samples")
    if samples is not None and not arguments.rank_is(call, samples, (3,), "_random_samples"):
        return ERROR
    if x.dims is None:
        return _indexed(call, unknown(x))
    kernel = arguments.repeated(call.arguments["kernel_size"], count)
    inputs = x.dims[-count:]
    sizes: list[DimLike] = []
    if output is not None:
        wanted = arguments.repeated(output, count)
        sizes.extend(wanted if wanted is not None else (call.new_size() for _ in range(count)))
    else:
        from nnspec.semantics.rules.resampling import scaled  # few poolings have a ratio

        ratio = call.arguments["output_ratio"]
        ratios = arguments.items(ratio) or (ratio,) * count
        for size, one in zip(inputs, ratios, strict=False):
            sizes.append(scaled(call, size, one))
    # Source: aten/src/ATen/native/FractionalMaxPool2d.cpp and FractionalMaxPool3d.cpp.
    op = "<=" if count == 2 else "<"
    for at, (size, out) in enumerate(zip(inputs, sizes, strict=True)):
        if kernel is not None and is_size(out):
            if not call.demand(
                Relation(out + kernel[at] - 1, op, size),
                f"{call.name}: {call.show(out)} windows of {call.show(kernel[at])} do not fit into "
                f"{call.show(size)}",
            ):
                return ERROR
    return _indexed(call, Tensor(x.dtype, (*x.dims[:-count], *sizes)))


def _indexed(call: RuleCall, values: Tensor) -> Value:
    if call.arguments.get("return_indices") is not True:
        return values
    return TupleValue((values, Tensor("int64", values.dims)))


def unpooled(call: RuleCall) -> Value:
    """max_unpool: `output_size` is a size that the pooling would have brought to that of the input.

    Source: `_unpool_output_size` in torch/nn/functional.py.
    """
    asked = call.arguments.get("output_size")
    wanted = arguments.sizes(asked) if asked is not None else None
    x = arguments.tensor(call)
    windows = [call.arguments.get(name) for name in ("k", "s", "p")]
    found = [each for each in windows if isinstance(each, TupleValue)]
    if wanted is None or x.dims is None or len(found) != len(windows):
        return call.result
    count = len(found[0].items)
    if len(wanted) not in (count, count + 2):
        return call.fail(
            "E0302",
            f"`output_size` of `{call.name}` has {count} or {count + 2} sizes, got {len(wanted)}",
            "output_size",
        )
    for axis in range(-count, 0):
        k, s, p = (each.items[axis] for each in found)
        middle = call.settle((x.dims[axis] - 1) * s - 2 * p + k)
        least, most = call.settle(middle - s + 1), call.settle(middle + s - 1)
        size = wanted[axis]
        message = (
            f"`{call.name}` of {call.show(x)} makes from {call.show(least)} to {call.show(most)} "
            f"on axis {len(x.dims) + axis}, and not {call.show(size)}"
        )
        for relation in (Relation(size, ">=", least), Relation(size, "<=", most)):
            if not call.demand(relation, message, "output_size", code="E0308"):
                return ERROR
    return call.result
