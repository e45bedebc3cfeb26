"""From types to values: what a signature promises, and whether a body keeps it."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics import trail
from nnspec.semantics.describe import describe, shape
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling import expansion, kinds, matching, mismatches, sizes
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Doubt, Frame, tensor_unknown
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    Choice,
    Device,
    DimLike,
    DType,
    ErrorValue,
    ListValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import World, error
from nnspec.source import Span
from nnspec.syntax import ast


def value_of(type_: ast.TypeExpr, frame: Frame, bare: str | None = None) -> Value:
    """The value that a type describes, its dims evaluated in the frame.

    bare: the dtype of a shape without one; by default the one that the arguments had, else `float32`.
    """
    type_ = expansion.expanded(type_, frame)
    match type_:
        case ast.TensorType(dtype, dims):
            return Tensor(_dtype(dtype, frame, bare), _dims(dims, frame))
        case ast.OptionalType(inner):
            return value_of(inner, frame, bare)
        case ast.UnionType(options):
            return value_of(options[0], frame, bare)
        case ast.LiteralType(value):
            return value
        case ast.TupleType(items, repeated):
            if repeated:
                return Unknown("tuple")
            names = tuple(f.name for f in items if f.name is not None)
            values = tuple(value_of(f.type, frame, bare) for f in items)
            return TupleValue(values, names if len(names) == len(items) else None)
        case ast.ListType(element, count):
            return _list_of(element, count, frame, bare)
        case ast.DictType():
            return Unknown("dict")
        case ast.NamedType(name):
            return _named(name, frame)
    return Unknown("any")


def _named(name: str, frame: Frame) -> Value:
    match name:
        case "int":
            return frame.world.new_size("n")
        case "float" | "bool" | "str" | "layer" | "list" | "tuple" | "dict":
            return Unknown(name)
        case "number":
            return Unknown("float")
        case "tensor":
            return tensor_unknown()
        case "dtype":
            return DType("float")
        case "device":
            return Device()
        case "Module":
            return Unknown("layer")
    return Unknown("layer") if name[:1].isupper() else Unknown("any")


def _list_of(
    element: ast.TypeExpr, count: ast.Expr | None, frame: Frame, bare: str | None
) -> Value:
    value = value_of(element, frame, bare)
    if count is None:
        return (
            Unknown("list")
            if not isinstance(value, Tensor)
            else RepeatValue(value, frame.world.new_size("n"))
        )
    length = evaluate(count, frame)
    if isinstance(length, int) and length <= 10_000:
        return ListValue((value,) * length)
    if isinstance(length, Dim):
        return RepeatValue(value, length)
    return Unknown("list")


def _dtype(dtype: str | None, frame: Frame, bare: str | None) -> str | None:
    if dtype in kinds.DTYPE_NAMES:
        return dtype
    known = frame.dims.get("dtype " + (dtype or ""))
    if isinstance(known, str):
        return known
    return (bare or "float32") if dtype is None else None


def _dims(dims: tuple[ast.Expr, ...], frame: Frame) -> tuple[DimLike, ...] | None:
    found: list[DimLike] = []
    for dim in dims:
        if isinstance(dim, ast.Starred):
            several = matching.star(dim, frame)
            if several is None:
                return None
            found.extend(several)
        elif isinstance(dim, ast.Hole):
            found.append(frame.world.new_size("n", 1))
        else:
            value = sizes.size(dim, frame)
            if isinstance(value, ErrorValue):
                return None
            if value is None:
                value = frame.world.new_size("n", 0)
            elif isinstance(value, Dim) and any(s.startswith("?") for s in value.symbols()):
                value = frame.world.settle(value)
            found.append(value)
    return tuple(found)


def check(value: Value, type_: ast.TypeExpr, span: Span, what: str, frame: Frame) -> bool:
    """Whether a def returns what it declares; claims what cannot be proved, reports what is wrong."""
    expanded = expansion.expanded(type_, frame)
    fits = _check(value, expanded, type_.span, span, what, frame)
    if fits and frame.top and frame.definition is not None and _is_lost(value, expanded):
        frame.run.doubts.append(Doubt(frame.definition, span, type_.span))
    return fits


def _is_lost(value: Value, type_: ast.TypeExpr) -> bool:
    """Whether a shape is declared where nothing is known of it."""
    match type_, value:
        case _, Choice(options):
            return any(_is_lost(o, type_) for o in options)
        case ast.OptionalType(inner), _:
            return value is not None and _is_lost(value, inner)
        case ast.UnionType(options), _:
            return all(_is_lost(value, o) for o in options)
        case ast.TensorType(), _:
            return isinstance(value, Unknown) or (isinstance(value, Tensor) and value.dims is None)
        case ast.TupleType(fields), Unknown():
            return any(_is_lost(value, f.type) for f in fields)
        case ast.TupleType(fields, False), (TupleValue(items) | ListValue(items)):
            return any(_is_lost(v, f.type) for f, v in zip(fields, items, strict=False))
        case ast.ListType(element), (ListValue(items) | TupleValue(items)):
            return any(_is_lost(v, element) for v in items)
        case ast.ListType(element), RepeatValue(item):
            return _is_lost(item, element)
        case ast.ListType(element), Unknown():
            return _is_lost(value, element)
    return False


def _check(
    value: Value, type_: ast.TypeExpr, declared: Span, span: Span, what: str, frame: Frame
) -> bool:
    if isinstance(value, (ErrorValue, Unknown)):
        return True
    if isinstance(value, Choice):
        return all(_check(o, type_, declared, span, what, frame) for o in value.options)
    match type_:
        case ast.OptionalType(inner):
            return value is None or _check(value, inner, declared, span, what, frame)
        case ast.UnionType(options):
            fitting = [o for o in options if kinds.fits(o, value, frame)]
            if fitting:
                return _check(value, fitting[0], declared, span, what, frame)
        case ast.TensorType() if isinstance(value, Tensor):
            return _check_tensor(value, type_, declared, span, what, frame)
        case ast.TupleType(items, False) if isinstance(value, (TupleValue, ListValue)) and len(
            items
        ) == len(value.items):
            return all(
                _check(v, f.type, declared, span, what, frame)
                for f, v in zip(items, value.items, strict=True)
            )
        case ast.ListType(element, count):
            return _check_list(value, element, count, declared, span, what, frame)
        case _:
            if kinds.fits(type_, value, frame):
                return True
    world = frame.world
    wanted = declared.text
    decl = frame.definition
    ends = value is None and isinstance(decl, ast.Def) and span is decl.name_span
    frame.report(
        error(
            "E0312",
            f"{what} is declared as {wanted}, but is {describe(world, value)}",
            span,
            "it ends without `return`" if ends else f"this is {describe(world, value)}",
            (Label(declared, "declared here"),),
            help="end every way through it with `return ...`" if ends else None,
        )
    )
    return False


def _check_list(
    value: Value,
    element: ast.TypeExpr,
    count: ast.Expr | None,
    declared: Span,
    span: Span,
    what: str,
    frame: Frame,
) -> bool:
    if not kinds.fits(ast.NamedType(declared, "list"), value, frame):
        frame.report(
            error(
                "E0312",
                f"{what} is declared as {declared.text}, but is {describe(frame.world, value)}",
                span,
                others=(Label(declared, "declared here"),),
            )
        )
        return False
    found: DimLike | None = None
    if isinstance(value, (ListValue, TupleValue)):
        found = len(value.items)
        if not all(_check(v, element, declared, span, what, frame) for v in value.items):
            return False
    elif isinstance(value, RepeatValue):
        found = value.count
        if not _check(value.element, element, declared, span, what, frame):
            return False
    if count is not None and found is not None:
        length = evaluate(count, frame)
        if isinstance(length, DimLike):
            if frame.world.compare(length, found) == "different":
                frame.report(
                    error(
                        "E0312",
                        f"{what} is declared with {frame.world.show(length)} items, "
                        f"but has {frame.world.show(found)}",
                        span,
                        others=(Label(declared, "declared here"),),
                    )
                )
                return False
    return True


def _check_tensor(
    value: Tensor, type_: ast.TensorType, declared: Span, span: Span, what: str, frame: Frame
) -> bool:
    world = frame.world
    wrong: str | None = None
    whence: tuple[Whence, ...] = ()
    ways: tuple[str, ...] = ()
    if not kinds.dtype_fits(type_.dtype, value.dtype):
        wrong = f"its dtype is {value.dtype}"
    elif value.dims is not None and not any(isinstance(d, sizes.NEVER) for d in type_.dims):
        stars = sum(isinstance(d, ast.Starred) for d in type_.dims)
        if (stars == 0 and len(type_.dims) != len(value.dims)) or len(value.dims) < len(
            type_.dims
        ) - stars:
            wrong, ways = f"it has {mismatches.rank(value)}", trail.note(world, value)
        else:
            for expr, axis in matching.axes(type_, value):
                if isinstance(expr, ast.Hole):
                    continue
                if isinstance(expr, ast.Starred):
                    assert isinstance(axis, slice)
                    wrong = wrong or _star(expr, value.dims[axis], span, frame)
                    continue
                assert isinstance(axis, int)
                actual = value.dims[axis]
                if isinstance(expr, ast.Name) and expr.id in frame.unbound:
                    frame.dims[expr.id] = actual
                    frame.unbound.discard(expr.id)
                    continue
                expected = sizes.size(expr, frame)
                if expected is None or isinstance(expected, ErrorValue):
                    continue
                _is_size(expected, world)
                answer = world.compare(actual, expected)
                if answer == "different":
                    wrong = f"axis {axis} is {world.show(actual)}, not {world.show(expected)}"
                    whence = (Whence(value, axis),)
                    break
                if answer == "unknown":
                    world.claimed(Relation(actual, "==", expected), span, needed=False)
    if wrong is None:
        return True
    labels, notes = trail.told(world, (Label(declared, "declared here"), *whence))
    frame.report(
        error(
            "E0312",
            f"{what} is declared as {declared.text}, but is {shape(world, value)}: {wrong}",
            span,
            f"this is {shape(world, value)}",
            labels,
            (*ways, *notes),
        )
    )
    return False


def _is_size(dim: DimLike, world: World) -> None:
    """A hyperparameter that stands for a size by itself is 1 or more."""
    if isinstance(dim, Dim) and len(dim.symbols()) == 1:
        (name,) = dim.symbols()
        if "@" not in name and dim == Dim.symbol(name) and world.facts.domain(name)[0] is None:
            world.assume(Relation(dim, ">=", 1))


def _star(expr: ast.Starred, found: tuple[DimLike, ...], span: Span, frame: Frame) -> str | None:
    if not isinstance(expr.value, ast.Name):
        return None
    name = "*" + expr.value.id
    known = matching.star(expr, frame)
    if known is None:
        frame.dims[name] = found
        frame.unbound.discard(name)
        return None
    world = frame.world
    if len(known) != len(found):
        return f"`{name}` stands for {len(known)} dimensions, not {len(found)}"
    for a, b in zip(known, found, strict=True):
        answer = world.compare(a, b)
        if answer == "different":
            return f"`{name}` is {world.show_shape(known)}, not {world.show_shape(found)}"
        if answer == "unknown":
            world.claimed(Relation(b, "==", a), span, needed=False)
    return None
