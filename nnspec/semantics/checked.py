"""The product of the check stage: everything that emission needs to know of a file."""

from __future__ import annotations

from collections.abc import Mapping

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.record import Record
from nnspec.semantics.dims import Dim
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import DimLike, Relation, Value
from nnspec.syntax import ast


class Guard(Record):
    """A claim of the spec that could not be proved: the emitted forward checks it when it starts.

    relation: over dimension names and hyperparameters of the def's module.
    message: what is raised, in the user's words.
    divisors: what the relation divides by and may be 0, so that it does not hold there; inner ones first.
    """

    relation: Relation
    message: str
    divisors: tuple[Dim, ...] = ()


class Checked(Record):
    """A file with what is known of it.

    values: a representative abstract value of every expression that was followed (the first one
        seen, general pass before the exact ones); expressions in code that no pass reached are absent.
    callees: for every Call, and every Pipe, the abstract value that is called (LayerType, Layer, Function,
        LibraryFunction with the one declaration that was chosen in `decls`, Builtin, NamedTupleType, ...).
    holes: the size found for every `_`, over the hyperparameters of the enclosing module.
    guards: run-time checks by Def.
    shapes: for statements, submodules and defs, the shape to show in a comment: for an Assign, Return
        or Evaluate the shape of its value (`[B, 16, H // 2]`); for a forward Def the line
        `[B, 3, H, W] -> [B, classes]`. Only where all passes agree.
    ranks: for calls in einops' notation, how many axes their tensor has. Only where all passes agree.
    steps: how many steps of evaluation it took.
    """

    scope: FileScope
    diagnostics: tuple[Diagnostic, ...]
    values: Mapping[ast.Node, Value]
    callees: Mapping[ast.Node, Value]
    holes: Mapping[ast.Hole, DimLike]
    guards: Mapping[ast.Def, tuple[Guard, ...]]
    shapes: Mapping[ast.Node, str]
    ranks: Mapping[ast.Node, int]
    steps: int = 0
