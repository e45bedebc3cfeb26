"""What `finfo` and `iinfo` say of a dtype, compared with torch."""

from __future__ import annotations

import pytest
import torch

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics import rules
from nnspec.semantics.dims import Facts
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.values import ERROR, DType, TupleValue
from nnspec.semantics.world import World
from nnspec.source import Source, Span

from . import harness

FLOATS = ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]


def limits(function: str, dtype: str, found: list[Diagnostic]) -> object:
    """What the rule answers; mistakes go into `found`."""
    (decl,) = harness.catalog().functions(function)
    span = Span(Source("x", ""), 0, 0)
    call = RuleCall(
        World(Facts.empty, found.append), decl, function, span, {"type": DType(dtype)}, {}
    )
    return rules.find(function)(call)


@pytest.mark.parametrize(
    "function, dtype", [("finfo", d) for d in FLOATS] + [("iinfo", d) for d in INTEGERS]
)
def test_limits(function: str, dtype: str) -> None:
    answer = limits(function, dtype, [])
    real = getattr(torch, function)(getattr(torch, dtype))
    assert isinstance(answer, TupleValue) and answer.names is not None
    for name, value in zip(answer.names, answer.items, strict=True):
        assert value == getattr(real, name), name


@pytest.mark.parametrize("function, dtype", [("finfo", "int64"), ("iinfo", "float32")])
def test_of_the_other_kind(function: str, dtype: str) -> None:
    found: list[Diagnostic] = []
    assert limits(function, dtype, found) is ERROR
    assert [d.code for d in found] == ["E0303"]
