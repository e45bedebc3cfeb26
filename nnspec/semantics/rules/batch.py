"""The axis of examples: merged into features, normalised over, or stretched against itself.

A dimension is taken for the batch by its name: `B`, or what begins with `batch`. Torch cannot tell it from others.
"""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.semantics.dims import Dim, settle
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import Dims
from nnspec.semantics.values import DimLike, Layer, Relation, Tensor, Value
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span


def is_batch(dim: DimLike) -> bool:
    """Whether a size is that of the batch, and nothing else."""
    return isinstance(dim, Dim) and is_name(str(dim))


def is_name(name: str) -> bool:
    """Whether a dimension of this name is the batch."""
    return name == "B" or name.lower().startswith("batch")


def look_at_rows(call: RuleCall, x: Tensor, wanted: Dims, dims: Dims) -> None:
    """W0202, where `view(-1, n)` makes another number of rows than there are examples.

    wanted: the sizes as they are given, dims: as they come out. Whole axes may be merged into the rows
    (`[B, T, C]` as `[B * T, C]`), and the last axis may be cut into several.
    """
    if not x.dims or len(x.dims) < 2 or len(dims) < 2 or wanted[0] != -1:
        return
    old, new = [call.settle(dim) for dim in x.dims], [call.settle(dim) for dim in dims]
    if not is_batch(old[0]):
        return
    found: Diagnostic | None = None
    if new[0] != old[0] and not _kept(call, old, new):
        found = _other_rows(call, x, old, new)
    call.world.suspect("W0202", call.where("shape" if call.given("shape") else "size"), found)


def _kept(call: RuleCall, old: list[DimLike], new: list[DimLike]) -> bool:
    # An image made of a row of features: its sizes say how many of them there are.
    image = len(old) == 2 and len(new) > 3
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    inside = arguments.product(call.world, new[1:])
    behind: DimLike = 1
    for dim in reversed(old):
        if inside == behind:
            return True
        behind = call.settle(dim * behind)
    cut = call.world.prove(Relation(settle(as_dim(old[-1]) % as_dim(inside)), "==", 0))
    return not image and (cut is True or (cut is None and len(old) == 2))


def _other_rows(call: RuleCall, x: Tensor, old: list[DimLike], new: list[DimLike]) -> Diagnostic:
    each = arguments.product(call.world, old[1:])
    row = arguments.product(call.world, new[1:])
    kept = (old[0], each) if len(new) == 2 else (old[0], *new[1:])
    help = (
        f"`flatten(1)` keeps the examples apart, and gives {call.world.show_shape(kept)}"
        if len(new) == 2
        else f"with {call.show(old[0])} in place of -1 the sizes are checked: {call.world.show_shape(kept)}"
    )
    return error(
        "W0202",
        f"this makes {call.show(new[0])} rows of {call.show(old[0])} examples",
        call.where("shape" if call.given("shape") else "size"),
        f"a row has {call.show(row)} values, an example {call.show(each)}",
        notes=("-1 takes whatever is left, and here that is not the number of examples",),
        help=help,
        fix=_flattened(call) if len(new) == 2 else None,
    )


def _flattened(call: RuleCall) -> Fix | None:
    """`flatten(1)` in place of the view, where that is a method or a step of a pipeline."""
    span = call.span
    shape = call.where("shape" if call.given("shape") else "size")
    at = span.text.rfind(f"{call.decl.name}(", 0, max(shape.start - span.start, 0))
    before = span.source.text[: span.start + at].rstrip()
    if at < 0 or not before.endswith(("|>", ".")):
        return None
    place = Span(span.source, span.start + at, span.end)
    return Fix("keep the examples apart", (Edit(place, "flatten(1)"),), "maybe")


