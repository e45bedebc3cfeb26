"""The formats of findings, alike in every command that takes `--format`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cli.main import main
from nnspec.diagnostics.render import FORMATS

Run = Callable[..., tuple[int, str, str]]

UNPROVED = """\
module Net:
    def forward(x: [B, N]) -> [B, 2, _]:
        return x.reshape(B, 2, N // 2)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def severities(form: str, text: str) -> list[str]:
    """The severities that a format tells, in their order."""
    if form == "json":
        return [found["severity"] for found in json.loads(text)]
    if form == "sarif":
        return [result["level"] for result in json.loads(text)["runs"][0]["results"]]
    if form == "github":
        return [line.split()[0].strip(":") for line in text.splitlines()]
    return [line.partition("[")[0] for line in text.splitlines() if "[W0301]" in line]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "short"])
@pytest.mark.parametrize("command", [["check", "net.nnspec"], ["build", "net.nnspec", "-o", "out"]])
def test_strict_makes_errors_of_what_is_unproved(run: Run, command: list[str], form: str) -> None:
    Path("net.nnspec").write_text(UNPROVED, "utf-8")
    code, out, _ = run(*command, "--format", form)
    assert (code, severities(form, out)) == (0, ["warning"])
    code, out, _ = run(*command, "--format", form, "--strict")
    assert (code, severities(form, out)) == (1, ["error"])


def test_strict_fails_in_the_short_format_too(run: Run) -> None:
    Path("net.nnspec").write_text(UNPROVED, "utf-8")
    code, out, _ = run("check", "net.nnspec", "--format", "short", "--strict")
    assert code == 1 and " W0301 " in out
    assert run("build", "net.nnspec", "-o", "out", "--strict")[0] == 1
    assert run("check", "net.nnspec", "--fix", "--strict")[0] == 1
    assert run("check", "net.nnspec", "--diff", "--strict")[0] == 1
    assert run("check", "net.nnspec", "--diff")[0] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_a_person_sees_twenty_of_many_and_a_program_all_that_it_can_show(
    run: Run, form: str
) -> None:
    lines = [f"    layer{i} = Lunear({i + 1}, 2, bias=oops)\n" for i in range(26)]
    Path("net.nnspec").write_text("module Net:\n" + "".join(lines), "utf-8")
    code, out, _ = run("check", "net.nnspec", "--format", form)
    assert code == 1
    assert run("check", "net.nnspec", "--format", form)[1] == out
    total = len(json.loads(run("check", "net.nnspec", "--format", "json")[1]))
    assert total >= 26
    if form == "human":
        assert out.count("\nerror[") == 19 and out.startswith("error[")
        assert f"... and {total - 20} more errors (" in out
        assert f"\n{total} errors in 1 file\n" in out
    elif form == "github":
        assert out.count("::error ") == 10 and f"and {total - 10} more errors" in out
    elif form == "short":
        assert len(out.splitlines()) == total
    else:
        assert len(severities(form, out)) == total


def test_a_clean_spec_gives_an_empty_document_or_nothing(run: Run) -> None:
    Path("net.nnspec").write_text("model net = ReLU()\n", "utf-8")
    assert run("check", "net.nnspec", "--format", "github") == (0, "", "")
    assert (
        json.loads(run("check", "net.nnspec", "--format", "sarif")[1])["runs"][0]["results"] == []
    )
    assert json.loads(run("build", "net.nnspec", "-o", "out", "--format", "sarif")[1])["runs"]
