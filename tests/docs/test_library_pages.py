"""`nnspec docs` and the pages that it writes: everything in the library has a reference, and none is stale."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nnspec.cli.docs import pages
from nnspec.cli.main import main
from nnspec.library.catalog import library
from nnspec.project import Project
from nnspec.reference.lookup import families, find
from nnspec.reference.statements import statements
from nnspec.reference.text import shown
from nnspec.syntax import ast

FOLDER = Path("docs/library")
# Written from torch's own names, which `nnspec docs` does not import: tests/conformance/left_out.py.
OF_TORCH = "left-out.md"
DECLARED = [
    d for d in library().all_declarations() if isinstance(d, (ast.ExternModule, ast.ExternDef))
]


def test_the_pages_are_what_the_library_gives(root: Path) -> None:
    written = {path.name: path.read_text() for path in (root / FOLDER).glob("*.md")}
    assert OF_TORCH in written
    del written[OF_TORCH]
    assert written == pages(), "write them anew: make reference"


def test_every_declaration_is_on_a_page() -> None:
    entries = [entry for family in families(library()).values() for entry in family]
    assert sorted(e.name for e in entries) == sorted(d.name for d in DECLARED)


def test_every_declaration_tells_its_shapes() -> None:
    for entries in families(library()).values():
        for entry in entries:
            assert entry.shapes, f"nothing says the shapes of {entry.name}"


def test_every_rule_has_a_statement() -> None:
    rules = {d.rule for d in DECLARED if d.rule is not None}
    assert rules - set(statements()) == set(), "write them into nnspec/reference/statements.toml"
    assert set(statements()) - rules == set(), "these rules are gone"


@pytest.mark.parametrize("name", sorted(families(library())))
def test_every_declaration_has_an_example_that_checks(name: str) -> None:
    texts = []
    for entry in families(library())[name]:
        write = (
            "write one into nnspec/reference/examples.toml, or a call into tests/conformance/calls"
        )
        assert entry.example is not None, f"no example of {entry.name}: {write}"
        assert re.search(rf"\b{entry.name}\(", entry.example), entry.example
        text = entry.example.replace("def example(", f"def example_{len(texts)}(")
        texts.append(text.replace("module Example:", f"module Example{len(texts)}:"))
    report = Project().entry(Path(f"{name}.nnspec"), "\n".join(texts)).report
    assert report is not None and not report.diagnostics, report


@pytest.mark.parametrize(
    "asked, kinds",
    [
        ("Conv2d", ["layer"]),
        ("nn.Conv2d", ["layer"]),
        ("torch.nn.Conv2d", ["layer"]),
        ("F.pad", ["function"]),
        ("linalg.norm", ["function"]),
        ("Tensor.view", ["method", "method"]),
        ("torch.Tensor.view", ["method", "method"]),
        ("f.relu", ["function"]),
        ("nn.functional.pad", ["function"]),
        ("nn.Linear(3, 4)", ["layer"]),
        ("F.Conv2d", []),
        ("Conv9d", []),
    ],
)
def test_names_are_found_with_and_without_their_namespace(asked: str, kinds: list[str]) -> None:
    assert [entry.kind for entry in find(asked, library())] == kinds


def test_a_layer_tells_its_obligations_parameters_and_cost() -> None:
    (entry,) = find("Conv2d", library())
    text = shown(entry)
    assert "in_channels % groups == 0" in text
    assert "param weight: [out_channels, in_channels // groups, k[0], k[1]]" in text
    assert "FLOPs: 2 * numel(result.shape)" in text
    assert "conv_size(size, kernel, stride, padding, dilation) =" in text


@pytest.mark.parametrize(
    "asked, meant",
    [
        ("Lienar", "Linear or linear"),
        ("torch.nn.Conv2D", "nn.Conv2d or F.conv2d"),
        ("F.Conv2d", "nn.Conv2d or F.conv2d"),
        ("linalg.relu", "F.relu or torch.relu or nn.ReLU"),
        ("x.vew", "view"),
    ],
)
def test_an_unknown_name_is_told_its_neighbours(
    asked: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", asked]) == 2
    assert capsys.readouterr().err == (
        f"nnspec: the library has no {asked}; did you mean {meant}?\n  try: nnspec docs\n"
    )


def test_the_list_names_every_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    text = capsys.readouterr().out
    heads = [line for line in text.splitlines() if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in heads] == list(families(library()))
    assert max(map(len, text.splitlines())) <= 88
    assert main(["docs", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == list(families(library())) and "LSTM" in found["recurrent"]["names"]


def test_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "nn.Linear", "--format", "json"]) == 0
    (linear,) = json.loads(capsys.readouterr().out)
    assert linear["shapes"] == ["forward(input: [*N, in_features]) -> [*N, out_features]"]
    assert main(["docs", "nn.Linear", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("## Linear\n")


def test_the_pages_are_written_into_a_folder(tmp_path: Path) -> None:
    assert main(["docs", "-o", str(tmp_path / "pages")]) == 0
    assert {p.name: p.read_text() for p in (tmp_path / "pages").iterdir()} == pages()
    assert main(["docs", "Linear", "-o", str(tmp_path / "other")]) == 2
