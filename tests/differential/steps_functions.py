"""Steps that call functions: layout, joining, arithmetic, reductions, products, indexing, losses, dtypes."""

from __future__ import annotations

import torch

from tests.differential.builder import Builder, Made, Step, n
from tests.differential.steps_layers import options

STEPS: list[tuple[int, Step]] = []
ANY = (
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.bool,
    torch.complex64,
)


def step(weight: int) -> object:
    def register(f: Step) -> Step:
        STEPS.append((weight, f))
        return f

    return register


def kinds(b: Builder) -> tuple[torch.dtype, ...]:
    return ANY if b.chance(0.3) else (torch.float32,)


@step(8)
def reshape(b: Builder) -> Made | None:
    x = b.pick(1, 9, kinds(b))
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    rank = value.dim()
    parts: list[str] = []
    kind = draw.randrange(4)
    if kind == 0 and all(b.fixed(x, a) for a in range(rank)):
        # Other factors of the same number.
        left, sizes = value.numel(), []
        while left > 1 and len(sizes) < 3:
            f = draw.choice([k for k in range(1, left + 1) if left % k == 0])
            sizes.append(f)
            left //= f
        sizes = [*sizes, left]
        draw.shuffle(sizes)
        parts = [n(s) for s in sizes]
    elif kind == 1:
        # Two neighbours joined.
        at = draw.randrange(rank)
        for a in range(rank):
            if a == at and a + 1 < rank:
                parts.append(f"{b.size(x, a)} * {b.size(x, a + 1)}")
            elif a != at + 1 or at + 1 >= rank:
                parts.append(b.size(x, a))
    elif kind == 2:
        # One axis split.
        at = draw.randrange(rank)
        f = draw.choice([k for k in (1, 2, 3, 4) if value.shape[at] % k == 0])
        for a in range(rank):
            if a == at:
                rest = n(value.shape[at] // f) if b.fixed(x, at) else f"{b.size(x, at)} // {n(f)}"
                parts += draw.sample([n(f), rest], 2)
            else:
                parts.append(b.size(x, a))
    else:
        parts = [b.size(x, a) for a in range(draw.randint(0, rank - 1))] + [n(-1)]
    if len(parts) > 1 and b.chance(0.3) and not any("-1" in p and "[" not in p and "(" not in p for p in parts):
        parts[draw.randrange(len(parts))] = n(-1)
    name = draw.choice(["view", "reshape", "reshape"])
    inside = ", ".join(parts)
    if name == "reshape" and b.chance(0.3):
        return b.code(f"torch.reshape({x}, ({inside},))")
    return b.code(f"{x}.{name}({inside})" if b.chance(0.8) else f"{x}.{name}(({inside},))")


@step(8)
def layout(b: Builder) -> Made | None:
    x = b.pick(1, 5, kinds(b))
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    rank = value.dim()
    a, c = n(b.axis(x)), n(b.axis(x))
    order = ", ".join(n(i - rank * b.chance(0.2)) for i in draw.sample(range(rank), rank))
    ones = [i for i, s in enumerate(value.shape) if s == 1 and b.fixed(x, i)]
    choices = [
        f"{x}.flatten({n(draw.randrange(rank))})",
        f"torch.flatten({x}, {n(1)})",
        f"{x}.flatten({a}, {c})",
        f"{x}.transpose({a}, {c})",
        f"torch.transpose({x}, {a}, {c})",
        f"{x}.permute({order})",
        f"torch.permute({x}, ({order},))",
        f"{x}.unsqueeze({a})",
        f"torch.unsqueeze({x}, {n(rank)})",
        f"{x}.movedim({a}, {c})",
        f"{x}.mT",
        f"{x}.flip({a})",
        f"torch.flip({x}, [{a}])",
        f"{x}.roll({n(1)}, {a})",
        f"torch.roll({x}, shifts={n(2)}, dims={a})",
        f"{x}.contiguous()",
        f"{x}.repeat({', '.join(n(draw.choice([1, 1, 2])) for _ in range(rank))})",
        f"{x}.tile(({n(2)},))",
        f"{x}.repeat_interleave({n(2)}, dim={a})",
        f"{x}.unfold({a}, {n(2)}, {n(1)})",
        f"{x}.T" if rank == 2 else f"{x}.t()",
        f"{x}.unflatten({a}, ({n(-1)}, {n(2)}))",
        f"{x}.swapaxes({a}, {c})",
        f"{x}.narrow({a}, {n(0)}, {n(1)})",
        f"{x}.select({a}, {n(0)})",
        f"{x}.diagonal()",
        f"{x}.triu()",
        f"{x}.tril(diagonal={n(-1)})",
        f"{x}.cumsum(dim={a})",
        f"{x}.sort(dim={a}).values",
        f"{x}.topk({n(1)}, dim={a}).values",
        f"{x}.gather({a}, torch.zeros_like({x}, dtype=torch.int64))",
        f"torch.zeros_like({x}) + {x}",
        f"{x}.new_ones({n(2)}, {n(3)})",
        f"{x}.diff(dim={a})",
    ]
    if ones:
        choices += [f"{x}.squeeze({n(draw.choice(ones))})"] * 4
        sizes = [n(draw.choice([2, 3])) if i in ones else n(-1) for i in range(rank)]
        choices += [f"{x}.expand({', '.join(sizes)})"] * 4
    if all(b.fixed(x, i) for i in range(rank)):
        choices.append(f"{x}.squeeze()")
    choices.append(f"{x}.expand({n(2)}, {', '.join([n(-1)] * rank)})")
    return b.code(draw.choice(choices))


@step(7)
def joining(b: Builder) -> Made | None:
    x = b.pick(1, 5)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    axis = b.axis(x)
    others = [o for o in b.tensors(value.dim(), value.dim()) if o != x]
    fitting = [
        o
        for o in others
        if all(
            s == t
            for i, (s, t) in enumerate(zip(b.value(o).shape, value.shape, strict=True))
            if i != axis % value.dim()
        )
    ]
    y = draw.choice(fitting) if fitting and b.chance(0.8) else x
    name = draw.choice(["cat", "cat", "stack"])
    if name == "stack" and b.value(y).shape != value.shape:
        name = "cat"
    parts = draw.choice([f"[{x}, {y}]", f"({y}, {x})", f"[{x}, {y}, {x}]", f"[{x}]"])
    form = draw.choice([f", dim={n(axis)}", f", {n(axis)}"])
    if name == "stack" and b.chance(0.1):
        return b.code(f"torch.{draw.choice(['hstack', 'vstack', 'dstack'])}({parts})")
    return b.code(f"torch.{name}({parts}{form})")


@step(5)
def splitting(b: Builder) -> Made | None:
    x = b.pick(1, 5)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    axis = b.axis(x)
    size = value.shape[axis]
    if not b.fixed(x, axis):
        return None
    kind = draw.randrange(5)
    if kind == 0:
        parts = draw.choice([1, 2, 3])
        got = len(torch.chunk(value, parts, axis))
        code = f"{x}.chunk({n(parts)}, dim={n(axis)})"
    elif kind == 1:
        each = draw.choice([1, 2, 3, 4])
        got = len(torch.split(value, each, axis))
        code = f"torch.split({x}, {n(each)}, dim={n(axis)})"
    elif kind == 2:
        first = draw.randint(0, size)
        got, code = 2, f"{x}.split([{n(first)}, {n(size - first)}], dim={n(axis)})"
    elif kind == 3:
        got, code = size, f"{x}.unbind({n(axis)})"
    else:
        parts = draw.choice([2, 3])
        got, code = parts, f"torch.tensor_split({x}, {n(parts)}, dim={n(axis)})"
    if got > 4:
        return None
    if got == 1 or b.chance(0.3):
        return b.code(f"{code}[{n(draw.randrange(-got, got))}]")
    return b.code(code, out=", ".join(b.fresh() for _ in range(got)))


@step(9)
def arithmetic(b: Builder) -> Made | None:
    x, y = b.pick(0, 5, kinds(b)), b.pick(0, 5, kinds(b))
    if x is None or y is None:
        return None
    draw = b.draw
    left, right = b.value(x).shape, b.value(y).shape
    try:
        torch.broadcast_shapes(left, right)
    except RuntimeError:
        # A reduction of one that fits.
        y = x
        if len(left) > 0:
            axis = b.axis(x)
            other = draw.choice([f"{x}.mean({n(axis)}, keepdim=True)", f"{x}.amax({n(axis)}, keepdim=True)", "0.5", "2"])
            return b.code(f"{x} {draw.choice('+-*/')} {other}")
    op = draw.choice(["+", "-", "*", "/", "+", "*", ">", "==", "**"])
    code = draw.choice(
        [
            f"{x} {op} {y}", f"{x} {op} {y}", f"{x} {op} 2", f"1.5 {op} {x}", f"torch.add({x}, {y})", f"torch.mul({x}, {y})",
            f"torch.maximum({x}, {y})", f"{x}.sub({y})", f"-{x} + {y}", f"({x} > 0) & ({y} > 0)", f"torch.where({x} > {y}, {x}, {y})",
            f"{x}.add({y}, alpha=2)", f"torch.lerp({x}, {y}, 0.3)", f"torch.atan2({x}, {y})", f"{x}.masked_fill({y} > 0, -1.0)",
            f"torch.addcmul({x}, {x}, {y}, value=0.5)", f"~({x} > {y})", f"torch.logical_or({x}, {y})", f"torch.minimum({x}, {y})",
        ]
    )  # fmt: skip
    return b.code(code)


@step(6)
def reduction(b: Builder) -> Made | None:
    x = b.pick(1, 5, kinds(b))
    if x is None:
        return None
    draw, rank = b.draw, b.value(x).dim()
    axis = n(b.axis(x))
    name = draw.choice(["sum", "mean", "amax", "std", "var", "prod", "any", "all", "norm", "logsumexp", "argmax", "amin", "median", "max"])
    keep = draw.choice(["", "", ", keepdim=True", ", keepdim=False"])
    if name == "norm":
        return b.code(f"{x}.norm(dim={axis}{keep})")
    if name in ("max", "median"):
        return b.code(f"{x}.{name}(dim={axis}{keep})", out=f"{b.fresh()}, {b.fresh()}")
    if b.chance(0.15) and name in ("sum", "mean", "std", "prod", "any", "all", "argmax"):
        return b.code(f"{x}.{name}()")
    if name in ("sum", "mean", "amax", "std", "var") and rank > 1 and b.chance(0.3):
        axes = ", ".join(n(a - rank * b.chance(0.5)) for a in draw.sample(range(rank), 2))
        return b.code(f"{x}.{name}(dim=({axes}){keep})")
    return b.code(draw.choice([f"{x}.{name}(dim={axis}{keep})", f"{x}.{name}({axis}{keep})", f"torch.{name}({x}, dim={axis}{keep})"]))


@step(7)
def product(b: Builder) -> Made | None:
    x, y = b.pick(1, 4), b.pick(1, 4)
    if x is None or y is None:
        return None
    draw = b.draw
    one, other = b.value(x), b.value(y)
    choices = [f"{x} @ {x}.mT", f"torch.matmul({x}.mT, {x})"] if one.dim() > 1 else [f"torch.dot({x}, {x})"]
    if one.shape[-1] == other.shape[-1] and other.dim() > 1:
        choices += [f"{x} @ {y}.transpose({n(-1)}, {n(-2)})", f"F.linear({x}, {y})", f"torch.inner({x}, {y})"]
    if other.dim() > 1 and one.shape[-1] == other.shape[-2]:
        choices += [f"{x} @ {y}", f"torch.matmul({x}, {y})", f"torch.mm({x}, {y})", f"torch.bmm({x}, {y})"]
    if one.dim() == 3:
        choices += [f"torch.bmm({x}, {x}.transpose({n(1)}, {n(2)}))", f'torch.einsum("bij,bkj->bik", {x}, {x})', f"torch.baddbmm({x} @ {x}.mT, {x}, {x}.mT)"]
    if one.dim() == 2:
        choices += [f'torch.einsum("ij,kj->ik", {x}, {x})', f'torch.einsum("ij->ji", {x})', f'torch.einsum("ij,ij->", {x}, {x})', f"torch.addmm({x} @ {x}.T, {x}, {x}.T)"]
    if one.dim() == 4:
        choices += [f'torch.einsum("bhqd,bhkd->bhqk", {x}, {x})', f'torch.einsum("nchw->nhwc", {x})', f"F.scaled_dot_product_attention({x}, {x}, {x}, is_causal=True)"]
    if one.dim() >= 2:
        choices += [f"F.scaled_dot_product_attention({x}, {y}, {y})", f'torch.einsum("...i,...j->...ij", {x}, {x})', f"torch.cdist({x}, {x})", f"F.cosine_similarity({x}, {y}, dim={n(-1)})"]
        choices += [f"torch.tensordot({x}, {x}, dims=([{n(0)}], [{n(0)}]))", f"torch.kron({x}, {x})"]
    choices.append(f"torch.outer({x}.flatten()[:{n(2)}], {x}.flatten()[:{n(3)}])")
    return b.code(draw.choice(choices))


@step(8)
def indexing(b: Builder) -> Made | None:
    x = b.pick(1, 5, kinds(b))
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    items: list[str] = []
    dots = False
    for _ in range(draw.randint(1, value.dim() + (0 if b.chance(0.7) else 1))):
        size = value.shape[min(len(items), value.dim() - 1)]
        match draw.randrange(9):
            case 0:
                items.append(n(draw.randrange(-size, size)))
            case 1 | 2:
                items.append(f":{n(draw.choice([1, 2, size, -1]))}")
            case 3:
                items.append(f"{n(draw.choice([0, 1, -1, -2]))}:")
            case 4:
                items.append(f"{draw.choice(['', n(1)])}::{n(draw.choice([2, 3]))}")
            case 5:
                items.append("None")
            case 6 if not dots:
                items.append("...")
                dots = True
            case 7:
                items.append(f"{n(0)}:{b.size(x, 0)}" if not items else f"[{n(0)}, {n(-1)}]")
            case _:
                items.append(":")
    return b.code(f"{x}[{', '.join(items)}]")


@step(3)
def conversion(b: Builder) -> Made | None:
    x = b.pick(0, 5, ANY)
    if x is None:
        return None
    names = ["float16", "float64", "int64", "int32", "bool", "float32", "float32", "uint8", "bfloat16", "long", "double"]
    name = b.draw.choice(names)
    code = b.draw.choice(
        [f"{x}.to(torch.{name})", f"{x}.type(torch.{name})", f"{x}.float()", f"{x}.long()", f"{x}.half()", f"{x}.float()", f"{x}.bool()", f"{x}.type_as({x})"]
    )
    return b.code(code)


@step(3)
def to_float(b: Builder) -> Made | None:
    """Back to float32, so that layers can follow."""
    x = b.pick(0, 5, ANY[1:-1])
    return None if x is None else b.code(f"{x}.float()")


@step(3)
def resize(b: Builder) -> Made | None:
    x = b.pick(3, 5)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    d = value.dim() - 2
    mode = draw.choice(["nearest", "area", {1: "linear", 2: "bilinear", 3: "trilinear"}[d]])
    size = draw.choice([f"scale_factor={n(2)}", "scale_factor=0.5", "scale_factor=1.5", f"size={n(4)}", "size=(" + ", ".join([n(3)] * d) + ",)"])
    corners = ", align_corners=False" if mode.endswith("linear") and b.chance(0.5) else ""
    pads = ", ".join(n(draw.choice([0, 1, 2, -1])) for _ in range(2 * draw.randint(1, value.dim())))
    choices = [f'F.interpolate({x}, {size}, mode="{mode}"{corners})'] * 2
    choices += [f"F.pad({x}, ({pads}))", f'F.pad({x}, ({pads}), mode="constant", value=1.0)']
    pads = ", ".join(n(draw.choice([0, 1, 2])) for _ in range(2 * draw.randint(1, d)))
    choices += [f'F.pad({x}, ({pads}), mode="{draw.choice(["reflect", "replicate", "circular"])}")']
    choices += [f"F.pixel_shuffle({x}, {n(2)})", f"F.pixel_unshuffle({x}, {n(2)})", f"F.channel_shuffle({x}, {n(2)})"]
    if d == 2:
        choices += [f"F.unfold({x}, {n(2)}{options(b, ('stride', n(2)), ('padding', n(1)))})", f"F.one_hot({x}.argmax({n(1)}), {n(20)}).float()"]
    return b.code(draw.choice(choices))


@step(2)
def loss(b: Builder) -> Made | None:
    x = b.pick(1, 4)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    reduce = draw.choice(["", ', reduction="none"', ', reduction="sum"'])
    name = draw.choice(["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits", "kl_div"])
    choices = [f"F.{name}({x}, torch.zeros_like({x}){reduce})"] * 2
    axis = n(1 if value.dim() > 1 else 0)
    choices += [f"F.cross_entropy({x}, {x}.argmax({axis}){reduce})", f"F.cross_entropy({x}, {x}{reduce})", f"F.nll_loss({x}, {x}.argmax({axis}){reduce})"]
    others = b.tensors(1, 4)
    choices.append(f"F.mse_loss({x}, {draw.choice(others)}{reduce})")
    if b.chance(0.3):
        layer = draw.choice(["MSELoss", "CrossEntropyLoss", "L1Loss", "BCEWithLogitsLoss"])
        return b.layer(f"nn.{layer}({reduce[2:]})", x, x)
    return b.code(draw.choice(choices))


@step(2)
def creation(b: Builder) -> Made | None:
    x = b.pick(1, 4)
    if x is None:
        return None
    size = b.size(x, -1)
    a = b.size(x, 0)
    return b.code(
        b.draw.choice(
            [
                f"{x} + torch.arange({size})", f"{x} * torch.ones({size})", f"torch.zeros({a}, {size})", f"torch.eye({size})",
                f"{x} @ torch.eye({size})", f"torch.full(({a}, {n(2)}), 1.5)", f"torch.arange({n(0)}, {n(6)}, {n(2)})", f"torch.linspace(0, 1, {n(5)})",
                f"torch.tril(torch.ones({size}, {size}))", f"{x}.masked_fill(torch.ones({size}, dtype=torch.bool), 0.0)",
                f"torch.arange({size}).float()", f"torch.full_like({x}, 2.0)", f"torch.ones({a}, {n(3)}, dtype=torch.int64)",
            ]
        )  # fmt: skip
    )


@step(2)
def statement(b: Builder) -> Made | None:
    """An expression with a choice, or lists of tensors."""
    x = b.pick(1, 4)
    if x is None:
        return None
    value = b.value(x)
    axis = b.axis(x)
    choices = [
        f"{x} if self.training else {x} * 2",
        f"torch.cat([{x} * i for i in range({n(1)}, {n(3)})], dim={n(axis)})",
        f"torch.stack([{x} for _ in range({n(2)})], dim={n(axis)})",
        f"{x} if {x}.dim() > {n(1)} else {x}.unsqueeze({n(0)})",
    ]
    if b.fixed(x, axis) and value.shape[axis] < 4:
        choices.append(f"torch.stack([s * 2 for s in {x}.unbind({n(axis)})], dim={n(axis)})")
        choices.append(f"sum([s for s in {x}.unbind({n(axis)})])")
    return b.code(b.draw.choice(choices))
