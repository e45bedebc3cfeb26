"""One instance of a model with hyperparameters that are given from outside: those of `nnspec.load`."""

from __future__ import annotations

from numbers import Integral, Real

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics import passes
from nnspec.semantics.budget import BudgetExceeded, DimLimit
from nnspec.semantics.evaluate import lookup
from nnspec.semantics.evaluate.calling import calls
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import modules
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import DictValue, Layer, ListValue, TupleValue, Unknown, Value
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def mistakes(
    declaration: ast.Model | ast.Module | ast.Def,
    signature: ast.Signature | None,
    given: Mapping[str, Any],
    scope: FileScope,
    catalog: Catalog,
) -> tuple[Diagnostic, ...]:
    """What is wrong with an instance: it is made with the given values, and its methods are followed.

    signature: of what the values go to; given: Python values by the names of the hyperparameters.
    """
    findings = Findings(passes.covered(scope, catalog))
    run = new_run(catalog, Recorder(home=scope.source), findings.add, False, findings.covered)
    frame = Frame(run, scope)
    run.frames.append(frame)
    span = declaration.name_span
    types = {p.name: p.type for p in signature.params} if signature is not None else {}
    overrides = [Given(name, value_of(v, types.get(name)), span) for name, v in given.items()]
    try:
        if isinstance(declaration, ast.Model):
            call = declaration.value
            value = modules.model(
                declaration, scope, frame, lambda inner: made(call, signature, overrides, inner)
            )
        else:
            callee = lookup.declared(declaration, scope, frame)
            node = ast.Name(span, declaration.name)
            value = calls.call(callee, overrides, node, node, frame)
        if isinstance(value, Layer):
            passes.follow_forward(value, run)
        passes.finish(run, findings, declaration)
    except (BudgetExceeded, DimLimit, RecursionError):
        # Too large to follow: torch will say what there is to say.
        return ()
    return tuple(d for d in findings.diagnostics if d.severity == "error")


def made(
    call: ast.Expr, signature: ast.Signature | None, overrides: list[Given], frame: Frame
) -> Value:
    """The layer of a model line, some of whose arguments are given anew."""
    if not isinstance(call, ast.Call) or signature is None:
        return evaluate(call, frame)
    callee = evaluate(call.func, frame)
    plain = (p.name for p in signature.params if p.kind == "plain")
    names = {override.name for override in overrides}
    given: list[Given] = []
    for argument in calls.arguments(call.args, frame):
        name = argument.name if argument.name is not None else next(plain, None)
        if name not in names:
            given.append(argument if name is None else Given(name, argument.value, argument.span))
    return calls.call(callee, [*given, *overrides], call, call.func, frame)


def value_of(value: Any, type_: ast.TypeExpr | None = None) -> Value:
    """A Python value as the checker sees it; what it cannot look into is unknown.

    type_: as the hyperparameter is declared; a tuple may be given where a list is.
    """
    match value:
        case None | bool() | str():
            return value
        case Integral():
            return int(value)
        case Real():
            return float(value)
        case list() | tuple():
            items = tuple(value_of(item) for item in value)
            is_tuple = isinstance(value, tuple) and not isinstance(type_, ast.ListType)
            return TupleValue(items) if is_tuple else ListValue(items)
        case dict():
            return DictValue({key: value_of(item) for key, item in value.items()})
        case type():
            return Unknown("layer type")
    return Unknown("layer" if callable(value) else "any")
