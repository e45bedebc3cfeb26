"""Steps that index by tensors, gather, scatter, select and fold."""

from __future__ import annotations

import torch

from tests.differential.builder import Builder, Made, n, step
from tests.differential.steps_elementwise import EVERY, FLOATS


@step(5)
def by_tensors(b: Builder) -> Made | None:
    """Integer and boolean tensors among the items of an index."""
    x = b.pick(1, 5, EVERY if b.chance(0.2) else FLOATS)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    items: list[str] = []
    used = 0
    while used < value.dim() and (not items or b.chance(0.6)):
        size = value.shape[used]
        used += 1
        kind = draw.randrange(9)
        last = draw.choice([0, size - 1, -1])
        if kind == 0:
            items.append(f"torch.arange({n(min(size, draw.choice([1, 2, 3])))})")
        elif kind == 1:
            items.append(f"torch.zeros({n(2)}, {n(1)}, dtype=torch.int64)")
        elif kind == 2:
            items.append(f"torch.tensor([{n(0)}, {n(last)}, {n(0)}])")
        elif kind == 3:
            items.append(f"[{n(last)}, {n(0)}]")
        elif kind == 4:
            items.append("None")
            used -= 1
        elif kind == 5:
            items.append(n(last))
        elif kind == 6 and "..." not in items:
            items.append("...")
            break
        elif kind == 7:
            items.append(f"{n(draw.choice([0, 1, -2]))}:{draw.choice(['', n(size), n(-1)])}")
        else:
            items.append(":")
    return b.code(f"{x}[{', '.join(items)}]")


# `{s}` is the size of the axis `{a}`, as code.
TABLE = (
    "{x}.index_select({a}, torch.tensor([0, ‹0›]))", "torch.index_select({x}, {a}, torch.zeros(‹3›, dtype=torch.int64))", "{x}.gather({a}, {x}.argsort({a}))",
    "torch.gather({x}, {a}, {x}.long() * 0)", "torch.take_along_dim({x}, {x}.argsort(dim={a}), dim={a})", "{x}.scatter({a}, {x}.argsort({a}), {x})", "{x}.scatter({a}, {x}.argsort({a}), 1.0)",
    "torch.scatter({x}, {a}, torch.zeros_like({x}, dtype=torch.int64), {x})", "{x}.scatter_add({a}, {x}.argsort({a}), {x} * 2)", "torch.zeros_like({x}).scatter_add({a}, {x}.argsort({a}), {x})",
    "{x}.scatter_reduce({a}, {x}.argsort({a}), {x}, reduce=\"amax\")", "{x}.index_add({a}, torch.arange({s}), {x})", "{x}.index_add({a}, torch.tensor([‹0›]), {x}.narrow({a}, 0, 1))",
    "{x}.index_fill({a}, torch.tensor([‹0›]), 1.0)", "{x}.index_copy({a}, torch.arange({s}), {x} * 2)", "{x}.select({a}, ‹-1›)", "{x}.narrow({a}, ‹0›, ‹2›)", "torch.narrow({x}, {a}, ‹-1›, ‹1›)",
    "{x}.take(torch.tensor([‹0›, ‹1›]))", "{x}[{x} == {x}].sum()", "torch.masked_select({x}, {x} == {x}).mean()", "{x}.masked_scatter({x} > 0, {x})",
    "{x}.topk(‹2›, dim={a}, largest=False).indices", "torch.topk({x}, ‹3›, {a})[0]", "{x}.sort({a})[0]", "torch.searchsorted({x}, {x})", "torch.bucketize({x}, torch.arange(‹3›).float())",
    "{x}.unfold({a}, ‹3›, ‹2›)", "{x}.unfold({a}, {s}, ‹1›)", "{x}.repeat_interleave(‹2›, {a})", "{x}.repeat_interleave(‹3›)", "torch.repeat_interleave({x}, torch.tensor([2]), dim={a}).sum()",
    "{x}.split(‹1›, {a})[0]", "torch.stack({x}.unbind({a}), {a})", "torch.cat({x}.split(‹2›, {a}), {a})", "torch.cat({x}.chunk(‹2›, {a})[::-1], dim={a})", "torch.stack(torch.broadcast_tensors({x}, {x}), {a})",
    "torch.hstack(({x}, {x}))", "torch.vstack([{x}, {x}])", "torch.dstack(({x}, {x}))", "torch.column_stack(({x}, {x}))", "{x}.slice_scatter({x}.narrow({a}, 0, 1), {a}, 0, 1)", "{x}.select_scatter({x}.select({a}, 0), {a}, ‹0›)",
    "{x}.squeeze({a})", "{x}.squeeze(({a}, {c}))", "{x}.unsqueeze({a}).squeeze({a})", "{x}.moveaxis({a}, {c})", "{x}.movedim(({a}, {c}), ({c}, {a}))", "{x}.swapdims({a}, {c})", "{x}.adjoint()", "{x}.ravel()", "{x}.flatten(start_dim={a})",
    "{x}.flatten(‹0›, ‹1›)", "{x}.unflatten({a}, (‹2›, ‹-1›))", "{x}.unflatten({a}, (‹1›, {s}))", "{x}.reshape(‹-1›, {s})", "{x}.view({s}, ‹-1›)", "{x}.view(‹-1›).view_as({x})", "{x}.reshape_as({x})", "{x}.view({x}.shape)",
    "{x}.reshape(*{x}.shape, ‹1›)", "{x}.reshape({x}.shape[0], ‹-1›)", "{x}.view({x}.size(0), {x}.numel() // {x}.size(0))", "{x}.reshape(*{x}.shape[:-1], ‹2›, ‹-1›)", "{x}.expand(‹2›, *{x}.shape)", "{x}.broadcast_to((‹3›, *{x}.shape))",
    "{x}.unsqueeze(-1).expand(*{x}.shape, ‹3›)", "{x}.repeat(‹2›, *[1 for _ in {x}.shape])", "{x}.tile((‹2›, ‹1›))", "torch.tile({x}, (‹1›, ‹1›, ‹2›))", "{x}.sum_to_size({x}.shape)", "torch.atleast_2d({x})", "torch.atleast_3d({x})",
    "torch.meshgrid({x}.flatten()[:2], {x}.flatten()[:3], indexing=\"ij\")[1]", "torch.block_diag({x}, {x})", "{x}.diag_embed(dim1={a}, dim2={c})", "{x}.as_strided((‹2›, ‹2›), (‹1›, ‹1›))", "{x}.permute(*range({x}.dim())[::-1])",
    "{x}.transpose({a}, {c}).reshape(‹-1›)", "{x}.transpose({a}, {c}).contiguous().view(‹-1›, {s})", "torch.einsum(\"i...->...\", {x})", "torch.einsum(\"...i,...i->...\", {x}, {x})", "torch.einsum(\"...ij->...ji\", {x})",
    "{x}.mean(tuple(range(1, {x}.dim())))", "{x}.sum(dim=list(range({x}.ndim))[-1])", "{x} * {x}.shape[{a}]", "{x}[..., : {x}.shape[-1] // 2]", "{x}[..., ::‹2›] + {x}[..., ::‹2›]", "{x}[:, None] + {x}[None]", "{x}.hsplit(‹2›)[0]", "{x}.tensor_split((‹1›,), {a})[1]",
    "F.pad({x}, (‹1›, ‹1›))", "F.pad({x}, (0, 0, ‹1›, 0), value=2)", "F.pad({x}, [‹1›, ‹-1›])", "{x}.T" , "{x}.mT @ {x}", "torch.nonzero_static({x}, size=‹3›)", "torch.tril_indices({s}, {s})", "{x}.new_tensor([1, 2])", "torch.argwhere({x} == {x}).shape[1] * {x}",
)  # fmt: skip


