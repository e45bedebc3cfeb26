"""Defs as Python functions and methods."""

from __future__ import annotations

import ast as py

from nnspec.ir import build, dimensions, expressions, signatures, statements
from nnspec.ir.context import FileContext, Frame, ModuleContext, pattern_names
from nnspec.ir.creation import Access
from nnspec.ir.names import local_name, parameter_names
from nnspec.ir.nodes import Function
from nnspec.ir.walk import nodes
from nnspec.semantics.checked import Guard
from nnspec.semantics.dims import Dim
from nnspec.semantics.values import DimLike
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
    bound, absent = dimensions.bind(definition, needed, frame)
    body = prelude + bound
    for guard in guards:
        body.append(build.at(_guard(guard, absent, frame), definition.name_span))
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
    return sorted(_names(guard.relation.left) | _names(guard.relation.right))


def _names(side: DimLike) -> set[str]:
    if not isinstance(side, Dim):
        return set()
    return {name.partition("@")[0] for name in side.symbols()}


def _guard(guard: Guard, absent: dict[str, Access], frame: Frame) -> py.stmt:
    """`if T > self.context: raise ValueError(...)`, telling the sizes that were met."""
    relation = guard.relation
    test: py.expr = py.Compare(
        expressions.size(relation.left, frame),
        [expressions.COMPARE[expressions.OPPOSITE[relation.op]]()],
        [expressions.size(relation.right, frame)],
    )
    zeros: list[py.expr] = [
        py.Compare(expressions.size(divisor, frame), [py.Eq()], [py.Constant(0)])
        for divisor in guard.divisors
    ]
    if zeros:
        test = py.BoolOp(py.Or(), [*zeros, test])
    smaller = relation.left if relation.op in ("<", "<=") else relation.right
    # 0 stands for the dimensions of an argument that is absent; where a smaller side is only the
    # smaller for it, the claim is asked all the same.
    harmless = _names(smaller) if relation.op in ("<", "<=", ">", ">=") else set()
    for name in _symbols(guard):
        if name in absent and name not in harmless:
            given = py.Compare(absent[name](), [py.IsNot()], [py.Constant(None)])
            test = py.BoolOp(py.And(), [given, test])
            break
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
