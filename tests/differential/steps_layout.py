"""Steps that lay out: reshape, permute, join, split, index."""

from __future__ import annotations

import torch

from tests.differential.arguments import kinds
from tests.differential.builder import Builder, Made, n, step


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
    if (
        len(parts) > 1
        and b.chance(0.3)
        and not any("-1" in p and "[" not in p and "(" not in p for p in parts)
    ):
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
