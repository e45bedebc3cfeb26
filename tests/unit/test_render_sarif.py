"""Diagnostics in SARIF 2.1.0, held against its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.render import choose
from nnspec.diagnostics.render.order import ordered
from nnspec.project import Project
from nnspec.source import Source, Span

TESTS = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((TESTS / "data/sarif/sarif-2.1.0-rtm.4.json").read_text("utf-8"))
WRONG = re.compile(r"^```nnspec wrong\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_of(*diagnostics: Diagnostic) -> dict[str, Any]:
    """The only run of the log of diagnostics, which fits the schema."""
    log = json.loads(choose("sarif")(diagnostics))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown from the top of a repository; these tests stand in none."""
    monkeypatch.chdir(tmp_path)


def test_the_schema_refuses_what_is_no_log() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{}]})


def test_nothing_found_is_a_log_without_results() -> None:
    run = run_of()
    assert run["results"] == [] and run["tool"]["driver"]["rules"] == []


def test_a_result_in_full() -> None:
    source = Source("a dir/é%.nnspec", "x = '漢'\ny = 400\n")
    other = Source("b.nnspec", "Conv2d(3, 8)\n")
    span = Span(source, 12, 15)
    labels = (
        Label(span, "400 here", True),
        Label(Span(source, 4, 9), "over two lines"),
        Label(Span(other, 10, 11), "made here"),
    )
    edits = (Edit(span, "576"), Edit(Span(source, 9, 9), " "), Edit(Span(other, 10, 11), "16"))
    fix = Fix("write 576", edits, "maybe")
    run = run_of(Diagnostic("E0301", "error", "no fit", labels, ("6 != 4",), "write 576", fix))
    assert run["columnKind"] == "unicodeCodePoints"
    (result,) = run["results"]
    here = {"uri": "a%20dir/%C3%A9%25.nnspec", "uriBaseId": "SRCROOT"}
    region = {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8}
    there = {"uri": "b.nnspec", "uriBaseId": "SRCROOT"}
    conv = {"startLine": 1, "startColumn": 11, "endLine": 1, "endColumn": 12}
    wide = {"startLine": 1, "startColumn": 5, "endLine": 2, "endColumn": 2}
    assert result.pop("partialFingerprints").keys() == {"nnspecLine/v1"}
    assert result == {
        "ruleId": "E0301",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "no fit\nnote: 6 != 4\nhelp: write 576"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": here, "region": region},
                "message": {"text": "400 here"},
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": here, "region": wide},
                "message": {"text": "over two lines"},
            },
            {
                "id": 2,
                "physicalLocation": {"artifactLocation": there, "region": conv},
                "message": {"text": "made here"},
            },
        ],
        "fixes": [
            {
                "description": {"text": "write 576"},
                "artifactChanges": [
                    {
                        "artifactLocation": here,
                        "replacements": [
                            {"deletedRegion": region, "insertedContent": {"text": "576"}},
                            {
                                "deletedRegion": {
                                    "startLine": 2,
                                    "startColumn": 2,
                                    "endLine": 2,
                                    "endColumn": 2,
                                },
                                "insertedContent": {"text": " "},
                            },
                        ],
                    },
                    {
                        "artifactLocation": there,
                        "replacements": [
                            {"deletedRegion": conv, "insertedContent": {"text": "16"}}
                        ],
                    },
                ],
            }
        ],
    }


def test_rules_are_the_pages_of_explain() -> None:
    source = Source("net.nnspec", "x")
    label = Label(Span(source, 0, 1), "", True)
    run = run_of(
        Diagnostic("W0209", "warning", "idle", (label,)),
        Diagnostic("E0301", "error", "no fit", (label,)),
        Diagnostic("W0301", "error", "not proved, and strict", (label,)),
    )
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["E0301", "W0209", "W0301"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == [
        "error",
        "warning",
        "warning",
    ]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    first = rules[0]
    assert first["name"] == "shape-mismatch"
    assert first["shortDescription"]["text"] == CODES["E0301"].summary
    assert first["help"]["markdown"].startswith("# E0301: shape-mismatch\n")
    assert "```" not in first["fullDescription"]["text"]
    assert "PyTorch would find this" in first["fullDescription"]["text"]


def test_files_outside_the_repository_have_absolute_uris(tmp_path: Path) -> None:
    source = Source(str(tmp_path.parent / "a b.nnspec"), "x")
    run = run_of(Diagnostic("E0301", "error", "", (Label(Span(source, 0, 1), "", True),)))
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": f"file://{tmp_path.parent}/a%20b.nnspec"}


def test_fingerprints_survive_lines_above_and_tell_equal_lines_apart() -> None:
    def prints(text: str) -> list[str]:
        source = Source("net.nnspec", text)
        spans = [Span(source, m.start(), m.end()) for m in re.finditer("bad", text)]
        run = run_of(*(Diagnostic("E0201", "error", "", (Label(s, "", True),)) for s in spans))
        return [r["partialFingerprints"]["nnspecLine/v1"] for r in run["results"]]

    before = prints("bad = 1\nbad = 2\nbad = 1\n")
    assert len(set(before)) == 3
    assert prints("# more\n    bad = 1\n\nbad = 2\nbad = 1\n") == before


def test_everything_that_the_pages_find_fits_the_schema(tmp_path: Path) -> None:
    """The wrong specs of all pages in one log, with real provenance and fixes; its places are those of the texts."""
    found: list[Diagnostic] = []
    texts: dict[str, str] = {}
    pages = TESTS.parent / "nnspec" / "diagnostics" / "pages"
    project = Project(tmp_path)
    for page in sorted(pages.glob("*.md")):
        for text in WRONG.findall(page.read_text("utf-8")):
            name = f"{page.stem}.nnspec"
            texts[name] = text
            found += project.check(name, text).diagnostics
    run = run_of(*found)
    assert any("relatedLocations" in r for r in run["results"])
    assert any("fixes" in r for r in run["results"])
    assert len(run["results"]) == len(ordered(found)) > 100
    for result, diagnostic in zip(run["results"], ordered(found)):
        place = result["locations"][0]["physicalLocation"]
        text = texts[unquote(place["artifactLocation"]["uri"])]
        assert _marked(text, place["region"]) == diagnostic.span.text
    assert choose("sarif")(reversed(found)) == choose("sarif")(found)


def _marked(text: str, region: dict[str, int]) -> str:
    lines = text.splitlines(keepends=True) + [""]
    inside = lines[region["startLine"] - 1 : region["endLine"]]
    inside[-1] = inside[-1][: region["endColumn"] - 1]
    inside[0] = inside[0][region["startColumn"] - 1 :]
    return "".join(inside)
