"""Every call of the tables, in every place that its function has: torch's shape and dtype, and torch's refusals."""

from __future__ import annotations

import ast
from itertools import groupby

import pytest

from tests.conformance import tables


def _name(line: tuple[str, str]) -> tuple[str, str]:
    table, text = line
    node = ast.parse(text, mode="eval").body
    return table, tables.name_of(node) or type(node).__name__


GROUPS = [(key, [text for _, text in lines]) for key, lines in groupby(tables.lines(), _name)]


@pytest.mark.parametrize("texts", [t for _, t in GROUPS], ids=["-".join(key) for key, _ in GROUPS])
def test_calls(texts: list[str]) -> None:
    wrong = []
    for text in texts:
        for form in tables.forms(ast.parse(text, mode="eval").body):
            written = ast.unparse(form)
            said = tables.check(written)
            if said is not None:
                wrong.append((written, said))
    assert wrong == []
