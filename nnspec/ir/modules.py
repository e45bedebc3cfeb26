"""Modules as subclasses of nn.Module."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator
from inspect import cleandoc

from nnspec.ir import (
    build,
    children,
    containers,
    expressions,
    functions,
    initialisation,
    parameters,
    signatures,
)
from nnspec.ir.context import FileContext, Frame, ModuleContext, let_names, pattern_names
from nnspec.ir.names import RESERVED, local_name, parameter_names
from nnspec.ir.nodes import Class, Function
from nnspec.ir.statements import has_gap
from nnspec.ir.walk import names_in, nodes
from nnspec.semantics.resolved import Kind
from nnspec.source import Span
from nnspec.syntax import ast

MATHS = frozenset("abs ceil floor round sqrt log exp sin cos min max sum len int float".split())


def lower(decl: ast.Module, file: FileContext) -> Class:
    """A module. Its methods come first, since they tell which values the constructor must keep."""
    module = ModuleContext(
        decl, parameter_names(decl.signature), layer_parameters(decl, file), _lets(decl, file)
    )
    module.splats = children.kinds(decl, file)
    methods = [
        functions.lower(member, file, module)
        for member in decl.body
        if isinstance(member, ast.Def) and member.body is not None
    ]
    reset = _reset(decl, file, module)
    for name, where in module.lets.items():
        if where == "local" and (name in module.read or _is_read_outside(name, file)):
            module.lets[name] = "kept"
        elif where == "local" and not _is_read_inside(name, decl, file):
            module.lets[name] = "unused"
    constructor = _constructor(decl, file, module, reset is not None)
    made = [constructor, *([reset] if reset is not None else [])]
    made += [children.reader(member, module, file) for member in children.members(decl)]
    made += methods
    return Class(
        name=file.names.file(decl.name),
        base=build.attribute(file.names.root("nn"), "Module"),
        fields=_fields(decl, file, module),
        methods=[method for method in made if method is not None],
        doc=_doc(decl, file),
        place=build.at(py.Pass(), decl.span),
    )


def layer_parameters(decl: ast.Module, file: FileContext) -> frozenset[str]:
    """Hyperparameters that are layers, and so submodules."""
    found = set()
    for param in decl.signature.params:
        type = param.type.inner if isinstance(param.type, ast.OptionalType) else param.type
        if isinstance(type, ast.ListType):
            type = type.element
        if isinstance(type, ast.NamedType):
            declared = file.binding(type).node
            if type.name == "Module" or isinstance(declared, ast.Module | ast.ExternModule):
                found.add(param.name)
            elif file.binding(type).kind is Kind.LIBRARY:
                found.add(param.name)
    return frozenset(found)


def _doc(decl: ast.Module, file: FileContext) -> str | None:
    """The spec's docstring, and the shapes of forward."""
    text = cleandoc(decl.doc.value) if decl.doc is not None else ""
    for member in decl.body:
        if isinstance(member, ast.Def) and member.name == "forward":
            shape = file.checked.shapes.get(member)
            if shape is not None:
                text = f"{text.rstrip()}\n\nShape: {shape}" if text else f"Shape: {shape}"
    return text or None


# --- lets ----------------------------------------------------------------------------------------


def _lets(decl: ast.Module, file: FileContext) -> dict[str, str]:
    """Where each `let` goes: constants to the class, the rest to the constructor for now."""
    found: dict[str, str] = {}
    for member in decl.body:
        if isinstance(member, ast.Let):
            constant = isinstance(member.target, ast.Name) and _is_constant(
                member.value, found, file
            )
            for target in pattern_names(member.target):
                keep = constant and target.id not in RESERVED
                found[target.id] = "constant" if keep else "local"
    return found


