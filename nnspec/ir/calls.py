"""Calls and the stages of pipelines."""

from __future__ import annotations

import ast as py
from collections.abc import Sequence

from nnspec.ir import (
    build,
    containers,
    creation,
    einops,
    expressions,
    guess,
    library,
    records,
    signatures,
)
from nnspec.ir.context import Frame, Nothing
from nnspec.ir.names import parameter_names
from nnspec.library.catalog import library as catalog
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.semantics.values import (
    Builtin,
    Choice,
    ErrorValue,
    Function,
    Layer,
    LayerBody,
    LayerType,
    LibraryFunction,
    ListValue,
    Namespace,
    RepeatValue,
    TupleValue,
    Value,
)
from nnspec.syntax import ast

Keyword = tuple[str | None, py.expr]

# Functions of two tensors that read best as operators at the end of a pipeline.
OPERATORS: dict[str, type[py.operator]] = {
    "add": py.Add,
    "sub": py.Sub,
    "mul": py.Mult,
    "div": py.Div,
    "matmul": py.MatMult,
}


def call(expr: ast.Call, frame: Frame) -> py.expr:
    """`func(args)`."""
    callee = callee_of(expr, expr.func, frame, expr.args)
    return _call(callee, expr.func, None, expr.args, expr, frame)


def pipe(expr: ast.Pipe, first: py.expr, frame: Frame) -> py.expr:
    """`value |> target`, given the value in Python."""
    target = expr.target
    if isinstance(target, ast.Call):
        func, args = target.func, target.args
        callee = frame.file.checked.callees.get(expr, Nothing)
        if callee is Nothing:
            callee = callee_of(target, func, frame, args, piped=True)
    else:
        func, args = target, ()
        callee = callee_of(expr, func, frame, piped=True)
    return build.at(_call(callee, func, first, args, expr, frame), target.span)


def callee_of(
    call: ast.Node,
    func: ast.Expr,
    frame: Frame,
    args: tuple[ast.Argument, ...] = (),
    piped: bool = False,
) -> Value:
    """What is called, as a pass has seen it, or else as the name tells it."""
    found = frame.file.checked.callees.get(call, Nothing)
    if found is Nothing:
        found = frame.file.value(func)
    if found is Nothing or isinstance(found, ErrorValue):
        found = guess.callee(func, args, piped, frame)
    return found


def _call(
    callee: Value,
    func: ast.Expr,
    first: py.expr | None,
    args: tuple[ast.Argument, ...],
    node: ast.Expr,
    frame: Frame,
) -> py.expr:
    piped = [] if first is None else [first]
    if isinstance(callee, Builtin) and callee.receiver is None:
        if callee.name in library.CONTAINERS:
            return containers.container_call(callee.name, args, frame)
        if callee.name == "numel" and not piped and len(args) == 1:
            prod = build.attribute(frame.file.names.root("math"), "prod")
            return build.call(prod, [expressions.expression(args[0].value, frame)])
        if callee.name in TUPLES and len(args) == 1:
            return _repeated(
                expressions.expression(args[0].value, frame), TUPLES[callee.name], frame
            )
        if callee.name == "isinstance" and len(args) == 2:
            return _isinstance(piped, args, frame)
    positional, keywords = arguments(callee, args, frame, len(piped))
    if isinstance(callee, Builtin) and callee.name in library.FILLERS:
        return _filled(callee.name, piped + positional, keywords, frame)
    if isinstance(callee, Builtin) and callee.receiver is None:
        return build.call(library.builtin(callee.name, frame), piped + positional, keywords)
    if isinstance(callee, LibraryFunction):
        return _library_call(callee, func, piped, positional, keywords, node, frame)
    if isinstance(callee, Function | LayerType) and _is_library_function(func, frame):
        return build.call(library.reference(func, frame), piped + positional, keywords)  # type: ignore[arg-type]
    if isinstance(func, ast.Name):
        binding = frame.file.binding(func)
        if binding.kind is Kind.FILE and isinstance(binding.node, ast.Model):
            # Called, a model's name is its function and takes what it overrides.
            return build.call(frame.file.names.reference(func.id), piped + positional, keywords)
    return build.call(expressions.expression(func, frame), piped + positional, keywords)


