"""Messages for arguments that do not fit a signature."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Edit, Fix, Label
from nnspec.semantics import trail
from nnspec.semantics.describe import as_tensor, describe, shape, whole
from nnspec.semantics.evaluate.calling import kinds, widening, written
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.trail import Whence
from nnspec.semantics.values import (
    DimLike,
    Function,
    Layer,
    LayerType,
    LibraryFunction,
    ListValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span, displayed
from nnspec.syntax import ast, implied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.evaluate.calling.matching import Callee

# What gives a tensor when it is called.
CALLED = (Layer, LayerType, Function, LibraryFunction)


def may_be_none(param: ast.Param, span: Span, callee: Callee, frame: Frame) -> None:
    """An argument that is None on some way to the call."""
    frame.report(
        error(
            "E0408",
            f"`{param.name}` of `{callee.name}` may be None here",
            span,
            help=f"decide first, such as `... if {span.text} is not None else ...`",
        )
    )


def _stated(span: Span, value: Tensor, target: str) -> Fix | None:
    """The other dtype for an argument that is a type, as those of a `check` are; None for any other."""
    name, equals, type_ = span.text.rpartition("=")
    head, bracket, sizes = type_.partition("[")
    if not bracket or head not in ("", value.dtype):
        return None
    written = f"{target}[{sizes}"
    return Fix(f"write `{written}`", (Edit(span, name + equals + written),))


def _conversion(span: Span, value: Tensor, target: str) -> str:
    stated = _stated(span, value, target)
    return f"convert it with `.to({target})`" if stated is None else stated.title


def kind(
    param: ast.Param, type_: ast.TypeExpr, value: Value, span: Span, callee: Callee, frame: Frame
) -> None:
    """An argument of another kind, rank or dtype than its type."""
    found = describe(frame.world, value)
    declared = () if callee.library else (Label(param.span, "declared here"),)
    options = type_.options if isinstance(type_, ast.UnionType) else (type_,)
    options = tuple(o.inner if isinstance(o, ast.OptionalType) else o for o in options)
    shapes = [o for o in options if isinstance(o, ast.TensorType)]
    if isinstance(value, Tensor) and shapes:
        ranked = [o for o in shapes if kinds.fits(o, Tensor(None, value.dims), frame)]
        if not ranked:
            wanted = " or ".join(show_type(o, frame) for o in shapes)
            frame.report(
                error(
                    "E0302",
                    f"`{callee.name}` takes {wanted}, but is given {shape(frame.world, value)}",
                    span,
                    f"this has {rank(value)}",
                    (*declared, *made_here(callee)),
                    trail.note(frame.world, value),
                    help=_rank_help(shapes[0], value),
                )
            )
            return
        wanted = " or ".join(sorted({o.dtype or "floating" for o in ranked}))
        target = ranked[0].dtype or "float32"
        frame.report(
            error(
                "E0303",
                f"`{callee.name}` takes {_article(wanted)} {wanted} tensor, but is given {value.dtype}",
                span,
                f"this is {shape(frame.world, value)}",
                declared,
                help=_conversion(span, value, target),
                fix=_stated(span, value, target),
            )
        )
        return
    label = f"this is {whole(frame.world, value)}" if isinstance(value, TupleValue) else ""
    help = as_tensor(value, span.text) if shapes and isinstance(value, CALLED) else None
    strange = _strange_item(options, value, span, frame)
    if strange is not None:
        span, item = strange
        found = f"a list with {describe(frame.world, item)}"
        label, help = f"this is {describe(frame.world, item)}", as_tensor(item, span.text)
    fix = None
    if isinstance(value, str):
        help, fix = written.meant(options, value, span)
    if implied.is_implied(param):
        help, fix = widening.wider(param, type_, value, span)
    frame.report(
        error(
            "E0405",
            f"`{param.name}` of `{callee.name}` takes {_words(type_, callee)}, but is given {found}",
            span,
            label,
            declared,
            help=help,
            fix=fix,
        )
    )


def _strange_item(
    options: tuple[ast.TypeExpr, ...], value: Value, span: Span, frame: Frame
) -> tuple[Span, Value] | None:
    """The first item of a written list that is of another type than the list's, with its place."""
    lists = [o for o in options if isinstance(o, ast.ListType)]
    if not lists or not isinstance(value, (ListValue, TupleValue)):
        return None
    places = displayed(span)
    if len(places) != len(value.items):
        return None
    for place, item in zip(places, value.items, strict=True):
        if not any(kinds.fits(each.element, item, frame) for each in lists):
            return place, item
    return None


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


def rank(tensor: Tensor) -> str:
    """`2 dimensions`."""
    n = tensor.rank
    return f"{n} dimension" + ("" if n == 1 else "s")


def _rank_help(type_: ast.TensorType, value: Tensor) -> str | None:
    missing = len(type_.dims) - (value.rank or 0)
    if any(isinstance(d, ast.Starred) for d in type_.dims):
        return None
    if missing == 1:
        return "add the missing axis with `.unsqueeze(0)` (a batch) or `.unsqueeze(1)` (a channel)"
    if missing < 0:
        return "flatten or reduce the extra axes first, such as `|> flatten(1)`"
    return None


def _words(type_: ast.TypeExpr, callee: Callee) -> str:
    if callee.library and isinstance(type_, ast.TensorType):
        return "a tensor"
    return f"`{implied.text(type_)}`" if type_.span.text else "another value"


def show_type(
    type_: ast.TensorType, frame: Frame, formula: ast.Expr | None = None, size: DimLike = 0
) -> str:
    """The type with the sizes that are known put in: of names, and the `size` of one `formula`."""
    parts = []
    for dim in type_.dims:
        if isinstance(dim, ast.Starred):
            parts.append(dim.span.text)
            continue
        parts.append(frame.world.show(size) if dim is formula else _show_dim(dim, frame))
    prefix = type_.dtype if type_.dtype in kinds.DTYPE_NAMES else ""
    return f"{prefix}[{', '.join(parts)}]"


