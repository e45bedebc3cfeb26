"""Changed calls: sizes, ranks, dtypes, axes, arguments. Where torch refuses the checker refuses, else results are equal.

`make conformance` draws 50 changes of each function, method and operator, and writes every call of the tables as a spec.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nnspec
from nnspec.semantics.values import Tensor
from tests.conformance import harness, mutation, spec_text, tables

COUNT = int(os.environ.get("NNSPEC_CONFORMANCE", "0"))


def _forms() -> dict[str, list[ast.expr]]:
    """The calls of the tables by what they call, layers left out."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for _, text in tables.lines():
        node = ast.parse(text, mode="eval").body
        name = tables.name_of(node)
        if name is not None:
            found[name].extend(tables.forms(node))
        elif not isinstance(node, ast.Call):
            found[type(node).__name__].append(node)
    return dict(sorted(found.items()))


FORMS = _forms()
GROUPS = [[name] for name in FORMS] if COUNT else [list(FORMS)]


@st.composite
def changed(draw: st.DrawFn, names: list[str]) -> str:
    """A call of the tables with one to three changes."""
    name = draw(st.sampled_from(names))
    form = draw(st.sampled_from(FORMS[name]))
    random = draw(st.randoms(use_true_random=False))
    return ast.unparse(mutation.mutated(form, random))


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0] if COUNT else "all")
def test_changed_calls(names: list[str]) -> None:
    @settings(
        max_examples=COUNT or 1500,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(changed(names))
    def agree(text: str) -> None:
        assert tables.check(text) is None

    agree()


def _accepted() -> list[tuple[str, Any]]:
    """The calls of the tables that torch takes, with what it gives: without COUNT one in twelve of them."""
    found = []
    texts = [text for _, text in tables.lines()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in texts if COUNT else texts[::12]:
            node = ast.parse(text, mode="eval").body
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
                continue
            try:
                value = eval(text, tables.NAMES)
            except harness.REFUSALS:
                continue
            if spec_text.of(value) is not None and not tables.checked(node).refused:
                found.append((text, value))
    return found


def _errors(text: str, folder: Path) -> list[str]:
    path = folder / "call.nnspec"
    path.write_text(text)
    report = nnspec.check(path)
    return [d.message for d in report.diagnostics if d.severity == "error"]


def test_calls_in_specs(tmp_path: Path) -> None:
    """The stated result is accepted; with another size, or another dtype, it is refused."""
    wrong = []
    for text, value in _accepted():
        node = ast.parse(text, mode="eval").body
        said = _errors(spec_text.written(node, str(spec_text.of(value))), tmp_path)
        if said:
            wrong.append((text, "refused", said))
        made = tables.checked(node).value
        if not isinstance(value, torch.Tensor) or not isinstance(made, Tensor) or made.dims is None:
            continue
        claims = [spec_text.wrong_dtype(value)]
        # A size that the data decide may be any.
        claims += [
            spec_text.wrong_size(value, i) for i, d in enumerate(made.dims) if isinstance(d, int)
        ]
        for claim in claims:
            if not _errors(spec_text.written(node, claim), tmp_path):
                wrong.append((text, "accepted", [claim]))
    assert wrong == []
