"""Calls: what is called, with which arguments, and what comes back."""

from __future__ import annotations

from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import attributes, joins, lookup
from nnspec.semantics.evaluate.calling import (
    binding,
    externs,
    from_nothing,
    numbered,
    overloads,
    userdefs,
)
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import containers, initialisers, modules
from nnspec.semantics.evaluate.looping import sequences
from nnspec.semantics.evaluate.run import CALL, Frame, tensor_unknown
from nnspec.semantics.evaluate.statics import builtins
from nnspec.semantics.values import (
    ERROR,
    Builtin,
    Choice,
    DictValue,
    DType,
    ErrorValue,
    Function,
    Initialiser,
    Layer,
    LayerBody,
    LayerType,
    LibraryFunction,
    NamedTupleType,
    Spread,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

# The rule of declarations whose result is that of the function they are given.
APPLY = "apply"
WRAP = "wrap"
# Those of which the Python hangs on how many axes there are.
PATTERNS = frozenset({"rearrange", "reduce", "repeat_pattern"})
PLAIN_KINDS = frozenset({"int", "float", "bool", "str", "list", "dict", "tuple"})


def call_expression(expr: ast.Call, frame: Frame) -> Value:
    """`func(args)`."""
    callee = evaluate(expr.func, frame)
    given = arguments(expr.args, frame)
    return call(callee, given, expr, expr.func, frame)


def pipe(expr: ast.Pipe, frame: Frame) -> Value:
    """`value |> target(args)`: the value is the first argument."""
    value = evaluate(expr.value, frame)
    target = expr.target
    func = target.func if isinstance(target, ast.Call) else target
    callee = _pipe_callee(func, value, frame)
    rest = arguments(target.args, frame) if isinstance(target, ast.Call) else []
    given = [Given(None, value, expr.value.span), *rest]
    node = target if isinstance(target, ast.Call) else expr
    if isinstance(callee, LibraryFunction):
        callee = _with_methods(callee, value, frame)
    result = call(callee, given, expr, func, frame, _call_span(target))
    if node is not expr:
        frame.run.recorder.value(node, result)
    return result


def _call_span(target: ast.Expr) -> Span:
    return target.span


def _pipe_callee(func: ast.Expr, value: Value, frame: Frame) -> Value:
    if not isinstance(func, ast.Name):
        return evaluate(func, frame)
    found = lookup.find(func.id, frame)
    if isinstance(found, Initialiser) or (
        isinstance(found, Builtin)
        and found.name in attributes.INITIALISERS
        and isinstance(value, Tensor)
    ):
        return found
    if found is lookup.MISSING or isinstance(found, (Builtin, DType)):
        tensors = isinstance(value, Tensor) or (
            isinstance(value, Choice) and any(isinstance(o, Tensor) for o in value.options)
        )
        if tensors or isinstance(value, Unknown):
            functions = frame.run.catalog.functions(func.id) + frame.run.catalog.methods(func.id)
            if functions:
                return LibraryFunction(func.id, functions)
        if isinstance(value, ErrorValue):
            return ERROR
    if found is lookup.MISSING:
        return ERROR
    return found


def _with_methods(callee: LibraryFunction, value: Value, frame: Frame) -> LibraryFunction:
    """In a pipeline a tensor method serves where no function of that name fits."""
    methods = frame.run.catalog.methods(callee.name)
    decls = callee.decls + tuple(m for m in methods if m not in callee.decls)
    return LibraryFunction(callee.name, decls)


def arguments(args: tuple[ast.Argument, ...], frame: Frame) -> list[Given]:
    """The arguments of a call, starred ones spread out; an unknown spread stands as one ERROR."""
    given: list[Given] = []
    for arg in args:
        if isinstance(arg.value, ast.Starred) or arg.stars == 1:
            inner = arg.value.value if isinstance(arg.value, ast.Starred) else arg.value
            value = evaluate(inner, frame)
            parts = sequences.items_of(value, arg.span, frame)
            if parts is None:
                spread = Spread(value) if not isinstance(value, ErrorValue) else ERROR
                given.append(Given(None, spread, arg.span))
            else:
                given.extend(Given(None, part, arg.span) for part in parts)
        elif arg.stars == 2:
            value = evaluate(arg.value, frame)
            if isinstance(value, DictValue):
                given.extend(Given(str(k), v, arg.span) for k, v in value.items.items())
            else:
                given.append(Given(None, Spread(value), arg.span))
        else:
            given.append(
                Given(
                    arg.name,
                    evaluate(arg.value, frame),
                    arg.span if arg.name is None else arg.value.span,
                )
            )
    return given


def call(
    callee: Value,
    given: list[Given],
    node: ast.Expr,
    func: ast.Expr,
    frame: Frame,
    span: Span | None = None,
) -> Value:
    """Call a value; what is called is noted for emission."""
    span = span or node.span
    frame.run.step(span, CALL)
    if isinstance(callee, Builtin) and callee.receiver is None:
        callee = _by_kind(callee, given, frame)
    elif isinstance(callee, LibraryFunction) and callee.decls[0].rule == WRAP:
        # `orthogonal` wraps a layer, and fills a tensor.
        if callee.name in attributes.INITIALISERS and given and _is_tensor(given[0].value):
            callee = Builtin(callee.name)
    _record(node, callee, frame)
    if isinstance(callee, Choice):
        real = [o for o in callee.options if o is not None]
        if len(real) < len(callee.options):
            frame.report(
                error(
                    "E0422",
                    f"`{func.span.text}` may be None here, and None cannot be called",
                    func.span,
                    help=f"decide first: `... if {func.span.text} is not None else ...`",
                )
            )
            return ERROR
        if callee.by_number and frame.run.general:
            return numbered.any_of(
                real, lambda o: call(o, given, node, func, frame, span), span, frame
            )
        return joins.join_all([call(o, given, node, func, frame, span) for o in real], frame)
    if callee is None:
        return frame.report(
            error(
                "E0422",
                f"`{func.span.text}` is None here, and None cannot be called",
                func.span,
                help=f"decide first: `... if {func.span.text} is not None else ...`",
            )
        )
    if isinstance(callee, ErrorValue):
        return ERROR
    if any(isinstance(a.value, Spread) for a in given):
        return _loosely(callee, given, func, frame, span)
    if isinstance(callee, LibraryFunction) and overloads.gives_none(callee, given, frame, span):
        return ERROR
    ways = overloads.ways(callee, given)
    if ways is not None:
        results = [_call_one(callee, way, node, func, frame, span) for way in ways]
        return joins.join_all(results, frame)
    return _call_one(callee, given, node, func, frame, span)


def _record(node: ast.Expr, callee: Value, frame: Frame) -> None:
    callees = frame.run.recorder.callees
    if node not in callees or isinstance(callees[node], (ErrorValue, Unknown)):
        callees[node] = callee


def _by_kind(callee: Builtin, given: list[Given], frame: Frame) -> Value:
    """`max`, `abs`, `sqrt` and so on are torch's where an argument is a tensor."""
    if any(_is_tensor(a.value) for a in given):
        functions = frame.run.catalog.functions(callee.name)
        if functions and callee.name not in (
            "len",
            "zip",
            "enumerate",
            "range",
            "float",
            "int",
            "list",
            "tuple",
        ):
            return LibraryFunction(callee.name, functions)
    return callee


def _is_tensor(value: Value) -> bool:
    if isinstance(value, Choice):
        return any(isinstance(o, Tensor) for o in value.options)
    return isinstance(value, Tensor)


def _loosely(callee: Value, given: list[Given], func: ast.Expr, frame: Frame, span: Span) -> Value:
    """A call with arguments of unknown number: nothing is compared."""
    match callee:
        case LayerType():
            return Unknown("layer")
        case Builtin("Sequential"):
            return containers.construct("Sequential", given, frame, span)
        case Builtin(name) if name in ("zip", "list", "range", "enumerate", "reversed"):
            return Unknown("list")
        case Builtin():
            return Unknown("any")
        case Layer() | LibraryFunction():
            return tensor_unknown()
    return Unknown("any")


def _call_one(
    callee: Value, given: list[Given], node: ast.Expr, func: ast.Expr, frame: Frame, span: Span
) -> Value:
    name = short_name(func)
    match callee:
        case LayerType(decl, scope):
            if frame.run.catalog.is_library(decl):
                given = [Given(a.name, overloads.as_dtype(a.value), a.span) for a in given]
            return modules.construct(decl, scope, given, frame, span)
        case Layer():
            return call_layer(callee, given, name, frame, span)
        case Function(method, _, Layer(LayerBody(ast.ExternModule())) as layer):
            return externs.call_method(layer, method, given, name, frame, span)
        case Function():
            return userdefs.call(callee, given, name, frame, span)
        case LibraryFunction():
            return library_function(callee, given, node, func, frame, span)
        case Builtin(builtin) if builtin in lookup.CONTAINERS:
            return containers.construct(builtin, given, frame, span)
        case Builtin(builtin) if callee.receiver is None and builtin in attributes.INITIALISERS:
            return initialisers.as_function(builtin, given, frame, span)
        case Builtin():
            return builtins.call(callee, given, frame, span)
        case NamedTupleType(decl, scope):
            return userdefs.named_tuple(decl, scope, given, frame, span)
        case Unknown(kind) if kind not in PLAIN_KINDS:
            return _unknown_call(callee, given)
    return frame.report(
        error(
            "E0423",
            f"{describe(frame.world, callee)} cannot be called",
            func.span,
            help=_hidden(func, frame),
        )
    )


def short_name(func: ast.Expr) -> str:
    """What is called, for messages."""
    text = func.span.text
    return text if len(text) < 60 else text[:57] + "..."


def _unknown_call(callee: Unknown, given: list[Given]) -> Value:
    if any(isinstance(a.value, ErrorValue) for a in given):
        return ERROR
    if callee.kind == "layer" and any(_is_tensor(a.value) for a in given):
        return tensor_unknown()
    if callee.kind in ("layer", "layer type"):
        return Unknown("layer" if not given or not _is_tensor(given[0].value) else "any")
    return Unknown("any")


def _hidden(func: ast.Expr, frame: Frame) -> str | None:
    if not isinstance(func, ast.Name):
        return None
    catalog = frame.run.catalog
    if catalog.layer(func.id) is not None:
        return f"this name hides the library's: write `nn.{func.id}`, or rename this one"
    functions = catalog.functions(func.id)
    if functions:
        place = "F" if functions[0].places[0] == "torch.nn.functional" else "torch"
        return f"this name hides the library's: write `{place}.{func.id}`, or rename this one"
    return None


def call_layer(layer: Layer, given: list[Given], name: str, frame: Frame, span: Span) -> Value:
    """Call a layer: its forward."""
    trace = frame.run.trace
    if trace is None:
        return _call_layer(layer, given, name, frame, span)
    return trace.follow(
        layer, name, frame.run, lambda: _call_layer(layer, given, name, frame, span)
    )


def _call_layer(layer: Layer, given: list[Given], name: str, frame: Frame, span: Span) -> Value:
    if containers.is_container(layer.body):
        return containers.call(layer, given, name, frame, span)
    if isinstance(layer.body.decl, ast.ExternModule):
        return externs.call_layer(layer, given, name, frame, span)
    method = attributes.member(layer.body, "forward", frame, layer)
    if not isinstance(method, Function):
        return frame.report(
            error(
                "E0424",
                f"`{layer.type_name}` has no forward, so it cannot be called",
                span,
                help="add `def forward(x: [...]) -> [...]:` to the module",
            )
        )
    return userdefs.call(method, given, name, frame, span, layer)


def library_function(
    callee: LibraryFunction,
    given: list[Given],
    node: ast.Expr,
    func: ast.Expr,
    frame: Frame,
    span: Span,
) -> Value:
    """Choose the declaration that fits, then call it."""
    name = short_name(func)
    given = [Given(a.name, overloads.as_dtype(a.value), a.span) for a in given]
    if callee.receiver is not None:
        given = [Given(None, callee.receiver, span), *given]
    decl, bound = overloads.choose(callee, given, name, frame, span)
    if isinstance(bound, Misfit):
        binding.report(bound, frame)
        return ERROR
    frame.run.recorder.callees[node] = LibraryFunction(callee.name, (decl,), callee.receiver)
    if decl.rule == APPLY:
        return _apply(bound, frame, span)
    if decl.rule in PATTERNS:
        x = bound.values["tensor"]
        seen = frame.run.recorder.ranks.setdefault(node, set())
        seen.add(x.rank if isinstance(x, Tensor) else None)
    if decl.rule == WRAP:
        from nnspec.semantics.evaluate.layers import wrappers  # few specs have one

        return wrappers.wrap(decl, bound, callee.name, frame, span)
    value = externs.call_function(decl, bound, callee.name, frame, span)
    if isinstance(value, Tensor) and value.dtype == "float" and decl.places[0].startswith("torch"):
        return from_nothing.settled(value, decl, bound, frame)
    return value


def _apply(bound: Bound, frame: Frame, span: Span) -> Value:
    """A function that calls its first argument with the others, such as `checkpoint`."""
    function, others = bound.values["function"], bound.values["args"]
    given = [Given(None, other, bound.spans.get("args", span)) for other in others.items]
    written = bound.spans.get("function", span)
    func = ast.Name(written, written.text)
    return call(function, given, func, func, frame, span)