def look_at_softmax(call: RuleCall, x: Tensor) -> None:
    """W0216, where a softmax goes over the examples, or over an axis that nobody has named."""
    dim = call.arguments.get("dim")
    if x.dims is None or not (dim is None or isinstance(dim, int)):
        return
    rank = len(x.dims)
    # Source: `_get_softmax_dim` in torch/nn/functional.py.
    at = (0 if rank in (0, 1, 3) else 1) if dim is None else dim
    found: Diagnostic | None = None
    if rank and -rank <= at < rank:
        size, others = x.dims[at], [d for i, d in enumerate(x.dims) if i != at % rank]
        if dim is None:
            found = error(
                "W0216",
                f"`{call.name}` is not told its axis, and takes axis {at} of {call.show(x)}",
                call.span,
                f"of {call.show(size)} values",
                notes=("torch guesses by the number of axes: 0 for one and three of them, else 1",),
                help="say which: `dim=-1` is the last",
            )
        elif rank > 1 and at % rank == 0 and is_batch(size) and size not in others:
            found = error(
                "W0216",
                f"`{call.name}` goes over the batch of {call.show(x)}",
                call.span,
                "the examples share what each should have",
                help="`dim=1` or `dim=-1` goes over the values of each example",
            )
    call.world.suspect("W0216", call.span, found)


def look_at_stretch(call: RuleCall, op: str, left: Tensor, right: Tensor) -> None:
    """W0217, where `[B]` and `[B, 1]` become `[B, B]`: every example against every other one.

    Where the axis of size 1 was put in by hand (`x[:, None]`), that is what is meant.
    """
    small, large = (left, right) if len(left.dims or ()) < len(right.dims or ()) else (right, left)
    if small.dims is None or large.dims is None or not small.dims:
        return
    new = len(large.dims) - len(small.dims)
    found: Diagnostic | None = None
    for i, size in enumerate(small.dims):
        if is_batch(size) and call.settle(large.dims[new + i]) == 1 and size in large.dims[:new]:
            step = large.step
            name = "" if step is None else step.name
            if name != "unsqueeze" and not (name.startswith("[") and "None" in name):
                pair = f"{call.show(left)} {op} {call.show(right)}"
                found = _stretched(call, pair, small, large)
    if new:
        call.world.suspect("W0217", call.span, found)


def _stretched(call: RuleCall, pair: str, small: Tensor, large: Tensor) -> Diagnostic:
    assert small.dims is not None and large.dims is not None
    batch = call.show(small.dims[0])
    last = len(large.dims) == 2
    return error(
        "W0217",
        f"`{pair}` takes every example with every other one",
        call.span,
        f"{batch} by {batch} values come out",
        help=(
            f"`.squeeze(-1)` makes {call.world.show_shape(large.dims[:-1])} of {call.show(large)}; "
            "if all pairs are meant, `[:, None]` says so"
            if last
            else "give both the same number of axes"
        ),
    )


def look_at_order(call: RuleCall, name: str, x: Tensor, batch_first: Value) -> None:
    """W0218, where a layer that goes along sequences takes their steps for examples, and the examples for steps."""
    if x.dims is None or len(x.dims) != 3 or not isinstance(batch_first, bool):
        return
    at = 0 if batch_first else 1
    found: Diagnostic | None = None
    if is_batch(x.dims[1 - at]) and not is_batch(x.dims[at]):
        layer = call.layer
        fix = None if layer is None else _told_order(call, layer, not batch_first)
        made = layer.made if layer is not None and fix is not None else None
        found = error(
            "W0218",
            f"`{call.name}` takes axis {at} of {call.show(x)} for the batch, and axis {1 - at} for the steps",
            call.where(name),
            "the examples are gone through as the steps of one sequence",
            () if made is None else (Label(made, f"`batch_first` is {batch_first} here"),),
            help=f"make it with `batch_first={not batch_first}`, or swap the axes with `.transpose(0, 1)`",
            fix=fix,
        )
    call.world.suspect("W0218", call.where(name), found)


def _told_order(call: RuleCall, layer: Layer, batch_first: bool) -> Fix | None:
    """`batch_first` where the layer is made, if it is made in the file of the call and takes that."""
    made = layer.made
    if made is None or made.source is not call.span.source or made.text[-1:] != ")":
        return None
    if "batch_first" not in layer.body.arguments:
        return None
    title = f"make it with `batch_first={batch_first}`"
    given = layer.spans.get("batch_first")
    if given is not None:
        return Fix(title, (Edit(given, str(batch_first)),), "maybe")
    end = Span(made.source, made.end - 1, made.end - 1)
    return Fix(title, (Edit(end, f", batch_first={batch_first}"),), "maybe")