@step(10)
def selection(b: Builder) -> Made | None:
    x = b.pick(1, 5, EVERY if b.chance(0.2) else FLOATS)
    if x is None:
        return None
    rank = b.value(x).dim()
    a, c = b.draw.sample(range(rank), 2) if rank > 1 else (0, 0)
    code = b.draw.choice(TABLE).format(
        x=x, a=n(a - rank * b.chance(0.4)), c=n(c - rank * b.chance(0.4)), s=b.size(x, a)
    )
    return b.code(code)


@step(3)
def folding(b: Builder) -> Made | None:
    """Images as columns of patches, and back."""
    x = b.pick(3, 4)
    if x is None:
        return None
    value = b.value(x)
    if not all(b.fixed(x, a) for a in range(1, value.dim())):
        return None
    kernel = b.draw.choice([1, 2, 3])
    stride = b.draw.choice([1, kernel])
    padding = b.draw.choice([0, 0, 1])
    h, w = value.shape[-2:]
    sizes = f"{n(kernel)}, padding={n(padding)}, stride={n(stride)}"
    kind = b.draw.randrange(4)
    if kind == 0:
        return b.layer(f"nn.Unfold({sizes})", x)
    if kind == 1:
        return b.code(f"F.fold(F.unfold({x}, {sizes}), ({n(h)}, {n(w)}), {sizes})")
    if kind == 2 and value.dim() == 3:
        side = b.draw.choice([2, 3, 4])
        return b.layer(f"nn.Fold(({n(side)}, {n(side)}), {sizes})", x)
    return b.code(f"{x}.unfold({n(-2)}, {n(kernel)}, {n(stride)}).unfold({n(-2)}, {n(kernel)}, 1)")


@step(2)
def bag(b: Builder) -> Made | None:
    """Sums and means of rows of a table."""
    x = b.pick(1, 2, (torch.int64, torch.int32))
    if x is None:
        return None
    mode = b.draw.choice(['"mean"', '"sum"', '"max"'])
    layer = f"nn.EmbeddingBag({n(5)}, {n(b.draw.choice([3, 4]))}, mode={mode})"
    if b.value(x).dim() == 1:
        return b.layer(layer, x, "torch.tensor([0])" if b.chance(0.5) else f"{x}[:1] * 0")
    if mode == '"sum"' and b.chance(0.5):
        return b.layer(layer, f"{x}", f"per_sample_weights={x}.float()")
    return b.layer(layer, x)
