"""`value.name`: members of layers, attributes of tensors, fields of tuples, methods."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.semantics import rules
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import joins, lookup, provenance
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import containers, modules, parameters
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.evaluate.statics import changing
from nnspec.semantics.steps import Step
from nnspec.semantics.values import (
    ERROR,
    Builtin,
    Choice,
    Device,
    DictValue,
    DType,
    ErrorValue,
    Function,
    Layer,
    LayerBody,
    LayerType,
    LibraryFunction,
    ListValue,
    Namespace,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

INITIALISERS = frozenset(
    "zeros ones randn rand constant normal uniform trunc_normal xavier_uniform xavier_normal "
    "kaiming_uniform kaiming_normal orthogonal sparse eye dirac".split()
)
DTYPE_ATTRIBUTES = ("is_complex", "is_floating_point", "is_signed", "itemsize")
# Methods that write all of a tensor anew, and what makes such a tensor.
REFILLED = {
    "fill_": "full_like({}, value)",
    "zero_": "zeros_like({})",
    "copy_": "other.expand_as({})",
    "normal_": "randn_like({})",
    "uniform_": "rand_like({})",
    "random_": "randint_like({}, high)",
    "bernoulli_": "bernoulli(full_like({}, p))",
}
METHODS = {
    ListValue: frozenset({"index", "count"}),
    RepeatValue: frozenset[str](),
    DictValue: frozenset({"keys", "values", "items", "get"}),
    TupleValue: frozenset({"index", "count"}),
    str: frozenset(
        "startswith endswith upper lower strip split join replace removeprefix removesuffix format "
        "isdigit title".split()
    ),
    int: frozenset({"bit_length"}),
}


def attribute(expr: ast.Attribute, frame: Frame) -> Value:
    """The value of `value.name`."""
    if isinstance(expr.value, ast.Name) and expr.value.id == "self" and frame.body is not None:
        value = member(frame.body, expr.name, frame, frame.layer)
        return ERROR if value is lookup.MISSING else value
    return of(evaluate(expr.value, frame), expr, frame)


def of(value: Value, expr: ast.Attribute, frame: Frame) -> Value:
    """Attribute `expr.name` of a value."""
    name = expr.name
    found: Value = lookup.MISSING
    candidates: list[str] = []
    reason: str | None = None
    match value:
        case ErrorValue():
            return ERROR
        case Tensor():
            found = tensor_attribute(value, expr, frame)
            if isinstance(found, Tensor):
                found = provenance.made(found, Step(name, expr.span, (value,)))
            if found is lookup.MISSING and name in REFILLED:
                return frame.report(_refilled(expr))
            if found is lookup.MISSING and frame.run.catalog.methods(name.removesuffix("_")):
                return frame.report(_in_place(expr))
            if found is lookup.MISSING:
                reason = _left_out("Tensor", name)
                candidates = [*frame.run.catalog.method_names(), "shape", "dtype", "device", "ndim"]
        case Layer(body):
            found = member(body, name, frame, value)
            if found is lookup.MISSING:
                found = _static(body.decl, name, frame)
            if found is lookup.MISSING:
                reason = _left_out_of_layers("Module", name)
                candidates = [*body.members, *body.parameters, *_methods(body.decl, frame)]
        case LayerType():
            found = modules.class_constant(value, name, frame)
            if found is lookup.MISSING:
                found = _static(value.decl, name, frame)
            if found is lookup.MISSING:
                reason = _left_out_of_layers(value.decl.name, name)
                candidates = modules.class_constants(value)
        case Namespace(place):
            found = lookup.in_namespace(place, name, frame)
            if found is lookup.MISSING:
                near = nearest(name, frame.run.catalog.names())
                return frame.report(
                    error(
                        "E0212",
                        f"nnspec's library has no `{place}.{name}`",
                        expr.name_span,
                        help=_left_out(place, name) or did_you_mean(near),
                    )
                )
        case TupleValue(items, names) if names is not None and name in names:
            return items[names.index(name)]
        case DType(dtype):
            found = _of_dtype(dtype, name)
            candidates = [*DTYPE_ATTRIBUTES]
        case Device() if name in ("type", "index"):
            return Unknown("str") if name == "type" else Unknown("any")
        case Choice(options):
            real = [o for o in options if o is not None]
            return joins.join_all([of(o, expr, frame) for o in real], frame)
        case Unknown("layer") | Unknown("layer type") | Unknown("any"):
            return Unknown("any")
        case Unknown(kind):
            return Builtin(name, value) if kind in ("str", "list", "dict") else Unknown("any")
    if isinstance(value, (ListValue, RepeatValue, DictValue)):
        changes = changing.changing(value, expr)
        if changes is not None:
            return frame.report(changes)
    for type_, methods in METHODS.items():
        if isinstance(value, type_) and name in methods:
            return Builtin(name, value)
        if isinstance(value, type_):
            candidates = sorted(methods)
    if isinstance(value, TupleValue) and value.names is not None:
        candidates = list(value.names)
    if isinstance(value, (Dim, int)) and name == "item":
        return Builtin("item", value)
    if found is not lookup.MISSING:
        return found
    near = nearest(name, candidates)
    fields = value.names if isinstance(value, TupleValue) else None
    has = f"it has {' and '.join(f'`{each}`' for each in fields)}" if fields else None
    return frame.report(
        error(
            "E0427",
            f"{describe(frame.world, value)} has no `{name}`",
            expr.name_span,
            help=reason or did_you_mean(near) or has,
            fix=respell(expr.name_span, near) if reason is None else None,
        )
    )


def _of_dtype(dtype: str, name: str) -> Value:
    """What is known of a dtype; of `float`, which stands for any where no tensor says it, nothing is."""
    from nnspec.semantics.rules import dtypes

    if name not in DTYPE_ATTRIBUTES:
        return lookup.MISSING
    if dtype == "float":
        return Unknown("int" if name == "itemsize" else "bool")
    match name:
        case "is_complex":
            return dtypes.is_complex(dtype)
        case "is_floating_point":
            return dtypes.is_floating(dtype)
        case "is_signed":
            return dtype != "bool" and not dtype.startswith("uint")
    return dtypes.bits(dtype) // 8


def _left_out(place: str, name: str) -> str | None:
    """What is said about a name of torch that the library leaves out; None for any other."""
    from nnspec.diagnostics import left_out

    return left_out.told(place, name)


def _left_out_of_layers(type_name: str, name: str) -> str | None:
    """What to write for a method of torch's layers that a spec has no use for; None for any other."""
    from nnspec.diagnostics import left_out

    return left_out.table().instead.get(f"torch.nn.{type_name}.{name}")


