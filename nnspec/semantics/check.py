"""The check stage: every module in general, every model and `check` block with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics import assertions, defaults, holes, overwritten, passes
from nnspec.semantics.budget import REMEDIES, TOO_LARGE, BudgetExceeded, DimLimit, budget
from nnspec.semantics.checked import Checked
from nnspec.semantics.evaluate.run import Recorder
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.unused import unused
from nnspec.semantics.world import error
from nnspec.syntax import ast


def check(scope: FileScope, catalog: Catalog, only: frozenset[int] | None = None) -> Checked:
    """Follow a resolved file. Mistakes are values: see `Checked.diagnostics`.

    only: the numbers of the declarations to follow, on trial: nothing is looked for that mends their mistakes.
    """
    outermost = budget.begin(len(scope.source.text))
    try:
        return _check(scope, catalog, only, outermost)
    finally:
        if outermost:
            budget.end()


def _check(
    scope: FileScope, catalog: Catalog, only: frozenset[int] | None, outermost: bool
) -> Checked:
    recorder = Recorder(home=scope.source)
    findings = Findings(_covered(scope, catalog))
    for number, declaration in enumerate(scope.file.declarations):
        if only is not None and number not in only:
            continue
        try:
            _declaration(declaration, scope, catalog, recorder, findings)
        except BudgetExceeded as limit:
            at = limit.span
            span = at if at is not None and at.source is scope.source else declaration.span
            findings.add(error(limit.code, limit.message, span), 0)
            if budget.is_spent:
                if not outermost:
                    raise
                budget.lift()
                break
        except (DimLimit, RecursionError):
            findings.add(error("E0005", TOO_LARGE, declaration.span), 0)
    for item, diagnostic in recorder.unmatched.items():
        if item not in recorder.matched:
            findings.add(diagnostic, 0)
    for definition, module in _bodies(scope):
        for diagnostic in overwritten.overwritten(definition, module, recorder.callees):
            findings.add(diagnostic, 0)
    sizes = holes.settle(recorder, scope, findings)
    found = _own(findings, scope)
    if only is None and found and not budget.is_spent:
        from nnspec.semantics.remedies import mended

        budget.leave(REMEDIES)
        found = _settled(mended(found, scope, catalog, recorder), scope)
    if only is None and not any(d.severity == "error" for d in (*scope.diagnostics, *found)):
        found = (*found, *unused(scope, recorder))
    return Checked(
        scope,
        found,
        recorder.values,
        recorder.callees,
        sizes,
        findings.guards,
        {
            node: next(iter(texts))
            for node, texts in recorder.shapes.items()
            if len(texts) == 1 and "" not in texts
        },
        {
            node: rank
            for node, (rank, *others) in recorder.ranks.items()
            if rank is not None and not others
        },
        recorder.steps,
    )


def _covered(scope: FileScope, catalog: Catalog) -> frozenset[ast.Node]:
    try:
        return passes.covered(scope, catalog)
    except BudgetExceeded:
        # What is too large is told where it is followed.
        return frozenset()


def _bodies(scope: FileScope) -> Iterator[tuple[ast.Def, ast.Module | None]]:
    """The defs of a file, each with the module whose method it is."""
    for declaration in scope.file.declarations:
        module = declaration if isinstance(declaration, ast.Module) else None
        for member in module.body if module is not None else (declaration,):
            if isinstance(member, ast.Def) and member.body is not None:
                yield member, module


def _declaration(
    declaration: ast.Declaration,
    scope: FileScope,
    catalog: Catalog,
    recorder: Recorder,
    findings: Findings,
) -> None:
    defaults.check(declaration, scope, catalog, findings)
    match declaration:
        case ast.Module():
            passes.module(declaration, scope, catalog, recorder, findings)
        case ast.Def():
            passes.top_def(declaration, scope, catalog, recorder, findings)
        case ast.Model():
            passes.model(declaration, scope, catalog, recorder, findings)
        case ast.Check():
            assertions.check(declaration, scope, catalog, recorder, findings)


def _own(findings: Findings, scope: FileScope) -> tuple[Diagnostic, ...]:
    """Findings of this file, but for places of which a name is wrong already.

    Those inside imported files are told with these files.
    """
    wrong = {(d.span.start, d.span.end) for d in scope.diagnostics if d.severity == "error"}
    return tuple(
        d
        for d in findings.diagnostics
        if d.span.source is scope.source and (d.span.start, d.span.end) not in wrong
    )


def _settled(found: tuple[Diagnostic, ...], scope: FileScope) -> tuple[Diagnostic, ...]:
    """Without sizes that are open because of another mistake, which comes first.

    That is one in the sizes of the signature, or in the number of names that values are given.
    """
    from nnspec.semantics.remedies.around import inside

    miscounted = {d.span.line for d in found if d.code == "E0419"}
    miscounted |= {d.span.line for d in scope.diagnostics if d.code == "E0215"}
    unknown = [d.span for d in scope.diagnostics if d.code in ("E0202", "E0215")]
    unsure = [
        each.span
        for declaration in scope.file.declarations
        for each in (declaration.body if isinstance(declaration, ast.Module) else (declaration,))
        if isinstance(each, ast.Def) and any(inside(s, each.signature.span) for s in unknown)
    ]
    return tuple(
        d
        for d in found
        if d.code not in ("W0301", "W0302")
        or not (d.span.line in miscounted or any(inside(d.span, each) for each in unsure))
    )