# Names whose values are decided where the code runs.
VARIABLES = (Kind.HYPERPARAMETER, Kind.ARGUMENT, Kind.LOCAL, Kind.MEMBER)
TUPLES = {"pair": 2, "single": 1, "triple": 3}


def _repeated(value: py.expr, count: int, frame: Frame) -> py.expr:
    """`(k, k)` for an int, and a tuple as it is."""
    if isinstance(value, py.Constant):
        return build.tuple_([value] * count)
    test = build.call(
        frame.file.names.builtin("isinstance"), [value, frame.file.names.builtin("int")]
    )
    return py.IfExp(test, build.tuple_([value] * count), value)


def _isinstance(piped: list[py.expr], args: tuple[ast.Argument, ...], frame: Frame) -> py.expr:
    """`isinstance(k, int)`, where the types are Python's and no dtypes."""
    value, type = args[-2:]
    made = build.name(type.value.id) if isinstance(type.value, ast.Name) else None
    kinds = made or expressions.expression(type.value, frame)
    checked = [*piped, expressions.expression(value.value, frame), kinds]
    return build.call(frame.file.names.builtin("isinstance"), checked)


def _filled(name: str, positional: list[py.expr], keywords: list[Keyword], frame: Frame) -> py.expr:
    """An initialiser called on a tensor: a new one of the same shape, since values never change."""
    names = frame.file.names
    like = build.attribute(names.root("torch"), "empty_like")
    function = build.attribute(names.root("nn"), "init", f"{name}_")
    return build.call(function, [build.call(like, positional[:1]), *positional[1:]], keywords)


def _is_library_function(func: ast.Expr, frame: Frame) -> bool:
    return isinstance(func, ast.Name) and frame.file.binding(func).kind is Kind.LIBRARY


def _library_call(
    callee: LibraryFunction,
    func: ast.Expr,
    piped: list[py.expr],
    positional: list[py.expr],
    keywords: list[Keyword],
    node: ast.Expr,
    frame: Frame,
) -> py.expr:
    decl = callee.decls[0]
    if decl.rule in einops.RULES:
        return _by_pattern(decl, piped + positional, keywords, node, frame)
    if isinstance(func, ast.Name) and frame.file.binding(func).kind in VARIABLES:
        # A function that was passed in: what a pass has seen there is one of those that may be.
        return build.call(expressions.expression(func, frame), piped + positional, keywords)
    if callee.receiver is not None and isinstance(func, ast.Attribute):
        return build.call(expressions.expression(func, frame), piped + positional, keywords)
    every = piped + positional
    if piped and callee.name in OPERATORS and len(positional) == 1 and not keywords:
        operator = OPERATORS[callee.name]()
        return py.BinOp(piped[0], operator, positional[0])
    place = _written_place(func, decl, frame) or decl.places[0]
    method = place == "Tensor" or (bool(piped) and place == "torch" and "Tensor" in decl.places)
    if method and every and not isinstance(every[0], py.Starred):
        return build.call(build.attribute(every[0], decl.name), every[1:], keywords)
    given = _given(node)
    keywords = creation.completed(decl, keywords, frame.file.value(node), frame, given)
    if place.startswith("torch") and catalog().is_library(decl):
        return build.call(frame.file.names.torch(place, decl.name), every, keywords)
    return build.call(expressions.expression(func, frame), every, keywords)