def _static(decl: ast.Module | ast.ExternModule, name: str, frame: Frame) -> Value:
    """A function that torch keeps in a layer's class, such as `Transformer.generate_square_subsequent_mask`."""
    if isinstance(decl, ast.ExternModule) and frame.run.catalog.is_library(decl):
        for place in decl.places:
            found = frame.run.catalog.in_namespace(f"{place}.{decl.name}", name)
            if found:
                return LibraryFunction(name, found)
    return lookup.MISSING


def _refilled(expr: ast.Attribute) -> Diagnostic:
    """`x.fill_(1)`: what makes such a tensor."""
    return error(
        "E0416",
        f"values are never changed in place: `{expr.name}` writes into {expr.value.span.text}",
        expr.name_span,
        help=f"`{REFILLED[expr.name].format(expr.value.span.text)}` gives a new value",
    )


def _in_place(expr: ast.Attribute) -> Diagnostic:
    """`x.add_(1)`: the name without the underscore gives a new value."""
    plain = expr.name.removesuffix("_")
    receiver = expr.value.span
    edits = [Edit(expr.name_span, plain)]
    line = receiver.source.line(receiver.line)
    if isinstance(expr.value, ast.Name) and line.lstrip().startswith(expr.span.text):
        edits.insert(
            0, Edit(Span(receiver.source, receiver.start, receiver.start), f"{receiver.text} = ")
        )
    return error(
        "E0416",
        f"values are never changed in place: `{expr.name}` writes into {receiver.text}",
        expr.name_span,
        help=(
            f"`{plain}` gives a new value: `{receiver.text} = {receiver.text}.{plain}(...)`"
            if isinstance(expr.value, ast.Name)
            else f"`{plain}` gives a new value"
        ),
        fix=Fix(f"use `{plain}`", tuple(edits)),
    )


def tensor_attribute(tensor: Tensor, expr: ast.Attribute, frame: Frame) -> Value:
    """`x.shape`, `x.T` and the like, or a method. Reports E0302 and E0303 for one that such a tensor has not got."""
    dims, name = tensor.dims, expr.name
    match name:
        case "shape":
            return TupleValue(dims) if dims is not None else Unknown("tuple")
        case "ndim":
            return len(dims) if dims is not None else frame.world.new_size("n")
        case "dtype":
            return DType(tensor.dtype) if tensor.dtype is not None else DType("float")
        case "device":
            return Device()
        case "T" | "mT" | "H" | "mH" | "real" | "imag":
            return rules.attribute(frame.world, name, tensor, expr.span, expr.name_span)
        case "data":
            return tensor
        case (
            "is_cuda" | "is_cpu" | "is_mps" | "is_meta" | "is_leaf" | "requires_grad" | "is_sparse"
        ):
            return Unknown("bool")
        case "grad":
            return tensor_unknown()
        case "itemsize":
            return Unknown("int")
    methods = frame.run.catalog.methods(name)
    return LibraryFunction(name, methods, tensor) if methods else lookup.MISSING


def _methods(decl: ast.Module | ast.ExternModule, frame: Frame) -> dict[str, ast.Def]:
    """The methods of a module by name, the first of each."""
    memo, key = frame.run.recorder.memo, ("methods", decl)
    if key not in memo:
        methods = [item for item in decl.body if isinstance(item, ast.Def)]
        memo[key] = {method.name: method for method in reversed(methods)}
    return memo[key]  # type: ignore[no-any-return]


def member(body: LayerBody, name: str, frame: Frame, layer: Layer | None) -> Value:
    """What a name means inside a layer, or as an attribute of it; MISSING where it means nothing."""
    if name in body.members:
        return body.members[name]
    if name in body.parameters:
        return parameters.tensor_of(body, name, frame)
    if name in body.arguments:
        return body.arguments[name]
    method = _methods(body.decl, frame).get(name)
    if method is not None:
        return Function(method, body.scope, layer or Layer(body))
    if name in body.children:
        return body.children[name]
    if name == "training" and layer is not None:
        return Unknown("bool")
    if containers.is_container(body):
        return containers.attribute(body, name, layer)
    return lookup.MISSING
