"""Arguments against a signature: kinds, ranks, dtypes, and the dims that it binds and compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnspec.record import Record
from nnspec.semantics.describe import shape
from nnspec.semantics.evaluate.calling import binding, expansion, kinds, mismatches, sizes, wheres
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import made
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DimLike,
    ErrorValue,
    Layer,
    ListValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


class Callee(Record):
    """What is called, for messages.

    name: as the user knows it (`fc1`, `max_pool2d`).
    span: the whole call.
    made: where the layer was constructed, if it is one.
    library: whether its signature stands in the library, which the user does not see.
    layer: the layer, if it is one.
    """

    name: str
    span: Span
    made: Span | None
    library: bool
    layer: Layer | None = None


class Pair(Record, frozen=False):
    """One tensor of the arguments with its type."""

    type: ast.TensorType
    tensor: Tensor
    param: ast.Param
    span: Span


def signature_dims(signature: ast.Signature, frame: Frame) -> list[str]:
    """The dimension names that a signature introduces, `*N` as `*N`, in order of appearance."""
    memo = frame.run.recorder.memo
    key = ("dims", signature)
    if key in memo:
        return memo[key]  # type: ignore[no-any-return]
    names: list[str] = []
    types = [p.type for p in signature.params] + [signature.result]
    for type_ in types:
        if type_ is not None:
            names.extend(expansion.dim_names(expansion.expanded(type_, frame)))
    params = {p.name for p in signature.params}
    # In a size, `N` of `numel(N)` is what `*N` covers.
    covered = {n[1:] for n in names if n.startswith("*")}
    result = [
        n
        for n in dict.fromkeys(names)
        if n not in params and n not in covered and _introduces(n, frame)
    ]
    for fact in signature.where:
        match fact:
            case ast.Compare(ast.Name(id), ("==",), _) if (
                _introduces(id, frame) and id not in result
            ):
                result.append(id)
    memo[key] = result
    return result


def _introduces(name: str, frame: Frame) -> bool:
    """Whether a name in a shape is a new dimension: `*N`, or a capitalised name not defined otherwise."""
    if name.startswith("*"):
        name = name[1:]
        if not name[:1].isupper():
            return False
    if not name[:1].isupper():
        return False
    body = frame.body
    if body is not None:
        decl = body.decl
        if name in body.arguments or name in body.members or name in body.parameters:
            return False
        if any(p.name == name for p in decl.signature.params):
            return False
    return name not in frame.scope.names


def match(
    signature: ast.Signature,
    values: dict[str, Value],
    spans: Mapping[str, Span],
    inner: Frame,
    callee: Callee,
    assume_where: bool = False,
) -> bool:
    """Compare arguments with their types and bind the dims of the signature in `inner`.

    inner: the frame of the callee; its locals hold the arguments already.
    assume_where: take the facts of `where` as given (a symbol in a check stands for what they admit).
    Returns False when a mistake was reported.
    """
    names = signature_dims(signature, inner)
    inner.unbound.update(n for n in names if n not in inner.dims)
    pairs: list[Pair] = []
    absent: set[str] = set()
    for param in signature.params:
        if param.type is None or param.name not in values:
            continue
        type_ = expansion.expanded(param.type, inner)
        span = spans.get(param.name, callee.span)
        parts = values[param.name]
        if type(parts) is Unknown and parts.kind in _OPEN and callee.library and _may_be_int(type_):
            # What has no type of its own is some number here, which rules can reckon with.
            values[param.name] = parts = inner.world.new_size("n")
        for value in binding.given_to(param, parts):
            if (
                isinstance(value, Choice)
                and None in value.options
                and not kinds.fits(type_, None, inner)
            ):
                mismatches.may_be_none(param, span, callee, inner)
                return False
            if not kinds.fits(type_, value, inner) or not binding.one_of_several(
                param, value, parts
            ):
                mismatches.kind(param, type_, value, span, callee, inner)
                return False
            if value is None:
                absent.update(n for n in expansion.dim_names(type_))
            pairs.extend(_pairs(type_, value, param, span, inner))
        if param.kind not in binding.SEVERAL and param.name in inner.locals:
            inner.locals[param.name] = named(parts, type_)
    if callee.layer is not None and not made.agrees(pairs, values, spans, inner, callee):
        return False
    if not _dtypes(pairs, inner, callee):
        return False
    if not _bind_plain(pairs, inner, callee):
        return False
    for name in absent & inner.unbound:
        inner.dims[name] = () if name.startswith("*") else 0
        inner.unbound.discard(name)
    if not _compare_all(pairs, inner, callee):
        return False
    unseen = wheres.bind_rest(signature, names, inner)
    return wheres.demand(signature, values, spans, absent, unseen, inner, callee, assume_where)


_OPEN = ("any", "int")


def _may_be_int(type_: ast.TypeExpr) -> bool:
    match type_:
        case ast.NamedType(name):
            return name == "int"
        case ast.UnionType(options):
            return any(_may_be_int(option) for option in options)
        case ast.OptionalType(inner):
            return _may_be_int(inner)
    return False


def named(value: Value, type_: ast.TypeExpr) -> Value:
    """Plain tuples that stand for tuples with named fields can be read by name."""
    match type_:
        case ast.OptionalType(inner):
            return value if value is None else named(value, inner)
        case ast.TupleType(items, False):
            if isinstance(value, Choice):
                return Choice(tuple(o if o is None else named(o, type_) for o in value.options))
            if isinstance(value, TupleValue) and len(items) == len(value.items):
                parts = tuple(named(v, f.type) for v, f in zip(value.items, items, strict=True))
                names = tuple(f.name for f in items if f.name is not None)
                complete = names if names and len(names) == len(items) else None
                return TupleValue(parts, value.names or complete, value.type_name)
        case ast.ListType(element):
            if isinstance(value, ListValue):
                return ListValue(tuple(named(v, element) for v in value.items))
            if isinstance(value, RepeatValue):
                return RepeatValue(named(value.element, element), value.count, value.where)
    return value


def _pairs(
    type_: ast.TypeExpr, value: Value, param: ast.Param, span: Span, frame: Frame
) -> Iterator[Pair]:
    if isinstance(value, Choice):
        for option in value.options:
            if option is not None:
                yield from _pairs(type_, option, param, span, frame)
        return
    match type_:
        case ast.TensorType() if isinstance(value, Tensor):
            yield Pair(type_, value, param, span)
        case ast.OptionalType(inner):
            if value is not None:
                yield from _pairs(inner, value, param, span, frame)
        case ast.UnionType(options):
            for option in options:
                if kinds.fits(option, value, frame):
                    yield from _pairs(option, value, param, span, frame)
                    return
        case ast.TupleType(items, repeated) if isinstance(value, (TupleValue, ListValue)):
            for i, item in enumerate(value.items):
                yield from _pairs(items[0 if repeated else i].type, item, param, span, frame)
        case ast.ListType(element) if isinstance(value, (TupleValue, ListValue)):
            for item in value.items:
                yield from _pairs(element, item, param, span, frame)
        case ast.ListType(element) if isinstance(value, RepeatValue):
            yield from _pairs(element, value.element, param, span, frame)


def _dtypes(pairs: list[Pair], inner: Frame, callee: Callee) -> bool:
    """Dtype variables, and the one floating dtype of bare shapes."""
    for pair in pairs:
        dtype, actual = pair.type.dtype, pair.tensor.dtype
        if actual is None or dtype in kinds.DTYPE_NAMES:
            continue
        if dtype is not None and not dtype[:1].isupper():
            # Not a dtype: reported where names are resolved.
            continue
        key = "dtype " + (dtype or "")
        known = inner.dims.get(key)
        if known is None or known == "float":
            inner.dims[key] = actual
        elif known != actual and actual != "float":
            inner.report(
                error(
                    "E0303",
                    f"`{callee.name}` needs one dtype, but is given {known} and {actual}",
                    pair.span,
                    f"this is {actual}",
                    help=f"convert one of them, such as `.to({known})`",
                )
            )
            return False
    return True


def axes(type_: ast.TensorType, tensor: Tensor) -> Iterator[tuple[ast.Expr, int | slice]]:
    """Each dim of the type with the axis (for `*N` the slice of axes) of the tensor that it describes."""
    assert tensor.dims is not None
    star = next((i for i, d in enumerate(type_.dims) if isinstance(d, ast.Starred)), None)
    if star is None:
        yield from zip(type_.dims, range(len(tensor.dims)), strict=True)
        return
    after = len(type_.dims) - star - 1
    for i in range(star):
        yield type_.dims[i], i
    if any(isinstance(d, ast.Starred) for d in type_.dims[star + 1 :]):
        # Two runs were reported where the type stands: what each of them covers is not known.
        return
    yield type_.dims[star], slice(star, len(tensor.dims) - after)
    for i in range(after):
        yield type_.dims[star + 1 + i], len(tensor.dims) - after + i


def _bind_plain(pairs: list[Pair], inner: Frame, callee: Callee) -> bool:
    for pair in pairs:
        if pair.tensor.dims is None:
            continue
        for expr, axis in axes(pair.type, pair.tensor):
            if isinstance(expr, ast.Starred) and isinstance(expr.value, ast.Name):
                name = "*" + expr.value.id
                assert isinstance(axis, slice)
                found = pair.tensor.dims[axis]
                known = inner.dims.get(name)
                if known is None and name not in inner.unbound:
                    known = star(expr, inner)
                if known is None:
                    inner.dims[name] = found
                    inner.dims[expr.value.id] = TupleValue(found)
                    inner.unbound.discard(name)
                elif not _same_star(known, found, pair, expr, inner, callee):
                    return False
            elif isinstance(expr, ast.Name) and expr.id in inner.unbound:
                assert isinstance(axis, int)
                inner.dims[expr.id] = pair.tensor.dims[axis]
                inner.unbound.discard(expr.id)
    return True


def star(expr: ast.Starred, frame: Frame) -> tuple[DimLike, ...] | None:
    """The sizes that `*N` stands for: a dimension's, or a static list's; None where they are not known."""
    if isinstance(expr.value, ast.Name):
        known = frame.dims.get("*" + expr.value.id)
        if known is not None:
            return known  # type: ignore[no-any-return]
        if "*" + expr.value.id in frame.unbound:
            return None
    value = evaluate(expr.value, frame)
    if isinstance(value, (ListValue, TupleValue)) and all(
        isinstance(i, DimLike) for i in value.items
    ):
        return value.items
    return None


def _same_star(
    known: tuple[DimLike, ...],
    found: tuple[DimLike, ...],
    pair: Pair,
    expr: ast.Starred,
    inner: Frame,
    callee: Callee,
) -> bool:
    world = inner.world
    same = len(known) == len(found)
    if same:
        for a, b in zip(known, found, strict=True):
            answer = world.compare(a, b)
            if answer == "different":
                same = False
            elif answer == "unknown":
                world.claimed(Relation(a, "==", b), pair.span, needed=callee.library)
    if not same:
        inner.report(
            error(
                "E0301",
                f"`{callee.name}` takes arguments with equal leading axes: "
                f"{world.show_shape(found)} in `{pair.param.name}`, {world.show_shape(known)} before",
                pair.span,
                f"this is {shape(world, pair.tensor)}",
            )
        )
    return same


def _compare_all(pairs: list[Pair], inner: Frame, callee: Callee) -> bool:
    world = inner.world
    for pair in pairs:
        if pair.tensor.dims is None:
            continue
        for expr, axis in axes(pair.type, pair.tensor):
            if isinstance(expr, (ast.Starred, ast.Hole)) or isinstance(axis, slice):
                continue
            expected = sizes.size(expr, inner)
            if expected is None or isinstance(expected, ErrorValue):
                continue
            actual = pair.tensor.dims[axis]
            answer = world.compare(expected, actual)
            if answer == "different":
                mismatches.dim(
                    pair.param,
                    pair.type,
                    pair.tensor,
                    axis,
                    expr,
                    expected,
                    pair.span,
                    callee,
                    inner,
                )
                return False
            if answer == "unknown":
                labels, ways = mismatches.whence(pair.tensor, axis, expr, expected, callee, inner)
                world.claimed(
                    Relation(actual, "==", expected),
                    pair.span,
                    needed=callee.library,
                    whence=labels,
                    ways=ways,
                )
    _adopt_solved(inner)
    return True


def _adopt_solved(inner: Frame) -> None:
    """Dims found through arithmetic: `[2 * K]` against 8 gives K."""
    for name in list(inner.unbound):
        solved = inner.world.holes.pop("?" + name, None)
        if solved is not None:
            inner.dims[name] = solved
            inner.unbound.discard(name)
