"""Facts that a call or a layer demands: other numbers for its arguments, nearby ones first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nnspec.semantics.evaluate.calling import matching
from nnspec.semantics.remedies import divisors, flow, rewrite
from nnspec.semantics.remedies.joins import WIDTHS
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.remedies.sizes import is_plain, numbers
from nnspec.semantics.remedies.windows import NEAR
from nnspec.semantics.values import Tensor
from nnspec.syntax import ast

# Arguments that name axes: nearby numbers mean something else.
AXES = frozenset(("dim", "dimension", "dim0", "dim1", "dims", "input"))


def proposals(site: Site) -> Iterator[Proposal]:
    """Divisors of the axis that is split, images that can be split, then numbers near the given ones."""
    maker = flow.at_fault(site)
    if maker is None:
        return
    yield from rewrite.multiples(site)
    for part, sizes in _splits(maker, site):
        count = maker.number(part)
        for size in sizes:
            if count is None or not maker.is_open(part):
                continue
            if count < 1 or size % count:
                for divisor in divisors.near(size, max(count, 1), part)[:2]:
                    yield maker.proposal(**{part: divisor})
    yield from _wider(site)
    message = site.mistake.message
    dims = numbers(d for _, value in tensors(site)[:1] for d in value.dims or ())
    fitting = [n for n in dims if is_plain(n)]
    named = [p for p in maker.signature.params if p.name in message]
    named.sort(key=lambda p: message.index(p.name))
    for param in (*named, *(p for p in maker.signature.params if p not in named)):
        if param.name in AXES:
            continue
        number = maker.number(param.name)
        if number is None or isinstance(number, bool) or not maker.is_open(param.name):
            continue
        if maker.written(param.name) is not None:
            near = sorted(fitting, key=lambda n: abs(n - number))
            # What arguments demand of one another is seldom a matter of the tensor's sizes.
            first = (number - 1, number + 1) if site.mistake.code == "E0321" else ()
            for other in dict.fromkeys((*first, *near, number - 1, number // 2, 1, number + 1)):
                if other != number and (other >= 1 or "padding" in param.name):
                    yield maker.proposal(**{param.name: other})


def _wider(site: Site) -> Iterator[Proposal]:
    """The layer before with so many times its features, or with the next number that can be divided."""
    told = re.search(r"(\d+) is not a multiple of (\d+)", site.mistake.message)
    operands = tensors(site)
    if told is None or not operands:
        return
    have, divisor = int(told[1]), int(told[2])
    for maker in flow.makers(operands[0][0], site)[:NEAR]:
        for width in WIDTHS:
            if maker.number(width) == have and maker.is_open(width):
                for size in (have * divisor, -(-have // divisor) * divisor):
                    yield maker.proposal(**{width: size})


def _splits(maker: Maker, site: Site) -> Iterator[tuple[str, list[int]]]:
    """The arguments that must divide a size of the input, with that size."""
    forward = [m for m in maker.decl.body if isinstance(m, ast.Def) and m.name == "forward"]
    signature = forward[0].signature if forward else maker.signature
    inputs = [value for _, value in tensors(site)]
    for fact in signature.where:
        match fact:
            case ast.Compare(ast.Binary("%", ast.Name(whole), ast.Name(part)), ("==",), _):
                yield part, list(_sizes(whole, signature, inputs[:1]))


def _sizes(name: str, signature: ast.Signature, inputs: list[Tensor]) -> Iterator[int]:
    for param in signature.params:
        if not isinstance(param.type, ast.TensorType) or not inputs:
            continue
        value = inputs[0]
        stars = sum(isinstance(d, ast.Starred) for d in param.type.dims)
        if stars > 1 or len(param.type.dims) - stars > (value.rank or 0):
            return
        if stars == 0 and len(param.type.dims) != value.rank:
            return
        for dim, axis in matching.axes(param.type, value):
            if isinstance(dim, ast.Name) and dim.id == name and isinstance(axis, int):
                size = (value.dims or ())[axis]
                if isinstance(size, int):
                    yield size
        return
