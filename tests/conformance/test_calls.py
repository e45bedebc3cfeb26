"""Every call of the tables: torch's shape and dtype, and torch's refusals."""

from __future__ import annotations

import pytest

from tests.conformance import tables


@pytest.mark.parametrize(("table", "text"), list(tables.lines()))
def test_call(table: str, text: str) -> None:
    assert tables.check(text) is None
