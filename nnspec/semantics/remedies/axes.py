"""Changes of one tensor's axes: their order, axes of size 1 that come and go, axes merged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from nnspec.record import Record
from nnspec.semantics.values import DimLike

Dims = tuple[DimLike, ...]


class Change(Record, eq=False):
    """What gives a tensor other axes: as it is written behind it, what it does, and the sizes that it leaves."""

    call: str
    what: str
    dims: Dims = ()


def swaps(dims: Dims, first: int = 0) -> Iterator[Change]:
    """Two axes from `first` on in the place of each other, the last two first."""
    pairs = sorted(combinations(range(first, len(dims)), 2), key=lambda p: (-p[1], -p[0]))
    for i, j in pairs:
        order = list(dims)
        order[i], order[j] = order[j], order[i]
        if (i, j) == (len(dims) - 2, len(dims) - 1) and len(dims) > 2:
            yield Change(".transpose(-2, -1)", "swap the last two axes", tuple(order))
        else:
            yield Change(f".transpose({i}, {j})", f"swap axes {i} and {j}", tuple(order))


def moves(dims: Dims) -> Iterator[Change]:
    """The last axis to the second place, and the second to the last."""
    if len(dims) < 4:
        return
    rest = list(range(1, len(dims) - 1))
    for order in ([0, len(dims) - 1, *rest], [0, *rest[1:], len(dims) - 1, 1]):
        text = ", ".join(map(str, order))
        yield Change(
            f".permute({text})", "bring its axes into order", tuple(dims[i] for i in order)
        )


def grown(dims: Dims) -> Iterator[Change]:
    """One axis of size 1 more, not in front first."""
    for at in (*range(1, len(dims) + 1), 0):
        call = f".unsqueeze({-1 if at == len(dims) and at > 1 else at})"
        yield Change(call, "add an axis", (*dims[:at], 1, *dims[at:]))


def shrunk(dims: Dims) -> Iterator[Change]:
    """An axis of size 1 taken away, the last one first."""
    for at in reversed(range(len(dims))):
        if dims[at] == 1:
            yield Change(f".squeeze({at})", f"drop axis {at}", (*dims[:at], *dims[at + 1 :]))


def merged(dims: Dims) -> Iterator[Change]:
    """Neighbouring axes made one."""
    for at in range(len(dims) - 1):
        size = dims[at] * dims[at + 1]
        call = f".flatten({at})" if at == len(dims) - 2 else f".flatten({at}, {at + 1})"
        yield Change(call, f"merge axes {at} and {at + 1}", (*dims[:at], size, *dims[at + 2 :]))


def lined_up(dims: Dims, other: Dims) -> Iterator[Change]:
    """New axes of size 1, so that every axis stands at one of its size in the other tensor, the last ones last."""
    if not 0 < len(dims) < len(other):
        return
    every = combinations(range(len(other)), len(dims))
    fitting = [p for p in every if all(d in (other[i], 1) for d, i in zip(dims, p, strict=True))]
    fitting.sort(key=lambda p: (p[-1] != len(other) - 1, p[0] != 0, p))
    for places in fitting:
        axes = range(places[0], len(other))
        sizes = iter(dims)
        changed = tuple(next(sizes) if i in places else 1 for i in axes)
        new = [i - places[0] for i in axes if i not in places]
        if not new:
            continue
        if len(new) == 1:
            call = f".unsqueeze({-1 if new[0] == len(dims) else new[0]})"
        else:
            call = f"[{', '.join('None' if i in new else ':' for i in range(max(new) + 1))}]"
        yield Change(call, "line its axes up", changed)


def multiply(a: Dims, b: Dims) -> bool:
    """Whether the matrices in the last axes can be multiplied, and the axes before them broadcast."""
    if not a or not b or a[-1] != b[-2 if len(b) > 1 else -1]:
        return False
    return stretch(a[:-2], b[:-2])


def stretch(a: Dims, b: Dims) -> bool:
    """Whether two shapes broadcast, as far as their sizes are plainly equal."""
    pairs = zip(reversed(a), reversed(b), strict=False)
    return all(p == q or p == 1 or q == 1 for p, q in pairs)


def covers(a: Dims, b: Dims) -> bool:
    """Whether a shape stretches to another one of as many axes, which stays as it is."""
    return len(a) == len(b) and all(p in (q, 1) for p, q in zip(a, b, strict=True))
