"""Steps that compute: arithmetic, reductions, products, losses, dtypes, creation."""

from __future__ import annotations

import torch

from tests.differential.arguments import ANY, kinds
from tests.differential.builder import Builder, Made, n, step


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
            other = draw.choice(
                [
                    f"{x}.mean({n(axis)}, keepdim=True)",
                    f"{x}.amax({n(axis)}, keepdim=True)",
                    "0.5",
                    "2",
                ]
            )
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
    name = draw.choice(
        [
            "sum",
            "mean",
            "amax",
            "std",
            "var",
            "prod",
            "any",
            "all",
            "norm",
            "logsumexp",
            "argmax",
            "amin",
            "median",
            "max",
        ]
    )
    keep = draw.choice(["", "", ", keepdim=True", ", keepdim=False"])
    if name == "norm":
        return b.code(f"{x}.norm(dim={axis}{keep})")
    if name == "median" and 0 in b.value(x).stride():
        # torch reads memory that nobody wrote where the elements lie over one another.
        return None
    if name in ("max", "median"):
        return b.code(f"{x}.{name}(dim={axis}{keep})", out=f"{b.fresh()}, {b.fresh()}")
    if b.chance(0.15) and name in ("sum", "mean", "std", "prod", "any", "all", "argmax"):
        return b.code(f"{x}.{name}()")
    if name in ("sum", "mean", "amax", "std", "var") and rank > 1 and b.chance(0.3):
        axes = ", ".join(n(a - rank * b.chance(0.5)) for a in draw.sample(range(rank), 2))
        return b.code(f"{x}.{name}(dim=({axes}){keep})")
    return b.code(
        draw.choice(
            [
                f"{x}.{name}(dim={axis}{keep})",
                f"{x}.{name}({axis}{keep})",
                f"torch.{name}({x}, dim={axis}{keep})",
            ]
        )
    )


@step(7)
def product(b: Builder) -> Made | None:
    x, y = b.pick(1, 4), b.pick(1, 4)
    if x is None or y is None:
        return None
    draw = b.draw
    one, other = b.value(x), b.value(y)
    choices = (
        [f"{x} @ {x}.mT", f"torch.matmul({x}.mT, {x})"]
        if one.dim() > 1
        else [f"torch.dot({x}, {x})"]
    )
    if one.shape[-1] == other.shape[-1] and other.dim() > 1:
        choices += [
            f"{x} @ {y}.transpose({n(-1)}, {n(-2)})",
            f"F.linear({x}, {y})",
            f"torch.inner({x}, {y})",
        ]
    if other.dim() > 1 and one.shape[-1] == other.shape[-2]:
        choices += [
            f"{x} @ {y}",
            f"torch.matmul({x}, {y})",
            f"torch.mm({x}, {y})",
            f"torch.bmm({x}, {y})",
        ]
    if one.dim() == 3:
        choices += [
            f"torch.bmm({x}, {x}.transpose({n(1)}, {n(2)}))",
            f'torch.einsum("bij,bkj->bik", {x}, {x})',
            f"torch.baddbmm({x} @ {x}.mT, {x}, {x}.mT)",
        ]
    if one.dim() == 2:
        choices += [
            f'torch.einsum("ij,kj->ik", {x}, {x})',
            f'torch.einsum("ij->ji", {x})',
            f'torch.einsum("ij,ij->", {x}, {x})',
            f"torch.addmm({x} @ {x}.T, {x}, {x}.T)",
        ]
    if one.dim() == 4:
        choices += [
            f'torch.einsum("bhqd,bhkd->bhqk", {x}, {x})',
            f'torch.einsum("nchw->nhwc", {x})',
            f"F.scaled_dot_product_attention({x}, {x}, {x}, is_causal=True)",
        ]
    if one.dim() >= 2:
        choices += [
            f"F.scaled_dot_product_attention({x}, {y}, {y})",
            f'torch.einsum("...i,...j->...ij", {x}, {x})',
            f"torch.cdist({x}, {x})",
            f"F.cosine_similarity({x}, {y}, dim={n(-1)})",
        ]
        choices += [
            f"torch.tensordot({x}, {x}, dims=([{n(0)}], [{n(0)}]))",
            f"torch.kron({x}, {x})",
        ]
    choices.append(f"torch.outer({x}.flatten()[:{n(2)}], {x}.flatten()[:{n(3)}])")
    return b.code(draw.choice(choices))


@step(3)
def conversion(b: Builder) -> Made | None:
    x = b.pick(0, 5, ANY)
    if x is None:
        return None
    names = [
        "float16",
        "float64",
        "int64",
        "int32",
        "bool",
        "float32",
        "float32",
        "uint8",
        "bfloat16",
        "long",
        "double",
    ]
    name = b.draw.choice(names)
    code = b.draw.choice(
        [
            f"{x}.to(torch.{name})",
            f"{x}.type(torch.{name})",
            f"{x}.float()",
            f"{x}.long()",
            f"{x}.half()",
            f"{x}.float()",
            f"{x}.bool()",
            f"{x}.type_as({x})",
        ]
    )
    return b.code(code)


@step(3)
def to_float(b: Builder) -> Made | None:
    """Back to float32, so that layers can follow."""
    x = b.pick(0, 5, ANY[1:-1])
    return None if x is None else b.code(f"{x}.float()")


@step(2)
def loss(b: Builder) -> Made | None:
    x = b.pick(1, 4)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    reduce = draw.choice(["", ', reduction="none"', ', reduction="sum"'])
    name = draw.choice(
        [
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "binary_cross_entropy_with_logits",
            "kl_div",
        ]
    )
    choices = [f"F.{name}({x}, torch.zeros_like({x}){reduce})"] * 2
    axis = n(1 if value.dim() > 1 else 0)
    choices += [
        f"F.cross_entropy({x}, {x}.argmax({axis}){reduce})",
        f"F.cross_entropy({x}, {x}{reduce})",
        f"F.nll_loss({x}, {x}.argmax({axis}){reduce})",
    ]
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
