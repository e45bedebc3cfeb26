"""Attention and recurrent layers: the order of batch and time, masks, states, hyperparameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, operands, recurrent
from nnspec.semantics.remedies.axes import (
    Change,
    Dims,
    grown,
    lined_up,
    merged,
    shrunk,
    swaps,
)
from nnspec.semantics.remedies.operands import Operand
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import DimLike, Layer, Tensor
from nnspec.source import Span
from nnspec.syntax import ast


def proposals(site: Site) -> Iterator[Proposal]:
    """`batch_first=True`, then what is likeliest for the layer."""
    callee = site.callee(site.node) if site.node is not None else None
    kind = called.kind(site)
    if kind not in ("attention", "recurrent"):
        return
    found = operands.of(site)
    orders = _batch_first(callee, site) if isinstance(callee, Layer) else {}
    yield from orders.get(True, ())
    if kind == "attention":
        yield from _attention(found, callee if isinstance(callee, Layer) else None, site)
    elif isinstance(callee, Layer):
        yield from recurrent.proposals(found, callee, site)
    yield from orders.get(False, ())


def _batch_first(callee: Layer, site: Site) -> dict[bool, list[Proposal]]:
    """The other order of the axes, for the layer that is called or for what it is made of."""
    found: dict[bool, list[Proposal]] = {}
    inner = (callee.body.arguments.get(n) for n in ("encoder_layer", "decoder_layer"))
    for layer in (callee, *inner):
        for maker in flow.made_by(layer, site) if isinstance(layer, Layer) else ():
            if maker.takes("batch_first") and maker.is_open("batch_first"):
                node = maker.written("batch_first")
                first = not (isinstance(node, ast.Constant) and node.value is True)
                text = f"make `{_name(site)}` with `batch_first={first}`"
                proposal = Proposal((maker.edit("batch_first", str(first)),), text)
                found.setdefault(first, []).append(proposal)
    return found


def _name(site: Site) -> str:
    node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    func = node.func if isinstance(node, ast.Call) else node
    return func.span.text if func is not None else ""


# --- attention -------------------------------------------------------------------------------------


def _attention(found: list[Operand], callee: Layer | None, site: Site) -> Iterator[Proposal]:
    names = called.arguments(site)
    masked = {id(e) for name, e in names.items() if "mask" in name}
    masks = [o for o in found if any(id(p) in masked for p in o.places)]
    sequences = [o for o in found if o not in masks]
    for mask in masks:
        if mask.is_at(site.mistake.span):
            yield from _mask(mask, sequences, callee, site)
    if callee is not None:
        yield from _other_features(callee, names, site)
    if sequences and all(len(o.dims) == 3 for o in sequences):
        # Everywhere at once.
        for i, j in ((0, 1), (1, 2)):
            change = Change(f".transpose({i}, {j})", f"swap axes {i} and {j}")
            yield operands.changed(sequences, change, site, local=False)
    if callee is None:
        scores = _scores(names, site)
        for mask in masks if scores else ():
            for change in lined_up(mask.dims, scores):
                yield operands.changed(mask, change, site)
        # Heads and time in the other order.
        several = [*([[o] for o in sequences]), sequences] if len(sequences) > 1 else [sequences]
        for some in several:
            if all(len(o.dims) == 4 for o in some):
                change = Change(".transpose(1, 2)", "swap axes 1 and 2")
                yield operands.changed(some, change, site)
        return
    for one in sequences:
        if len(one.dims) == 4:
            change = Change(".flatten(2).transpose(1, 2)", "make tokens of the map")
            yield operands.changed(one, change, site)
        elif len(one.dims) == 2 and len(sequences) > 1:
            yield from (operands.changed(one, c, site) for c in grown(one.dims))


def _scores(names: Mapping[str, ast.Expr], site: Site) -> Dims:
    """The shape of the scores of queries and keys, () where it is not known."""
    q, k = (site.value(names[n]) if n in names else None for n in ("query", "key"))
    if not isinstance(q, Tensor) or not isinstance(k, Tensor) or not q.dims or not k.dims:
        return ()
    return (*q.dims[:-1], k.dims[-2]) if len(k.dims) > 1 else ()


def _mask(
    mask: Operand, sequences: list[Operand], callee: Layer | None, site: Site
) -> Iterator[Proposal]:
    for change in (*swaps(mask.dims), *shrunk(mask.dims), *merged(mask.dims)):
        yield operands.changed(mask, change, site)
    for name in ("num_heads", "nhead"):
        heads = callee.body.arguments.get(name) if callee is not None else None
        if isinstance(heads, int) and len(mask.dims) == 3:
            # One for each example.
            change = Change(f".repeat_interleave({heads}, dim=0)", "repeat it for every head")
            yield operands.changed(mask, change, site)
    yield from _other_mask(mask, site)
    lengths = {d for o in sequences if len(o.dims) == 3 for d in o.dims[:2]}
    first = callee is not None and callee.body.arguments.get("batch_first") is True
    if any(o.dims[0 if first else 1] in mask.dims for o in sequences if len(o.dims) == 3):
        # It is of the right size for the batch: the axes are in another order than they are read.
        return
    for rows in lengths:
        for columns in lengths:
            if len(mask.dims) == 2 and _is_longer(mask.dims, (rows, columns)):
                change = Change(f"[:{rows}, :{columns}]", "cut it to size")
                yield operands.changed(mask, change, site)


def _is_longer(have: tuple[DimLike, ...], wanted: tuple[DimLike, ...]) -> bool:
    pairs = list(zip(have, wanted, strict=True))
    return have != wanted and all(
        p == q or (isinstance(p, int) and isinstance(q, int) and p > q) for p, q in pairs
    )


def _other_mask(mask: Operand, site: Site) -> Iterator[Proposal]:
    """`key_padding_mask=` for `attn_mask=`."""
    node = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    for argument in node.args if isinstance(node, ast.Call) else ():
        if argument.name in ("attn_mask", "key_padding_mask") and argument.value in mask.places:
            other = "key_padding_mask" if argument.name == "attn_mask" else "attn_mask"
            start = argument.span.start
            span = Span(argument.span.source, start, start + len(argument.name))
            yield Proposal((Edit(span, other),), f"pass it as `{other}`", True)


def _width_of(names: Mapping[str, ast.Expr], name: str, site: Site) -> DimLike | None:
    value = site.value(names[name]) if name in names else None
    dims = getattr(value, "dims", None)
    return dims[-1] if dims else None


def _other_features(callee: Layer, names: Mapping[str, ast.Expr], site: Site) -> Iterator[Proposal]:
    """`kdim` and `vdim`, for keys and values with features of their own."""
    hyper = callee.body.arguments
    for maker in flow.made_by(callee, site) if "kdim" in hyper else ():
        wanted: dict[str, object] = {}
        for name, argument in (("key", "kdim"), ("value", "vdim")):
            width, have = _width_of(names, name, site), hyper.get(argument)
            have = hyper["embed_dim"] if have is None else have
            if width is not None and width != have and maker.is_open(argument):
                wanted[argument] = width
        if wanted:
            said = ", ".join(f"{name}={size}" for name, size in wanted.items())
            yield Proposal(_added(maker, **wanted), f"make `{_name(site)}` with `{said}`", True)


def _added(maker: Maker, **arguments: object) -> tuple[Edit, ...]:
    """Edits that give arguments; those that are left out come in one piece at the end."""
    given = {n: v for n, v in arguments.items() if maker.written(n) is not None}
    new = {n: v for n, v in arguments.items() if n not in given}
    edits = [maker.edit(n, str(v)) for n, v in given.items()]
    if new:
        name, *rest = new
        text = ", ".join([str(new[name]), *(f"{n}={new[n]}" for n in rest)])
        edits.append(maker.edit(name, text))
    return tuple(edits)
