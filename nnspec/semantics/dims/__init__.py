"""Symbolic integers: a canonical form, what is known of the symbols, and three-valued answers.

`Dim` is a polynomial in normal form (`polynomial`, on the `atoms`); `floors`, `maxima` and `powers` are
the normal forms of what does not distribute. `Facts` holds what is known: `learn` and `divide` take
relations in, `intervals` and `bounds` prove inequalities, `compare` answers, with `cases` and `roots`
for what is left open. `witness` and `suggest` say what to do about an open question. `layout` finds
the expression a person would write for a dim, which `text` prints and `to_ast` gives as Python;
`display` puts it in the user's symbols.
"""

from __future__ import annotations

from nnspec.semantics.dims.atoms import DimLimit
from nnspec.semantics.dims.facts import Facts
from nnspec.semantics.dims.maxima import dim_max, dim_min
from nnspec.semantics.dims.polynomial import Dim, settle
from nnspec.semantics.dims.relation import Relation

__all__ = ["Dim", "DimLimit", "Facts", "Relation", "dim_max", "dim_min", "settle"]
