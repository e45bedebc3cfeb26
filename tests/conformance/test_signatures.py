"""Arguments of the declarations: torch's names, order, defaults and kinds."""

from __future__ import annotations

import ast as python
import inspect
import math
from collections.abc import Callable, Collection
from typing import Any

import pytest
import torch
from torch import nn

from nnspec.syntax import ast
from tests.conformance import harness

# What every creation function has in torch's own place and way; a layer has its `device` and `dtype` as any other argument.
PLACED = {
    "device",
    "dtype",
    "layout",
    "pin_memory",
    "generator",
    "out",
    "memory_format",
    "requires_grad",
}

LAYERS = sorted(
    {d.name for d in harness.catalog().all_declarations() if isinstance(d, ast.ExternModule)}
)
FUNCTIONS = sorted(
    (
        (place, d)
        for d in harness.catalog().all_declarations()
        if isinstance(d, ast.ExternDef)
        for place in d.places
        if place.startswith("torch")
    ),
    key=lambda pair: (pair[0], pair[1].name, pair[1].span.start),
)


class Argument:
    """Name, kind and default of an argument, ours or torch's."""

    def __init__(self, name: str, kind: str, default: Any) -> None:
        self.name = name
        self.kind = kind
        self.default = default

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Argument) or (self.name, self.kind) != (other.name, other.kind):
            return False
        # `T?` implies None, also where torch wants the argument.
        return _same(self.default, other.default) or (
            self.default is None and other.default is REQUIRED
        )

    def __repr__(self) -> str:
        return f"{self.name}:{self.kind}={self.default!r}"


REQUIRED = "required"


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs)
    if isinstance(theirs, (tuple, list)) and isinstance(ours, (tuple, list)):
        return list(ours) == list(theirs)
    if callable(theirs):
        return ours == getattr(theirs, "__name__", None)
    return bool(ours == theirs)


def ours(signature: ast.Signature, placed: Collection[str] = PLACED) -> list[Argument]:
    """The arguments of a declaration."""
    found = []
    for param in signature.params:
        if param.name in placed:
            continue
        kind = {"plain": "plain", "star": "star", "keyword": "keyword"}[param.kind]
        default: Any = REQUIRED
        if param.default is not None:
            default = _literal(param.default.span.text)
        elif isinstance(param.type, ast.OptionalType):
            default = None
        if param.kind == "star":
            default = None
        found.append(Argument(param.name, kind, default))
    return found


def _literal(text: str) -> Any:
    try:
        return python.literal_eval(text)
    except ValueError:
        return eval(text, {"__builtins__": {}})


def theirs(
    function: Callable[..., Any], skip: int = 0, placed: Collection[str] = PLACED
) -> list[Argument] | None:
    """The arguments of a Python function; None where it takes `*args, **kwargs`."""
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    kinds = {
        inspect.Parameter.POSITIONAL_OR_KEYWORD: "plain",
        inspect.Parameter.POSITIONAL_ONLY: "plain",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
        inspect.Parameter.VAR_POSITIONAL: "star",
    }
    if [p.name for p in parameters] == ["args", "kwargs"]:
        return None
    found = []
    for p in parameters:
        if p.kind is inspect.Parameter.VAR_KEYWORD or p.name in placed:
            continue
        default = REQUIRED if p.default is inspect.Parameter.empty else p.default
        found.append(Argument(p.name, kinds[p.kind], None if kinds[p.kind] == "star" else default))
    return found


# RNNs are constructed through *args; torch's own order is in their docstrings. Identity takes anything.
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name: str) -> None:
    declared = harness.catalog().layer(name)
    assert declared is not None
    expected = theirs(getattr(nn, name).__init__, skip=1, placed=())
    if expected is None:
        pytest.skip("torch says *args, **kwargs")
    assert ours(declared.signature, placed=()) == expected


def _schemas(name: str) -> list[list[str]]:
    found = []
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}"):
        names = [a.name for a in schema.arguments if a.name not in PLACED]
        found.append(["input" if n == "self" else n for n in names])
    return found


def _resolve(place: str, name: str) -> Any:
    value: Any = torch
    for part in place.split(".")[1:]:
        value = getattr(value, part)
    return getattr(value, name)


# What torch takes as `*args`, or declares under an operator of another name: the arguments of its documentation.
DOCUMENTED = {
    "checkpoint": ["function", "args", "use_reentrant", "preserve_rng_state"],
    "asarray": ["obj", "copy"],
    "broadcast_tensors": ["tensors"],
    "einsum": ["equation", "operands"],
    "finfo": ["type"],
    "iinfo": ["type"],
    "logsigmoid": ["input"],
    "meshgrid": ["tensors", "indexing"],
    "nonzero": ["input", "as_tuple"],
    "one_hot": ["input", "num_classes"],
    "sort": ["input", "dim", "descending", "stable"],
    "unique": ["input", "sorted", "return_inverse", "return_counts", "dim"],
}
# A second form: einsum of operands with the numbers of their axes behind them.
DOCUMENTED_TOO = {"einsum": ["operand", "axes", "more"]}


@pytest.mark.parametrize(
    ("place", "declared"), FUNCTIONS, ids=lambda v: v if isinstance(v, str) else v.name
)
def test_function(place: str, declared: ast.ExternDef) -> None:
    mine = ours(declared.signature)
    names = [a.name for a in mine]
    real = _resolve(place, declared.name)
    # Functions that pick one of two by an argument hold both in their closure.
    for cell in getattr(real, "__closure__", None) or ():
        if callable(cell.cell_contents) and declared.name in cell.cell_contents.__name__:
            real = cell.cell_contents
    try:
        expected = theirs(real)
    except ValueError:
        expected = None
    if expected and mine == expected:
        return
    if names in (DOCUMENTED.get(declared.name), DOCUMENTED_TOO.get(declared.name)):
        return
    prefix = {
        "torch.linalg": "linalg_",
        "torch.fft": "fft_",
        "torch.special": "special_",
    }.get(place)
    if prefix is None:
        assert names in _schemas(declared.name), expected
    else:
        # torch.linalg calls its matrices A and B, its operators call them self and other.
        schemas = _schemas(prefix + declared.name)
        assert [n.lower() for n in names[1:]] in [[n.lower() for n in s[1:]] for s in schemas]


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            d.name
            for d in harness.catalog().all_declarations()
            if isinstance(d, ast.ExternDef) and "Tensor" in d.places
        }
    ),
)
def test_method(name: str) -> None:
    assert hasattr(torch.Tensor, name)