def _is_constant(expr: ast.Expr, lets: dict[str, str], file: FileContext) -> bool:
    """Whether a value is a number, a string or a tuple of such that needs no hyperparameter."""
    for node in nodes(expr):
        match node:
            case ast.List() | ast.Dict() | ast.Comprehension() | ast.Attribute() | ast.Pipe():
                return False
            case ast.Call(func, _):
                if not (isinstance(func, ast.Name) and func.id in MATHS):
                    return False
                if file.binding(func).kind not in (Kind.BUILTIN, Kind.LIBRARY):
                    return False
            case ast.Name(id):
                kind = file.binding(node).kind
                if kind is Kind.MEMBER:
                    if lets.get(id) != "constant":
                        return False
                elif kind not in (Kind.BUILTIN, Kind.LIBRARY) or id not in MATHS | {
                    "inf",
                    "nan",
                    "pi",
                }:
                    return False
    return True


def _is_read_outside(name: str, file: FileContext) -> bool:
    return name in file.attributes or name in file.outside


def _is_read_inside(name: str, decl: ast.Module, file: FileContext) -> bool:
    """Whether the constructor reads a `let`."""
    for member in decl.body:
        if isinstance(member, ast.Def):
            continue
        for node in names_in(member):
            if node.id != name or file.binding(node).kind is not Kind.MEMBER:
                continue
            if isinstance(member, ast.Let) and node in list(pattern_names(member.target)):
                continue
            return True
    return False


# --- the class's own body ------------------------------------------------------------------------


def _fields(decl: ast.Module, file: FileContext, module: ModuleContext) -> list[py.stmt]:
    """Constants, and annotations of buffers, whose types torch's own do not tell."""
    frame = Frame(file, "class", module)
    fields: list[py.stmt] = []
    for member in decl.body:
        if isinstance(member, ast.Let) and isinstance(member.target, ast.Name):
            if module.lets[member.target.id] == "constant":
                name = build.stored(module.attribute(member.target.id))
                value = expressions.expression(member.value, frame)
                fields.append(build.at(build.assign(name, value), member.span))
    for member in decl.body:
        if isinstance(member, ast.ParamDecl) and member.kind != "param":
            hint: py.expr = file.names.root("Tensor")
            if member.condition is not None:
                hint = build.optional(hint)
            name = build.stored(str(member.name))
            fields.append(build.at(build.annotated(name, hint), member.span))
    return fields


# --- the constructor -----------------------------------------------------------------------------


def _constructor(
    decl: ast.Module, file: FileContext, module: ModuleContext, has_reset: bool
) -> Function | None:
    frame = Frame(file, "init", module)
    _name_locals(decl, module, frame)
    arguments, prelude = signatures.arguments(decl.signature, module.parameters, frame, method=True)
    body: list[py.stmt] = []
    super_init = build.call(build.attribute(build.call(file.names.builtin("super")), "__init__"))
    body.append(build.at(build.do(super_init), decl.name_span))
    body.extend(prelude)
    kept = [build.at(s, decl.name_span) for s in _kept(decl, module, file)]
    late: list[py.stmt] = []
    ready = set(module.parameters)
    before: Span | None = None
    for member in decl.body:
        made = [build.at(s, member.span) for s in _member(member, module, frame)]
        if made and kept and not isinstance(member, ast.Require):
            # What must hold is asked before anything is kept.
            body.extend(kept)
            layers = len(kept) <= len(module.layers)
            made[0].gap = not (isinstance(member, ast.Let) or layers)  # type: ignore[attr-defined]
            kept = []
        if isinstance(member, ast.Tie | ast.Freeze) and not _is_ready(member, ready):
            late.extend(made)
            continue
        if isinstance(member, ast.Submodule | ast.ParamDecl):
            ready.add(str(member.name))
        if made and before is not None and len(body) > 1 and has_gap(before, member.span):
            made[0].gap = True  # type: ignore[attr-defined]
        if made or not isinstance(member, ast.Def):
            before = member.span
        body.extend(made)
    body.extend(kept)
    body.extend(late)
    if has_reset:
        reset = build.do(build.call(build.of_self("reset_parameters")))
        body.append(build.at(reset, decl.name_span))
    if len(body) == 1 and not module.parameters:
        return None
    return Function(
        "__init__", arguments, py.Constant(None), body, place=build.at(py.Pass(), decl.span)
    )


