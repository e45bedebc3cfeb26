"""Random arguments of layers and functions."""

from __future__ import annotations

import torch

from tests.differential.builder import Builder, n

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


def several(b: Builder, d: int, choices: list[int], high: float = 0.3) -> str:
    """One number, or a tuple with one for each axis."""
    if b.chance(high):
        return (
            "("
            + "".join(n(b.draw.choice(choices)) + ", " for _ in range(d)).rstrip(", ")
            + (",)" if d == 1 else ")")
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


def kinds(b: Builder) -> tuple[torch.dtype, ...]:
    return ANY if b.chance(0.3) else (torch.float32,)
