"""Steps that compute element by element, and by axes: tables of code with places for tensors and axes."""

from __future__ import annotations

import torch

from tests.differential.builder import Builder, Made, n, step

FLOATS = (torch.float32,)
WIDE = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
INTS = (torch.int64, torch.int32, torch.uint8)
NUMBERS = (*FLOATS, torch.float64, torch.int64, torch.int32)
EVERY = (*WIDE, *INTS, torch.bool)

# `{x}` is a tensor of one of the dtypes, `{y}` one that broadcasts with it, `{a}` an axis, `{c}` another one,
# `{i}` an axis with the sign that torch gives it.
UNARY = (
    "torch.abs({x})", "{x}.neg()", "-{x}", "{x}.square()", "torch.sign({x})", "{x}.clamp(0, 1)", "{x}.clamp(max=2)",
    "torch.clip({x}, min=0)", "{x}.positive()", "{x} ** 2", "{x}.pow(3)", "{x}.double()", "{x}.float()", "{x}.isnan()",
    "torch.isfinite({x})", "{x}.sgn()", "{x}.to(torch.float64)", "{x} == 0", "{x} != 1", "{x} > 0.5", "0 < {x}", "{x} // 2",
    "{x} % 3", "{x} / 2", "2 - {x}", "1 / ({x} + 1)", "2 ** {x}", "{x} + 0.5", "{x} * 2", "{x}.isposinf()", "{x}.bool()", "{x}.signbit()",
    "{x}.logical_not()", "{x}.clone()", "{x}.detach()", "torch.ones_like({x}, dtype=torch.int64)",
    "{x}.new_zeros({x}.shape)", "torch.empty_like({x}) * 0", "{x}.new_full((2,), 1)", "{x}.data", "{x}.type(torch.float32)",
)  # fmt: skip
FLOATING = (
    "{x}.exp()", "torch.exp2({x})", "{x}.expm1()", "torch.log1p({x}.abs())", "({x}.abs() + 1).log()", "{x}.sin() + {x}.cos()",
    "torch.tan({x})", "{x}.atan()", "torch.asinh({x})", "{x}.sinh()", "torch.erf({x})", "{x}.erfc()", "torch.lgamma({x} + 1.5)",
    "{x}.sqrt()", "({x} + 1).rsqrt()", "({x} + 2).reciprocal()", "torch.floor({x})", "{x}.ceil()", "{x}.round()", "{x}.trunc()",
    "torch.frac({x})", "torch.sinc({x})", "{x}.logit(1e-3)", "torch.special.expit({x})", "torch.special.entr({x})", "{x}.nan_to_num(0.0)",
    "torch.deg2rad({x})", "F.hardshrink({x})", "F.softsign({x})", "F.tanhshrink({x})", "F.celu({x}, 0.7)", "F.selu({x})", "F.mish({x})",
    "F.logsigmoid({x})", "F.hardsigmoid({x})", "F.hardswish({x})", "F.threshold({x}, 0.1, 1.0)", "F.softshrink({x}, 0.4)", "F.softmin({x}, dim={a})",
    "F.gumbel_softmax({x}, dim={a})", "torch.log_softmax({x}, {a})", "{x}.log_softmax(dim={a}, dtype=torch.float64)", "F.rrelu({x})",
    "F.prelu({x}, torch.full((1,), 0.25))", "F.alpha_dropout({x}, 0.2, self.training)", "torch.cumprod({x}, {a})", "{x}.logcumsumexp({a})",
    "F.layer_norm({x}, {x}.shape[-1:])", "F.layer_norm({x}, ({x}.shape[-1],))", "F.rms_norm({x}, {x}.shape[-1:])", "F.normalize({x}, p=1, dim={a})",
    "torch.relu({x})", "torch.square({x})", "torch.special.log_ndtr({x})", "torch.sigmoid({x}) * {x}", "{x}.cummax({a}).values", "torch.cummin({x}, dim={a})[0]",
)  # fmt: skip
BINARY = (
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} < {y}", "{x} >= {y}", "{x} != {y}", "torch.eq({x}, {y})", "{x}.ne({y})", "torch.gt({x}, {y})",
    "{x}.le({y})", "torch.logical_and({x}, {y})", "{x}.logical_xor({y})", "torch.maximum({x}, {y})", "{x}.minimum({y})", "torch.max({x}, {y})", "torch.min({x}, {y})",
    "torch.where({x} > {y}, {x}, {y})", "torch.where({y} > 0, {x}, 1)", "{x}.where({y} > 0, {y})", "torch.add({x}, {y}, alpha=2)", "{x}.sub({y})", "{x}.multiply({y})",
    "torch.true_divide({x}, {y} + 1)", "{x} / ({y} + 1)", "{x}.masked_fill({y} != 0, 0)", "torch.isclose({x}, {x})", "torch.broadcast_tensors({x}, {y})[0]",
    "torch.div({x}, {y} + 1, rounding_mode=\"floor\")", "{x}.expand_as({x} + {y})", "torch.atan2({x}, {y})", "torch.floor_divide({x}, {y} + 1)",
    "torch.fmod({x}, {y} + 1)", "torch.remainder({x}, {y} + 1)", "torch.float_power({x}, 2)", "torch.hypot({x}, {y})", "{x}.copysign({y})", "torch.xlogy({x}, {y})",
    "torch.logaddexp({x}, {y})", "torch.dist({x}, {y})", "torch.rsub({x}, {y})", "{x}.lerp({y}, 0.5)", "torch.addcdiv({x}, {y}, {y} + 1)", "torch.heaviside({x}, {y})",
    "torch.fmax({x}, {y})", "F.pairwise_distance({x}, {y})", "F.cosine_similarity({x}, {y}, dim={a})",
    "{x}.type_as({y})", "{x}.to({y}.dtype)", "torch.outer({x}.flatten()[:2], {y}.flatten()[:3])", "torch.bitwise_and({x}, {y})", "{x} | {y}", "{x} ^ {y}", "{x} & {y}",
)  # fmt: skip
INTEGRAL = (
    "~{x}", "{x} & 1", "{x} | 2", "{x} ^ {x}", "{x} << 1", "{x} >> 1", "{x}.bitwise_not()", "torch.bitwise_or({x}, {x})", "torch.gcd({x}, {x})",
    "{x}.float()", "{x}.long() + 1", "{x} / 2", "{x}.sum()", "{x} // 2", "F.one_hot({x}.long().clamp(0, 3), ‹4›)", "{x}.clamp(0, ‹3›)", "torch.sigmoid({x})",
    "{x}.bool()", "{x} + 1.5", "{x}.exp()", "{x}.softmax({a})", "{x}.mean()", "{x}.half()", "{x}.cumsum({a})", "{x}.prod({a})", "{x}.sqrt()", "F.relu({x})", "{x} - True",
)  # fmt: skip
BY_AXIS = (
    "{x}.sum({a})", "{x}.sum(({a}, {c}))", "torch.sum({x}, dim=({a},), keepdim=True)", "{x}.sum({a}, dtype=torch.float64)", "{x}.amax(({a}, {c}), keepdim=True)", "torch.amin({x}, {a})",
    "{x}.aminmax(dim={a})[1]", "torch.argmin({x}, dim={a}, keepdim=True)", "{x}.argmax()", "{x}.argsort({a})", "{x}.sort({a}, descending=True)[1]", "{x}.cumsum({a})", "{x}.count_nonzero({a})",
    "torch.count_nonzero({x})", "{x}.any({a})", "{x}.all({a}, keepdim=True)", "{x}.any()", "{x}.topk(‹2›, {a})[0]", "{x}.kthvalue(‹2›, {a}).values", "{x}.min({a}).values", "{x}.max({a}, keepdim=True).indices",
    "{x}.max()", "{x}.min()", "{x}.flip(({a}, {c}))", "{x}.roll((‹1›, ‹2›), ({a}, {c}))", "{x}.msort()", "{x}.mode({a}).values", "torch.trapezoid({x}, dim={a})", "{x}.diff(‹2›, {a})", "{x}.median()",
    "{x}.trace()", "{x}.diag()", "torch.diag_embed({x})", "{x}.diagonal(‹1›, {a}, {c})", "torch.tril({x}, ‹1›)", "{x}.rot90(‹1›, ({a}, {c}))", "{x}.fliplr()", "{x}.flipud()", "torch.vander({x})",
    "torch.combinations({x})", "torch.cartesian_prod({x}, {x})", "{x}.nansum({a})",
)  # fmt: skip
STATISTICS = (
    "{x}.mean({a})", "{x}.mean(({a}, {c}), keepdim=True)", "{x}.var({a}, unbiased=False)", "{x}.std({a}, correction=0)", "torch.std({x}, ({a}, {c}))", "torch.var_mean({x}, dim={a})[0]", "torch.std_mean({x}, {a}, keepdim=True)[1]",
    "{x}.norm()", "{x}.norm(2, {a})", "{x}.norm(p=1, dim={a}, keepdim=True)", "torch.linalg.norm({x}, dim={a})", "torch.linalg.vector_norm({x}, ord=2, dim=({a},))", "torch.linalg.matrix_norm({x})", "{x}.logsumexp(({a}, {c}))",
    "{x}.nanmean({a})", "{x}.quantile(0.5, dim={a})", "{x}.quantile(torch.tensor([0.1, 0.9]), dim={a}, keepdim=True)", "{x}.renorm(2, {a}, 1.0)", "torch.cov({x})", "torch.corrcoef({x})", "{x}.softmax({a}).log()",
    "torch.fft.rfft({x}, dim={a}).abs()", "torch.fft.fft({x}, dim={a}).real", "torch.fft.irfft(torch.fft.rfft({x}, dim={a}), dim={a})", "torch.view_as_real(torch.fft.fft2({x}))", "torch.fft.fftshift({x}, dim={a})",
    "torch.fft.rfft2({x}).imag", "torch.fft.fft({x}, n=‹6›, dim={a}).abs()", "torch.linalg.det({x} @ {x}.mT)", "torch.linalg.svdvals({x})", "torch.linalg.inv({x} @ {x}.mT + torch.eye({x}.shape[-2]))", "torch.linalg.qr({x})[1]",
    "torch.linalg.cholesky({x} @ {x}.mT + torch.eye({x}.size(-2)))", "torch.linalg.solve({x} @ {x}.mT + torch.eye({x}.size(-2)), {x})", "torch.linalg.cross({x}, {x}, dim={a})", "torch.matrix_exp({x})", "torch.linalg.matrix_power({x}, ‹2›)",
    "torch.pdist({x})", "torch.cdist({x}, {x}, p=1.0)", "{x}.gradient(dim={a})[0]", "torch.linalg.eigvalsh({x} @ {x}.mT)", "torch.linalg.pinv({x})",
)  # fmt: skip


