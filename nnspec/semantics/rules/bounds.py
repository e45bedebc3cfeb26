"""The greater and the lesser of two sizes, decided where the facts decide it."""

from __future__ import annotations

from nnspec.semantics.dims import dim_max, dim_min
from nnspec.semantics.values import DimLike, Relation
from nnspec.semantics.world import World


def at_least(world: World, dim: DimLike, low: DimLike) -> DimLike:
    """The greater of two sizes."""
    dim, low = world.settle(dim), world.settle(low)
    answer = world.prove(Relation(dim, ">=", low))
    if answer is not None:
        return dim if answer else low
    return world.settle(dim_max(dim, low))


def at_most(world: World, dim: DimLike, high: DimLike) -> DimLike:
    """The lesser of two sizes."""
    dim, high = world.settle(dim), world.settle(high)
    answer = world.prove(Relation(dim, "<=", high))
    if answer is not None:
        return dim if answer else high
    return world.settle(dim_min(dim, high))
