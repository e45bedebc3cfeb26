"""Calling what the library, or a user's `extern`, declares: match, rule, result, cost."""

from __future__ import annotations

from nnspec.semantics import rules, trail
from nnspec.semantics.describe import shape
from nnspec.semantics.evaluate import conditions, joins, patterns, provenance
from nnspec.semantics.evaluate.calling import (
    binding,
    blame,
    handed,
    kinds,
    matching,
    mismatches,
    outcomes,
    remembered,
    results,
)
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.cost import Cost
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import modules
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules.strides import repeated
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Choice,
    Compound,
    DimLike,
    ErrorValue,
    Layer,
    ListValue,
    Relation,
    Sized,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


def call_function(decl: ast.ExternDef, bound: Bound, name: str, frame: Frame, span: Span) -> Value:
    """Call a library function whose arguments are bound."""
    run, catalog = frame.run, frame.run.catalog
    for argument in bound.values.values():
        if isinstance(argument, Sized):
            run.step(span, argument.weight // 2)
    library = catalog.is_library(decl)
    callee = Callee(name, span, None, True)
    key = remembered.function_key(decl, bound.values, frame) if library else None
    known = remembered.known_outcome(run, key)
    if known is not None:
        return _traced(known.value, decl.signature, bound, callee, frame, True)
    before, cost = remembered.state(run), run.cost
    run.cost = Cost()
    scope = catalog.scope_of(decl) if library else frame.scope
    inner = Frame(run, scope, frame.stage, definition=decl)
    sent = bound
    if key is not None:
        # So that the result tells which sizes it has from the arguments, for all equal calls.
        sent = Bound(provenance.apart(bound.values, span), bound.spans)
    binding.fill(decl.signature, sent, inner)
    inner.locals.update(sent.values)
    value = _at_site(decl, decl.signature, decl.rule, decl.body, sent, inner, callee, frame)
    made, run.cost = run.cost, cost
    cost.add(made.flops, made.memory)
    if key is not None:
        remembered.keep_call(run, key, before, value, made.flops, made.memory)
    return _traced(value, decl.signature, bound, callee, frame, key is not None)


def call_layer(layer: Layer, given: list[Given], name: str, frame: Frame, span: Span) -> Value:
    """Call the forward of a declared layer."""
    decl = layer.body.decl
    assert isinstance(decl, ast.ExternModule)
    forward = next((m for m in decl.body if isinstance(m, ast.Def) and m.name == "forward"), None)
    if forward is None:
        return frame.report(error("E0424", f"`{decl.name}` cannot be called", span))
    return call_method(layer, forward, given, name, frame, span)


def call_method(
    layer: Layer, method: ast.Def, given: list[Given], name: str, frame: Frame, span: Span
) -> Value:
    """Call a method of a declared layer; the declaration's rule and costs are those of its forward."""
    decl = layer.body.decl
    assert isinstance(decl, ast.ExternModule)
    rule, members = (decl.rule, decl.body) if method.name == "forward" else (None, ())
    bound = binding.bind(method.signature, given, name, span)
    if isinstance(bound, Misfit):
        binding.report(bound, frame)
        return ERROR
    run = frame.run
    made = layer.made if method.name == "forward" else None
    callee = Callee(name, span, made, run.catalog.is_library(decl), layer)
    key = remembered.call_key(layer.body, method, bound.values, frame)
    known = remembered.known_outcome(run, key)
    if known is not None:
        return _traced(known.value, method.signature, bound, callee, frame, True)
    before, cost = remembered.state(run), run.cost
    run.cost = Cost()
    inner = Frame(run, layer.body.scope, frame.stage, definition=method)
    inner.body, inner.layer = layer.body, layer
    sent = bound
    if key is not None:
        # So that the result tells which sizes it has from the arguments, for all equal calls.
        sent = Bound(provenance.apart(bound.values, span), bound.spans)
    binding.fill(method.signature, sent, inner)
    inner.locals.update(sent.values)
    modules.settle_layer(layer.body, inner)
    value = _at_site(decl, method.signature, rule, members, sent, inner, callee, frame)
    if layer.body.wrapped:
        from nnspec.semantics.evaluate.layers import wrappers  # few specs have one

        wrappers.add_cost(layer.body, frame)
    spent, run.cost = run.cost, cost
    cost.add(spent.flops, spent.memory)
    if key is not None:
        remembered.keep_call(run, key, before, value, spent.flops, spent.memory)
    return _traced(value, method.signature, bound, callee, frame, key is not None)


def _at_site(
    decl: ast.ExternDef | ast.ExternModule,
    signature: ast.Signature,
    rule: str | None,
    members: tuple[ast.Member, ...],
    bound: Bound,
    inner: Frame,
    callee: Callee,
    frame: Frame,
) -> Value:
    frame.run.sites.append(callee.span)
    try:
        return _call(decl, signature, rule, members, bound, inner, callee, frame)
    finally:
        frame.run.sites.pop()


def _call(
    decl: ast.ExternDef | ast.ExternModule,
    signature: ast.Signature,
    rule: str | None,
    members: tuple[ast.Member, ...],
    bound: Bound,
    inner: Frame,
    callee: Callee,
    frame: Frame,
) -> Value:
    if any(isinstance(v, ErrorValue) for v in outcomes.flat(bound.values.values())):
        return ERROR
    many = [n for n, v in bound.values.items() if isinstance(v, Choice)]
    if many and gives_none(signature, bound, callee, inner):
        return ERROR
    if many and isinstance(decl, ast.ExternModule):
        return _each_way(many[0], decl, signature, rule, members, bound, inner, callee, frame)
    if not matching.match(signature, bound.values, bound.spans, inner, callee):
        return ERROR
    if _is_in_place(inner) and not _may_be_written(signature, bound, inner, callee):
        return ERROR
    if isinstance(decl, ast.ExternDef):
        if not requirements_hold(members, bound, inner, callee):
            return ERROR
    result: Value = None
    if signature.result is not None:
        result = results.value_of(signature.result, inner)
    if rule is not None:
        values = dict(bound.values)
        if inner.body is not None:
            for source in (inner.body.members, inner.body.arguments):
                for name, value in source.items():
                    values[f"self_{name}" if name in bound.values else name] = value
        else:
            values = {**inner.locals, **values}
        function = rules.find(rule)
        result = function(
            RuleCall(
                frame.world,
                decl,
                callee.name,
                callee.span,
                values,
                bound.spans,
                result,
                callee.layer,
                handed.follower(frame, callee.span),
            )
        )
    else:
        result = rules.laid_out(result, bound.values.values())
    if isinstance(result, ErrorValue):
        return ERROR
    result = _settled(result, inner)
    if outcomes.overflows(result, callee, inner):
        return ERROR
    formula = inner.body is not None or isinstance(signature.result, ast.TensorType)
    if outcomes.empty(result, bound, callee, inner, 1 if formula else 0):
        return ERROR
    if inner.run.measured or not inner.run.catalog.is_library(decl):
        _cost(members, result, inner)
    return result


def requirements_hold(
    members: tuple[ast.Member, ...], bound: Bound, inner: Frame, callee: Callee
) -> bool:
    """Whether a function's arguments meet its `require` lines; what its `let` lines name is known from then on."""
    for member in members:
        if isinstance(member, ast.Let):
            _let(member, inner)
        elif isinstance(member, ast.Require):
            if not _require(member, members, bound, inner, callee):
                return False
    return True


def gives_none(signature: ast.Signature, bound: Bound, callee: Callee, frame: Frame) -> bool:
    """Report an argument that may be None where a value is needed."""
    for param in signature.params:
        value = bound.values.get(param.name)
        if isinstance(value, Choice) and None in value.options and param.type is not None:
            if not kinds.fits(param.type, None, frame):
                mismatches.may_be_none(
                    param, bound.spans.get(param.name, callee.span), callee, frame
                )
                return True
    return False


def _each_way(
    name: str,
    decl: ast.ExternDef | ast.ExternModule,
    signature: ast.Signature,
    rule: str | None,
    members: tuple[ast.Member, ...],
    bound: Bound,
    inner: Frame,
    callee: Callee,
    frame: Frame,
) -> Value:
    found = []
    for option in bound.values[name].options:
        values = {**bound.values, name: option}
        copy = Frame(frame.run, inner.scope, inner.stage, dict(values), {}, inner.body, inner.layer)
        one = Bound(values, bound.spans)
        value = _call(decl, signature, rule, members, one, copy, callee, frame)
        found.append(_traced(value, signature, one, callee, frame))
    return joins.join_all(found, frame)


def _let(member: ast.Let, inner: Frame) -> None:
    patterns.bind(member.target, evaluate(member.value, inner), inner)


def _require(
    member: ast.Require,
    members: tuple[ast.Member, ...],
    bound: Bound,
    inner: Frame,
    callee: Callee,
) -> bool:
    condition = conditions.truth(evaluate(member.condition, inner), member.condition, inner)
    if condition is False:
        message = evaluate(member.message, inner) if member.message is not None else None
        text = (
            message if isinstance(message, str) else f"{member.condition.span.text} does not hold"
        )
        found = blame.of_sizes(member.condition, members, bound.spans, inner, callee.span)
        others, notes = trail.told(inner.world, found.others)
        inner.report(
            error("E0321", f"`{callee.name}`: {text}", found.span, found.label, others, notes)
        )
        return False
    if isinstance(condition, (Relation, Compound)):
        place = blame.of_sizes(member.condition, members, bound.spans, inner, callee.span).span
        conditions.claim(condition, place, inner)
    return True


def _settled(value: Value, inner: Frame) -> Value:
    """Dims in their simplest form."""
    match value:
        case Tensor():
            if value.dims is None:
                return value
            settle = inner.world.settle
            dims = tuple(d if isinstance(d, int) else settle(d) for d in value.dims)
            return Tensor(value.dtype, dims, value.origins, value.contiguous, value.strides)
        case TupleValue(items, names, type_name):
            return TupleValue(tuple(_settled(i, inner) for i in items), names, type_name)
        case ListValue(items):
            return ListValue(tuple(_settled(i, inner) for i in items))
    return value


def _cost(members: tuple[ast.Member, ...], result: Value, inner: Frame) -> None:
    """Count what a call does, and what it makes: a `memory` line says so where it is not the result."""
    cost = inner.run.cost
    stated = False
    for member in members:
        if isinstance(member, ast.Cost):
            inner.locals.setdefault("result", result)
            value = evaluate(member.value, inner)
            if not isinstance(value, DimLike):
                continue
            if member.kind == "flops":
                cost.flops = cost.flops + value
            else:
                cost.memory, stated = cost.memory + value, True
    if stated or not inner.run.measured or _is_in_place(inner):
        return
    for tensor in outcomes.flat((result,)):
        cost.hold(tensor)


def _is_in_place(inner: Frame) -> bool:
    """Whether the result is the argument itself, with other values."""
    values = inner.locals if inner.body is None else inner.body.arguments
    return values.get("inplace") is True


def _may_be_written(signature: ast.Signature, bound: Bound, inner: Frame, callee: Callee) -> bool:
    """Whether torch can write over the first argument: not where elements share their memory."""
    first = signature.params[0].name
    x = bound.values.get(first)
    if not isinstance(x, Tensor) or inner.locals.get("training") is False:
        return True
    decl = inner.body.decl if inner.body is not None else inner.definition
    # torch writes a threshold without a look at the memory.
    named = isinstance(decl, ast.ExternDef | ast.ExternModule) and decl.name.lower() == "threshold"
    size = None if named else repeated(x)
    if size is None:
        return True
    world, place = inner.world, bound.spans.get(first, callee.span)
    if world.compare(size, 1) != "different":
        world.claimed(Relation(size, "==", 1), place)
        return True
    inner.report(
        error(
            "E0418",
            f"`{callee.name}` cannot write over {shape(world, x)}: elements that `expand` repeats share their memory",
            place,
            "the same elements many times",
            help="leave `inplace` out, or write over a copy: `.clone()`",
        )
    )
    return False


def _traced(
    value: Value,
    signature: ast.Signature,
    bound: Bound,
    callee: Callee,
    frame: Frame,
    apart: bool = False,
) -> Value:
    """The result, which knows how it came to be; apart: whether the arguments were set `apart`."""
    if not isinstance(value, (Tensor, TupleValue, ListValue)):
        return value
    values = bound.values
    step = Step(
        callee.name, callee.span, tuple(provenance.tensors_in(values.values())), callee.layer
    )
    if apart:
        value = provenance.together(value, step.inputs)
    plan = None
    if type(value) is Tensor and value.origins is None:
        plan = provenance.plan_of(signature, values, frame)
    return provenance.made(value, step, plan, values)
