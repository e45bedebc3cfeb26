"""The library's files: every declaration parses, and every rule that it names is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nnspec.library import index
from nnspec.semantics import rules
from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.parser import parse

FILES = sorted((Path(__file__).parents[2] / "nnspec" / "library").glob("*.nnspec"))

# What only the evaluator can do: it calls what it is given.
EVALUATOR = {"apply", "wrap"}


def _declarations(path: Path) -> tuple[ast.Declaration, ...]:
    parsed = parse(Source(path.name, path.read_text("utf-8")))
    assert parsed.diagnostics == ()
    return parsed.file.declarations


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_file(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) < 400
    declared = _declarations(path)
    assert [d.name for d in declared if not isinstance(d, ast.Import | ast.Check)] == [
        entry.name for entry in index.index(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_rules_are_there(path: Path) -> None:
    for declaration in _declarations(path):
        if isinstance(declaration, ast.ExternDef | ast.ExternModule) and declaration.rule:
            if declaration.rule not in EVALUATOR:
                assert callable(rules.find(declaration.rule)), declaration.name


def test_no_rule_is_unused() -> None:
    named = {
        d.rule
        for path in FILES
        for d in _declarations(path)
        if isinstance(d, ast.ExternDef | ast.ExternModule)
    }
    assert set(rules.RULES) <= named


def test_layers_are_declared_once() -> None:
    names = Counter(
        d.name for path in FILES for d in _declarations(path) if isinstance(d, ast.ExternModule)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_forwards() -> None:
    """Every layer says what its forward takes."""
    for path in FILES:
        for declaration in _declarations(path):
            if isinstance(declaration, ast.ExternModule):
                forwards = [
                    m for m in declaration.body if isinstance(m, ast.Def) and m.name == "forward"
                ]
                assert len(forwards) == 1, declaration.name
