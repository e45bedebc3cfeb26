"""Symbolic integers: a canonical form, what is known of the symbols, and three-valued answers."""

from __future__ import annotations

from nnspec.semantics.dims.atoms import DimLimit
from nnspec.semantics.dims.facts import Facts
from nnspec.semantics.dims.maxima import dim_max, dim_min
from nnspec.semantics.dims.polynomial import Dim, settle
from nnspec.semantics.dims.relation import Relation

__all__ = ["Dim", "DimLimit", "Facts", "Relation", "dim_max", "dim_min", "settle"]
