"""General passes: every module and def for all its hyperparameters and dimensions at once."""

from __future__ import annotations

from functools import partial

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics import defaults, doubts, general
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import provenance
from nnspec.semantics.evaluate.calling import binding, matching, userdefs
from nnspec.semantics.evaluate.calling.binding import Bound
from nnspec.semantics.evaluate.calling.chain import Subject
from nnspec.semantics.evaluate.calling.matching import Callee
from nnspec.semantics.evaluate.layers import modules
from nnspec.semantics.evaluate.run import Doubt, Frame, Recorder, Run, Solution, new_run
from nnspec.semantics.findings import Findings
from nnspec.semantics.forks import Forks
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import (
    Function,
    Layer,
    LayerBody,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

MOST_PASSES = 48


def covered(scope: FileScope, catalog: Catalog) -> frozenset[ast.Node]:
    """The defs that their general pass checks completely."""
    found: set[ast.Node] = set()
    frame = _probe(scope, catalog)
    for decl in scope.file.declarations:
        if isinstance(decl, ast.Def) and general.is_typed(decl.signature, frame):
            found.add(decl)
        if isinstance(decl, ast.Module) and all(
            general.is_static(p.type, frame) for p in decl.signature.params
        ):
            found.add(decl)
            found.update(
                m
                for m in decl.body
                if isinstance(m, ast.Def) and general.is_typed(m.signature, frame)
            )
    return frozenset(found)


def _probe(scope: FileScope, catalog: Catalog) -> Frame:
    run = new_run(catalog, Recorder(), lambda diagnostic, depth: None)
    return Frame(run, scope)


def module(
    decl: ast.Module, scope: FileScope, catalog: Catalog, recorder: Recorder, findings: Findings
) -> None:
    """Follow a module once for each way through its choices."""
    passes = 0
    possible, excluded = False, None
    held = InnerFindings(decl)
    for world in general.worlds(decl.signature, _probe(scope, catalog)):
        waiting: list[list[bool]] = [[]]
        forks = Forks()
        runs: list[Run] = []
        while waiting and passes < MOST_PASSES:
            passes += 1
            run = _general_run(catalog, recorder, findings, waiting.pop(), forks)
            runs.append(run)
            _one_module(decl, scope, world, run, held)
            forks.look_again(run, partial(_one_module, decl, scope, world))
            waiting.extend(run.decisions.others())
            excluded = run.excluded
            possible = possible or excluded is None
        forks.settle(findings)
        for run in runs:
            finish(run, findings, decl)
    held.hand_over(findings)
    if not possible and excluded is not None:
        findings.add(doubts.contradiction(excluded, decl), 0)
    if findings.doubts_of(decl) or defaults.decide(decl):
        _with_defaults(decl, scope, catalog, findings)


def _general_run(
    catalog: Catalog, recorder: Recorder, findings: Findings, path: list[bool], forks: Forks
) -> Run:
    run = new_run(catalog, recorder, findings.add, True, findings.covered, path)
    forks.follow(run, findings)
    return run


def _with_defaults(
    decl: ast.Module, scope: FileScope, catalog: Catalog, findings: Findings
) -> None:
    """Follow a module with its defaults, where these leave its general pass in doubt or decide what it requires.

    What is emitted serves all values: nothing of what is found here is for the recorder.
    """
    recorder = Recorder(home=scope.source)
    doubted: set[ast.Node] = set()
    waiting: list[list[bool]] = [[]]
    forks = Forks()
    runs: list[Run] = []
    while waiting and len(runs) < MOST_PASSES:
        run = _general_run(catalog, recorder, findings, waiting.pop(), forks)
        runs.append(run)
        run.subject = Subject(f"{decl.name} with its defaults", decl.name_span)
        inner = Frame(run, scope, "build", definition=decl)
        given: dict[str, Value] = {}
        for param in decl.signature.params:
            if param.default is not None:
                continue
            if not general.is_static(param.type, inner):
                return
            first = general.alternatives(param.type)[0]
            given[param.name] = general.hyperparameter(param.name, first, inner)
        bound = Bound(given, {})
        binding.fill(decl.signature, bound, inner)
        run.choices = {
            name: value
            for name, value in bound.values.items()
            if value is None or isinstance(value, bool | str)
        }
        inner.body = LayerBody(decl, scope, bound.values)
        inner.layer = Layer(inner.body, decl.name_span)
        run.frames.append(inner)
        if modules.follow_body(decl, inner, inner, decl.name_span):
            follow_forward(inner.layer, run)
        run.frames.pop()
        waiting.extend(run.decisions.others())
        # The size of a `_` that hangs on a default is none in general.
        run.holes.clear()
        if not findings.doubts_of(decl):
            # The general passes have looked everywhere, each with its choices.
            run.looks.clear()
    excluded = [run.excluded for run in runs if run.excluded is not None]
    if excluded and len(excluded) == len(runs):
        findings.add(defaults.unmet(excluded[0], decl), 0)
    forks.settle(findings)
    methods = {member for member in decl.body if isinstance(member, ast.Def)}
    for run in runs:
        doubted.update(doubt.definition for doubt in run.doubts)
        for claim in run.claims:
            if claim.is_about_unknown:
                # Not settled by the defaults; in code that several methods call, for none of them.
                definition = claim.frame.definition if claim.frame is not None else None
                doubted |= {definition} if definition in methods else methods
        finish(run, findings, decl)
    if not waiting:
        findings.settle(methods - doubted)


class InnerFindings:
    """Findings in methods that other methods of the module call.

    Such a method may be called under a condition only (`if cross is not None: x = attend(x)`), so a
    finding in it counts where every pass has it. What a caller brings about is found at the caller.
    """

    def __init__(self, decl: ast.Module) -> None:
        methods = [m for m in decl.body if isinstance(m, ast.Def)]
        self.names = {
            node.id
            for method in methods
            for statement in method.body or ()
            for node in walk(statement)
            if isinstance(node, ast.Name)
        } & {m.name for m in methods}
        self._passes: dict[str, int] = {}
        self._found: dict[tuple[str, Span], tuple[set[int], Diagnostic, int]] = {}

    def follow(self, member: ast.Def, callee: Function, run: Run) -> None:
        """The general pass of a method, its findings held back where others call it."""
        if member.name not in self.names:
            function(callee, run)
            return
        number = self._passes[member.name] = self._passes.get(member.name, 0) + 1

        def hold(diagnostic: Diagnostic, depth: int) -> None:
            key = (member.name, diagnostic.span)
            seen, first, level = self._found.get(key, (set(), diagnostic, depth))
            self._found[key] = (seen | {number}, first, level)

        sink, run.sink = run.sink, hold
        function(callee, run)
        run.sink = sink

    def hand_over(self, findings: Findings) -> None:
        """Report what every pass has found."""
        for (name, _), (seen, diagnostic, depth) in self._found.items():
            if len(seen) == self._passes[name]:
                findings.add(diagnostic, depth)


def _one_module(
    decl: ast.Module,
    scope: FileScope,
    world: general.World,
    run: Run,
    held: InnerFindings | None = None,
) -> None:
    held = held or InnerFindings(decl)
    inner = Frame(run, scope, "build", definition=decl)
    run.choices = {n: t.value for n, t in world.items() if isinstance(t, ast.LiteralType)}
    values: dict[str, Value] = {}
    for param in decl.signature.params:
        if param.kind == "star":
            values[param.name] = Unknown("list")
        else:
            values[param.name] = general.hyperparameter(param.name, world[param.name], inner)
    inner.body = LayerBody(decl, scope, values)
    inner.layer = Layer(inner.body, decl.name_span)
    run.frames.append(inner)
    if modules.follow_body(decl, inner, inner, decl.name_span):
        for member in decl.body:
            if isinstance(member, ast.Def):
                held.follow(member, Function(member, scope, inner.layer), run)
    run.frames.pop()


def function(callee: Function, run: Run, top: bool = True) -> None:
    """Follow a def for all its arguments, in every world of its signature."""
    decl = callee.decl
    outer = Frame(run, callee.scope, "call")
    probe = userdefs.frame_of(callee, outer)
    facts = run.world.facts
    for world in general.worlds(decl.signature, probe):
        for rank in general.ranks(decl.signature, probe):
            inner = userdefs.frame_of(callee, outer)
            inner.top = top
            if top:
                run.tops.add(decl)
            if callee.bound is None:
                inner.stage = stage_of(decl)
            general.bind_dims(decl.signature, world, rank, inner)
            values = _arguments(decl.signature, world, inner)
            inner.locals.update(values)
            place = Callee(decl.name, decl.name_span, None, library=False)
            run.frames.append(inner)
            plain = {n: v for n, v in values.items() if not isinstance(v, Tensor)}
            if matching.match(decl.signature, plain, {}, inner, place, assume_where=True):
                provenance.enter(decl.signature, values, inner)
                result = userdefs.body_value(decl, inner)
                provenance.note(decl, result, run)
                _note_signature(decl, world, result, inner)
            run.frames.pop()
            run.world.facts = facts


def stage_of(decl: ast.Def) -> str:
    """A def without tensors is static: what it decides is settled when the model is built."""
    for param in decl.signature.params:
        if param.type is None or _has_tensor(param.type):
            return "call"
    return "build"


def _has_tensor(type_: ast.TypeExpr) -> bool:
    match type_:
        case ast.TensorType():
            return True
        case ast.NamedType(name):
            return name == "tensor"
        case ast.OptionalType(inner):
            return _has_tensor(inner)
        case ast.UnionType(options):
            return any(_has_tensor(o) for o in options)
        case ast.TupleType(items):
            return any(_has_tensor(f.type) for f in items)
        case ast.ListType(element):
            return _has_tensor(element)
    return False


def _arguments(signature: ast.Signature, world: general.World, inner: Frame) -> dict[str, Value]:
    values: dict[str, Value] = {}
    # Int arguments first: the shapes of others may name them, before or behind.
    for param in sorted(signature.params, key=lambda p: not isinstance(p.type, ast.NamedType)):
        if param.kind == "star":
            values[param.name] = TupleValue(())
        else:
            values[param.name] = general.argument(param.name, world[param.name], inner)
            inner.locals[param.name] = values[param.name]
    return values


def _note_signature(decl: ast.Def, world: general.World, result: Value, inner: Frame) -> None:
    """The line `[B, 3, H, W] -> [B, classes]` for the docstring of a forward."""
    inputs = [
        " ".join(p.type.span.text.split())
        for p in decl.signature.params
        if p.type is not None and _has_tensor(p.type)
    ]
    wanted = decl.signature.result
    if wanted is not None and "_" not in [
        t.strip() for t in wanted.span.text.strip("[]").split(",")
    ]:
        output = " ".join(wanted.span.text.split())
    elif (
        isinstance(result, Tensor)
        and result.dims is not None
        and not inner.world.is_vague(result.dims)
    ):
        output = inner.world.show_shape(result.dims)
    else:
        output = " ".join(wanted.span.text.split()) if wanted is not None else ""
    if inputs and output:
        inner.run.recorder.shapes.setdefault(decl, set()).add(f"{', '.join(inputs)} -> {output}")


def top_def(
    decl: ast.Def, scope: FileScope, catalog: Catalog, recorder: Recorder, findings: Findings
) -> None:
    """Follow a top-level def in general."""
    waiting: list[list[bool]] = [[]]
    forks = Forks()
    runs: list[Run] = []
    while waiting and len(runs) < MOST_PASSES:
        run = _general_run(catalog, recorder, findings, waiting.pop(), forks)
        runs.append(run)
        function(Function(decl, scope), run)
        forks.look_again(run, partial(function, Function(decl, scope)))
        waiting.extend(run.decisions.others())
    forks.settle(findings)
    for run in runs:
        finish(run, findings, decl)


def model(
    decl: ast.Model, scope: FileScope, catalog: Catalog, recorder: Recorder, findings: Findings
) -> None:
    """Make a model with its numbers, and follow its forward for all its dimensions."""
    run = new_run(catalog, recorder, findings.add, False, findings.covered)
    run.subject = Subject(f"model {decl.name}", decl.span)
    frame = Frame(run, scope)
    run.frames.append(frame)
    value = modules.model(decl, scope, frame)
    if isinstance(value, Layer):
        run.subject = Subject(run.subject.text, decl.span, value)
        follow_forward(value, run)
    finish(run, findings, decl)


def follow_forward(layer: Layer, run: Run) -> None:
    """The forward of a layer with numbers for hyperparameters, dimensions as symbols."""
    decl = layer.body.decl
    if not isinstance(decl, ast.Module):
        return
    for member in decl.body:
        if isinstance(member, ast.Def):
            function(Function(member, layer.body.scope, layer), run, top=False)


def finish(run: Run, findings: Findings, subject: ast.Node) -> None:
    """Hand over the claims of a pass and the sizes that it found for `_`."""
    run.recorder.steps += run.steps
    per_instance = (
        run.general
        and isinstance(subject, ast.Module)
        and (subject not in findings.covered or run.unrolled_later)
    )
    if run.general and run.unrolled_later:
        # What hangs on rounds that only an instance knows is for the instances to tell.
        findings.uncover(subject)
    for claim in run.claims:
        if per_instance and claim.is_about_unknown:
            # It hangs on lists, layer types or numbers of rounds that each instance knows.
            if claim.frame is not None and claim.frame.top and claim.frame.definition is not None:
                run.doubts.append(Doubt(claim.frame.definition, claim.span))
            continue
        findings.claim(claim, run, subject, per_instance)
    findings.followed |= run.followed
    for doubt in run.doubts:
        findings.doubt(doubt, subject)
    findings.suspicions.note(run.looks, run.choices)
    for definition in run.tops:
        findings.passed(definition)
    for name, (node, owner) in run.holes.items():
        symbol = Dim.symbol(name)
        size = run.world.settle(symbol)
        found = None if size == symbol or run.world.is_open(size) else size
        if found is not None and not isinstance(found, int):
            found = run.world.facts.display(found)
        own = owner is subject
        solution = Solution(found, run.general and own, run.general)
        run.recorder.holes.setdefault(node, []).append(solution)
