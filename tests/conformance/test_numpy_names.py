"""NumPy's names of arguments are taken by the functions that torch itself reads them for, and by no other."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from nnspec.semantics.evaluate.calling.numpy_names import NAMES, takes_numpy_names
from nnspec.syntax import ast
from tests.conformance import harness

FUNCTIONS = [
    d
    for d in harness.catalog().all_declarations()
    if isinstance(d, ast.ExternDef)
    and any(p.name in NAMES.values() for p in d.signature.params)
    and all(place == "Tensor" or place.startswith("torch") for place in d.places)
]


def _found(place: str, name: str) -> Any:
    value: Any = torch
    for part in ["Tensor"] if place == "Tensor" else place.split(".")[1:]:
        value = getattr(value, part)
    return getattr(value, name)


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda d: d.name)
def test_compiled_functions_alone(declared: ast.ExternDef) -> None:
    # A function that is compiled in one of its places and Python in another (`unflatten`) counts as Python.
    compiled = not any(inspect.isfunction(_found(p, declared.name)) for p in declared.places)
    assert takes_numpy_names(declared) == compiled