def _show_dim(dim: ast.Expr, frame: Frame) -> str:
    from nnspec.semantics.evaluate import lookup

    if isinstance(dim, ast.Name):
        value = frame.dims.get(dim.id)
        if value is None and dim.id not in frame.unbound:
            value = lookup.find(dim.id, frame)
        if isinstance(value, DimLike):
            return frame.world.show(value)
    return dim.span.text


def dim(
    param: ast.Param,
    type_: ast.TensorType,
    tensor: Tensor,
    axis: int,
    expr: ast.Expr,
    expected: DimLike,
    span: Span,
    callee: Callee,
    frame: Frame,
) -> None:
    """One size of an argument is another than its type says."""
    world = frame.world
    assert tensor.dims is not None
    actual = tensor.dims[axis]
    needed = _needed(expr, expected, callee, frame)
    if callee.library and callee.made == callee.span and needed:
        # A layer of a Sequential is called where it is made: the argument says more than the whole call.
        span, needed = needed[0].span, needed[1:]
    labels, notes = trail.told(world, (*needed, Whence(tensor, axis)))
    frame.report(
        error(
            "E0301",
            f"`{callee.name}` takes {show_type(type_, frame, expr, expected)}, but is given {shape(world, tensor)}",
            span,
            f"{world.show(actual)} on axis {axis}, where {world.show(expected)} is needed",
            labels,
            notes,
            help=_dim_help(tensor, axis, expr, callee, frame),
            fix=_dim_fix(expr, actual, callee, frame),
        )
    )


def whence(
    tensor: Tensor, axis: int, expr: ast.Expr, expected: DimLike, callee: Callee, frame: Frame
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Where two sizes were set that may be equal, and by which steps that of the tensor came about."""
    needed = _needed(expr, expected, callee, frame)
    return trail.told(frame.world, (*needed, Whence(tensor, axis)))


def _needed(expr: ast.Expr, expected: DimLike, callee: Callee, frame: Frame) -> tuple[Label, ...]:
    """Where the size was declared that an argument should have."""
    found: tuple[Label, ...] = ()
    if isinstance(expr, ast.Name):
        found = trail.declared(frame.world, frame.layer, expr.id)
    if not callee.library:
        return (Label(expr.span, f"{frame.world.show(expected)} expected here"), *found)
    return found or made_here(callee)


def made_here(callee: Callee) -> tuple[Label, ...]:
    """A label at the line that makes the layer."""
    if callee.made is None or callee.made == callee.span:
        return ()
    return (Label(callee.made, f"`{callee.name}` is made here"),)


def _dim_help(
    tensor: Tensor, axis: int, expr: ast.Expr, callee: Callee, frame: Frame
) -> str | None:
    world = frame.world
    assert tensor.dims is not None
    if not callee.library or not isinstance(expr, ast.Name) or callee.made is None:
        return None
    if callee.layer is not None and expr.id not in callee.layer.body.arguments:
        return None
    hole = ", or write `_` to have it worked out" if expr.id in _HOLES else ""
    return f"`{expr.id}` should be {world.show(tensor.dims[axis])}{hole}"


_HOLES = frozenset(
    "in_features in_channels num_features input_size normalized_shape num_channels embed_dim".split()
)


def _dim_fix(expr: ast.Expr, actual: DimLike, callee: Callee, frame: Frame) -> Fix | None:
    if not callee.library or not isinstance(expr, ast.Name) or frame.layer is None:
        return None
    span = argument_span(frame, expr.id)
    if span is None or not span.text.replace("_", "").isdigit() or not isinstance(actual, int):
        # What is computed from other sizes is not mended by a number in its place.
        return None
    size = frame.world.show(actual)
    return Fix(f"make `{expr.id}` {size}", (Edit(span, size),))


def argument_span(frame: Frame, name: str) -> Span | None:
    """Where the hyperparameter of the frame's layer was written, if it was."""
    return frame.layer.spans.get(name) if frame.layer is not None else None


def values_of(fact: ast.Expr, frame: Frame) -> tuple[str, ...]:
    """`H is 30`, for each name of a fact."""
    from nnspec.semantics.evaluate import lookup
    from nnspec.semantics.evaluate.calling import expansion

    found: list[str] = []
    names: list[str] = []
    expansion.names_in(fact, names)
    for name in dict.fromkeys(n for each in names for n in _hyperparameters(each, frame)):
        value = lookup.find(name, frame)
        if isinstance(value, TupleValue):
            if all(i is None or isinstance(i, (DimLike, float, str)) for i in value.items):
                # A size that stays as it is is None.
                shown = (
                    frame.world.show(i) if isinstance(i, DimLike) else repr(i) for i in value.items
                )
                found.append(f"{name} is [{', '.join(shown)}]")
        elif isinstance(value, DimLike) and not isinstance(value, bool):
            found.append(f"{name} is {frame.world.show(value)}")
    return (", ".join(found),) if found else ()


def _hyperparameters(name: str, frame: Frame) -> tuple[str, ...]:
    """The name, or what the library has made it of: users know `kernel_size`, and not its pair `k`."""
    from nnspec.semantics.evaluate.calling import expansion

    body = frame.body
    if body is None or not frame.run.catalog.is_library(body.decl) or name in body.arguments:
        return (name,)
    for member in body.decl.body:
        if isinstance(member, ast.Let) and isinstance(member.target, ast.Name):
            if member.target.id == name:
                names: list[str] = []
                expansion.names_in(member.value, names)
                return tuple(n for n in names if n in body.arguments)
    return (name,)