def partner(b: Builder, x: str, kinds: tuple[torch.dtype, ...]) -> str:
    """A tensor that broadcasts with another one, if need be made from it."""
    value, found = b.value(x), []
    for name in b.tensors(0, 5, kinds):
        try:
            torch.broadcast_shapes(value.shape, b.value(name).shape)
        except RuntimeError:
            continue
        found.append(name)
    rank = value.dim()
    if rank and b.chance(0.4):
        return b.draw.choice(
            [
                f"{x}.amax({n(b.axis(x))}, keepdim=True)",
                f"{x}[..., :1]",
                f"{x}[:1]",
                f"{x}[{n(0)}]",
                f"{x}.unsqueeze({n(0)})",
            ]
        )
    if b.fixed(x, -1) if rank else False:
        found.append(f"torch.ones({n(value.shape[-1])})")
    return b.draw.choice(found or [x])


def filled(b: Builder, x: str, code: str, kinds: tuple[torch.dtype, ...]) -> str:
    """The code of a row of the tables."""
    rank = max(b.value(x).dim(), 1)
    a, c = b.draw.sample(range(rank), 2) if rank > 1 else (0, 0)
    places = {"x": x, "a": n(a - rank * b.chance(0.4)), "c": n(c - rank * b.chance(0.4))}
    if "{y}" in code:
        places["y"] = partner(b, x, kinds)
    return code.format(**places)


def row(
    b: Builder, table: tuple[str, ...], kinds: tuple[torch.dtype, ...], low: int = 0
) -> Made | None:
    x = b.pick(low, 5, kinds)
    return None if x is None else b.code(filled(b, x, b.draw.choice(table), kinds))


@step(3)
def unary(b: Builder) -> Made | None:
    return row(b, UNARY, EVERY)


@step(4)
def floating(b: Builder) -> Made | None:
    return row(b, FLOATING, FLOATS if b.chance(0.8) else WIDE, 1)


@step(6)
def binary(b: Builder) -> Made | None:
    return row(b, BINARY, FLOATS if b.chance(0.6) else EVERY)


@step(3)
def integral(b: Builder) -> Made | None:
    return row(b, INTEGRAL, (*INTS, torch.bool))


@step(4)
def by_axis(b: Builder) -> Made | None:
    return row(b, BY_AXIS, NUMBERS, 1)


@step(4)
def statistics(b: Builder) -> Made | None:
    return row(b, STATISTICS, FLOATS, 1)