def _name_locals(decl: ast.Module, module: ModuleContext, frame: Frame) -> None:
    """Locals of the constructor, apart from its arguments."""
    for name in let_names(decl):
        if module.lets[name] == "local":
            taken = set(module.parameters.values()) | set(frame.locals.values())
            frame.locals[name] = local_name(name, taken)
    for member in decl.body:
        if isinstance(member, ast.Def):
            continue
        for node in nodes(member):
            if isinstance(node, ast.Clause):
                for target in pattern_names(node.target):
                    if target.id not in frame.locals:
                        frame.locals[target.id] = local_name(
                            target.id, set(module.parameters.values())
                        )


def _kept(decl: ast.Module, module: ModuleContext, file: FileContext) -> Iterator[py.stmt]:
    """Layers that are passed in, and hyperparameters that somebody reads later."""
    own = {member.name for member in decl.body if isinstance(member, ast.Submodule)}
    for param in decl.signature.params:
        name = module.parameters[param.name]
        if param.name in own:
            continue
        if param.name in module.layers:
            value: py.expr = build.name(name)
            if param.kind == "star" or isinstance(param.type, ast.ListType):
                value = build.call(build.attribute(file.names.root("nn"), "ModuleList"), [value])
            yield build.assign(build.of_self(module.attribute(param.name)), value)
        elif param.name in module.read or _is_read_outside(param.name, file):
            yield build.assign(build.of_self(module.attribute(param.name)), build.name(name))


def _is_ready(member: ast.Tie | ast.Freeze, ready: set[str]) -> bool:
    """Whether what a line names has been declared above it."""
    paths = [member.path] if isinstance(member, ast.Freeze) else [member.target, member.origin]
    return all(path.parts[0] in ready for path in paths)


def _member(member: ast.Member, module: ModuleContext, frame: Frame) -> Iterator[py.stmt]:
    """The lines of the constructor for one line of the spec."""
    match member:
        case ast.Submodule(name, value, splat):
            if splat:
                yield from children.register(member, module, frame)
            elif value is not None:
                yield build.assign(build.of_self(name), containers.member(value, frame))
        case ast.Let(target, value):
            yield from _let(target, value, module, frame)
        case ast.ParamDecl():
            yield from parameters.declare(member, frame)
        case ast.Tie():
            yield from initialisation.tie(member, frame, None)
        case ast.Freeze():
            yield from initialisation.freeze(member, frame, None)
        case ast.Require(condition, message):
            error = frame.file.names.builtin("ValueError")
            text: py.expr = (
                expressions.expression(message, frame)
                if message is not None
                else py.Constant(f"{module.decl.name} requires {_one_line(condition.span.text)}")
            )
            raising = build.at(build.raise_value_error(error, text), member.span)
            yield py.If(expressions.negated(condition, frame), [raising], [])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _let(
    target: ast.Expr, value: ast.Expr, module: ModuleContext, frame: Frame
) -> Iterator[py.stmt]:
    """A local of the constructor, or an attribute where a method reads it."""
    wheres = {module.lets[name.id] for name in pattern_names(target)}
    if wheres <= {"constant", "unused"}:
        return
    left = _let_target(target, module, frame)
    yield py.Assign([build.as_target(left)], expressions.expression(value, frame))


def _let_target(target: ast.Expr, module: ModuleContext, frame: Frame) -> py.expr:
    match target:
        case ast.Name(id):
            if module.lets[id] == "kept":
                return build.at(build.of_self(module.attribute(id)), target.span)
            return build.at(build.name(frame.local(id)), target.span)
        case ast.Tuple(items) | ast.List(items):
            return build.tuple_([_let_target(item, module, frame) for item in items])
    raise AssertionError(target)


# --- initial values ------------------------------------------------------------------------------


def _reset(decl: ast.Module, file: FileContext, module: ModuleContext) -> Function | None:
    lines = [member for member in decl.body if isinstance(member, ast.Init)]
    if not lines:
        return None
    frame = Frame(file, "method", module)
    body = initialisation.init_lines(lines, frame, None)
    arguments = py.arguments([], [py.arg("self")], None, [], [], None, [])
    return Function(
        "reset_parameters",
        arguments,
        py.Constant(None),
        body,
        place=build.at(py.Pass(), lines[0].span),
    )
