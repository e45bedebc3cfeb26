"""Steps that make layers: norms, linear, recurrent, attention, activations, Sequential."""

from __future__ import annotations

import torch

from tests.differential.arguments import boolean, options
from tests.differential.builder import Builder, Made, n, step
from tests.differential.net import Member


@step(6)
def norm(b: Builder) -> Made | None:
    x = b.pick(2, 5)
    if x is None:
        return None
    value = b.value(x)
    rank = value.dim()
    kind = b.draw.choice(["Batch", "Instance", "Group", "Layer", "RMS", "Local"])
    if kind in ("Layer", "RMS"):
        k = b.draw.randint(1, min(rank, 3))
        if not all(b.fixed(x, a) for a in range(rank - k, rank)):
            return None
        dims = ", ".join(n(s) for s in value.shape[rank - k :])
        shape = dims if k == 1 and b.chance(0.7) else f"[{dims}]" if b.chance(0.5) else f"({dims},)"
        code = f"nn.{kind}Norm({shape}" + options(b, ("elementwise_affine", boolean(b)))
        return b.layer(code + ")", x)
    if kind == "Local":
        return b.layer(f"nn.LocalResponseNorm({n(b.draw.choice([1, 2, 3]))})", x)
    axis = 1
    if kind == "Instance" and rank in (2, 3, 4) and b.chance(0.2):
        axis = 0
    if not b.fixed(x, axis):
        return None
    channels = value.shape[axis]
    if kind == "Group":
        groups = b.draw.choice([g for g in (1, 2, 3, channels) if channels % g == 0])
        if b.chance(0.3):
            # Without parameters torch never looks at the number of channels, so it is not changed here.
            return b.layer(f"nn.GroupNorm({groups}, {channels}, affine=False)", x)
        return b.layer(f"nn.GroupNorm({n(groups)}, {n(channels)})", x)
    d = max(rank - 1 - axis, 1)
    if d > 3:
        return None
    # One of the two at most, else torch never looks at the number of channels.
    switch = b.draw.choice(["affine", "track_running_stats"])
    return b.layer(
        f"nn.{kind}Norm{d}d({n(channels)}"
        + options(
            b,
            (switch, boolean(b)),
            ("momentum", b.draw.choice(["0.3", "None" if kind == "Batch" else "0.1"])),
        )
        + ")",
        x,
    )


@step(9)
def linear(b: Builder) -> Made | None:
    x = b.pick(1)
    if x is None or not b.fixed(x, -1):
        return None
    width = b.value(x).shape[-1]
    given = n(width)
    if b.chance(0.2):
        given, b.holes = f"‹_{width}›", True
    out = n(b.draw.choice([1, 2, 4, 6, 8]))
    return b.layer(f"nn.Linear({given}, {out}{options(b, ('bias', boolean(b)))})", x)


@step(1)
def bilinear(b: Builder) -> Made | None:
    x = b.pick(2)
    y = b.pick(2)
    if x is None or y is None or not (b.fixed(x, -1) and b.fixed(y, -1)):
        return None
    sizes = f"{n(b.value(x).shape[-1])}, {n(b.value(y).shape[-1])}"
    return b.layer(f"nn.Bilinear({sizes}, {n(3)})", x, y)


@step(2)
def parameter(b: Builder) -> Made | None:
    x = b.pick(1)
    if x is None or not b.fixed(x, -1):
        return None
    name = b.member()
    width = n(b.value(x).shape[-1])
    kind = b.draw.choice(["param", "const"])

    if b.chance(0.5):
        made = b.code(f"{x} * self.{name}")
        return Made(made.line, [Member(name, width, kind)])
    made = b.code(f"{x} @ self.{name}")
    return Made(made.line, [Member(name, f"{width}, {n(4)}", kind)])


@step(5)
def activation(b: Builder) -> Made | None:
    x = b.pick()
    if x is None:
        return None
    layer = b.draw.choice(
        [
            "ReLU()", "GELU()", 'GELU(approximate="tanh")', "SiLU()", "Tanh()", "Sigmoid()", "ELU()",
            "LeakyReLU(0.1)", "Softplus()", "Hardswish()", "Mish()", "Identity()", "Dropout(0.2)",
            "Softmax(dim=‹-1›)", "LogSoftmax(dim=‹1›)", "ReLU(inplace=False)", "Hardtanh()", "PReLU()",
            "GLU(dim=‹-1›)", "Softmax2d()", "Dropout2d(0.5)", "AlphaDropout(0.5)", "Threshold(0.1, 2.0)", "Softmin(dim=‹0›)",
        ]
    )  # fmt: skip
    if b.chance(0.1) and b.value(x).dim() > 1 and b.fixed(x, 1):
        layer = f"PReLU({n(b.value(x).shape[1])})"
    return b.layer(f"nn.{layer}", x)


