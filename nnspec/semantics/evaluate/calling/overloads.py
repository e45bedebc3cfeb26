"""Which declaration of a library function a call means, and with which values."""

from __future__ import annotations

from itertools import product

from nnspec.semantics.evaluate import lookup
from nnspec.semantics.evaluate.calling import binding, externs, kinds, numpy_names
from nnspec.semantics.evaluate.calling.binding import Bound, Given, Misfit
from nnspec.semantics.evaluate.calling.matching import Callee
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
        named = numpy_names.torch_names([*receiver, *given], decl)
        bound = binding.bind(decl.signature, named, callee.name, span)
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
    """The first declaration whose parameters take the arguments; else the nearest one, with why not."""
    misfits: list[tuple[ast.ExternDef, Misfit]] = []
    loose: tuple[ast.ExternDef, Bound] | None = None
    for decl in callee.decls:
        named = numpy_names.torch_names(given, decl)
        bound = binding.bind(
            decl.signature,
            named,
            name,
            span,
            whole="Tensor" in decl.places,
            method=callee.receiver is not None,
        )
        if isinstance(bound, Misfit):
            misfits.append((decl, bound))
            continue
        if _kinds_fit(decl, bound, frame):
            return decl, bound
        loose = loose or (decl, bound)
    if loose is not None:
        return loose
    return max(misfits, key=lambda found: _nearness(found[0], found[1], given))


def _nearness(decl: ast.ExternDef, why: Misfit, given: list[Given]) -> tuple[int, ...]:
    """Of two declarations that do not fit the nearer one: it has more of the arguments, or one that is meant, or more names."""
    named = len(decl.signature.params) if why.code == "E0404" else 0
    return _taken(decl.signature, given), why.fix is not None, named


def _taken(signature: ast.Signature, given: list[Given]) -> int:
    """How many of the arguments there are parameters for."""
    names = {p.name for p in signature.params} | {
        numpy
        for numpy, own in numpy_names.NAMES.items()
        if any(p.name == own for p in signature.params)
    }
    places = sum(p.kind == "plain" for p in signature.params)
    return sum(a.name in names if a.name is not None else i < places for i, a in enumerate(given))


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
