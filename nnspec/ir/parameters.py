"""Parameters, buffers and constants, and the values that fill them."""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Iterator

from nnspec.ir import build, calls, expressions
from nnspec.ir.context import FileContext, Frame, Nothing
from nnspec.semantics.dims import Dim
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import (
    Builtin,
    DictValue,
    Function,
    Initialiser,
    Layer,
    LibraryFunction,
    ListValue,
    RepeatValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast

# Initialisers that are functions of torch's own, and their counterparts in torch.nn.init.
CREATED = {"zeros": "zeros_", "ones": "ones_", "randn": "normal_", "rand": "uniform_"}
FLOATING = (None, "float", "float16", "bfloat16", "float32", "float64", "half", "double")
# The dtypes that a gradient can have; a parameter of any other is kept from asking for one.
DIFFERENTIABLE = (*FLOATING, "complex32", "complex64", "complex128", "chalf", "cfloat", "cdouble")


def declare(decl: ast.ParamDecl, frame: Frame) -> Iterator[py.stmt]:
    """`self.w = nn.Parameter(...)`, `self.register_buffer("mask", ...)`."""
    assert isinstance(decl.name, str)
    made = value(decl, frame)
    if decl.kind == "param":
        dtype = decl.type.dtype if isinstance(decl.type, ast.TensorType) else None
        fixed = [] if dtype in DIFFERENTIABLE else [("requires_grad", py.Constant(False))]
        made = build.call(build.attribute(frame.file.names.root("nn"), "Parameter"), [made], fixed)
    if decl.condition is not None:
        made = py.IfExp(expressions.expression(decl.condition, frame), made, py.Constant(None))
    if decl.kind == "param":
        yield build.assign(build.of_self(decl.name), made)
        return
    keywords = [("persistent", py.Constant(False))] if decl.kind == "const" else []
    yield build.do(
        build.call(build.of_self("register_buffer"), [py.Constant(decl.name), made], keywords)
    )


def value(decl: ast.ParamDecl, frame: Frame) -> py.expr:
    """The tensor with which a declaration starts."""
    torch = frame.file.names.root
    dims = decl.type.dims if isinstance(decl.type, ast.TensorType) else ()
    dtype = decl.type.dtype if isinstance(decl.type, ast.TensorType) else None
    keywords: list[tuple[str | None, py.expr]] = []
    if dtype is not None:
        keywords.append(("dtype", build.attribute(torch("torch"), dtype)))

    def create(name: str, *fill: py.expr) -> py.expr:
        sizes = [expressions.expression(dim, frame) for dim in dims]
        if fill or not sizes:
            sizes = [build.tuple_(sizes)]
        return build.call(build.attribute(torch("torch"), name), [*sizes, *fill], keywords)

    if decl.value is None:
        return create("empty")
    filler = filling(decl.value, frame)
    if filler is None:
        return expressions.expression(decl.value, frame)
    name, args, call_keywords = filler
    if isinstance(name, str):
        if name in CREATED and not args and not call_keywords:
            return create(name)
        if name == "constant" and len(args) == 1:
            return _filled(args[0], dtype, create, frame)
        function = build.attribute(torch("nn"), "init", f"{name}_")
    else:
        function = name
    return build.call(function, [create("empty"), *args], call_keywords)


def _filled(
    number: py.expr, dtype: str | None, create: Callable[..., py.expr], frame: Frame
) -> py.expr:
    """A tensor full of one number; torch.full would take the dtype of an int from it."""
    literal = number.operand if isinstance(number, py.UnaryOp) else number
    if isinstance(literal, py.Constant) and isinstance(literal.value, int | float):
        if literal.value == 0:
            return create("zeros")
        if literal is number and literal.value == 1:
            return create("ones")
        if dtype in FLOATING and isinstance(literal.value, int):
            literal.value = float(literal.value)
            vars(literal).pop("written", None)
        return create("full", number)
    if dtype is not None:
        return create("full", number)
    constant = build.attribute(frame.file.names.root("nn"), "init", "constant_")
    return build.call(constant, [create("empty"), number])


Filling = tuple[str | py.expr, list[py.expr], list[tuple[str | None, py.expr]]]


def filling(value: ast.Expr, frame: Frame) -> Filling | None:
    """What fills a tensor of a given shape: a name of torch.nn.init's or a user's function, with its
    arguments behind the tensor. None for a tensor expression."""
    seen = frame.file.value(value)
    if is_number(value, seen):
        return "constant", [expressions.expression(value, frame)], []
    func = value.func if isinstance(value, ast.Call) else value
    args = value.args if isinstance(value, ast.Call) else ()
    noted = seen if isinstance(seen, Initialiser) else frame.file.checked.callees.get(value)
    if isinstance(noted, LibraryFunction | Builtin | Function):
        return None
    if isinstance(noted, Initialiser) and noted.user is not None:
        positional, keywords = calls.arguments(noted.user, args, frame, given=1)
        return expressions.expression(func, frame), positional, keywords
    named = noted.name if isinstance(noted, Initialiser) else _named(func, frame)
    if named is not None:
        positional, keywords = calls.arguments(Nothing, args, frame)
        return named, positional, keywords
    callee = calls.callee_of(value, func, frame)
    if isinstance(callee, Function) and callee.bound is None and _lacks_one(callee.decl, value):
        positional, keywords = calls.arguments(callee, args, frame, given=1)
        return expressions.expression(func, frame), positional, keywords
    return None


def _named(func: ast.Expr, frame: Frame) -> str | None:
    """The initialiser that a name means, also behind `nn.init`."""
    if isinstance(func, ast.Name):
        return func.id if frame.file.binding(func).kind is Kind.INITIALISER else None
    if isinstance(func, ast.Attribute) and "init" in func.value.span.text.split("."):
        return func.name.removesuffix("_")
    return None


def _lacks_one(decl: ast.Def, value: ast.Expr) -> bool:
    """Whether a function is given all but its first argument, a tensor."""
    params = decl.signature.params
    if not params or (isinstance(value, ast.Call) and len(value.args) >= len(params)):
        return False
    first = params[0].type
    return (
        first is None
        or isinstance(first, ast.TensorType)
        or (isinstance(first, ast.NamedType) and first.name == "tensor")
    )


def is_number(expr: ast.Expr, seen: Value) -> bool:
    """Whether an expression is one number, to fill a tensor with."""
    if isinstance(expr, ast.Number):
        return True
    if isinstance(seen, int | float | Dim):
        return True
    return isinstance(seen, Unknown) and seen.kind in ("int", "float", "bool")


# --- what the checker knows of layers ------------------------------------------------------------


def has_parameters(decl: ast.Module, file: FileContext) -> bool:
    """Whether every module of a declaration has at least one parameter."""
    for member in decl.body:
        if isinstance(member, ast.ParamDecl):
            if member.kind == "param" and member.condition is None:
                return True
        elif isinstance(member, ast.Submodule) and member.value is not None:
            if _holds_parameters(file.value(member.value)):
                return True
    for param in decl.signature.params:
        if isinstance(param.type, ast.NamedType):
            found = file.binding(param.type).node
            if isinstance(found, ast.Module) and has_parameters(found, file):
                return True
            if isinstance(found, ast.ExternModule) and any(
                isinstance(member, ast.ParamDecl) for member in found.body
            ):
                return True
    return False


def _holds_parameters(value: Value) -> bool:
    match value:
        case Layer(body):
            return any(p.kind == "param" for p in body.parameters.values()) or any(
                _holds_parameters(child) for child in body.children.values()
            )
        case ListValue(items):
            return any(_holds_parameters(item) for item in items)
        case RepeatValue(element):
            return _holds_parameters(element)
        case DictValue():
            return any(_holds_parameters(item) for item in value.items.values())
    return False