@step(4)
def functional(b: Builder) -> Made | None:
    x = b.pick()
    if x is None:
        return None
    axis = n(b.axis(x))
    call = b.draw.choice(
        [
            "F.relu({x})", "torch.tanh({x})", "F.gelu({x})", "F.softmax({x}, dim={a})", "F.silu({x})",
            "F.log_softmax({x}, dim={a})", "F.normalize({x}, dim={a})", "F.leaky_relu({x}, 0.2)",
            "F.glu({x}, dim={a})", "F.softplus({x})", "F.elu({x})", "torch.sigmoid({x})", "{x}.softmax({a})",
            "{x}.softmax(dim={a})", "{x}.relu()", "F.dropout({x}, 0.3, training=self.training)", "torch.exp({x})",
            "{x}.clamp(min=0)", "{x}.abs().sqrt()", "F.hardtanh({x}, -1.0, 2.0)", "F.relu6({x})", "{x}.sigmoid()",
            "torch.where({x} > 0, {x}, 0.5)", "{x}.masked_fill({x} > 0, 1.0)", "torch.nan_to_num({x})",
        ]
    )  # fmt: skip
    return b.code(call.format(x=x, a=axis))


@step(4)
def recurrent(b: Builder) -> Made | None:
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    kind = b.draw.choice(["LSTM", "GRU", "RNN"])
    pairs = [
        ("num_layers", n(b.draw.choice([1, 2]))),
        ("batch_first", boolean(b)),
        ("bidirectional", boolean(b)),
        ("bias", boolean(b)),
    ]
    if kind == "LSTM" and b.chance(0.2):
        pairs.append(("proj_size", n(2)))
    if kind == "RNN":
        pairs.append(("nonlinearity", '"relu"'))
    code = f"nn.{kind}({n(b.value(x).shape[-1])}, {n(b.draw.choice([3, 4]))}{options(b, *pairs)})"
    state = f"({b.fresh()}, {b.fresh()})" if kind == "LSTM" else b.fresh()
    return b.layer(code, x, out=f"{b.fresh()}, {state}")


@step(2)
def cell(b: Builder) -> Made | None:
    x = b.pick(1, 2)
    if x is None or not b.fixed(x, -1):
        return None
    kind = b.draw.choice(["LSTM", "GRU", "RNN"])
    code = f"nn.{kind}Cell({n(b.value(x).shape[-1])}, {n(4)})"
    return b.layer(code, x, out=f"{b.fresh()}, {b.fresh()}" if kind == "LSTM" else None)


@step(3)
def attention(b: Builder) -> Made | None:
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    width = b.value(x).shape[-1]
    heads = b.draw.choice([h for h in (1, 2, 3, 4) if width % h == 0])
    pairs = [
        ("batch_first", boolean(b)),
        ("add_zero_attn", "True"),
        ("add_bias_kv", "True"),
        ("bias", boolean(b)),
    ]
    key = b.draw.choice([k for k in b.tensors(2, 3) if b.fixed(k, -1)])
    kwidth = b.value(key).shape[-1]
    code = f"nn.MultiheadAttention({n(width)}, {n(heads)}{options(b, *pairs)}"
    if kwidth != width:
        code += f", kdim={n(kwidth)}, vdim={n(kwidth)}"
    out = f"{b.fresh()}, {b.fresh()}"
    call = [x, key, key]
    if b.chance(0.3):
        out, call = f"{b.fresh()}, _", [*call, "need_weights=False"]
    elif b.chance(0.2):
        call.append("average_attn_weights=False")
    return b.layer(code + ")", *call, out=out)


@step(1)
def transformer(b: Builder) -> Made | None:
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    width = b.value(x).shape[-1]
    heads = b.draw.choice([h for h in (1, 2, 4) if width % h == 0])
    pairs = options(b, ("batch_first", boolean(b)), ("norm_first", boolean(b)))
    layer = f"nn.TransformerEncoderLayer({n(width)}, {n(heads)}, dim_feedforward={n(8)}{pairs})"
    if b.chance(0.4):
        layer = f"nn.TransformerEncoder({layer}, {n(2)}, enable_nested_tensor=False)"
    return b.layer(layer, x)


@step(3)
def sequential(b: Builder) -> Made | None:
    """Layers in a row, named or not, nested at times."""
    x = b.pick(1)
    if x is None or not b.fixed(x, -1):
        return None
    width = b.value(x).shape[-1]
    middle = b.draw.choice([2, 4, 6])
    layers = [
        f"nn.Linear({n(width)}, {n(middle)})",
        b.draw.choice(["nn.ReLU()", "nn.GELU()", "nn.Sequential(nn.Tanh(), nn.Identity())"]),
        f"nn.LayerNorm({n(middle)})",
        f"nn.Linear({n(middle)}, {n(b.draw.choice([2, 3, 4]))})",
    ]
    if b.chance(0.3):
        layers.insert(1, f"*[nn.Linear({n(middle)}, {n(middle)}) for _ in range({n(2)})]")
    return b.layer(f"nn.Sequential({', '.join(layers)})", x)


@step(2)
def embedding(b: Builder) -> Made | None:

    x = b.pick(0, 3, (torch.int64, torch.int32))
    if x is None:
        return None
    return b.layer(
        f"nn.Embedding({n(b.draw.choice([4, 10]))}, {n(b.draw.choice([3, 4, 8]))}"
        f"{options(b, ('padding_idx', n(0)))})",
        x,
    )
