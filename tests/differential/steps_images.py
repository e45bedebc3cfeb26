"""Steps over images that are drawn less often: pools that give indices, functions in place of layers, grids, shuffles."""

from __future__ import annotations

from tests.differential.arguments import boolean, options, several, spatial
from tests.differential.builder import Builder, Made, n, step
from tests.differential.net import Member


@step(3)
def other_pool(b: Builder) -> Made | None:
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    draw = b.draw
    two = f"{b.fresh()}, {b.fresh()}"
    kind = draw.randrange(6)
    if kind == 0 and d > 1:
        size = draw.choice(
            [
                f"output_size={several(b, d, [1, 2, 3])}",
                "output_ratio=" + ("0.5" if b.chance(0.5) else f"({'0.6, ' * d})"),
            ]
        )
        return b.layer(f"nn.FractionalMaxPool{d}d({n(draw.choice([1, 2]))}, {size})", x)
    if kind == 1:
        name, out = b.member(), b.fresh()
        kernel = f"{n(draw.choice([1, 2]))}{options(b, ('stride', n(2)))}"
        members = [
            Member(name, f"nn.MaxPool{d}d({kernel}, return_indices=True)"),
            Member(name + "u", f"nn.MaxUnpool{d}d({kernel})"),
        ]
        more = f", output_size={x}.shape" if b.chance(0.5) else ""
        return Made(f"{out}, at = self.{name}({x})\n{out} = self.{name}u({out}, at{more})", members)
    if kind == 2:
        return b.layer(
            f"nn.AdaptiveMaxPool{d}d({several(b, d, [1, 2, 3])}, return_indices=True)", x, out=two
        )
    if kind == 3:
        return b.code(f"F.max_pool{d}d({x}, {n(2)}, return_indices=True)", out=two)
    if kind == 4:
        sizes = f"{several(b, d, [1, 2, 3])}{options(b, ('stride', several(b, d, [1, 2])), ('padding', n(1)))}"
        return b.code(f"F.avg_pool{d}d({x}, {sizes})")
    return b.code(f"F.adaptive_max_pool{d}d({x}, {several(b, d, [1, 2])})")


@step(4)
def with_weights(b: Builder) -> Made | None:
    """Convolutions, norms and linear maps as functions of parameters."""
    found = spatial(b)
    if found is None:
        return None
    x, d = found
    axis = b.value(x).dim() - d - 1
    if not b.fixed(x, axis):
        return None
    channels = b.value(x).shape[axis]
    name = b.member()
    out = b.draw.choice([2, 3, 4])
    kernel = ", ".join(n(b.draw.choice([1, 2, 3])) for _ in range(d))
    given = options(
        b, ("stride", several(b, d, [1, 2])), ("padding", several(b, d, [0, 1])), ("dilation", n(1))
    )
    kind = b.draw.randrange(7)
    if kind < 2:
        made = b.code(f"F.conv{d}d({x}, self.{name}{given})")
        return Made(made.line, [Member(name, f"{n(out)}, {n(channels)}, {kernel}", "param")])
    if kind == 2:
        made = b.code(f"F.conv{d}d({x}, self.{name}, groups={n(channels)}{given})")
        return Made(made.line, [Member(name, f"{n(channels * 2)}, {n(1)}, {kernel}", "param")])
    if kind == 3:
        made = b.code(f"F.conv_transpose{d}d({x}, self.{name}{given})")
        return Made(made.line, [Member(name, f"{n(channels)}, {n(out)}, {kernel}", "param")])
    one = "1, " * d
    lines = [
        f"F.instance_norm({x})",
        f"F.group_norm({x}, {n(b.draw.choice([1, channels]))}, self.{name}, self.{name})",
        f"F.batch_norm({x}, self.{name}, self.{name}, training=False)",
        f"{x} * self.{name}.view(1, {n(-1)}, {one[:-2]})",
        f"{x} * self.{name}.reshape({n(channels)}, {one[:-2]})",
        f"F.prelu({x}, self.{name})",
    ]
    made = b.code(b.draw.choice(lines))
    return Made(made.line, [Member(name, n(channels), "param")])


