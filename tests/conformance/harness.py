"""Calls of the library as the compiler sees them, beside the same calls of torch on the meta device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog, library
from nnspec.semantics import rules
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import indexes
from nnspec.semantics.evaluate.calling import calls, overloads
from nnspec.semantics.evaluate.calling.binding import Bound, Given
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.rules.indexing import SliceItem
from nnspec.semantics.values import (
    Device,
    DimLike,
    DType,
    ErrorValue,
    LayerType,
    LibraryFunction,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.source import Source, Span
from nnspec.syntax import ast
from tests.conformance import exceptions

_SOURCE = Source("<conformance>", 'call "text"')
SPAN = Span(_SOURCE, 0, 4)
# Where a string stands: patterns of axes are read where they are written.
_QUOTED = Span(_SOURCE, 5, 11)
_NAME = ast.Name(SPAN, "call")


@cache
def catalog() -> Catalog:
    """The library, read once."""
    return library()


class Outcome:
    """What the checker says of a call: its value, and the mistakes it reported."""

    def __init__(self, value: Value, diagnostics: Sequence[Diagnostic]) -> None:
        self.value = value
        self.errors = [d for d in diagnostics if d.severity == "error"]

    @property
    def refused(self) -> bool:
        """Whether a mistake was reported."""
        return bool(self.errors) or isinstance(self.value, ErrorValue)

    def __repr__(self) -> str:
        said = "; ".join(f"{d.code} {d.message}" for d in self.errors)
        return f"{self.value!r} {said}".strip()


class Checker:
    """A pass of its own for every call."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.run = new_run(catalog(), Recorder(), lambda d, depth: self.found.append(d))
        file = ast.File(SPAN, _SOURCE, None, ())
        self.frame = Frame(self.run, FileScope(file, "conformance"), "call")

    def call(self, callee: Value, args: Sequence[Any], kwargs: dict[str, Any]) -> Outcome:
        """Call a value of the language with Python values and tensors."""
        given = [_given(None, a) for a in args] + [_given(k, v) for k, v in kwargs.items()]
        node = ast.Call(SPAN, _NAME, ())
        return Outcome(calls.call(callee, given, node, _NAME, self.frame), self.found)

    def method(self, name: str, receiver: Value, args: Sequence[Any]) -> Outcome:
        """Call a method of a tensor that the checker knows."""
        return self.call(LibraryFunction(name, catalog().methods(name), receiver), args, {})


def _given(name: str | None, value: Any) -> Given:
    return Given(name, abstract(value), _QUOTED if isinstance(value, str) else SPAN)


def function(name: str, *args: Any, place: str = "", **kwargs: Any) -> Outcome:
    """A library function, by its bare name or in a namespace."""
    decls = catalog().in_namespace(place, name) if place else catalog().functions(name)
    assert decls, f"the library has no function {place}.{name}"
    return Checker().call(LibraryFunction(name, decls), args, kwargs)


def bound(
    name: str, decls: tuple[ast.ExternDef, ...], args: Sequence[Any], kwargs: dict[str, Any]
) -> set[str]:
    """The parameters that a call gives, of the declaration that it means."""
    given = [_given(None, a) for a in args] + [_given(k, v) for k, v in kwargs.items()]
    _, found = overloads.choose(LibraryFunction(name, decls), given, name, Checker().frame, SPAN)
    return set(found.spans) if isinstance(found, Bound) else set(kwargs)


def method(name: str, receiver: torch.Tensor, *args: Any, **kwargs: Any) -> Outcome:
    """A tensor method."""
    decls = catalog().methods(name)
    assert decls, f"the library has no method {name}"
    return Checker().call(LibraryFunction(name, decls, abstract(receiver)), args, kwargs)


