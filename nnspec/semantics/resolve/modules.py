"""Modules: hyperparameters, members from top to bottom, methods that see them all."""

from __future__ import annotations

from nnspec.diagnostics.mistakes import habits
from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.semantics.resolve.binder import LOCAL, UNKNOWN, Binder
from nnspec.semantics.resolve.bodies import bind_def
from nnspec.semantics.resolve.reserved import another, member_trouble
from nnspec.semantics.resolve.scopes import Scope, all_names, place, target_names, uses, what
from nnspec.semantics.resolve.signatures import bind_signature, hides
from nnspec.semantics.resolve.types import bind_type
from nnspec.semantics.resolved import Binding, Kind
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Arguments of nnspec.load and nnspec.loads that are no hyperparameters.
LOADS_OWN = frozenset({"device", "dtype", "weights", "allow"})


def bind_module(binder: Binder, decl: ast.Module | ast.ExternModule, file: Scope) -> None:
    """Bind everything in a module."""
    python = isinstance(decl, ast.ExternModule)
    flags = Scope(file, {"training": Binding(Kind.TRAINING)})
    hypers = bind_signature(binder, decl.signature, file, Kind.HYPERPARAMETER, python)
    for param in decl.signature.params:
        if param.name in LOADS_OWN and not python:
            places = [*uses(decl, param.name), *_given_by_name(binder.scope.file, decl, param.name)]
            instead = another(param.name)
            binder.report(mistakes.taken_by_load(param.name, param.name_span, instead, places))
    # `training` is the last thing that the code of a module looks for before the file's names.
    dims = hypers.outer
    assert dims is not None
    dims.outer = flags
    members = _members(binder, decl, hypers, file, python)
    _constructor(binder, decl, hypers, members)
    inner = Scope(hypers, members)
    methods: dict[ast.Def, Scope] = {}
    for member in decl.body:
        if isinstance(member, ast.Def):
            if isinstance(decl, ast.Module):
                binder.scope.module_of[member] = decl
                if not _self_argument(binder, member):
                    methods[member] = bind_def(binder, member, inner)
            else:
                methods[member] = bind_def(binder, member, inner, python)
    _costs(binder, decl.body, inner, methods)


def _given_by_name(
    file: ast.File, decl: ast.Module | ast.ExternModule, name: str
) -> Iterator[Span]:
    """Where calls of a module give a hyperparameter by its name."""
    for node in walk(file):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for argument in node.args if node.func.id == decl.name else ():
                if argument.name == name:
                    start = argument.span.start
                    yield Span(argument.span.source, start, start + len(name))


def _members(
    binder: Binder,
    decl: ast.Module | ast.ExternModule,
    hypers: Scope,
    file: Scope,
    python: bool,
) -> dict[str, Binding]:
    """The names that the lines of the body give, each checked."""
    members: dict[str, Binding] = {}
    for param in decl.signature.params:
        if not python and _is_instance(binder, param):
            _nameable(binder, decl, param.name, param.name_span, method=False)
    for member in decl.body:
        for name, span, binding in _given(member):
            method = binding.kind is Kind.METHOD
            if not python and not isinstance(member, ast.Let):
                _nameable(binder, decl, name, span, method)
            first = members.get(name)
            if first is None and not python and not _twin(member, hypers.names.get(name)):
                first = hypers.names.get(name)
            if first is not None:
                binder.report(mistakes.duplicate(name, span, place(name, first), what(first)))
                continue
            members[name] = binding
            if not python:
                hides(binder, name, span, file)
    return members


def _given(member: ast.Member) -> list[tuple[str, Span, Binding]]:
    """The names that one line gives, with their places."""
    match member:
        case ast.Submodule(name, value):
            if value is None:
                return []
            return [(name, member.name_span, Binding(Kind.MEMBER, member))]
        case ast.Let(target):
            given = {t.id: t for t in target_names(target) if t.id != "_"}
            return [(n, t.span, Binding(Kind.MEMBER, member)) for n, t in given.items()]
        case ast.ParamDecl(_, str(name)):
            return [(name, member.name_span, Binding(Kind.MEMBER, member))]
        case ast.Def(name):
            return [(name, member.name_span, Binding(Kind.METHOD, member))]
    return []


def _twin(member: ast.Member, hyper: Binding | None) -> bool:
    """Whether a member may share the name of a hyperparameter, because its own line takes it up.

    `dropout = Dropout(dropout)` and `param bias: [n] if bias` are torch's own habits. The lines of the body
    then mean the hyperparameter by the name, the methods the member.
    """
    if hyper is None or hyper.node is None or isinstance(member, ast.Def):
        return False
    name = getattr(hyper.node, "name", None)
    line = member.value if isinstance(member, ast.Let) else member
    return any(isinstance(node, ast.Name) and node.id == name for node in all_names(line))


