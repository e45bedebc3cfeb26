"""`nnspec docs` and the pages that it writes: everything in the library has a reference, and none is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnspec.cli.docs import pages
from nnspec.cli.main import main
from nnspec.library.catalog import library
from nnspec.reference.lookup import families, find
from nnspec.reference.text import shown
from nnspec.syntax import ast

FOLDER = Path("docs/library")
# Written from torch's own names, which `nnspec docs` does not import: tests/conformance/left_out.py.
OF_TORCH = "left-out.md"


def test_the_pages_are_what_the_library_gives(root: Path) -> None:
    written = {path.name: path.read_text() for path in (root / FOLDER).glob("*.md")}
    assert OF_TORCH in written
    del written[OF_TORCH]
    assert written == pages(), "write them anew: make reference"


def test_every_declaration_is_on_a_page() -> None:
    declared = [
        d for d in library().all_declarations() if isinstance(d, (ast.ExternModule, ast.ExternDef))
    ]
    entries = [entry for family in families(library()).values() for entry in family]
    assert sorted(e.name for e in entries) == sorted(d.name for d in declared)


def test_where_a_signature_says_no_shape_its_rule_says_something() -> None:
    for entries in families(library()).values():
        for entry in entries:
            assert entry.rule != "", f"the rule of {entry.name} has no docstring"


@pytest.mark.parametrize(
    "asked, kinds",
    [
        ("Conv2d", ["layer"]),
        ("nn.Conv2d", ["layer"]),
        ("torch.nn.Conv2d", ["layer"]),
        ("F.pad", ["function"]),
        ("linalg.norm", ["function"]),
        ("Tensor.view", ["method"]),
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
    assert "flops 2 * numel(result.shape)" in text
    assert "conv_size(size, kernel, stride, padding, dilation) =" in text


def test_an_unknown_name_is_told_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "Lienar"]) == 2
    assert capsys.readouterr().err == (
        "nnspec: the library has no Lienar; did you mean Linear or linear?\n  try: nnspec docs\n"
    )


def test_the_list_names_every_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(families(library()))
    assert any(line.startswith("recurrent: ") and "LSTM" in line for line in lines)


def test_the_pages_are_written_into_a_folder(tmp_path: Path) -> None:
    assert main(["docs", "-o", str(tmp_path / "pages")]) == 0
    assert {p.name: p.read_text() for p in (tmp_path / "pages").iterdir()} == pages()
    assert main(["docs", "Linear", "-o", str(tmp_path / "other")]) == 2