@step(2)
def depthwise(b: Builder) -> Made | None:
    """A block of an image network: squeezed, separable, or with a shortcut of another size."""
    x = b.pick(4, 4)
    if x is None or not b.fixed(x, 1):
        return None
    c = b.value(x).shape[1]
    o = b.draw.choice([2, 4, c])
    name, out = b.member(), b.fresh()
    wide = n(b.draw.choice([1, 2]))
    layers = [
        f"nn.Sequential(nn.Conv2d({n(c)}, {n(c)}, {n(3)}, padding={n(1)}, groups={n(c)}), nn.BatchNorm2d({n(c)}), nn.ReLU(), nn.Conv2d({n(c)}, {n(o)}, 1))",
        f"nn.Sequential(nn.AdaptiveAvgPool2d({n(1)}), nn.Conv2d({n(c)}, {n(c)} * {wide}, 1), nn.Hardswish(), nn.Conv2d({n(c)} * {wide}, {n(c)}, 1), nn.Sigmoid())",
        f"nn.Sequential(nn.ReflectionPad2d({n(1)}), nn.Conv2d({n(c)}, {n(o)}, {n(3)}, stride={n(2)}), nn.InstanceNorm2d({n(o)}), nn.LeakyReLU(0.2))",
        f"nn.Sequential(nn.ConvTranspose2d({n(c)}, {n(o)}, {n(4)}, {n(2)}, {n(1)}), nn.BatchNorm2d({n(o)}), nn.Tanh())",
    ]
    code = b.draw.choice(
        [f"self.{name}({x})", f"{x} * self.{name}({x})", f"{x} + self.{name}({x})"]
    )
    return Made(f"{out} = {code}", [Member(name, b.draw.choice(layers))])


@step(2)
def rearranged(b: Builder) -> Made | None:
    """Channels and pixels exchanged, grids sampled, sizes changed."""
    x = b.pick(3, 5)
    if x is None:
        return None
    draw, rank = b.draw, b.value(x).dim()
    kind = draw.randrange(5)
    if kind == 0:
        return b.layer(f"nn.ChannelShuffle({n(2)})", x)
    if kind == 1:
        return b.layer(
            f"nn.UpsamplingNearest2d({draw.choice([f'scale_factor={n(2)}', f'size={n(3)}'])})", x
        )
    if kind == 2 and rank == 4:
        grid = f"torch.zeros({b.size(x, 0)}, {n(3)}, {n(4)}, {n(2)})"
        return b.code(f"F.grid_sample({x}, {grid}, align_corners={boolean(b)})")
    if kind == 3 and rank == 4:
        theta = f"torch.eye({n(2)}, {n(3)}).expand({b.size(x, 0)}, -1, -1)"
        return b.code(f"F.affine_grid({theta}, {x}.shape, align_corners=False)")
    lines = [
        f"F.interpolate({x}, size={x}.shape[2:])",
        f"F.interpolate({x}, scale_factor={n(2)}) + 1",
        f"F.adaptive_avg_pool{rank - 2}d({x}, {n(1)}).flatten({n(1)})",
        f"{x}.mean(({n(-1)}, {n(-2)}))",
        f"{x}.flatten({n(2)}).transpose({n(1)}, {n(2)})",
        f"{x}.amax(tuple(range(2, {x}.dim())), keepdim=True) * {x}",
        f"F.local_response_norm({x}, {n(2)})",
        f"F.dropout{max(rank - 2, 1)}d({x}, 0.3, self.training)",
        f"torch.cat([{x}, F.max_pool{rank - 2}d({x}, {n(3)}, stride=1, padding={n(1)})], {n(1)})",
    ]
    return b.code(draw.choice(lines))
