"""A check that was done is not done again, and says the same; whatever it depends on has a say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nnspec.cache import results
from nnspec.cache.encoding import decode, encode
from nnspec.cache.findings import plain, restored
from nnspec.diagnostics.render import FORMATS, choose
from nnspec.project import Project
from nnspec.source import Source

from .cache_runs import BROKEN, GOOD, PARTS, USES, Check, Compiled, cache, check, recall

__all__ = ["cache", "check", "recall"]

CODES = sorted((Path(__file__).parents[1] / "cases" / "codes").rglob("*.md"))
BLOCK = re.compile(r"^```nnspec[ ]?([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def write(**specs: str) -> None:
    """Specs of these names."""
    for name, text in specs.items():
        Path(f"{name}.nnspec").write_text(text, "utf-8")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", [GOOD, BROKEN, USES], ids=["good", "broken", "uses"])
def test_a_repeat_says_the_same(form: str, text: str, check: Check, recall: Check) -> None:
    write(net=text, parts=PARTS)
    first = check("--format", form, "net.nnspec")
    assert first == check("--no-cache", "--format", form, "net.nnspec")
    assert first == recall("--format", form, "net.nnspec")


@pytest.mark.parametrize("path", CODES, ids=lambda path: path.stem)
def test_every_kind_of_finding_comes_back_whole(path: Path, tmp_path: Path) -> None:
    for name, text in BLOCK.findall(path.read_text("utf-8")):
        spec = tmp_path / (name.strip() or "case.nnspec")
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(text, "utf-8")
    found = Project(tmp_path).check(tmp_path / "case.nnspec").diagnostics
    sources: dict[Source, int] = {}
    values = plain(found, lambda source: sources.setdefault(source, len(sources)))
    again = restored(decode(encode(values)), list(sources))
    assert again == list(found)
    for form in FORMATS:
        assert choose(form)(again) == choose(form)(found)


def test_strictness_and_format_are_not_what_is_remembered(check: Check, recall: Check) -> None:
    write(net=GOOD.replace("x: [B, n]", "x: [B, m]"))
    found = check("--format", "short", "net.nnspec")
    assert "error" in check("--strict", "net.nnspec")[1]
    assert recall("--strict", "net.nnspec") == check("--strict", "--no-cache", "net.nnspec")
    assert recall("--format", "short", "net.nnspec") == found


def test_a_changed_spec_is_checked(check: Check, recall: Check) -> None:
    write(net=GOOD)
    check("net.nnspec")
    write(net=GOOD + "\n")
    with pytest.raises(Compiled):
        recall("net.nnspec")
    write(net=GOOD)
    assert recall("net.nnspec")[0] == 0


def test_a_name_is_told_as_it_is_given(check: Check, recall: Check) -> None:
    write(net=BROKEN)
    whole = os.path.abspath("net.nnspec")
    assert " --> net.nnspec:" in check("net.nnspec")[1]
    with pytest.raises(Compiled):
        recall(whole)
    assert f" --> {whole}:" in check(whole)[1]
    assert f" --> {whole}:" in recall(whole)[1]


def test_a_changed_import_is_followed(check: Check, recall: Check) -> None:
    write(net=USES, parts="from .deep import Part as Part\n", deep=PARTS)
    write(parts="from .deep import Part as Inner\n" + PARTS.replace("Linear(n, 4)", "Inner(n)"))
    assert check("net.nnspec")[0] == 1
    assert recall("net.nnspec")[0] == 1
    write(deep=PARTS.replace("[B, 4]", "[B, 2 * 2]"))
    with pytest.raises(Compiled):
        recall("net.nnspec")
    write(net=USES.replace("9", "8"))
    assert check("net.nnspec")[0] == 0
    Path("deep.nnspec").unlink()
    assert check("net.nnspec")[0] == 1


def test_a_missing_import_may_appear(check: Check, recall: Check) -> None:
    write(net=USES.replace("9", "8"))
    assert "E0230" in check("net.nnspec")[1]
    write(parts=PARTS)
    assert check("net.nnspec")[0] == 0
    assert recall("net.nnspec")[0] == 0


def test_an_import_may_become_a_link(check: Check, recall: Check, tmp_path: Path) -> None:
    write(net=USES.replace("9", "8"), parts=PARTS)
    assert check("net.nnspec")[0] == 0
    outside = tmp_path / "outside.nnspec"
    Path("parts.nnspec").rename(outside)
    Path("parts.nnspec").symlink_to(outside)
    with pytest.raises(Compiled):
        recall("net.nnspec")
    assert check("net.nnspec")[0] == 1  # no import leaves the root


def test_another_root_is_another_check(check: Check, recall: Check, tmp_path: Path) -> None:
    write(net=GOOD)
    check("net.nnspec")
    (tmp_path / "pyproject.toml").touch()
    with pytest.raises(Compiled):
        recall("net.nnspec")


def test_other_code_finds_other_things(
    check: Check, recall: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(net=GOOD)
    check("net.nnspec")
    state = results.code_state()
    monkeypatch.setattr(results, "code_state", lambda: f"{state} and one more file")
    with pytest.raises(Compiled):
        recall("net.nnspec")
    monkeypatch.setattr(results, "code_state", lambda: None)
    check("net.nnspec")
    with pytest.raises(Compiled):
        recall("net.nnspec")


def test_standard_input_is_remembered(
    check: Check, recall: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(parts=PARTS)

    def given(text: str) -> None:
        import io
        import sys

        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    given(USES)
    first = check("--stdin-filename", "net.nnspec", "-")
    given(USES)
    assert recall("--stdin-filename", "net.nnspec", "-") == first
    given(USES + "\n")
    with pytest.raises(Compiled):
        recall("--stdin-filename", "net.nnspec", "-")


@pytest.mark.parametrize("way", ["option", "environment"])
def test_it_can_be_switched_off(
    way: str, cache: Path, check: Check, recall: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(net=GOOD)
    more = ["--no-cache"] if way == "option" else []
    if way == "environment":
        monkeypatch.setenv("NNSPEC_NO_CACHE", "1")
    assert check(*more, "net.nnspec")[0] == 0
    assert not cache.exists()
    monkeypatch.delenv("NNSPEC_NO_CACHE", raising=False)
    check("net.nnspec")
    assert len(list(cache.iterdir())) == 1
    if way == "environment":
        monkeypatch.setenv("NNSPEC_NO_CACHE", "1")
    with pytest.raises(Compiled):
        recall(*more, "net.nnspec")


def test_what_a_limit_cut_off_is_tried_again(check: Check, recall: Check) -> None:
    write(net="module Net:\n    let many = [n for n in range(10 ** 9)]\n")
    assert "E0003" in check("net.nnspec")[1]
    with pytest.raises(Compiled):
        recall("net.nnspec")


def test_the_oldest_results_make_room(
    cache: Path, check: Check, recall: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_RESULTS", 8)
    for number in range(12):
        write(net=GOOD + "\n" * number)
        check("net.nnspec")
        for path in cache.iterdir():  # each a second older than the next
            about = path.stat()
            os.utime(path, (about.st_atime, about.st_mtime - 1))
        assert len(list(cache.iterdir())) <= 8
    recall("net.nnspec")
    write(net=GOOD)
    with pytest.raises(Compiled):
        recall("net.nnspec")


def test_large_results_are_not_kept(
    cache: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_BYTES", 300)
    write(net=BROKEN)
    check("net.nnspec")
    assert not cache.exists()
    write(net=GOOD)
    check("net.nnspec")
    assert len(list(cache.iterdir())) == 1
