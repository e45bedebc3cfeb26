"""Sizes for `_`: from all passes one number, or one expression of hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.run import Recorder, Solution
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import DimLike
from nnspec.semantics.world import error
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def settle(recorder: Recorder, scope: FileScope, findings: Findings) -> dict[ast.Hole, DimLike]:
    """The size of every `_` of a file; what has none, or several, is reported."""
    found: dict[ast.Hole, DimLike] = {}
    if not recorder.holes:
        return found
    # Behind another mistake the flow says nothing, and so may no call: that is no second mistake.
    told = (*scope.diagnostics, *findings.diagnostics)
    clean = not any(d.severity == "error" for d in told)
    for declaration in scope.file.declarations:
        names = _names(declaration)
        for node in walk(declaration):
            if isinstance(node, ast.Hole) and node in recorder.holes:
                size = _one(node, recorder.holes[node], names, findings, clean)
                if size is not None:
                    found[node] = size
    return found


def _names(declaration: ast.Declaration) -> frozenset[str]:
    if isinstance(declaration, (ast.Module, ast.Def)):
        return frozenset(p.name for p in declaration.signature.params)
    return frozenset()


def _one(
    node: ast.Hole,
    solutions: list[Solution],
    names: frozenset[str],
    findings: Findings,
    clean: bool,
) -> DimLike | None:
    general = list(dict.fromkeys(s.size for s in solutions if s.general and s.size is not None))
    exact = list(
        dict.fromkeys(s.size for s in solutions if not s.loose and isinstance(s.size, int))
    )
    usable = [s for s in general if isinstance(s, int) or s.symbols() <= names]
    if len(usable) == 1 and len(general) == 1:
        return usable[0]
    if len(general) > 1 and len(usable) == len(general):
        sizes = " and ".join(f"`{s}`" for s in general[:3])
        findings.add(
            error(
                "E0532",
                f"`_` has several sizes, {sizes}, depending on other hyperparameters",
                node.span,
                help="write the size as an expression, such as `a if flag else b`",
            ),
            0,
        )
        return None
    at_run_time = [
        s for s in general if isinstance(s, Dim) and not any("@" in name for name in s.symbols())
    ]
    if len(exact) == 1 and not at_run_time:
        if names:
            findings.add(_of_the_models(node, exact[0]), 0)
        return exact[0]
    if general or exact or clean:
        _report(node, general, exact, names, findings)
    return None


def _of_the_models(node: ast.Hole, size: int) -> Diagnostic:
    """The size is known of the models of this file alone: the constructor would have it for all."""
    return error(
        "W0303",
        f"`_` is {size} in every model and check of this file, and is written so; for other "
        "hyperparameters it may be another size",
        node.span,
        help="write it as an expression of the hyperparameters, such as `widths[-1]`",
    )


def _report(
    node: ast.Hole,
    general: Sequence[DimLike],
    exact: Sequence[DimLike],
    names: frozenset[str],
    findings: Findings,
) -> None:
    if len(exact) > 1:
        sizes = ", ".join(map(str, exact[:3]))
        message = f"`_` is {sizes} in different uses of this module"
        help = "make the size a hyperparameter"
    elif general:
        size = next(s for s in general if not isinstance(s, int))
        loose = sorted(s.partition("@")[0] for s in size.symbols() if s not in names)
        message = f"`_` would be `{size}`, which depends on {', '.join(f'`{s}`' for s in loose)}"
        help = (
            f"{loose[0]} is known only when the model runs: fix it in the signature, or add a "
            f"hyperparameter `{loose[0].lower()}_size: int` and use it there"
        )
    else:
        message = "the size of `_` cannot be worked out: no call of this layer says it"
        help = "call the layer in `forward`, or write the size"
    findings.add(error("E0530", message, node.span, help=help), 0)
