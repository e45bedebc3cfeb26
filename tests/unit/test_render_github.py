"""Diagnostics as annotations of GitHub Actions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic, Label, Severity
from nnspec.diagnostics.render import choose
from nnspec.source import Source, Span


def found(
    source: Source, start: int, end: int, message: str = "no fit", severity: Severity = "error"
) -> Diagnostic:
    code = "E0301" if severity == "error" else "W0209"
    return Diagnostic(code, severity, message, (Label(Span(source, start, end), "", True),))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown from the top of a repository; these tests stand in none."""
    monkeypatch.chdir(tmp_path)


def test_an_annotation_has_a_place_and_a_title() -> None:
    source = Source("net.nnspec", "x = 1\ny = 'é'\n")
    assert choose("github")([found(source, 10, 13)]) == (
        "::error file=net.nnspec,line=2,endLine=2,col=5,endColumn=8,"
        "title=nnspec E0301 (shape-mismatch)::no fit\n"
    )


def test_columns_are_left_out_where_they_are_of_two_lines() -> None:
    (line,) = choose("github")([found(Source("net.nnspec", "a\nb\n"), 0, 3)]).splitlines()
    assert line.startswith("::error file=net.nnspec,line=1,endLine=2,title=")


def test_help_and_notes_follow_the_message() -> None:
    source = Source("net.nnspec", "x")
    label = Label(Span(source, 0, 1), "here", True)
    diagnostic = Diagnostic("E0301", "error", "no fit", (label,), ("6 != 4",), "write 6")
    assert choose("github")([diagnostic]).endswith("::no fit%0Anote: 6 != 4%0Ahelp: write 6\n")


def test_what_would_end_a_command_or_a_property_is_escaped() -> None:
    source = Source("100%,a:b\r\n.nnspec", "x")
    (line,) = choose("github")([found(source, 0, 1, "50%\r\n::error::a, b: c")]).splitlines()
    assert line.startswith("::error file=100%25%2Ca%3Ab%0D%0A.nnspec,line=1,")
    assert line.endswith("::50%25%0D%0A::error::a, b: c")


def test_errors_come_first_ten_of_each_and_then_a_count() -> None:
    source = Source("net.nnspec", "x" * 40)
    some = [found(source, i, i + 1, f"w{i}", "warning") for i in range(11)]
    some += [found(source, i, i + 1, f"e{i}") for i in range(20, 32)]
    lines = choose("github")(some).splitlines()
    assert [line.rpartition("::")[2] for line in lines[:-1]] == [
        *(f"e{i}" for i in range(20, 30)),
        *(f"w{i}" for i in range(10)),
    ]
    assert lines[-1].startswith("::notice title=nnspec::and 2 more errors, 1 more warning (")
    assert "notice" not in choose("github")(some[1:21])
    assert choose("github")([]) == ""


def test_paths_are_from_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path / "models")
    for name in ("net.nnspec", "../models/net.nnspec", os.path.abspath("net.nnspec")):
        line = choose("github")([found(Source(name, "x"), 0, 1)])
        assert line.startswith("::error file=models/net.nnspec,")
    outside = str(tmp_path.parent / "net.nnspec")
    assert f"file={outside}," in choose("github")([found(Source(outside, "x"), 0, 1)])
