"""Models as functions that make one."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, calls, expressions, initialisation, library
from nnspec.ir.context import FileContext, Frame
from nnspec.ir.names import apart, parameter_names
from nnspec.ir.nodes import Function
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import Builtin, LayerType, Value
from nnspec.semantics.values import Function as DefValue
from nnspec.syntax import ast


def lower(decl: ast.Model, file: FileContext) -> Function:
    """A function without positional arguments, whose keywords take the place of the model's own."""
    variable = _apart("model", file)
    frame = Frame(file, "function", root=variable)
    callee = _callee(decl, file)
    overridable = isinstance(decl.value, ast.Call) and can_override(callee)
    body: list[py.stmt] = []
    if overridable:
        body, made = _overridden(decl.value, callee, frame)
    else:
        made = expressions.expression(decl.value, frame)
    build.at(made, decl.value.span)
    if decl.body:
        frame.locals[variable] = variable
        body.append(build.at(build.assign(build.stored(variable), made), decl.value.span))
        body.extend(_lines(decl, file, frame))
        made = build.name(variable)
    body.append(build.at(py.Return(made), decl.value.span))
    keywords = None
    if overridable:
        keywords = py.arg(_apart("overrides", file), file.names.root("Any"))
    return Function(
        file.names.file(decl.name),
        py.arguments([], [], None, [], [], keywords, []),
        _hint(callee, decl.value, frame),
        body,
        place=build.at(py.Pass(), decl.span),
    )


def _callee(decl: ast.Model, file: FileContext) -> Value:
    if not isinstance(decl.value, ast.Call):
        return file.value(decl.value)
    frame = Frame(file, "function")
    return calls.callee_of(decl.value, decl.value.func, frame, decl.value.args)


def can_override(callee: Value) -> bool:
    """Whether hyperparameters can be given to a model by name: those of a module of the user's, or
    the arguments of a function."""
    match callee:
        case LayerType(decl) | DefValue(decl) if isinstance(decl, ast.Module | ast.Def):
            return any(param.kind != "star" for param in decl.signature.params)
    return False


def _overridden(value: ast.Expr, callee: Value, frame: Frame) -> tuple[list[py.stmt], py.expr]:
    """`settings: dict[str, Any] = {"dim": 64}` and `Net(**settings | overrides)`."""
    assert isinstance(value, ast.Call)
    func = expressions.expression(value.func, frame)
    positional, keywords = calls.arguments(callee, value.args, frame)
    overrides = build.name(_apart("overrides", frame.file))
    signature, _ = calls.signature_of(callee)
    assert signature is not None
    star = any(param.kind == "star" for param in signature.params) or any(
        isinstance(argument, py.Starred) for argument in positional
    )
    if not star:
        names = parameter_names(signature)
        order = [names[param.name] for param in signature.params if param.kind == "plain"]
        keywords = [*zip(order, positional), *keywords]
        positional = []
    if not keywords:
        return [], build.call(func, positional, [(None, overrides)])
    keys = [py.Constant(key) if key is not None else None for key, _ in keywords]
    given = py.Dict(keys, [item for _, item in keywords])  # type: ignore[arg-type]
    emitted = frame.file.names
    hint = build.subscript(
        emitted.builtin("dict"), build.tuple_([emitted.builtin("str"), emitted.root("Any")])
    )
    settings = _apart("settings", frame.file)
    both = py.BinOp(build.name(settings), py.BitOr(), overrides)
    statement = build.annotated(build.stored(settings), hint, given)
    return [build.at(statement, value.span)], build.call(func, positional, [(None, both)])


def _apart(wanted: str, file: FileContext) -> str:
    """A local of the function, apart from all that the file calls so."""
    return apart(wanted, file.names.declared)


def _lines(decl: ast.Model, file: FileContext, frame: Frame) -> list[py.stmt]:
    """`init`, `tie` and `freeze` lines below a model, in order."""
    root = file.value(decl.value)
    result: list[py.stmt] = []
    pending: list[ast.Init] = []

    def flush() -> None:
        result.extend(initialisation.init_lines(pending, frame, root))
        pending.clear()

    for member in decl.body:
        match member:
            case ast.Init():
                pending.append(member)
            case ast.Tie():
                flush()
                result.extend(initialisation.tie(member, frame, root))
            case ast.Freeze():
                flush()
                result.extend(initialisation.freeze(member, frame, root))
    flush()
    return [build.at(statement, decl.span) for statement in result]


def _hint(callee: Value, value: ast.Expr, frame: Frame) -> py.expr:
    """The class of what the function returns."""
    names = frame.file.names
    module = build.attribute(names.root("nn"), "Module")
    func = value.func if isinstance(value, ast.Call) else value
    match callee:
        case LayerType(decl) if isinstance(decl, ast.Module):
            if isinstance(func, ast.Name) and frame.file.binding(func).kind is Kind.FILE:
                return names.reference(func.id)
        case LayerType() | Builtin("Sequential"):
            return library.of_value(callee, frame) or module
        case DefValue(decl) if decl.signature.result is not None and isinstance(func, ast.Name):
            binding = frame.file.binding(func)
            if binding.scope in (None, frame.file.scope):
                return frame.file.hints().of(decl.signature.result, result=True)
    return module
