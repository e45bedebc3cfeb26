"""What is proved for all hyperparameters, against passes with numbers, in which every loop is unrolled."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from nnspec.project import Entry, Project
from nnspec.semantics.instances import mistakes
from nnspec.syntax import ast

CASES = sorted((Path(__file__).parents[1] / "cases" / "proofs").glob("*.md"))
TRIES = 10


def entry_of(case: Path) -> Entry:
    found = re.search("```nnspec\n(.*?)```", case.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return Project().entry(Path("case.nnspec"), found[1])


def is_doubted(module: ast.Module, entry: Entry) -> bool:
    assert entry.report is not None
    span = module.span
    return any(span.start <= d.span.start < span.end for d in entry.report.diagnostics)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_is_proved_in_general_holds_for_numbers(case: Path) -> None:
    random = Random(case.stem)
    project, entry = Project(), entry_of(case)
    assert entry.scope is not None
    for module in entry.scope.file.declarations:
        if not isinstance(module, ast.Module) or is_doubted(module, entry):
            continue
        params = module.signature.params
        if not all(isinstance(p.type, ast.NamedType) and p.type.name == "int" for p in params):
            continue
        for _ in range(TRIES):
            values = {p.name: random.randint(0 if p.name == "depth" else 1, 5) for p in params}
            found = mistakes(module, module.signature, values, entry.scope, project.catalog)
            # A `require` may exclude the values.
            assert [d for d in found if d.code != "E0321"] == [], (module.name, values)
