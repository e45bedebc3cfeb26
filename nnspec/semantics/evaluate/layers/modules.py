"""Making layers: hyperparameters bound, bodies followed, facts demanded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.semantics import trail
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import conditions, patterns
from nnspec.semantics.evaluate.calling import (
    binding,
    blame,
    constants,
    expansion,
    kinds,
    matching,
    mismatches,
    remembered,
)
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.calling.chain import Call
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.decisions import Fork
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import made, members, parameters, paths
from nnspec.semantics.evaluate.run import DEPTH, Frame
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import (
    ERROR,
    Choice,
    Compound,
    DictValue,
    ErrorValue,
    Layer,
    LayerBody,
    LayerType,
    ListValue,
    Relation,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk


def construct(
    decl: ast.Module | ast.ExternModule,
    scope: FileScope,
    given: list[Given],
    frame: Frame,
    span: Span,
) -> Value:
    """Make a layer of a declared type."""
    bound = binding.bind(decl.signature, given, decl.name, span)
    if isinstance(bound, Misfit):
        binding.report(bound, frame)
        return ERROR
    body = LayerBody(decl, scope, bound.values)
    inner = frame.child(scope, "build", decl)
    binding.fill(decl.signature, bound, inner)
    if any(isinstance(v, ErrorValue) for v in bound.values.values()):
        return ERROR
    if not _check_types(decl, bound, inner, span, frame):
        return ERROR
    return make(body, inner, frame, span, bound.spans)


def _check_types(
    decl: ast.Module | ast.ExternModule, bound: Bound, inner: Frame, span: Span, frame: Frame
) -> bool:
    library = frame.run.catalog.is_library(decl)
    callee = Callee(decl.name, span, None, library)
    own = isinstance(decl, ast.Module)
    for param in decl.signature.params:
        # What the library itself gives where nothing else is given fits.
        if param.type is None or (library and param.name not in bound.spans):
            continue
        value = bound.values[param.name]
        type_ = expansion.expanded(param.type, inner)
        for one in binding.given_to(param, value):
            if not kinds.fits(type_, one, inner):
                place = bound.spans.get(param.name, span)
                mismatches.kind(param, type_, one, place, callee, frame)
                return False
            if library and param.name == "dtype":
                place = bound.spans.get(param.name, span)
                if not made.is_floating(one, place, decl.name, frame):
                    return False
        if param.kind != "star":
            value = matching.named(value, type_)
            bound.values[param.name] = _one_of(type_, value, frame) if own else value
    return True


def _one_of(type_: ast.TypeExpr, value: Value, frame: Frame) -> Value:
    """In a general pass an argument that may be any literal of a union is one of them, here and in all of the layer.

    Were it left open, each condition on it in the layer's body would go a way of its own.
    """
    if not (isinstance(type_, ast.UnionType) and isinstance(value, Unknown) and frame.run.general):
        return value
    literals = [t.value for t in type_.options if isinstance(t, ast.LiteralType)]
    if len(literals) < len(type_.options):
        return value
    decisions = frame.run.rounds[-1] if frame.run.rounds else frame.run.decisions
    for one in literals[:-1]:
        answer = decisions.decide()
        decisions.foreign[len(decisions.taken) - 1] = Fork(Unknown("bool"), frame.world.facts)
        if answer:
            return one
    return literals[-1]


def make(
    body: LayerBody, inner: Frame, frame: Frame, span: Span, spans: Mapping[str, Span]
) -> Value:
    """The layer with this body; equal arguments share one body. spans: where the arguments stand."""
    run, maker = frame.run, frame.layer
    decl = body.decl
    key = (decl, tuple(body.arguments[p.name] for p in decl.signature.params), run.owner)
    known = run.bodies.get(key)
    if known is not None:
        return Layer(known, span, spans, maker)
    shared = remembered.body_key(body, run)
    if shared is not None:
        known = remembered.known_body(run, shared)
        if known is not None:
            run.bodies[key] = known
            return Layer(known, span, spans, maker)
    if run.depth >= DEPTH:
        return frame.report(error("E0421", f"`{decl.name}` contains itself without end", span))
    before, facts = remembered.state(run), run.world.facts
    layer = Layer(body, span, spans, maker)
    inner.body, inner.layer = body, layer
    run.depth += 1
    run.chain.append(Call("made", decl.name, decl.name, span, frame, body.arguments, layer))
    run.sites.append(span)
    run.frames.append(inner)
    try:
        if isinstance(decl, ast.Module):
            ok = follow_body(decl, inner, frame, span)
        else:
            ok = follow_extern(decl, inner, frame, span)
    finally:
        run.frames.pop()
        run.sites.pop()
        run.chain.pop()
        run.depth -= 1
    if not ok:
        return ERROR
    run.bodies[key] = body
    if shared is not None:
        remembered.keep_body(run, shared, before, facts, body)
    return layer


def follow_body(decl: ast.Module, inner: Frame, frame: Frame, span: Span) -> bool:
    """Follow the members of a module; False where a `require` does not hold."""
    body = inner.body
    assert body is not None
    for item in decl.body:
        inner.run.step(item.span)
        match item:
            case ast.Submodule():
                members.submodule(item, inner)
            case ast.Let():
                members.let(item, inner)
            case ast.ParamDecl():
                parameters.declare(item, inner)
            case ast.Require():
                if not _require(item, inner, frame, span):
                    return False
    _about_parameters(decl.body, inner)
    return True


def _about_parameters(body: tuple[ast.Member, ...], inner: Frame) -> None:
    """The lines that speak of parameters by path, when the layer is whole."""
    for item in body:
        match item:
            case ast.Tie():
                paths.tie(item, inner)
            case ast.Init():
                paths.init(item, inner)
            case ast.Freeze():
                paths.freeze(item, inner)


def follow_extern(decl: ast.ExternModule, inner: Frame, frame: Frame, span: Span) -> bool:
    """The lets, layers, parameters and requirements of a library layer."""
    body = inner.body
    assert body is not None
    inner.locals.update(body.arguments)
    open_holes = any(isinstance(v, Dim) and inner.world.is_open(v) for v in body.arguments.values())
    for item in decl.body:
        match item:
            case ast.Let():
                members.let(item, inner)
                inner.locals.update(body.members)
            case ast.Submodule():
                members.submodule(item, inner)
            case ast.ParamDecl():
                parameters.declare(item, inner)
            case ast.Require():
                if open_holes:
                    inner.run.pending.setdefault(body, []).append((item, span))
                elif not _require(item, inner, frame, span):
                    return False
    if any(isinstance(v, int) and v < 0 for v in body.arguments.values()):
        return _sizes_are_sizes(body, frame, span)
    return True


def _sizes_are_sizes(body: LayerBody, frame: Frame, span: Span) -> bool:
    """Report a parameter that a negative argument would give a negative size."""
    for name in body.parameters:
        tensor = parameters.tensor_of(body, name, frame)
        for dim in (tensor.dims or ()) if isinstance(tensor, Tensor) else ():
            if isinstance(dim, int) and dim < 0:
                made = frame.run.chain.pop()
                frame.report(
                    error("E0321", f"`{body.decl.name}`: its {name} would have size {dim}", span)
                )
                frame.run.chain.append(made)
                return False
    return True


def settle_layer(body: LayerBody, inner: Frame) -> None:
    """Requirements that had to wait for the size of a `_`."""
    for item, span in inner.run.pending.pop(body, ()):
        frame = inner.child(body.scope, "build", body.decl)
        frame.body, frame.layer = body, inner.layer
        frame.locals.update(body.arguments)
        _require(item, frame, inner, span)


def _second_fact(item: ast.Require, message: ast.Expr, said: Value, frame: Frame) -> Diagnostic:
    """`require a == b, b == c`, which is a fact and what is told where it does not hold."""
    source, fact = item.span.source, isinstance(said, bool | Relation | Compound)
    between = Span(source, item.condition.span.end, message.span.start)
    indent = " " * (source.position(item.span.start)[1] - 1)
    return error(
        "E0405",
        f"the message of a `require` is a string, but this is {describe(frame.world, said)}",
        message.span,
        others=(Label(item.condition.span, "the fact"),),
        help="each fact has a `require` of its own" if fact else None,
        fix=(
            Fix("require it in a line of its own", (Edit(between, f"\n{indent}require "),))
            if fact
            else None
        ),
    )


_MAY_BE_TEXT = (Unknown("str"), Unknown("any"))


def _require(item: ast.Require, inner: Frame, frame: Frame, span: Span) -> bool:
    library = inner.body is not None and type(inner.body.decl) is ast.ExternModule
    if frame is inner and not isinstance(item.message, ast.String | ast.FString | None):
        said = evaluate(item.message, inner)
        if not isinstance(said, str | ErrorValue | Choice) and said not in _MAY_BE_TEXT:
            inner.report(_second_fact(item, item.message, said, inner))
    value = (constants.value if library else evaluate)(item.condition, inner)
    if isinstance(value, ErrorValue):
        return True
    condition = conditions.truth(value, item.condition, inner)
    if condition is False and frame is inner:
        # A general pass: these choices of hyperparameters are excluded.
        inner.run.excluded = item
        return False
    if condition is False:
        body = inner.body
        assert body is not None
        text = evaluate(item.message, inner) if item.message is not None else None
        library = inner.run.catalog.is_library(body.decl)
        spans = inner.layer.spans if inner.layer is not None else {}
        wrong = "made here with arguments that do not meet it"
        found = blame.of_sizes(item.condition, body.decl.body, spans, inner, span, wrong)
        others, _ = trail.told(inner.world, found.others)
        required = () if library else (Label(item.condition.span, "required here"),)
        saved = inner.run.chain.pop() if inner.run.chain else None
        frame.report(
            error(
                "E0321",
                f"`{body.decl.name}`: "
                + (text if isinstance(text, str) else f"it needs {item.condition.span.text}"),
                found.span,
                found.label,
                (*others, *required),
                notes=() if found.complete else mismatches.values_of(item.condition, inner),
            )
        )
        if saved is not None:
            inner.run.chain.append(saved)
        return False
    if condition is not True:
        # The constructor checks it when the layer is made, so from here on it holds.
        conditions.assume(condition, True, inner)
        inner.run.demands.append(condition)
    return True


def class_constants(layer_type: LayerType) -> list[str]:
    """Names of the lets that need no hyperparameter."""
    decl = layer_type.decl
    params = {p.name for p in decl.signature.params}
    constant: list[str] = []
    for item in decl.body:
        if isinstance(item, ast.Submodule) or isinstance(item, ast.ParamDecl):
            params.add(item.name if isinstance(item.name, str) else "")
        if isinstance(item, ast.Let) and isinstance(item.target, ast.Name):
            names = {n.id for n in walk(item.value) if isinstance(n, ast.Name)}
            if names & params or any(isinstance(n, ast.Hole) for n in walk(item.value)):
                params.add(item.target.id)
            else:
                constant.append(item.target.id)
        elif isinstance(item, ast.Let):
            params.update(n.id for n in walk(item.target) if isinstance(n, ast.Name))
    return constant


def class_constant(layer_type: LayerType, name: str, frame: Frame) -> Value:
    """`block.expansion` of a layer type; MISSING where it has no such constant."""
    from nnspec.semantics.evaluate.lookup import MISSING

    if name == "__name__":
        return layer_type.decl.name
    if name not in class_constants(layer_type):
        return MISSING
    inner = frame.child(layer_type.scope, "build", layer_type.decl)
    for item in layer_type.decl.body:
        if isinstance(item, ast.Let) and isinstance(item.target, ast.Name):
            if item.target.id not in class_constants(layer_type):
                continue
            value = evaluate(item.value, inner)
            patterns.bind(item.target, value, inner)
            if item.target.id == name:
                # What is made anew for each instance is no constant of the class.
                kept = not isinstance(value, (ListValue, DictValue, Layer, Unknown))
                return value if kept else MISSING
    return MISSING


def model(
    decl: ast.Model,
    scope: FileScope,
    frame: Frame,
    make: Callable[[Frame], Value] | None = None,
) -> Value:
    """The layer that a `model` names, made once in a pass; by `make` instead of its own line, if given."""
    run = frame.run
    if decl in run.models:
        return run.models[decl]
    run.models[decl] = ERROR
    inner = frame.child(scope, "build", decl)
    run.frames.append(inner)
    try:
        owner = run.owner
        run.owner = decl if any(isinstance(item, ast.Tie) for item in decl.body) else None
        value = evaluate(decl.value, inner) if make is None else make(inner)
        run.owner = owner
        if not isinstance(value, (Layer, ErrorValue, Unknown)):
            frame.report(
                error(
                    "E0510",
                    f"a model is a layer, but this is {describe(frame.world, value)}",
                    decl.value.span,
                )
            )
            value = ERROR
        if isinstance(value, Layer):
            inner.body, inner.layer = value.body, value
            _about_parameters(decl.body, inner)
    finally:
        run.frames.pop()
    run.models[decl] = value
    return value
