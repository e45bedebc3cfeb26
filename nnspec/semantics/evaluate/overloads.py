"""Which declaration of a library function a call means, and with which values."""

from __future__ import annotations

from itertools import product

from nnspec.semantics.evaluate import (
    binding,
    externs,
    kinds,
    lookup,
)
from nnspec.semantics.evaluate.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.matching import Callee
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Builtin,
    Choice,
    DType,
    LibraryFunction,
    Tensor,
    Value,
)
from nnspec.source import Span
from nnspec.syntax import ast

# More combinations of what arguments may be than these are not followed one by one.
MOST_WAYS = 16


def gives_none(callee: LibraryFunction, given: list[Given], frame: Frame, span: Span) -> bool:
    """Report an argument that may be None where the function needs a value."""
    if not any(isinstance(a.value, Choice) and None in a.value.options for a in given):
        return False
    receiver = [] if callee.receiver is None else [Given(None, callee.receiver, span)]
    for decl in callee.decls:
        bound = binding.bind(decl.signature, [*receiver, *given], callee.name, span)
        if isinstance(bound, Bound):
            return externs.gives_none(
                decl.signature, bound, Callee(callee.name, span, None, True), frame
            )
    return False


def ways(callee: Value, given: list[Given]) -> list[list[Given]] | None:
    """Library calls see one value at a time: each combination of what an argument may be."""
    if not isinstance(callee, LibraryFunction) or not any(
        isinstance(a.value, Choice) for a in given
    ):
        return None
    options = [a.value.options if isinstance(a.value, Choice) else (a.value,) for a in given]
    ways = list(product(*options))
    if len(ways) > MOST_WAYS:
        return None
    return [[Given(a.name, v, a.span) for a, v in zip(given, way, strict=True)] for way in ways]


def as_dtype(value: Value) -> Value:
    """`bool`, `float`, `int` as arguments of torch's functions are dtypes."""
    if isinstance(value, Builtin) and value.receiver is None and value.name in lookup.DTYPES:
        return DType(lookup.DTYPES[value.name])
    return value


def choose(
    callee: LibraryFunction, given: list[Given], name: str, frame: Frame, span: Span
) -> tuple[ast.ExternDef, Bound | Misfit]:
    """The first declaration whose parameters take the arguments; else the first one, with why not."""
    first: tuple[ast.ExternDef, Bound | Misfit] | None = None
    loose: tuple[ast.ExternDef, Bound] | None = None
    for decl in callee.decls:
        bound = binding.bind(decl.signature, given, name, span, whole="Tensor" in decl.places)
        if first is None:
            first = decl, bound
        if isinstance(bound, Misfit):
            continue
        if _kinds_fit(decl, bound, frame):
            return decl, bound
        loose = loose or (decl, bound)
    if loose is not None:
        return loose
    assert first is not None
    return first


def _kinds_fit(decl: ast.ExternDef, bound: Bound, frame: Frame) -> bool:
    def loosely(v: Value) -> Value:
        return Tensor(None, v.dims) if isinstance(v, Tensor) else v

    for param in decl.signature.params:
        if param.type is None or param.name not in bound.values:
            continue
        value = bound.values[param.name]
        parts = binding.given_to(param, value)
        if not all(
            kinds.fits(param.type, loosely(v), frame) and binding.one_of_several(param, v, value)
            for v in parts
        ):
            return False
    return True
