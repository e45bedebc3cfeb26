"""Steps over the axes of images and sequences: convolutions, pools, resizing, padding."""

from __future__ import annotations

from tests.differential.arguments import boolean, options, several, spatial
from tests.differential.builder import Builder, Made, n, step


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
    mode = draw.choice(
        ["nearest", {3: "linear", 4: "bilinear", 5: "trilinear"}.get(rank, "nearest")]
    )
    return b.layer(f'nn.Upsample({size}, mode="{mode}")', x)


@step(2)
def padding_layer(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    kind = b.draw.choice(["Zero", "Reflection", "Replication", "Circular", "Constant"])
    # torch fills the ends of a circle that is cut with whatever was there.
    some = [0, 1, 2] if kind == "Circular" else [0, 1, 2, -1]
    pads = n(b.draw.choice([1, 2]))
    if b.chance(0.5):
        pads = "(" + ", ".join(n(b.draw.choice(some)) for _ in range(2 * d)) + ")"
    extra = ", 1.5" if kind == "Constant" else ""
    return b.layer(f"nn.{kind}Pad{d}d({pads}{extra})", x)


@step(3)
def resize(b: Builder) -> Made | None:
    x = b.pick(3, 5)
    if x is None:
        return None
    value, draw = b.value(x), b.draw
    d = value.dim() - 2
    mode = draw.choice(["nearest", "area", {1: "linear", 2: "bilinear", 3: "trilinear"}[d]])
    size = draw.choice(
        [
            f"scale_factor={n(2)}",
            "scale_factor=0.5",
            "scale_factor=1.5",
            f"size={n(4)}",
            "size=(" + ", ".join([n(3)] * d) + ",)",
        ]
    )
    corners = ", align_corners=False" if mode.endswith("linear") and b.chance(0.5) else ""
    pads = ", ".join(n(draw.choice([0, 1, 2, -1])) for _ in range(2 * draw.randint(1, value.dim())))
    choices = [f'F.interpolate({x}, {size}, mode="{mode}"{corners})'] * 2
    choices += [f"F.pad({x}, ({pads}))", f'F.pad({x}, ({pads}), mode="constant", value=1.0)']
    pads = ", ".join(n(draw.choice([0, 1, 2])) for _ in range(2 * draw.randint(1, d)))
    choices += [f'F.pad({x}, ({pads}), mode="{draw.choice(["reflect", "replicate", "circular"])}")']
    choices += [
        f"F.pixel_shuffle({x}, {n(2)})",
        f"F.pixel_unshuffle({x}, {n(2)})",
        f"F.channel_shuffle({x}, {n(2)})",
    ]
    if d == 2:
        choices += [
            f"F.unfold({x}, {n(2)}{options(b, ('stride', n(2)), ('padding', n(1)))})",
            f"F.one_hot({x}.argmax({n(1)}), {n(20)}).float()",
        ]
    return b.code(draw.choice(choices))
