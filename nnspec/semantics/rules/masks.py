"""Masks of attention: their dtypes and shapes."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import dtypes
from nnspec.semantics.values import DimLike, Tensor


class Reading:
    """How a layer reads its sequences.

    query, keys: the arguments that are compared, by name; batch: the number of examples, empty where there
    is no batch axis; length, steps: of the query and of the keys; first: whether the batch is axis 0.
    """

    def __init__(
        self, call: RuleCall, query: tuple[str, Tensor], keys: tuple[str, Tensor], first: bool
    ) -> None:
        self.query, self.keys = query[0], keys[0]
        x, source = query[1].dims, keys[1].dims
        assert x is not None and source is not None
        batched = len(x) == 3
        time = 1 if batched and first else 0
        self.batch: tuple[DimLike, ...] = (x[1 - time],) if batched else ()
        self.length, self.steps = x[time], source[time]
        self.first = first
        self.call = call

    def labels(self) -> tuple[Label, ...]:
        """At the query, and at the keys where they are of another length: which axis is taken for what."""
        call, show = self.call, self.call.show
        found = []
        if self.batch and call.given(self.query):
            parts = [f"batch {show(self.batch[0])}", f"time {show(self.length)}"]
            text = ", ".join(parts if self.first else parts[::-1])
            found.append(Label(call.spans[self.query], f"{layout(self.first)}: {text}"))
        if call.given(self.keys) and call.settle(self.steps) != call.settle(self.length):
            found.append(Label(call.spans[self.keys], f"time {show(self.steps)}"))
        return tuple(found)


def layout(first: bool) -> str:
    """What the axes of a batch of sequences are."""
    return "[batch, time, features]" if first else "[time, batch, features]"


def dtype_fits(call: RuleCall, mask: Tensor, like: Tensor, name: str) -> bool:
    """Whether a mask is bool or as floating as what it is added to; reports E0303."""
    from nnspec.semantics.rules.products import alike

    if mask.dtype == "bool" or alike(mask.dtype, like.dtype) or mask.dtype == "float32":
        return True
    return _refused(call, mask, like, name)


def _refused(call: RuleCall, mask: Tensor, like: Tensor, name: str) -> bool:
    call.fail(
        "E0303",
        f"`{name}` of `{call.name}` is bool, or {like.dtype} as the {_noun(like)}, but not {mask.dtype}",
        name,
        f"this is {mask.dtype}",
        help="`.bool()` makes a mask of it",
    )
    return False


def together_fit(
    call: RuleCall, given: list[tuple[str, Tensor]], like: Tensor, exact: bool = False
) -> bool:
    """Whether the masks of one attention, which are added up, are then as floating as its scores.

    exact: torch also keeps the weights, and takes no other dtype; else float32 serves all.
    Source: `_canonical_mask` in torch/nn/functional.py.
    """
    from nnspec.semantics.rules.products import alike

    total: str | None = None
    for i, (name, mask) in enumerate(given):
        if dtypes.kind(mask.dtype) not in (None, dtypes.BOOL, dtypes.FLOATING):
            return dtype_fits(call, mask, like, name)
        own = like.dtype if mask.dtype == "bool" else mask.dtype
        total = own if i == 0 else dtypes.promote(total, own)
    if not given or alike(total, like.dtype) or total == "float32" and not exact:
        return True
    name, mask = next(
        (n, m) for n, m in given if m.dtype != "bool" and not alike(m.dtype, like.dtype)
    )
    return _refused(call, mask, like, name)


def _noun(like: Tensor) -> str:
    return "query" if like.dims is None or len(like.dims) > 1 else "input"


PADDING = "a mask of keys is [batch, time of the key]"
SCORES = "a mask of scores is [time of the query, time of the key]"
EACH = "a mask for each head of each example is [batch * num_heads, time of the query, time of the key]"


def hint_fits(call: RuleCall, hint: str, mask: str) -> bool:
    """Whether `is_causal=True` comes with the mask that it is about."""
    if call.arguments.get(hint) is not True or call.arguments.get(mask) is not None:
        return True
    call.fail(
        "E0401",
        f"`{hint}` of `{call.name}` says what the mask is, and there is no `{mask}`",
        hint if call.given(hint) else None,
        help="`nn.Transformer.generate_square_subsequent_mask` makes one",
    )
    return False


def padding_fits(call: RuleCall, name: str, mask: Tensor, read: Reading) -> bool:
    """Whether a mask of keys is `[batch, time]`."""
    note = PADDING if read.batch else "without a batch axis a mask of keys is [time of the key]"
    return _fits(call, name, mask, (*read.batch, read.steps), note, read)


def attention_fits(
    call: RuleCall, name: str, mask: Tensor, read: Reading, heads: DimLike | None
) -> bool:
    """Whether a mask of scores is `[L, S]`, or `[batch * heads, L, S]` (heads: None where not known).

    Source: torch.nn.functional.multi_head_attention_forward.
    """
    if mask.dims is None:
        return True
    flat = (read.length, read.steps)
    if len(mask.dims) == 2:
        return _fits(call, name, mask, flat, SCORES, read)
    if heads is None:
        return True
    rows = call.settle(heads * read.batch[0]) if read.batch else heads
    note = EACH if read.batch else "a mask for each head is [num_heads, query, key]"
    if len(mask.dims) == 3:
        return _fits(call, name, mask, (rows, *flat), note, read)
    show = call.world.show_shape
    call.fail(
        "E0302",
        f"`{name}` of `{call.name}` should be {show(flat)} or {show((rows, *flat))}, but is {call.show(mask)}",
        name,
        f"this has {len(mask.dims)} axes",
        read.labels(),
        (SCORES, note),
    )
    return False


def _fits(
    call: RuleCall, name: str, x: Tensor, wanted: tuple[DimLike, ...], note: str, read: Reading
) -> bool:
    if x.dims is None:
        return True
    message = f"`{name}` of `{call.name}` should be {call.world.show_shape(wanted)}, but is {call.show(x)}"
    label = f"this is {call.show(x)}"
    if len(x.dims) != len(wanted):
        call.fail("E0302", message, name, label, read.labels(), (note,))
        return False
    return all(
        call.agree(a, b, message, name, label, read.labels(), (note,))
        for a, b in zip(x.dims, wanted, strict=True)
    )


def broadcasts_to(call: RuleCall, mask: Tensor, scores: Tensor) -> bool:
    """Whether the mask stretches to the scores, without stretching them."""
    if mask.dims is None or scores.dims is None:
        return True
    message = f"`attn_mask` {call.show(mask)} does not broadcast to the scores, {call.show(scores)}"
    label = f"this is {call.show(mask)}"
    if len(mask.dims) > len(scores.dims):
        call.fail("E0307", message, "attn_mask", label)
        return False
    for size, wanted in zip(mask.dims[::-1], scores.dims[::-1], strict=False):
        if call.settle(size) != 1 and not call.agree(
            size, wanted, message, "attn_mask", label, code="E0307"
        ):
            return False
    return True
