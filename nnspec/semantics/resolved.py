"""What the names of a file mean: the product of the resolve stage."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.record import Record, field
from nnspec.source import Source
from nnspec.syntax import ast


class Kind(Enum):
    """What sort of thing a name is bound to."""

    LOCAL = "local"  # assigned in this def, a loop or comprehension variable; argument of a def
    ARGUMENT = "argument"  # a parameter of the enclosing def
    DIM = "dimension"  # a dimension name of the enclosing signature
    HYPERPARAMETER = "hyperparameter"  # a parameter of the enclosing module
    MEMBER = "member"  # submodule, list, let, param, buffer, const of the enclosing module
    METHOD = "method"  # another def of the enclosing module
    TRAINING = "training"  # the module's `training` flag
    SELF = "self"
    FILE = "file"  # a declaration of this file, or an imported one
    LIBRARY = "library"  # a layer, function, static function of nnspec/library
    NAMESPACE = "namespace"  # nn, F, torch, linalg, fft, special, math
    BUILTIN = "builtin"  # Python's own: len, range, int, …; torch dtypes; inf, pi
    INITIALISER = "initialiser"  # normal, zeros, … where an initialiser is expected
    UNKNOWN = "unknown"  # reported already


class Binding(Record):
    """kind, and the node that declares the name where there is one.

    node: Param (ARGUMENT, HYPERPARAMETER), Member (MEMBER), Def (METHOD), Declaration (FILE: the
        declaration itself, also when it was imported), None otherwise.
    scope: for FILE, the file scope in which the declaration stands (differs for imported names).
    """

    kind: Kind
    node: ast.Node | None = None
    scope: FileScope | None = None


class FileScope(Record, frozen=False, eq=False):
    """One file with the meaning of all its names. Library files have scopes of the same class.

    names: the declarations visible at top level by name (own, and imported ones), with the scope
        where each stands.
    bindings: for every ast.Name in expressions, and every ast.NamedType, what it means.
    dims: for every Signature, the dimension names that it introduces, in order of first appearance
        (`*N` stands as `*N`).
    defined: for every Signature, dims that only a `where X == expr` defines, with that expression.
    used_dims: for every Def, the dimension names that its body reads as ints.
    module_of: the enclosing Module of every Def that is a method.
    imports: the scopes of imported files, by Import node.
    """

    file: ast.File
    module_path: str
    names: dict[str, tuple[ast.Declaration, FileScope]] = field(default_factory=dict)
    bindings: dict[ast.Node, Binding] = field(default_factory=dict)
    dims: dict[ast.Signature, tuple[str, ...]] = field(default_factory=dict)
    defined: dict[ast.Signature, Mapping[str, ast.Expr]] = field(default_factory=dict)
    used_dims: dict[ast.Def, tuple[str, ...]] = field(default_factory=dict)
    module_of: dict[ast.Def, ast.Module] = field(default_factory=dict)
    imports: dict[ast.Import, FileScope] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def source(self) -> Source:
        """The text of the file."""
        return self.file.source
