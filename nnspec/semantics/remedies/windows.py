"""Layers with windows, and resizing ones: other numbers that alter the size of what they make."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.syntax import ast

# How many layers on a way are looked at, the last ones first.
NEAR = 4


# What goes back to the size of an earlier map.
UP = ("convtranspose", "conv_transpose", "upsample", "interpolate", "maxunpool", "max_unpool")


def is_up(maker: Maker) -> bool:
    """Whether a layer or function makes maps larger."""
    return maker.decl.name.lower().startswith(UP)


def proposals(
    operands: tuple[ast.Expr, ast.Expr],
    site: Site,
    up: bool | None = None,
    further: bool = False,
) -> Iterator[Proposal]:
    """Another padding, kernel, stride or scale in the last layers of either way.

    up: only of layers that make maps larger, or only of others; further: less likely numbers.
    """
    ways = [flow.makers(expr, site)[:NEAR] for expr in operands]
    shared = {m.call for m in ways[0]} & {m.call for m in ways[1]}
    nearest = chain(*(pair for pair in zip(*map(_padded, ways), strict=True)))
    makers = [m for m in nearest if m is not None]
    makers.sort(key=lambda m: m.call in shared)
    if not up and not further:
        for way in ways:
            yield from _all_padded([m for m in way if m.call not in shared])
    once = list({m.call: m for m in makers if up is None or is_up(m) is up}.values())
    for maker in once:
        yield from _keeping(maker)
    for maker in once:
        yield from _far(maker) if further else _spatial(maker)


def _all_padded(way: list[Maker]) -> Iterator[Proposal]:
    """Every convolution of a way padded so that it keeps the size: by its number, or by `"same"`."""
    changes: list[tuple[Maker, str]] = []
    for maker in way:
        name = maker.decl.name
        if not name.startswith("Conv") or name.startswith("ConvTranspose"):
            continue
        kernel, stride = maker.number("kernel_size"), maker.number("stride")
        if stride != 1 or not maker.is_open("padding"):
            continue
        kept = '"same"'
        if kernel is not None and kernel % 2:
            kept = str((kernel - 1) // 2 * (maker.number("dilation") or 1))
        if str(maker.number("padding")) != kept:
            changes.append((maker, kept))
    numbered = all(kept != '"same"' for _, kept in changes)
    if not changes or (len(changes) == 1 and numbered):
        return
    edits = tuple(maker.edit("padding", kept) for maker, kept in changes)
    each = [f"{kept} in `{maker.name}`" for maker, kept in reversed(changes)]
    yield Proposal(edits, f"make `padding` {' and '.join(each)}")


def _padded(way: list[Maker]) -> list[Maker | None]:
    return [*way, *[None] * (NEAR - len(way))]


def _keeping(maker: Maker) -> Iterator[Proposal]:
    """The padding with which a convolution, or a pooling, of stride 1 keeps the size."""
    kernel, dilation = maker.number("kernel_size"), maker.number("dilation")
    if kernel is None or kernel % 2 == 0 or maker.number("stride") != 1 or is_up(maker):
        return
    half = (kernel - 1) // 2 * (dilation or 1)
    if maker.is_open("padding") and maker.number("padding") != half:
        yield maker.proposal(padding=half)


def _spatial(maker: Maker) -> Iterator[Proposal]:
    """Changes of one layer that alter the size of what it makes."""
    name = maker.decl.name
    kernel, padding = maker.number("kernel_size"), maker.number("padding")
    stride = maker.number("stride")
    if maker.is_open("output_padding"):
        yield from _output_paddings(maker, name, stride or 1)
    if "scale_factor" in [p.name for p in maker.signature.params]:
        for factor in (2, 4, 8, 16, 32):
            if maker.written("scale_factor") is not None and maker.is_open("scale_factor"):
                yield maker.proposal(scale_factor=factor)
    if kernel is None:
        return
    transposed = name.lower().replace("_", "").startswith("convtranspose")
    pooled = "pool" in name.lower()
    if maker.is_open("padding") and padding is not None:
        for amount in (padding - 1, padding + 1, padding + 2):
            if amount >= 0 and not (pooled and 2 * amount > kernel):
                yield maker.proposal(padding=amount)
    if maker.is_open("kernel_size"):
        for size in (kernel - 1, kernel + 1):
            if size >= 1:
                yield maker.proposal(kernel_size=size)
    if maker.is_open("stride") and stride is not None and stride > 1 and not transposed:
        yield maker.proposal(stride=1)
        if kernel % 2 and padding == 0 and maker.is_open("padding"):
            yield maker.proposal(stride=1, padding=kernel // 2)
    if maker.takes("ceil_mode") and maker.written("ceil_mode") is None:
        yield maker.proposal(ceil_mode=True)


def _far(maker: Maker) -> Iterator[Proposal]:
    """Numbers further from those that are written."""
    kernel = maker.number("kernel_size")
    if kernel is None:
        return
    for name, numbers_ in (
        ("stride", (1, 2, 4)),
        ("kernel_size", (kernel // 2, kernel - 2, kernel + 2, 2 * kernel, 2, 3)),
        ("padding", (0, 1, 2, 3)),
    ):
        old = maker.number(name)
        if old is not None and maker.is_open(name):
            for number in dict.fromkeys(numbers_):
                if number != old and (number >= 1 or name == "padding"):
                    yield maker.proposal(**{name: number})


def _output_paddings(maker: Maker, name: str, stride: int) -> Iterator[Proposal]:
    old = maker.number("output_padding")
    axes = int(name[-2]) if name[-2:-1].isdigit() else 1
    for amount in range(min(stride, 4)):
        if amount != old:
            yield maker.proposal(output_padding=amount)
    for mask in range(1, 2**axes - 1):
        if stride == 2:
            bits = tuple(mask >> (axes - 1 - i) & 1 for i in range(axes))
            yield maker.proposal(output_padding=bits)
