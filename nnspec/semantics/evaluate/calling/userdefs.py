"""Calling what the spec itself defines: functions, methods, forwards, named tuples."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.record import replaced
from nnspec.semantics.evaluate import joins, provenance, statements
from nnspec.semantics.evaluate.calling import (
    binding,
    chain,
    expansion,
    formulas,
    kinds,
    matching,
    remembered,
    results,
)
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.cost import Cost
from nnspec.semantics.evaluate.layers import tree
from nnspec.semantics.evaluate.run import DEPTH, Frame, Returned
from nnspec.semantics.nature import kind
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Choice,
    ErrorValue,
    Function,
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


def call(
    function: Function,
    given: list[Given],
    name: str,
    frame: Frame,
    span: Span,
    layer: Layer | None = None,
) -> Value:
    """Call a def: match its signature, follow its body, check its result.

    layer: the layer that was called, when the def is its forward.
    """
    if function.bound is None and frame.run.catalog.is_library(function.decl):
        key = remembered.static_key(function.decl, given, frame)
        if key is not None:
            known = remembered.known_static(frame.run, key)
            if known is not None:
                return known
            before, facts = remembered.state(frame.run), frame.world.facts
            value = formulas.value(function, given, frame)
            if value is None:
                value = _call(function, given, name, frame, span, layer)
            remembered.keep_static(frame.run, key, before, facts, value)
            return value
    inputs = _inputs(function.decl.signature, given)
    if layer is None:
        value = _call(function, given, name, frame, span, layer)
    else:
        value = _remembered(function, given, name, frame, span, layer)
    return provenance.leave(value, inputs, name, span, layer)


def _inputs(signature: ast.Signature, given: list[Given]) -> tuple[Tensor, ...]:
    """The tensors of a call in the order of the signature."""
    named = {g.name: g.value for g in given if g.name is not None}
    values = [g.value for g in given if g.name is None]
    values += [named[p.name] for p in signature.params if p.name in named]
    return tuple(provenance.tensors_in(values))


def _remembered(
    function: Function, given: list[Given], name: str, frame: Frame, span: Span, layer: Layer
) -> Value:
    run = frame.run
    key = remembered.forward_key(layer.body, given, frame)
    done = remembered.known_outcome(run, key)
    if done is not None:
        return done.value
    before, cost = remembered.state(run), run.cost
    run.cost = Cost()
    value = _call(function, given, name, frame, span, layer)
    made, run.cost = run.cost, cost
    cost.add(made.flops, made.memory)
    remembered.keep_forward(run, key, before, value, made)
    return value


def _call(
    function: Function,
    given: list[Given],
    name: str,
    frame: Frame,
    span: Span,
    layer: Layer | None,
) -> Value:
    decl = function.decl
    bound = binding.bind(decl.signature, given, name, span)
    if isinstance(bound, Misfit):
        declared = Label(decl.name_span, "declared here")
        library = frame.run.catalog.is_library(decl)
        binding.report(bound if library else replaced(bound, others=(declared,)), frame)
        return ERROR
    inner = frame_of(function, frame)
    binding.fill(decl.signature, bound, inner)
    inner.locals.update(bound.values)
    if any(isinstance(v, ErrorValue) for v in bound.values.values()):
        return ERROR
    made = layer.made if layer is not None else None
    callee = Callee(name, span, made, frame.run.catalog.is_library(decl), layer)
    if not matching.match(decl.signature, bound.values, bound.spans, inner, callee):
        return _declared_result(decl, inner)
    provenance.enter(decl.signature, bound.values, inner)
    promised = _promised(decl, bound, inner, callee)
    if promised is not None:
        return provenance.as_noted(promised, decl, inner.run)
    return follow(decl, bound, inner, callee, frame)


def _promised(decl: ast.Def, bound: Bound, inner: Frame, callee: Callee) -> Value:
    """What the signature says, where it says all and the general pass of the def itself holds it to it.

    A def that others call is then followed once in general, however deep the calls are.
    """
    run, wanted = inner.run, decl.signature.result
    if not run.general or decl not in run.covered or not isinstance(wanted, ast.TensorType):
        return None
    if any(isinstance(dim, ast.Hole) for dim in wanted.dims):
        return None
    if any(_is_open(value, inner) for value in bound.values.values()):
        return None
    result = results.value_of(wanted, inner)
    if not isinstance(result, Tensor):
        return None
    arguments = {p.name: inner.locals[p.name] for p in decl.signature.params}
    step = Step(
        callee.name, callee.span, tuple(provenance.tensors_in(arguments.values())), callee.layer
    )
    plan = provenance.plan_of(decl.signature, arguments, inner)
    return provenance.made(result, step, plan, arguments)


def _is_open(value: Value, inner: Frame) -> bool:
    """Whether the body may tell the size of a `_`, or takes more than tensors of known shapes."""
    match value:
        case Tensor(dims=None) | Unknown() | Choice():
            return True
        case Tensor(dims=dims):
            return any(inner.world.is_open(dim) for dim in dims or ())
        case Layer() | ListValue() | RepeatValue() | TupleValue():
            return True
    return False


def frame_of(function: Function, frame: Frame) -> Frame:
    """An empty frame for the body of a def."""
    inner = frame.child(function.scope, frame.stage, function.decl)
    if function.bound is not None:
        inner.body, inner.layer = function.bound.body, function.bound
    return inner


def follow(decl: ast.Def, bound: Bound, inner: Frame, callee: Callee, frame: Frame) -> Value:
    """Follow the body once for each combination of arguments."""
    run = frame.run
    arguments = tuple(bound.values[p.name] for p in decl.signature.params)
    # Facts are part of the key: what was proved under more facts does not hold under fewer.
    kinds_given = tuple(map(kind, arguments))
    key = (decl, inner.body, arguments, kinds_given, run.world.facts, inner.stage)
    known = run.results.get(key)
    if known is not None:
        value, flops, memory = known
        run.cost.flops = run.cost.flops + flops
        run.cost.memory = run.cost.memory + memory
        return value
    if any(f.definition is decl and f.body is inner.body for f in run.frames):
        return frame.report(
            error(
                "E0421",
                f"`{decl.name}` calls itself, which a function may not",
                callee.span,
                help="a loop says it: `for i in range(n):`",
            )
        )
    if run.depth >= DEPTH:
        return frame.report(
            error("E0421", f"`{callee.name}` is called more than {DEPTH} calls deep", callee.span)
        )
    before_flops, before_memory = run.cost.flops, run.cost.memory
    decided = sum(len(way.taken) for way in run.rounds)
    run.cost.flops = run.cost.memory = 0
    run.depth += 1
    code = chain.code_of(decl, inner.body)
    run.chain.append(
        chain.Call("called", callee.name, code, callee.span, frame, bound.values, callee.layer)
    )
    run.sites.append(callee.span)
    try:
        value = body_value(decl, inner)
    finally:
        run.chain.pop()
        run.sites.pop()
        run.depth -= 1
    flops, memory = run.cost.flops, run.cost.memory
    run.cost.flops = before_flops + flops
    run.cost.memory = before_memory + memory
    ways_parted = sum(len(way.taken) for way in run.rounds) > decided
    if not ways_parted and not any(True for _ in tree.layers_in(value)):
        # A def that makes layers makes new ones at each call.
        run.results[key] = (value, flops, memory)
    return value


def body_value(decl: ast.Def, inner: Frame) -> Value:
    """Follow the body of a def whose frame is ready; the result is checked against its type."""
    run = inner.run
    if decl.body is None:
        return _declared_result(decl, inner)
    run.frames.append(inner)
    facts = run.world.facts
    if not run.general:
        run.followed.add(decl)
    try:
        flow = statements.execute(decl.body, inner)
        if flow is statements.Flow.NEXT:
            inner.returns.append(Returned(None, decl.name_span, run.world.facts))
        wanted = decl.signature.result
        if wanted is not None and not _keeps(decl, wanted, inner):
            return _declared_result(decl, inner)
        if inner.left:
            # What is known behind an early return does not hold where the ways meet.
            run.world.facts = facts
        value = _either(inner)
    finally:
        if inner.left:
            # Nor is it known to the caller.
            run.world.facts = facts
        run.frames.pop()
    if isinstance(value, Unknown) and wanted is not None:
        promised = _declared_result(decl, inner)
        if not isinstance(promised, Unknown):
            return promised
    return value if wanted is None else matching.named(value, expansion.expanded(wanted, inner))


def _keeps(decl: ast.Def, wanted: ast.TypeExpr, inner: Frame) -> bool:
    """Whether every way through a def returns what is declared, by what is known on it."""
    world = inner.world
    kept = True
    for way in inner.returns:
        behind = world.facts
        world.facts = way.facts
        what = f"the result of `{decl.name}`"
        kept = results.check(way.value, wanted, way.span, what, inner) and kept
        if way.facts is not behind:
            world.facts = behind
    return kept


def _either(inner: Frame) -> Value:
    """The value that stands for all that a def returns."""
    ways = inner.returns
    if len(ways) == 2:
        return joins.Either(inner, ways[0].facts, ways[1].facts).join(ways[0].value, ways[1].value)
    return joins.join_all([way.value for way in ways], inner)


def _declared_result(decl: ast.Def, inner: Frame) -> Value:
    """What the signature promises, so that one mistake does not cause a second message."""
    wanted = decl.signature.result
    if wanted is None or inner.unbound:
        return ERROR
    if isinstance(wanted, (ast.TensorType, ast.NamedType)):
        value = results.value_of(wanted, inner)
        return ERROR if isinstance(value, Unknown) else value
    return ERROR


def named_tuple(
    decl: ast.TypeDecl, scope: FileScope, given: list[Given], frame: Frame, span: Span
) -> Value:
    """Build a value of a named `type` by position or keyword."""
    if not isinstance(decl.type, ast.TupleType):
        return frame.report(
            error("E0423", f"`{decl.name}` is not a tuple type, so it cannot be built", span)
        )
    fields = decl.type.items
    params = tuple(
        ast.Param(f.span, f.name or f"_{i}", f.type, None, "plain", f.span)
        for i, f in enumerate(fields)
    )
    bound = binding.bind(ast.Signature(decl.span, params, None, ()), given, decl.name, span)
    if isinstance(bound, Misfit):
        binding.report(bound, frame)
        return ERROR
    inner = frame.child(scope, frame.stage, decl)
    values = []
    for param in params:
        value = bound.values.get(param.name)
        type_ = expansion.expanded(param.type, inner) if param.type is not None else None
        if type_ is not None and not kinds.fits(type_, value, inner):
            from nnspec.semantics.evaluate.calling import mismatches

            callee = Callee(decl.name, span, None, library=False)
            mismatches.kind(param, type_, value, bound.spans.get(param.name, span), callee, inner)
            return ERROR
        values.append(value)
    names = tuple(p.name for p in params)
    return TupleValue(tuple(values), names, decl.name)