def construct(checker: Checker, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Outcome:
    """Make a layer of the library."""
    decl = catalog().layer(name)
    assert decl is not None, f"the library has no layer {name}"
    return checker.call(LayerType(decl, catalog().scope_of(decl)), args, kwargs)


def index(x: torch.Tensor, items: tuple[Any, ...], tupled: bool = False) -> Outcome:
    """`x[items]`. tupled: whether they are written as a tuple, `x[item,]`."""
    checker = Checker()
    axes = indexes.of_axes([abstract(i) for i in items], tupled)
    value = rules.index(checker.frame.world, abstract(x), tuple(axes), SPAN, ())
    return Outcome(value, checker.found)


def operator(op: str, left: Any, right: Any) -> Outcome:
    """`left op right`."""
    checker = Checker()
    world = checker.frame.world
    value = rules.binary(world, op, abstract(left), abstract(right), SPAN, SPAN, SPAN)
    return Outcome(value, checker.found)


def abstract(value: Any) -> Value:
    """A Python value or a tensor as the checker sees it."""
    match value:
        case torch.Tensor():
            return Tensor(_dtype(value.dtype), tuple(value.shape))
        case torch.dtype():
            return DType(_dtype(value))
        case torch.device():
            return Device()
        case slice():
            return SliceItem(*(abstract(v) for v in (value.start, value.stop, value.step)))
        case tuple() | torch.Size():
            return TupleValue(tuple(abstract(v) for v in value))
        case list():
            return ListValue(tuple(abstract(v) for v in value))
    return value


def _dtype(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def differs(value: Value, expected: Any) -> str | None:
    """Where the checker's value is not what torch gave; None where it is."""
    match expected:
        case torch.Tensor():
            if not isinstance(value, Tensor):
                return f"{value!r} for a tensor {tuple(expected.shape)}"
            if value.dims is None or not _same_dims(value.dims, tuple(expected.shape)):
                return f"dims {value.dims} for {tuple(expected.shape)}"
            dtype = _dtype(expected.dtype)
            if value.dtype != dtype and not (value.dtype == "float" and dtype == "float32"):
                return f"dtype {value.dtype} for {dtype}"
            return None
        case tuple() | list() if not isinstance(value, Unknown):
            if isinstance(value, RepeatValue):
                value = ListValue((value.element,) * len(expected))
            if not isinstance(value, (TupleValue, ListValue)) or len(value.items) != len(expected):
                return f"{value!r} for {len(expected)} values"
            for one, other in zip(value.items, expected, strict=True):
                found = differs(one, other)
                if found is not None:
                    return found
            return None
        case torch.dtype():
            return None if value == abstract(expected) else f"{value!r} for {expected!r}"
        case torch.finfo() | torch.iinfo():
            assert isinstance(value, TupleValue) and value.names is not None
            told = {n: getattr(expected, n, None) for n in value.names}
            return (
                None
                if dict(zip(value.names, value.items)) == told
                else f"{value!r} for {expected!r}"
            )
    if isinstance(value, Dim) and type(expected) is int:
        # An int that only the data decide, such as `x.item()`.
        of_data = any("@" in name for name in value.symbols())
        return None if of_data or value == expected else f"{value!r} for {expected!r}"
    if isinstance(value, Unknown):
        return (
            None
            if value.kind in ("any", type(expected).__name__)
            else f"{value!r} for {expected!r}"
        )
    return None if value == expected else f"{value!r} for {expected!r}"


def _same_dims(dims: tuple[DimLike, ...], shape: tuple[int, ...]) -> bool:
    """Sizes agree; a size that only the data decide (`nonzero@1`) may be any."""
    return len(dims) == len(shape) and all(
        isinstance(d, Dim) and any("@" in name for name in d.symbols()) or d == size
        for d, size in zip(dims, shape, strict=True)
    )


REFUSALS = (
    RuntimeError,
    ValueError,
    IndexError,
    TypeError,
    AssertionError,
    NotImplementedError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    KeyError,
)
# What torch says of the zeros that a tensor holds here: none of it is of shapes or dtypes, so the meta device is asked.
OF_VALUES = (
    "singular",
    "positive-definite",
    "positive definite",
    "invalid multinomial distribution",
    "probability",
    "failed to converge",
    "Class values must be",
    "check_errors",
    "is zero and using it on lu_solve",
)
# What this processor cannot, or what the zeros forbid and the meta device cannot tell: the checker may refuse it or not.
OPEN = (
    "not compiled with CUDA",
    "only supported on CUDA",
    "weights sum to zero",
    "ctc_loss_allocate_outputs",
    "Pivots given to lu_solve",
    "window overlap add min",
    "MKL FFT error",
    "allocated size does not match",
    "not implemented for",
    "not implemented on the CPU",
    "on CPU",
    "ZeroDivisionError",
    "Unsupported dtype Half",
    "MKL FFT doesn't support",
)


def compare(
    outcome: Callable[[], Outcome],
    truth: Callable[[], Any],
    meta: Callable[[], Any] | None = None,
) -> str | None:
    """Where checker and torch disagree: one refuses, or the results differ. None where they agree.

    meta: the same on the meta device, which is asked where torch refuses the values, or has no kernel for the dtype.
    What the processor alone refuses the checker may refuse as well.
    """
    either = False
    try:
        expected = truth()
    except REFUSALS as e:
        either = any(words in str(e) for words in OPEN)
        try:
            if meta is None or not (either or any(words in str(e) for words in OF_VALUES)):
                raise e
            expected = meta()
        except REFUSALS:
            found = outcome()
            if either or found.refused:
                return None
            return f"torch refuses ({_line(e)}), the checker gives {found}"
    found = outcome()
    if not found.refused:
        return differs(found.value, expected)
    if either or exceptions.on_purpose(found.errors):
        return None
    return f"torch gives {_shown(expected)}, the checker refuses: {found}"


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _shown(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{_dtype(value.dtype)}{list(value.shape)}"
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(_shown(v) for v in value) + ")"
    return repr(value)