def _by_pattern(
    decl: ast.ExternDef,
    positional: list[py.expr],
    keywords: list[Keyword],
    node: ast.Expr,
    frame: Frame,
) -> py.expr:
    """A call in einops notation as torch's own methods."""
    plain = [param.name for param in decl.signature.params if param.kind == "plain"]
    given = dict(zip(plain, positional, strict=False))
    given.update({name: value for name, value in keywords if name is not None})
    tensor, pattern = given.pop("tensor"), given.pop("pattern")
    reduction = given.pop("reduction", None)
    assert isinstance(pattern, py.Constant) and isinstance(pattern.value, str)
    value = frame.file.value(_first(node))
    if isinstance(value, ListValue | TupleValue | RepeatValue):
        tensor = build.call(build.attribute(frame.file.names.root("torch"), "stack"), [tensor])
    rank = frame.file.checked.ranks.get(node) if signatures.fixes_ranks(frame.definition) else None
    kind = str(reduction.value) if isinstance(reduction, py.Constant) else None
    return einops.chain(tensor, pattern.value, given, kind, rank)


def _given(node: ast.Expr) -> list[ast.Expr]:
    """What goes into a call, what stands before `|>` first."""
    call = node.target if isinstance(node, ast.Pipe) else node
    args = [argument.value for argument in call.args] if isinstance(call, ast.Call) else []
    return [node.value, *args] if isinstance(node, ast.Pipe) else args


def _first(node: ast.Expr) -> ast.Expr:
    """What goes into a call first."""
    if isinstance(node, ast.Pipe):
        return node.value
    assert isinstance(node, ast.Call)
    named = [a.value for a in node.args if a.name == "tensor"]
    return named[0] if named else node.args[0].value


def _written_place(func: ast.Expr, decl: ast.ExternDef, frame: Frame) -> str | None:
    """The namespace that a call names itself, such as `torch` in `torch.relu(x)`."""
    if isinstance(func, ast.Attribute):
        value = frame.file.value(func.value)
        if isinstance(value, Namespace) and value.name in decl.places:
            return value.name
    return None


def arguments(
    callee: Value, args: Sequence[ast.Argument], frame: Frame, given: int = 0
) -> tuple[list[py.expr], list[Keyword]]:
    """Positional and keyword arguments, under the names that the callee has in Python.

    given: how many arguments the callee gets before these.
    """
    signature, scope = signature_of(callee)
    names = parameter_names(signature) if signature is not None else {}
    types = {p.name: p.type for p in signature.params} if signature is not None else {}
    plain = [p for p in signature.params if p.kind == "plain"] if signature is not None else []
    positional: list[py.expr] = []
    keywords: list[Keyword] = []
    for index, argument in enumerate(args):
        type = types.get(argument.name) if argument.name is not None else None
        if argument.name is None and argument.stars == 0 and index + given < len(plain):
            type = plain[index + given].type
        value = records.matching(argument.value, type, scope, frame)
        if argument.stars == 1:
            positional.append(py.Starred(value, py.Load()))
        elif argument.stars == 2:
            keywords.append((None, value))
        elif argument.name is not None:
            keywords.append((names.get(argument.name, argument.name), value))
        else:
            positional.append(value)
    if signature is not None and not any(argument.stars for argument in args):
        keywords.extend(_left_out(signature, len(positional) + given, args, names))
    return positional, keywords


def _left_out(
    signature: ast.Signature,
    count: int,
    args: Sequence[ast.Argument],
    names: dict[str, str],
) -> list[Keyword]:
    """`None` for optional arguments to which Python cannot give a default (see must_be_given)."""
    told = {argument.name for argument in args}
    plain = [param.name for param in signature.params if param.kind == "plain"]
    return [
        (names[name], py.Constant(None))
        for name in signatures.must_be_given(signature)
        if name not in told and plain.index(name) >= count
    ]


def signature_of(callee: Value) -> tuple[ast.Signature | None, FileScope | None]:
    """The signature of a user's function, module or layer, and the file where it stands."""
    match callee:
        case Layer(LayerBody(decl=ast.Module(body=members), scope=scope)):
            for member in members:
                if isinstance(member, ast.Def) and member.name == "forward":
                    return member.signature, scope
        case Choice((first, *_)):
            return signature_of(first)
        case Function(decl, scope, bound):
            if bound is None or isinstance(bound.body.decl, ast.Module):
                return decl.signature, scope
        case LayerType(decl, scope) if isinstance(decl, ast.Module):
            return decl.signature, scope
    return None, None
