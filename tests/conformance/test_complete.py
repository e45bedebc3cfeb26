"""The tables forget nothing: every function and method of the library, and every parameter, in calls that torch takes and refuses."""

from __future__ import annotations

import ast
from collections import defaultdict

from nnspec.syntax.ast import ExternDef
from tests.conformance import harness, tables

# Which have no meaning on every machine, or whose calls hold more than tensors and numbers.
APART = {"cuda": "needs the device", "checkpoint": "takes a function"}
# Where calls of the tables can be written.
PLACES = {
    "torch",
    "torch.nn.functional",
    "torch.linalg",
    "torch.fft",
    "torch.special",
    "einops",
    "Tensor",
}


def wanted() -> set[str]:
    """`name()` for functions, `.name()` for methods, `name(parameter)` for parameters."""
    found: set[str] = set()
    for declared in harness.catalog().all_declarations():
        if not isinstance(declared, ExternDef) or declared.name in APART:
            continue
        if not PLACES.intersection(declared.places):
            continue
        method = "Tensor" in declared.places
        if method:
            found.add(f".{declared.name}()")
        if set(declared.places) - {"Tensor"}:
            found.add(f"{declared.name}()")
        for param in declared.signature.params[1 if declared.places == ("Tensor",) else 0 :]:
            found.add(f"{declared.name}({param.name})")
    return found


def covered() -> dict[bool, set[str]]:
    """The same of the calls that torch accepts, and of those that it refuses."""
    found: dict[bool, set[str]] = defaultdict(set)
    for _, text in tables.lines():
        for form in tables.forms(ast.parse(text, mode="eval").body):
            name = tables.name_of(form)
            if name is not None and (said := tables.given(form)) is not None:
                accepted, method, params = said
                found[accepted].add(f".{name}()" if method else f"{name}()")
                found[accepted] |= {f"{name}({p})" for p in params}
    return found


def test_all_is_called() -> None:
    found = covered()
    assert sorted(wanted() - found[True]) == [], "no call that torch accepts"
    assert sorted(wanted() - found[False]) == [], "no call that torch refuses"
