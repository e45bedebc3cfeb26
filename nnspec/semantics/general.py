"""Abstract arguments for a general pass: every int a symbol, every choice of a type a world of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling import expansion, kinds, matching, results
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame, tensor_unknown
from nnspec.semantics.values import (
    Device,
    DimLike,
    DType,
    ErrorValue,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.syntax import ast

MOST_WORLDS = 24
# Ranks tried for `*N`.
RANKS = (1, 2, 0)
MOST_RANKS = 9
# `*N` is tried with fewer axes than these, where facts ask for many.
MOST_AXES = 9

World = dict[str, ast.TypeExpr | None]


def alternatives(type_: ast.TypeExpr | None) -> list[ast.TypeExpr | None]:
    """The worlds that a type splits into: absent or given, each option, True and False."""
    match type_:
        case ast.OptionalType(inner):
            return [*alternatives(inner), ast.LiteralType(type_.span, None)]
        case ast.UnionType(options):
            return [a for o in options for a in alternatives(o)]
        case ast.NamedType("bool"):
            return [ast.LiteralType(type_.span, True), ast.LiteralType(type_.span, False)]
    return [type_]


def worlds(signature: ast.Signature, frame: Frame) -> Iterator[World]:
    """Every combination of alternatives of the parameters, up to a number."""
    params = [p for p in signature.params if p.kind != "star"]
    options = [
        [a for a in _alternatives_of(p.type, frame) if not _has_no_size(a, frame)] for p in params
    ]
    for combination in islice(product(*options), MOST_WORLDS):
        yield dict(zip((p.name for p in params), combination, strict=True))


def _alternatives_of(type_: ast.TypeExpr | None, frame: Frame) -> list[ast.TypeExpr | None]:
    return alternatives(expansion.expanded(type_, frame) if type_ is not None else None)


def _has_no_size(type_: ast.TypeExpr | None, frame: Frame) -> bool:
    """Whether a shape names a hyperparameter that is None: such an argument is never given."""
    if not isinstance(type_, ast.TensorType) or frame.body is None:
        return False
    known = frame.body.arguments
    return any(isinstance(d, ast.Name) and known.get(d.id, d) is None for d in type_.dims)


def ranks(signature: ast.Signature, frame: Frame) -> Iterator[dict[str, int]]:
    """A rank for each `*N` of the signature, of those that its facts admit."""
    stars = [n for n in matching.signature_dims(signature, frame) if n.startswith("*")]
    told = [dict(zip(stars, each, strict=True)) for each in product(RANKS, repeat=len(stars))]
    if stars and signature.where:
        from nnspec.semantics.evaluate.calling.ranks import (
            meet,
        )  # few signatures say how many axes there are

        more = product((*RANKS, *range(3, MOST_AXES)), repeat=len(stars))
        every = (dict(zip(stars, each, strict=True)) for each in more)
        hyper = frame.body.arguments if frame.body is not None else {}
        meeting = (
            rank
            for rank in every
            if meet(signature.where, {star[1:]: n for star, n in rank.items()}, hyper)
        )
        # Facts that no rank meets are told by the pass that assumes them.
        told = list(islice(meeting, len(told))) or told
    yield from told[:MOST_RANKS]


def is_static(type_: ast.TypeExpr | None, frame: Frame) -> bool:
    """Whether a hyperparameter of the type can be followed in general."""
    if type_ is None:
        return False
    match expansion.expanded(type_, frame):
        case ast.NamedType(name):
            return name in ("int", "float", "bool", "str", "dtype")
        case ast.LiteralType():
            return True
        case ast.OptionalType(inner):
            return is_static(inner, frame)
        case ast.UnionType(options):
            return all(is_static(o, frame) for o in options)
        case ast.TupleType(items, repeated):
            return not repeated and all(is_static(f.type, frame) for f in items)
    return False


def is_typed(signature: ast.Signature, frame: Frame) -> bool:
    """Whether every argument has a type that says its shape."""
    return all(_says_shape(p.type, frame) for p in signature.params)


def _says_shape(type_: ast.TypeExpr | None, frame: Frame) -> bool:
    if type_ is None:
        return False
    match expansion.expanded(type_, frame):
        case ast.TensorType():
            return True
        case ast.NamedType(name):
            return name in ("int", "float", "bool", "str", "number")
        case ast.OptionalType(inner):
            return _says_shape(inner, frame)
        case ast.UnionType(options):
            return all(_says_shape(o, frame) for o in options)
        case ast.TupleType(items):
            return all(_says_shape(f.type, frame) for f in items)
        case ast.ListType(element):
            return _says_shape(element, frame)
        case ast.LiteralType():
            return True
    return False


def hyperparameter(name: str, type_: ast.TypeExpr | None, frame: Frame) -> Value:
    """The value that stands for all values of a hyperparameter."""
    match type_:
        case ast.LiteralType(value):
            return value
        case ast.NamedType("int"):
            frame.world.facts = frame.world.facts.declare(name, None)
            return Dim.symbol(name)
        case ast.NamedType(kind):
            if kind in ("float", "str", "list", "dict", "tuple"):
                return Unknown(kind)
            if kind == "dtype":
                return DType("float")
            if kind == "device":
                return Device()
            if kind in ("any", "number"):
                return Unknown("any")
            # What comes of a type that nothing declares is told no more: the type was.
            return ErrorValue() if kinds.is_undeclared(type_, frame) else Unknown("layer")
        case ast.TupleType(items, repeated):
            if repeated:
                return Unknown("tuple")
            parts = tuple(
                hyperparameter(f"{name}.{f.name}" if f.name else f"{name}[{i}]", f.type, frame)
                for i, f in enumerate(items)
            )
            names = tuple(f.name for f in items if f.name is not None)
            return TupleValue(parts, names if len(names) == len(items) else None)
        case ast.ListType():
            return Unknown("list")
        case ast.DictType():
            return Unknown("dict")
    return Unknown("any")


def bind_dims(signature: ast.Signature, choice: World, rank: dict[str, int], inner: Frame) -> None:
    """A symbol for each dimension name that the arguments introduce; 0 where only an absent one binds it."""
    world = inner.world
    absent: set[str] = set()
    present: set[str] = set()
    for param in signature.params:
        type_ = expansion.expanded(param.type, inner) if param.type is not None else None
        given = choice.get(param.name)
        if isinstance(given, ast.LiteralType) and given.value is None:
            absent.update(expansion.dim_names(type_))
        else:
            present.update(expansion.bound_names(given))
    in_arguments = {
        n
        for p in signature.params
        if p.type is not None
        for n in expansion.dim_names(expansion.expanded(p.type, inner))
    }
    for name in matching.signature_dims(signature, inner):
        if name not in in_arguments:
            inner.unbound.add(name)
        elif name in absent and name not in present:
            inner.dims[name] = () if name.startswith("*") else 0
        elif name.startswith("*"):
            plain = name[1:]
            symbols = tuple(Dim.symbol(f"{plain}{i}") for i in range(rank.get(name, 1)))
            for symbol in symbols:
                world.facts = world.facts.declare(str(symbol), 1)
            inner.dims[name] = symbols
            inner.dims[plain] = TupleValue(symbols)
        else:
            world.facts = world.facts.declare(name, 1)
            inner.dims[name] = Dim.symbol(name)


def argument(name: str, type_: ast.TypeExpr | None, inner: Frame) -> Value:
    """The value that stands for all values of an argument of a def."""
    match type_:
        case None:
            return Unknown("any")
        case ast.TensorType():
            value = results.value_of(type_, inner, "float32")
            if isinstance(value, Tensor) and value.dims is not None:
                dims = tuple(_positive(d, inner) for d in value.dims)
                value = Tensor(value.dtype or "float32", dims)
            return value
        case ast.LiteralType(value):
            return value
        case ast.NamedType("int"):
            inner.world.facts = inner.world.facts.declare(name, None)
            return Dim.symbol(name)
        case ast.NamedType("tensor" | "number" | "any"):
            return tensor_unknown()
        case ast.NamedType():
            return hyperparameter(name, type_, inner)
        case ast.TupleType(items, repeated):
            if repeated:
                return Unknown("tuple")
            parts = tuple(argument(name, first(f.type), inner) for f in items)
            names = tuple(f.name for f in items if f.name is not None)
            return TupleValue(parts, names if len(names) == len(items) else None)
        case ast.ListType(element, count):
            return _list(name, element, count, inner)
        case ast.OptionalType(some):
            return argument(name, some, inner)
        case ast.UnionType(options):
            return argument(name, options[0], inner)
    return Unknown("any")


def first(type_: ast.TypeExpr) -> ast.TypeExpr | None:
    """The first alternative of a type inside a tuple."""
    return alternatives(type_)[0]


def _positive(dim: DimLike, inner: Frame) -> DimLike:
    if not isinstance(dim, int):
        inner.world.assume_size(dim)
        return inner.world.settle(dim)
    return dim


def _list(name: str, element: ast.TypeExpr, count: ast.Expr | None, inner: Frame) -> Value:
    value = argument(name, first(element), inner)
    length = evaluate(count, inner) if count is not None else None
    if isinstance(length, int) and length <= 1000:
        return ListValue((value,) * length)
    if isinstance(length, Dim):
        return RepeatValue(value, length)
    if isinstance(value, (Tensor, TupleValue)):
        return RepeatValue(value, inner.world.new_size("n"))
    return Unknown("list")
