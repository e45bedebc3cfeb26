"""`check` blocks: shapes, parameter counts and costs that the spec asserts."""

from __future__ import annotations

from itertools import product

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.library.catalog import Catalog
from nnspec.semantics import passes
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import attributes, lookup, provenance
from nnspec.semantics.evaluate.calling import (
    calls,
    expansion,
    externs,
    kinds,
    matching,
    results,
    userdefs,
)
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit, bind, fill, report
from nnspec.semantics.evaluate.calling.chain import Subject
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import CALL, Frame, Recorder, new_run
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import (
    ERROR,
    Choice,
    ErrorValue,
    Function,
    Layer,
    LayerType,
    Tensor,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


def check(
    decl: ast.Check, scope: FileScope, catalog: Catalog, recorder: Recorder, findings: Findings
) -> None:
    """Verify a check block."""
    expected = [line for line in decl.lines if isinstance(line, ast.FailsCheck)]
    held: list[tuple[Diagnostic, int]] = []
    sink = findings.add if not expected else lambda d, depth: held.append((d, depth))
    run = new_run(catalog, recorder, sink, False, findings.covered)
    run.subject = Subject(f"check {' '.join(decl.target.span.text.split())}", decl.span)
    frame = Frame(run, scope)
    run.frames.append(frame)
    target = _target(decl, frame)
    if target is not None:
        _lines(decl, target, frame)
    passes.finish(run, findings, decl)
    codes = {line.code for line in expected}
    for line in expected:
        if not any(d.code == line.code for d, _ in held):
            others = ", ".join(sorted({d.code for d, _ in held})) or "no finding at all"
            findings.add(
                error("E0604", f"this check does not fail with {line.code}: {others}", line.span), 0
            )
    for diagnostic, depth in held:
        if diagnostic.code not in codes:
            findings.add(diagnostic, depth)


def _target(decl: ast.Check, frame: Frame) -> Layer | Function | None:
    value = evaluate(decl.target, frame)
    if isinstance(value, LayerType):
        value = calls.call(value, [], decl.target, decl.target, frame)
    if isinstance(value, ErrorValue):
        return None
    if isinstance(value, Layer):
        if not any(isinstance(line, ast.MethodCheck) for line in decl.lines):
            passes.follow_forward(value, frame.run)
        return value
    if isinstance(value, Function):
        return value
    frame.report(
        error(
            "E0605",
            f"a check is about a model, a module or a function, not {describe(frame.world, value)}",
            decl.target.span,
        )
    )
    return None


def _lines(decl: ast.Check, target: Layer | Function, frame: Frame) -> None:
    # Method lines first: they settle the sizes of `_`, which the counts need.
    for line in decl.lines:
        if isinstance(line, ast.MethodCheck):
            _method(line, target, frame)
    for line in decl.lines:
        if isinstance(line, ast.CostCheck):
            from nnspec.semantics import cost_lines

            cost_lines.check(line, target, frame)


def symbols(line: ast.MethodCheck | ast.CostCheck, frame: Frame) -> Frame:
    """A frame in which the capitalised names of a line are symbols, 1 or more."""
    inner = Frame(frame.run, frame.scope, "call", dims=dict(frame.dims), definition=line)
    for argument in line.args:
        for name in _dim_names(argument.value, inner):
            if name not in inner.dims and name[:1].isupper() and name not in frame.scope.names:
                frame.world.facts = frame.world.facts.declare(name, 1)
                inner.dims[name] = Dim.symbol(name)
    return inner


def _dim_names(value: ast.TypeExpr | ast.Expr, frame: Frame) -> list[str]:
    if isinstance(value, ast.TypeExpr):
        return expansion.dim_names(expansion.expanded(value, frame))
    found: list[str] = []
    expansion.names_in(value, found)
    return found


def stand_in(argument: ast.CheckArgument, inner: Frame) -> Value:
    """What stands for an argument of a line: a tensor of the type, or a number; both ways of a `T?`."""
    value = argument.value
    if isinstance(value, ast.TypeExpr):
        if isinstance(value, ast.OptionalType):
            return Choice((None, typed(value.inner, inner)))
        return typed(value, inner)
    return evaluate(value, inner)


def typed(type_: ast.TypeExpr, inner: Frame) -> Value:
    """What stands for an argument of a type."""
    if isinstance(type_, ast.LiteralType):
        return type_.value
    return results.value_of(type_, inner, "float32")


def _method(line: ast.MethodCheck, target: Layer | Function, frame: Frame) -> None:
    inner = symbols(line, frame)
    given = [
        Given(a.name, provenance.declared(stand_in(a, inner), line.method, a.span), a.span)
        for a in line.args
    ]
    # `T?` holds for both: the argument absent and given.
    options = [a.value.options if isinstance(a.value, Choice) else (a.value,) for a in given]
    for values in product(*options):
        frame.run.step(line.span, CALL)
        way = [Given(a.name, value, a.span) for a, value in zip(given, values, strict=True)]
        value = call(line, target, way, frame)
        if isinstance(value, ErrorValue):
            return
        if line.result is not None:
            _compare(line, line.result, value, inner)


def _methods(target: Layer | Function) -> list[str]:
    """What a line of a `check` can call."""
    body = target.body.decl.body if isinstance(target, Layer) else ()
    return ["forward", *(m.name for m in body if isinstance(m, ast.Def) and m.name != "forward")]


def call(
    line: ast.MethodCheck, target: Layer | Function, given: list[Given], frame: Frame
) -> Value:
    """Call the method of a line; what is wrong is reported there."""
    if isinstance(target, Function):
        function: Value = target
    else:
        function = attributes.member(target.body, line.method, frame, target)
    if isinstance(target, Layer) and isinstance(function, Function):
        if isinstance(target.body.decl, ast.ExternModule):
            name = target.type_name if line.method == "forward" else line.method
            return externs.call_method(target, function.decl, given, name, frame, line.span)
    if function is lookup.MISSING and line.method == "forward" and isinstance(target, Layer):
        return calls.call_layer(target, given, target.type_name, frame, line.span)
    if not isinstance(function, Function):
        methods = _methods(target)
        near = nearest(line.method, methods)
        place = Span(line.span.source, line.span.start, line.span.start + len(line.method))
        return frame.report(
            error(
                "E0606",
                f"there is no method `{line.method}` to check",
                line.span,
                help=did_you_mean(near) or f"it has {', '.join(f'`{m}`' for m in methods)}",
                fix=respell(place, near),
            )
        )
    bound = bind(function.decl.signature, given, line.method, line.span)
    if isinstance(bound, Misfit):
        report(bound, frame)
        return ERROR
    return _follow(function, bound, line, frame)


def _follow(function: Function, bound: Bound, line: ast.MethodCheck, frame: Frame) -> Value:
    """Like a call, but the facts of `where` are taken as given: symbols stand for what they admit."""
    outer = Frame(frame.run, function.scope, "call")
    inner = userdefs.frame_of(function, outer)
    inner.stage = passes.stage_of(function.decl) if function.bound is None else "call"
    fill(function.decl.signature, bound, inner)
    inner.locals.update(bound.values)
    callee = Callee(line.method, line.span, None, library=False)
    if not matching.match(
        function.decl.signature, bound.values, bound.spans, inner, callee, assume_where=True
    ):
        return ERROR
    provenance.enter(function.decl.signature, bound.values, inner)
    frame.run.sites.append(line.span)
    try:
        return userdefs.follow(function.decl, bound, inner, callee, frame)
    finally:
        frame.run.sites.pop()


def _compare(line: ast.MethodCheck, wanted: ast.TypeExpr, value: Value, inner: Frame) -> None:
    """The result against what the check expects; names that only the result has are symbols of their own."""
    type_ = expansion.expanded(wanted, inner)
    for name in expansion.dim_names(type_):
        if name.startswith("*"):
            inner.unbound.add(name)
        elif name not in inner.dims and name[:1].isupper() and name not in inner.scope.names:
            inner.unbound.add(name)
    if isinstance(value, Tensor) and isinstance(type_, ast.TensorType) and type_.dtype is None:
        if value.dtype not in (None, "float", "float32") and value.dtype in kinds.FLOATING:
            type_ = ast.TensorType(type_.span, value.dtype, type_.dims)
    if isinstance(value, Tensor) and value.dims is None:
        inner.report(
            error(
                "W0302",
                "the shape of this result cannot be followed, so it is not checked",
                line.span,
            )
        )
        return
    before = len(inner.run.claims)
    held: list[Diagnostic] = []
    run = inner.run
    sink = run.sink
    run.sink = lambda diagnostic, depth: held.append(diagnostic)
    results.check(value, type_, line.span, "the result", inner)
    run.sink = sink
    del run.claims[before + 4 :]
    if held:
        place = line.result.span if line.result is not None else line.span
        run.sink(
            error(
                "E0601",
                f"`{line.method}` gives {describe(inner.world, value).removeprefix('a tensor ')}, "
                f"but this check expects {' '.join(wanted.span.text.split())}",
                place,
                held[0].message.rsplit(": ", 1)[-1] if ": " in held[0].message else "expected here",
                # The first is at the line of the check, the second at what it expects.
                held[0].labels[2:],
                held[0].notes,
            ),
            0,
        )