def _is_instance(binder: Binder, param: ast.Param) -> bool:
    """Whether a hyperparameter takes a layer, which then is a member."""
    type_ = param.type
    while isinstance(type_, ast.OptionalType):
        type_ = type_.inner
    if not isinstance(type_, ast.NamedType):
        return False
    own = binder.scope.names.get(type_.name)
    if own is not None:
        return isinstance(own[0], (ast.Module, ast.ExternModule))
    return type_.name == "Module" or binder.catalog.has_layer(type_.name)


def _nameable(binder: Binder, decl: ast.Node, name: str, span: Span, method: bool) -> None:
    why = member_trouble(name, method)
    if why is not None:
        wrong = mistakes.not_a_member(name, span, why, another(name), uses(decl, name))
        binder.report(wrong)


def _constructor(
    binder: Binder,
    decl: ast.Module | ast.ExternModule,
    hypers: Scope,
    members: dict[str, Binding],
) -> None:
    """Bind the lines of the body; each sees the members above it, and the methods."""
    above = Scope(hypers, {n: b for n, b in members.items() if b.kind is Kind.METHOD})
    above.later = {n: b for n, b in members.items() if b.kind is Kind.MEMBER}
    for member in decl.body:
        _line(binder, member, above)
        for name, _, binding in _given(member):
            # A parameter that shares its name with a hyperparameter stays in its shadow here.
            if binding.kind is Kind.MEMBER and name not in hypers.names:
                above.names[name] = binding
            above.later.pop(name, None)


def _line(binder: Binder, member: ast.Member, names: Scope) -> None:
    match member:
        case ast.Submodule(name, value):
            if value is not None:
                binder.expr(value, names)
            elif names.lookup(name) is None:
                span = member.name_span
                binder.report(
                    mistakes.unknown_name(name, span, names.visible(), binder.library_names())
                )
        case ast.Let(target, value):
            binder.expr(value, names)
            for each in target_names(target):
                binder.bind(each, Binding(Kind.MEMBER, member))
        case ast.ParamDecl():
            inner, todo = binder.clauses(member.clauses, names)
            for node, scope in todo:
                binder.expr(node, scope)
            if not isinstance(member.name, str):
                binder.expr(member.name, inner)
            bind_type(binder, member.type, inner)
            binder.initialiser(member.value, inner)
            binder.expr(member.condition, inner)
        case ast.Require(condition, message):
            binder.expr(condition, names)
            binder.expr(message, names)
        case _:
            bind_rule(binder, member, names)


def bind_rule(binder: Binder, member: ast.Member, names: Scope) -> None:
    """Bind a `tie`, `init` or `freeze` line of a module or a model."""
    match member:
        case ast.Init(_, value, condition):
            binder.initialiser(value, names)
            binder.expr(condition, names)
        case ast.Tie(_, _, condition) | ast.Freeze(_, condition):
            binder.expr(condition, names)


def _costs(
    binder: Binder, body: tuple[ast.Member, ...], inner: Scope, methods: dict[ast.Def, Scope]
) -> None:
    """Bind `flops` and `memory` lines: they see the signature of the def above them, else of the first one."""
    names = next(iter(methods.values()), inner)
    for member in body:
        if isinstance(member, ast.Def):
            names = methods.get(member, names)
        elif isinstance(member, ast.Cost):
            bind_cost(binder, member, names)


def bind_cost(binder: Binder, member: ast.Cost, names: Scope) -> None:
    """Bind a `flops` or `memory` line, which knows the `result` of the call besides its arguments."""
    binder.expr(member.value, Scope(names, {"result": LOCAL}))


def bind_extern(binder: Binder, decl: ast.ExternDef, file: Scope) -> None:
    """Bind the description of a Python function; its signature sees the `let`s below it."""
    lets = {n: b for m in decl.body if isinstance(m, ast.Let) for n, _, b in _given(m)}
    names = bind_signature(binder, decl.signature, Scope(file, lets), Kind.ARGUMENT, may_hide=True)
    for fact in decl.signature.where:
        for node in walk(fact):
            if isinstance(node, ast.Name) and names.lookup(node.id) in lets.values():
                binder.report(mistakes.asked_before_let(node.id, node.span))
    for member in decl.body:
        if isinstance(member, ast.Cost):
            bind_cost(binder, member, names)
        else:
            _line(binder, member, names)


def _self_argument(binder: Binder, method: ast.Def) -> bool:
    """Report a method that lists `self`, whose other lines would then all be wrong; True where it does."""
    params = method.signature.params
    if not params or params[0].name != "self" or params[0].type is not None:
        return False
    span = params[0].name_span
    upto = Span(span.source, span.start, params[1].span.start) if len(params) > 1 else span
    binder.report(habits.self_argument(span, upto))
    for name in all_names(method):
        binder.bind(name, UNKNOWN)
    binder.scope.dims[method.signature] = ()
    binder.scope.defined[method.signature] = {}
    binder.scope.used_dims[method] = ()
    return True
