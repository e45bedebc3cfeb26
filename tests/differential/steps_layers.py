"""Steps that make layers: convolutions, pools, norms, linear, recurrent, attention, activations."""

from __future__ import annotations

from tests.differential.builder import Builder, Made, Step, n

STEPS: list[tuple[int, Step]] = []


def step(weight: int) -> object:
    def register(f: Step) -> Step:
        STEPS.append((weight, f))
        return f

    return register


def several(b: Builder, d: int, choices: list[int], high: float = 0.3) -> str:
    """One number, or a tuple with one for each axis."""
    if b.chance(high):
        return "(" + "".join(n(b.draw.choice(choices)) + ", " for _ in range(d)).rstrip(", ") + (
            ",)" if d == 1 else ")"
        )
    return n(b.draw.choice(choices))


def options(b: Builder, *pairs: tuple[str, str]) -> str:
    """Some keyword arguments, in any order."""
    kept = [f", {name}={value}" for name, value in pairs if b.chance(0.4)]
    b.draw.shuffle(kept)
    return "".join(kept)


def boolean(b: Builder) -> str:
    return str(b.chance(0.5))


def spatial(b: Builder) -> tuple[str, int] | None:
    """A tensor with channels and 1 to 3 further axes, and the number of these."""
    x = b.pick(2, 5)
    if x is None:
        return None
    rank = b.value(x).dim()
    d = rank - 2 if rank == 5 or rank > 2 and b.chance(0.85) else rank - 1
    return (x, d) if 1 <= d <= 3 else None


@step(10)
def conv(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    axis = b.value(x).dim() - d - 1
    if not b.fixed(x, axis):
        return None
    channels = b.value(x).shape[axis]
    groups = b.draw.choice([g for g in (1, 1, 2, 3, 4, channels) if channels % g == 0])
    out = groups * b.draw.choice([1, 2, 3, 4])
    given = n(channels)
    if b.chance(0.15) and groups == 1:
        given, b.holes = f"‹_{channels}›", True
    padding = several(b, d, [0, 1, 2])
    if b.chance(0.15):
        padding = b.draw.choice(['"same"', '"valid"'])
    mode = b.draw.choice(["zeros", "reflect", "replicate", "circular"])
    code = f"nn.Conv{d}d({given}, {n(out)}, {several(b, d, [1, 2, 3, 4])}" + options(
        b,
        ("stride", several(b, d, [1, 2, 3])),
        ("padding", padding),
        ("dilation", several(b, d, [1, 1, 2, 3])),
        ("bias", boolean(b)),
    )
    if groups > 1:
        code += f", groups={n(groups)}"
    if b.chance(0.15):
        code += f', padding_mode="{mode}"'
    return b.layer(code + ")", x)


@step(5)
def conv_transpose(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    axis = b.value(x).dim() - d - 1
    if not b.fixed(x, axis):
        return None
    channels = b.value(x).shape[axis]
    groups = b.draw.choice([g for g in (1, 1, 2, channels) if channels % g == 0])
    code = f"nn.ConvTranspose{d}d({n(channels)}, {n(groups * b.draw.choice([1, 2, 3]))}, {several(b, d, [1, 2, 3, 4])}"
    code += options(
        b,
        ("stride", several(b, d, [1, 2, 3])),
        ("padding", several(b, d, [0, 1])),
        ("output_padding", several(b, d, [0, 1])),
        ("dilation", several(b, d, [1, 2])),
        ("bias", boolean(b)),
    )
    return b.layer(code + (f", groups={n(groups)})" if groups > 1 else ")"), x)


@step(6)
def pool(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    kind = b.draw.choice(["Max", "Max", "Avg", "LP"])
    pairs = [("stride", several(b, d, [1, 2, 3])), ("ceil_mode", boolean(b))]
    if kind != "LP":
        pairs.append(("padding", several(b, d, [0, 1])))
    if kind == "Max":
        pairs.append(("dilation", several(b, d, [1, 2])))
    if kind == "Avg":
        pairs.append(("count_include_pad", boolean(b)))
    kernel = several(b, d, [1, 2, 3])
    chosen = options(b, *pairs)
    power = f"{n(2)}, " if kind == "LP" else ""
    if b.chance(0.3):
        name = {"Max": "max_pool", "Avg": "avg_pool", "LP": "lp_pool"}[kind]
        return b.code(f"F.{name}{d}d({x}, {power}{kernel}{chosen})")
    if kind == "Max" and b.chance(0.1):
        return b.layer(
            f"nn.MaxPool{d}d({kernel}{chosen}, return_indices=True)",
            x,
            out=f"{b.fresh()}, {b.fresh()}",
        )
    return b.layer(f"nn.{kind}Pool{d}d({power}{kernel}{chosen})", x)


@step(3)
def adaptive_pool(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    kind = b.draw.choice(["Max", "Avg"])
    size = several(b, d, [1, 2, 3, 4])
    if d > 1 and b.chance(0.15):
        size = "(" + ", ".join([n(2)] + ["None"] * (d - 1)) + ")"
    if b.chance(0.3):
        return b.code(f"F.adaptive_{kind.lower()}_pool{d}d({x}, {size})")
    return b.layer(f"nn.Adaptive{kind}Pool{d}d({size})", x)


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
    return b.layer(
        f"nn.{kind}Norm{d}d({n(channels)}"
        + options(
            b,
            ("affine", boolean(b)),
            ("track_running_stats", boolean(b)),
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
    from tests.differential.net import Member

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


@step(2)
def shape_layer(b: Builder) -> Made | None:
    x = b.pick(2)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    rank = value.dim()
    kind = draw.randrange(5)
    if kind == 0:
        return b.layer(f"nn.Flatten({options(b, ('start_dim', n(draw.randrange(rank))))[2:]})", x)
    if kind == 1 and value.shape[-1] % 2 == 0 and b.fixed(x, -1):
        return b.layer(f"nn.Unflatten({n(-1)}, ({n(2)}, {n(value.shape[-1] // 2)}))", x)
    if kind == 2:
        return b.layer(f"nn.PixelShuffle({n(2)})", x)
    if kind == 3:
        return b.layer(f"nn.PixelUnshuffle({n(2)})", x)
    size = draw.choice([f"scale_factor={n(2)}", f"size={several(b, max(rank - 2, 1), [3, 4, 5])}"])
    mode = draw.choice(["nearest", {3: "linear", 4: "bilinear", 5: "trilinear"}.get(rank, "nearest")])
    return b.layer(f'nn.Upsample({size}, mode="{mode}")', x)


@step(2)
def padding_layer(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    kind = b.draw.choice(["Zero", "Reflection", "Replication", "Circular", "Constant"])
    pads = n(b.draw.choice([1, 2]))
    if b.chance(0.5):
        pads = "(" + ", ".join(n(b.draw.choice([0, 1, 2, -1])) for _ in range(2 * d)) + ")"
    extra = ", 1.5" if kind == "Constant" else ""
    return b.layer(f"nn.{kind}Pad{d}d({pads}{extra})", x)


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
    import torch

    x = b.pick(0, 3, (torch.int64, torch.int32))
    if x is None:
        return None
    return b.layer(
        f"nn.Embedding({n(b.draw.choice([4, 10]))}, {n(b.draw.choice([3, 4, 8]))}"
        f"{options(b, ('padding_idx', n(0)))})",
        x,
    )
