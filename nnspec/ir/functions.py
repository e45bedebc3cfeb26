"""Defs as Python functions and methods."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, dimensions, expressions, signatures, statements
from nnspec.ir.context import FileContext, Frame, ModuleContext, pattern_names
from nnspec.ir.names import local_name, parameter_names
from nnspec.ir.nodes import Function
from nnspec.ir.walk import nodes
from nnspec.semantics.checked import Guard
from nnspec.semantics.dims import Dim
from nnspec.syntax import ast


def lower(definition: ast.Def, file: FileContext, module: ModuleContext | None = None) -> Function:
    """A def of a file, or of a module."""
    assert definition.body is not None
    names = parameter_names(definition.signature)
    frame = Frame(
        file,
        "function" if module is None else "method",
        module,
        locals=dict(names),
        definition=definition,
    )
    guards = file.checked.guards.get(definition, ())
    needed = [*file.scope.used_dims.get(definition, ()), *_guarded_dims(guards, definition, file)]
    _name_locals(definition, needed, frame)
    arguments, prelude = signatures.arguments(
        definition.signature, names, frame, method=module is not None
    )
    body = prelude + dimensions.bind(definition, needed, frame)
    for guard in guards:
        body.append(build.at(_guard(guard, frame), definition.name_span))
    code = statements.block(definition.body, frame)
    frame.bound = [build.at(statement, definition.name_span) for statement in frame.bound]
    place = build.at(py.Pass(), definition.span)
    if not body + frame.bound + code:
        code = [build.at(py.Pass(), definition.span)]
    return Function(
        name=definition.name if module is not None else file.names.file(definition.name),
        arguments=arguments,
        returns=signatures.result_of(definition, frame),
        body=body + frame.bound + code,
        doc=definition.doc.value if definition.doc is not None else None,
        place=place,
    )


def _name_locals(definition: ast.Def, needed: list[str], frame: Frame) -> None:
    """Give every local and dimension its Python name before any code is made."""
    wanted = [name.lstrip("*") for name in needed]
    for node in nodes(definition):
        if isinstance(node, ast.Assign | ast.For | ast.Clause):
            wanted.extend(name.id for name in pattern_names(node.target))
    for name in wanted:
        if name not in frame.locals:
            others = set(frame.locals.values()) | set(wanted) - {name}
            frame.locals[name] = local_name(name, others)


def _guarded_dims(guards: tuple[Guard, ...], definition: ast.Def, file: FileContext) -> list[str]:
    """The dimensions that guards compare."""
    known = {dim.lstrip("*") for dim in file.scope.dims.get(definition.signature, ())}
    return [name for guard in guards for name in _symbols(guard) if name in known]


def _symbols(guard: Guard) -> list[str]:
    found: set[str] = set()
    for side in (guard.relation.left, guard.relation.right):
        if isinstance(side, Dim):
            found.update(name.partition("@")[0] for name in side.symbols())
    return sorted(found)


def _guard(guard: Guard, frame: Frame) -> py.stmt:
    """`if T > self.context: raise ValueError(...)`, telling the sizes that were met."""
    relation = guard.relation
    test = py.Compare(
        expressions.size(relation.left, frame),
        [expressions.COMPARE[expressions.OPPOSITE[relation.op]]()],
        [expressions.size(relation.right, frame)],
    )
    parts: list[py.expr] = [py.Constant(guard.message)]
    join = ", got "
    for name in _symbols(guard):
        parts.append(py.Constant(f"{join}{name} = "))
        parts.append(py.FormattedValue(expressions.size(Dim.symbol(name), frame), -1, None))
        join = ", "
    message: py.expr = _joined(parts) if len(parts) > 1 else parts[0]
    error = frame.file.names.builtin("ValueError")
    return py.If(test, [build.raise_value_error(error, message)], [])


def _joined(parts: list[py.expr]) -> py.expr:
    """An f-string with its neighbouring texts joined."""
    result: list[py.expr] = []
    for part in parts:
        if isinstance(part, py.Constant) and result and isinstance(result[-1], py.Constant):
            result[-1] = py.Constant(str(result[-1].value) + str(part.value))
        else:
            result.append(part)
    return py.JoinedStr(result)
