"""What a spec declares or computes and nothing reads: members, hyperparameters, values.

Torch never notices: a forgotten layer is made, saved and trained on nothing. The analysis is of the text, so
that what only some hyperparameters reach counts as used. It speaks of files without errors alone, for a
misspelt name leaves the right one unused.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.unused import locals, members, names
from nnspec.syntax import ast


def unused(scope: FileScope, recorder: Recorder) -> Iterator[Diagnostic]:
    """The warnings W0207, W0208, W0211, W0212 and W0220 of a file."""
    elsewhere = members.Elsewhere(scope)
    for declaration in scope.file.declarations:
        if isinstance(declaration, ast.Module):
            yield from members.unused(declaration, scope, elsewhere)
            yield from names.members(declaration, scope, elsewhere)
        inside = declaration.body if isinstance(declaration, ast.Module) else (declaration,)
        for item in inside:
            if isinstance(item, ast.Def) and item.body is not None:
                yield from locals.unused(item.body, recorder)
    yield from names.arguments(scope, elsewhere)
