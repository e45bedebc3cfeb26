"""Every call of the tables, in every place that its function has: torch's shape and dtype, and torch's refusals."""

from __future__ import annotations

import ast

import pytest

from tests.conformance import tables


@pytest.mark.parametrize(("table", "text"), list(tables.lines()))
def test_call(table: str, text: str) -> None:
    forms = tables.forms(ast.parse(text, mode="eval").body)
    assert [said for form in forms if (said := tables.check(ast.unparse(form)))] == []
