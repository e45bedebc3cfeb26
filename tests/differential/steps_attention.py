"""Steps with attention: masks of several kinds, encoders, decoders, and states of recurrent layers."""

from __future__ import annotations

from tests.differential.arguments import boolean, options
from tests.differential.builder import Builder, Made, n, step
from tests.differential.net import Member


def mask(b: Builder, rows: str, columns: str) -> str:
    """A mask of steps by steps."""
    return b.draw.choice(
        [
            f"torch.ones({rows}, {columns}, dtype=torch.bool).triu({n(1)})",
            f"torch.zeros({rows}, {columns})",
            f"(torch.ones({rows}, {columns}).tril() == 0)",
            f"torch.full(({rows}, {columns}), -1.0).triu(diagonal={n(1)})",
            f"torch.ones({columns}, {columns}, dtype=torch.bool).triu(1)[-{rows}:]",
        ]
    )


def heads_of(b: Builder, width: int) -> int:
    return b.draw.choice([h for h in (1, 2, 3, 4) if width % h == 0])


@step(2)
def masked_attention(b: Builder) -> Made | None:
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    value = b.value(x)
    width, rank = value.shape[-1], value.dim()
    first = b.chance(0.5)
    steps = b.size(x, 1 if first and rank == 3 else 0)
    batch = b.size(x, 0 if first else 1)
    padding = f"torch.zeros({batch}, {steps}, dtype=torch.bool)" if rank == 3 else None
    given = [f"attn_mask={mask(b, steps, steps)}"] if b.chance(0.6) else []
    if b.chance(0.5):
        given.append(f"key_padding_mask={padding or f'torch.zeros({steps}, dtype=torch.bool)'}")
    more = options(b, ("need_weights", boolean(b)), ("average_attn_weights", boolean(b)))
    code = f"nn.MultiheadAttention({n(width)}, {n(heads_of(b, width))}, batch_first={first}"
    call = [x, x, x, *given, *([more[2:]] if more else [])]
    made = b.layer(f"{code}{options(b, ('dropout', '0.1'), ('bias', boolean(b)))})", *call)
    name = made.line.split(" = ")[0]
    return Made(made.line.replace(f"{name} = ", f"{name}, _ = ", 1), made.members)


@step(2)
def product_attention(b: Builder) -> Made | None:
    """Queries, keys and values of several heads."""
    x = b.pick(2, 4)
    if x is None or not b.fixed(x, -1):
        return None
    value = b.value(x)
    width = value.shape[-1]
    steps = b.size(x, -2)
    heads = heads_of(b, width)
    choices = [
        f"F.scaled_dot_product_attention({x}, {x}, {x}, attn_mask={mask(b, steps, steps)})",
        f"F.scaled_dot_product_attention({x}, {x}, {x}{options(b, ('is_causal', boolean(b)), ('scale', '0.5'))})",
        f"F.scaled_dot_product_attention({x}, {x}, {x}[..., :{n(2)}])",
        f"F.softmax({x} @ {x}.transpose({n(-2)}, {n(-1)}) / {width} ** 0.5, dim=-1) @ {x}",
        f"({x} @ {x}.mT).masked_fill({mask(b, steps, steps)} != 0, -1e9).softmax(-1) @ {x}",
    ]
    if value.dim() == 3:
        lead = f"{b.size(x, 0)}, {b.size(x, 1)}"
        split = f"{x}.view({lead}, {n(heads)}, {n(width // heads)}).transpose(1, 2)"
        choices += [
            f"F.scaled_dot_product_attention(*[{split} for _ in range(3)]).transpose(1, 2).reshape({lead}, {n(width)})",
            f"F.scaled_dot_product_attention({split}, {split}, {split}, is_causal=True).transpose(1, 2).flatten(2)",
        ]
    if value.dim() == 4:
        groups = f"{x}[:, :{n(1)}]"
        choices.append(f"F.scaled_dot_product_attention({x}, {groups}, {groups}, enable_gqa=True)")
    return b.code(b.draw.choice(choices))


@step(1)
def decoder(b: Builder) -> Made | None:
    """Decoders, and encoders and decoders together."""
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    width, rank = b.value(x).shape[-1], b.value(x).dim()
    memory = b.draw.choice([k for k in b.tensors(rank, rank) if b.fixed(k, -1)])
    sizes = f"{n(width)}, {n(heads_of(b, width))}"
    pairs = options(
        b, ("batch_first", boolean(b)), ("norm_first", boolean(b)), ("bias", boolean(b))
    )
    kind = b.draw.randrange(4)
    layer = f"nn.TransformerDecoderLayer({sizes}, {n(6)}{pairs})"
    if kind == 0:
        return b.layer(layer, x, memory)
    if kind == 1:
        norm = f", norm=nn.LayerNorm({n(width)})" if b.chance(0.3) else ""
        return b.layer(f"nn.TransformerDecoder({layer}, {n(2)}{norm})", x, memory)
    if kind == 2:
        encoder = f'nn.TransformerEncoderLayer({sizes}, {n(5)}, activation="gelu"{pairs})'
        size = b.size(x, 1 if "batch_first=True" in pairs and rank == 3 else 0)
        return b.layer(encoder, x, f"src_mask={mask(b, size, size)}")
    layers = f"num_encoder_layers={n(1)}, num_decoder_layers={n(1)}, dim_feedforward={n(4)}"
    return b.layer(f"nn.Transformer({sizes}, {layers}{pairs})", memory, x)


@step(3)
def with_state(b: Builder) -> Made | None:
    """Recurrent layers and cells that are given a state, and steps in a loop."""
    x = b.pick(2, 3)
    if x is None or not b.fixed(x, -1):
        return None
    value, draw = b.value(x), b.draw
    rank, width = value.dim(), value.shape[-1]
    hidden = draw.choice([2, 3, 4])
    kind = draw.choice(["GRU", "RNN", "LSTM"])
    out, cell, name = b.fresh(), b.fresh(), b.member()
    if rank == 2 or b.chance(0.3):
        step_of = x if rank == 2 else f"{x}[:, {n(0)}]"
        state = f"torch.zeros({b.size(x, 0)}, {n(hidden)})"
        member = Member(
            name, f"nn.{kind}Cell({n(width)}, {n(hidden)}{options(b, ('bias', boolean(b)))})"
        )
        if kind == "LSTM":
            return Made(f"{out}, {cell} = self.{name}({step_of}, ({state}, {state}))", [member])
        if rank == 3:
            # Along the second axis, as many times as there are steps.
            loop = f"for i in range({b.size(x, 1)}):\n    {out} = self.{name}({x}[:, i], {out})"
            return Made(f"{out} = {state}\n{loop}", [member])
        return Made(f"{out} = self.{name}({step_of}, {state})", [member])
    layers, both, first = draw.choice([1, 2]), b.chance(0.4), b.chance(0.5)
    lead = f"{n(layers * (1 + both))}, " + (
        f"{b.size(x, 0 if first else 1)}, " if rank == 3 else ""
    )
    state = f"torch.zeros({lead}{n(hidden)})"
    given = f"({state}, {state})" if kind == "LSTM" else state
    code = f"nn.{kind}({n(width)}, {n(hidden)}, num_layers={n(layers)}, bidirectional={both}, batch_first={first}"
    if b.chance(0.2):
        code += ", dropout=0.1"
    if kind == "LSTM" and b.chance(0.4):
        return Made(f"{out}, (_, {cell}) = self.{name}({x}, {given})", [Member(name, code + ")")])
    return Made(f"{out}, _ = self.{name}({x}, {given})", [Member(name, code + ")")])
