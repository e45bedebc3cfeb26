"""Device and dtype of tensors that forward code makes from nothing."""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Iterable, Iterator

from nnspec.ir import build, parameters
from nnspec.ir.context import Frame, Nothing, pattern_names
from nnspec.ir.hints import is_record
from nnspec.ir.walk import nodes
from nnspec.semantics.evaluate.calling import from_nothing
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.values import Tensor, Value
from nnspec.syntax import ast

Keyword = tuple[str | None, py.expr]
Access = Callable[[], py.expr]

CREATORS = frozenset(
    "arange empty eye full linspace logspace ones rand randint randn randperm tensor zeros "
    "tril_indices triu_indices bartlett_window blackman_window hamming_window hann_window kaiser_window "
    "as_tensor asarray normal scalar_tensor fftfreq rfftfreq generate_square_subsequent_mask".split()
)
FLOAT_CREATORS = frozenset(
    "empty eye linspace logspace ones rand randn zeros generate_square_subsequent_mask".split()
)
FLOATING = frozenset("float float16 bfloat16 float32 float64".split())


def completed(
    decl: ast.ExternDef,
    keywords: list[Keyword],
    result: Value,
    frame: Frame,
    given: Iterable[ast.Expr],
) -> list[Keyword]:
    """The keywords of a library call, with device and dtype where the call makes a new tensor.

    given: what the user wrote for its arguments.
    """
    if decl.name not in CREATORS or frame.stage not in ("method", "function"):
        return keywords
    values = [frame.file.value(each) for each in given] if decl.name in from_nothing.OF_DATA else []
    if any(isinstance(value, Tensor) for value in values):
        return keywords
    named = {name for name, _ in keywords}
    more: list[Keyword] = []
    if "device" not in named:
        device = _property("device", frame)
        if device is not None:
            more.append(("device", device))
    own = "dtype" in named or from_nothing.holds_tensors(values)
    if not own and _is_floating(decl.name, result):
        dtype = _property("dtype", frame)
        if dtype is not None:
            more.append(("dtype", dtype))
    return [*keywords, *more]


def _is_floating(name: str, result: Value) -> bool:
    if isinstance(result, Tensor) and result.dtype is not None:
        return result.dtype in FLOATING
    return name in FLOAT_CREATORS


def _property(what: str, frame: Frame) -> py.expr | None:
    """`x.device`, `x.dtype` of the argument, or of the parameter, that new tensors follow."""
    definition = frame.definition
    if definition is None:
        return None
    if what in frame.creation:
        return frame.creation[what]()
    found: Access | None = None
    root = None
    for param, access, floating in arguments(definition, frame):
        if what == "device" or floating:
            found, root = access, param
            break
    if found is None:
        has = frame.stage == "method" and frame.module is not None
        if (
            not has
            or frame.module is None
            or not parameters.has_parameters(frame.module.decl, frame.file)
        ):
            return None
        first = build.call(
            frame.file.names.builtin("next"),
            [build.call(build.attribute(build.name(frame.root), "parameters"))],
        )
        return _bound(what, build.attribute(first, what), frame)
    inside = found

    def inline() -> py.expr:
        return build.attribute(inside(), what)

    frame.creation[what] = inline
    assert root is not None
    if _changes(root, definition, what, frame):
        return _bound(what, inline(), frame)
    return inline()


def _bound(what: str, value: py.expr, frame: Frame) -> py.expr:
    """The property as a local, which is given its value when the def starts."""
    local = frame.fresh(what)
    frame.bound.append(build.assign(build.stored(local), value))
    frame.creation[what] = lambda: build.name(local)
    return build.name(local)


def _changes(param: ast.Param, definition: ast.Def, what: str, frame: Frame) -> bool:
    """Whether the body gives the argument's name to something that is not alike."""
    for node in nodes(definition):
        if isinstance(node, ast.Assign):
            assigned = [n for n in pattern_names(node.target) if n.id == param.name]
            if not assigned:
                continue
            value = frame.file.value(node.value)
            if not isinstance(node.target, ast.Name) or not isinstance(value, Tensor):
                return True
            if what == "dtype" and value.dtype not in FLOATING:
                return True
        elif isinstance(node, ast.For) and any(
            n.id == param.name for n in pattern_names(node.target)
        ):
            return True
    return False


def arguments(definition: ast.Def, frame: Frame) -> Iterator[tuple[ast.Param, Access, bool]]:
    """The tensors among the arguments that are always there, and whether each is floating."""
    for param in definition.signature.params:
        if param.kind == "star":
            continue

        def access(name: str = param.name) -> py.expr:
            return build.name(frame.local(name))

        if param.type is None:
            value = argument_value(definition, param, frame)
            if isinstance(value, Tensor):
                yield param, access, value.dtype in FLOATING
            continue
        for inner, floating in _tensors(param.type, access, frame.file.scope):
            yield param, inner, floating


def argument_value(definition: ast.Def, param: ast.Param, frame: Frame) -> Value:
    """The value of an argument, as the first place that reads it has seen it."""
    for node in nodes(definition):
        if isinstance(node, ast.Name) and node.id == param.name:
            binding = frame.file.binding(node)
            value = frame.file.value(node)
            if binding.node is param and value is not Nothing:
                return value
    return Nothing


def _tensors(type: ast.TypeExpr, access: Access, scope: FileScope) -> Iterator[tuple[Access, bool]]:
    match type:
        case ast.TensorType(dtype, _):
            yield access, dtype is None or dtype in FLOATING
        case ast.NamedType("tensor"):
            yield access, True
        case ast.NamedType():
            binding = scope.bindings.get(type)
            decl = binding.node if binding is not None else None
            if binding is not None and isinstance(decl, ast.TypeDecl):
                assert isinstance(decl.type, ast.TypeExpr)
                there = binding.scope or scope
                if is_record(decl) or not isinstance(decl.type, ast.TupleType):
                    yield from _tensors(decl.type, access, there)
        case ast.TupleType(items, False):
            for index, field in enumerate(items):

                def part(field: ast.Field = field, index: int = index) -> py.expr:
                    if field.name is not None:
                        return build.attribute(access(), field.name)
                    return build.number_index(access(), index)

                yield from _tensors(field.type, part, scope)
        case ast.ListType(element):
            yield from _tensors(element, lambda: build.number_index(access(), 0), scope)
