"""`nnspec build`: the mirror of a folder of specs, kept right with as few writes as it takes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cli.layout import module_name
from nnspec.cli.main import main

from .fake_project import FakeProject

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `nnspec build` in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(["build", *argv], FakeProject)  # type: ignore[arg-type]
        out, err = capsys.readouterr()
        return code, out, err

    return call


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def tree(folder: str = "out") -> list[str]:
    """All files below a folder, also hidden ones."""
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


def stamps(folder: str = "out") -> dict[str, tuple[int, int]]:
    return {
        name: (Path(folder, name).stat().st_ino, Path(folder, name).stat().st_mtime_ns)
        for name in tree(folder)
    }


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("lenet", "lenet"),
        ("my-net", "my_net"),
        ("my net.v2", "my_net_v2"),
        ("2d", "_2d"),
        ("class", "class_"),
        ("None", "None_"),
        ("match", "match"),
        ("__init__", "__init___"),
        ("réseau", "réseau"),
        ("ﬁne", "fine"),
        ("x²", "x2"),
        ("-", "_"),
        ("网络", "网络"),
    ],
)
def test_names_can_be_imported(stem: str, name: str) -> None:
    assert module_name(stem) == name and name.isidentifier()


def test_a_folder_is_mirrored_as_a_package(run: Run) -> None:
    write({"specs/top.nnspec": "a = 1\n", "specs/basics/my-net.nnspec": "b = 2\n"})
    assert run("specs", "-o", "out") == (0, "wrote 4 files to out\n", "")
    assert tree() == ["__init__.py", "basics/__init__.py", "basics/my_net.py", "top.py"]
    assert Path("out/top.py").read_bytes().endswith(b"\na = 1\n")


def test_one_file_goes_to_standard_output(run: Run) -> None:
    write({"net.nnspec": "!W0209 idle\na = 'é'\n"})
    code, out, err = run("net.nnspec")
    assert code == 0 and out.endswith("a = 'é'\n") and "W0209" not in out
    assert err.startswith("warning[W0209]: idle\n")
    write({"net.nnspec": "!E0301 no fit\n"})
    code, out, err = run("net.nnspec")
    assert (code, out) == (1, "") and err.startswith("error[E0301]: no fit\n")


def test_one_file_brings_the_specs_that_it_imports(run: Run) -> None:
    write({"s/net.nnspec": "<parts/block\n", "s/parts/block.nnspec": "<act\n"})
    write({"s/parts/act.nnspec": "", "s/other.nnspec": ""})
    assert run("s/net.nnspec", "-o", "out")[0] == 0
    expected = ["__init__.py", "net.py", "parts/__init__.py", "parts/act.py", "parts/block.py"]
    assert tree() == expected


def test_an_import_from_outside_is_told_with_the_folder_to_build(run: Run) -> None:
    write({"s/a/net.nnspec": "<../block\n", "s/block.nnspec": ""})
    code, _, err = run("s/a", "-o", "out")
    assert code == 2 and not Path("out").exists()
    assert "s/a/net.nnspec imports s/a/../block.nnspec, which lies outside s/a" in err
    assert "nnspec build s -o OUT" in err


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ("s/my-net.nnspec", "s/my_net.nnspec", "would both become my_net.py"),
        ("s/a-b/x.nnspec", "s/a_b/x.nnspec", "would both become a_b/x.py"),
        ("s/a.nnspec", "s/a/x.nnspec", "makes a package of that name"),
        ("s/a.nnspec", "s/a/b/x.nnspec", "makes a package of that name"),
    ],
)
def test_two_specs_for_one_name_are_an_error(run: Run, one: str, two: str, said: str) -> None:
    write({one: "", two: ""})
    code, _, err = run("s", "-o", "out")
    assert code == 2 and said in err and one in err and two in err
    assert not Path("out").exists()


def test_nothing_is_written_where_one_spec_has_an_error(run: Run) -> None:
    write({"s/a.nnspec": "x = 1\n", "s/b.nnspec": "x = 1\n"})
    run("s", "-o", "out")
    before = stamps()
    write({"s/a.nnspec": "x = 2\n", "s/b.nnspec": "!E0301 no fit\n"})
    code, out, _ = run("s", "-o", "out")
    assert code == 1 and out.endswith("1 error in 1 file\nnothing was written\n")
    assert stamps() == before


def test_strict_builds_nothing_unproved(run: Run) -> None:
    write({"s/a.nnspec": "!W0301 not proved\n"})
    assert run("s", "-o", "out", "--strict")[0] == 1 and not Path("out").exists()
    assert run("s/a.nnspec", "--strict")[0] == 1
    assert run("s", "-o", "out")[0] == 0


def test_unchanged_files_are_not_written_again(run: Run) -> None:
    write({"s/a.nnspec": "x = 1\n", "s/b.nnspec": "x = 1\n"})
    run("s", "-o", "out")
    before = stamps()
    write({"s/b.nnspec": "x = 2\n"})
    assert run("s", "-o", "out")[1] == "wrote 1 file to out, 2 unchanged\n"
    assert {name for name, stamp in stamps().items() if stamp != before[name]} == {"b.py"}


def test_what_no_spec_gives_any_more_is_removed(run: Run) -> None:
    write({"s/a.nnspec": "", "s/old.nnspec": "", "s/deep/er/x.nnspec": ""})
    run("s", "-o", "out")
    write({"out/mine.py": "x = 1\n", "out/notes.md": "# Generated by nnspec\n"})
    Path("s/old.nnspec").unlink()
    Path("s/deep/er/x.nnspec").unlink()
    code, out, _ = run("s", "-o", "out")
    assert (code, out) == (
        0,
        "wrote 0 files to out, 2 unchanged, removed 4 that no spec gives any more\n",
    )
    assert tree() == ["__init__.py", "a.py", "mine.py", "notes.md"]
    assert not Path("out/deep").exists()


def test_files_of_other_builds_stay(run: Run) -> None:
    write({"s/a.nnspec": "", "t/b.nnspec": "", "one.nnspec": ""})
    run("s", "-o", "out")
    run("t", "-o", "out")
    run("one.nnspec", "-o", "out")
    assert tree() == ["__init__.py", "a.py", "b.py", "one.py"]
    run("s", "-o", ".")
    assert tree() == ["__init__.py", "a.py", "b.py", "one.py"]


def test_check_lists_differences_and_writes_nothing(run: Run) -> None:
    write({"s/a.nnspec": "x = 1\n", "s/b.nnspec": "", "s/gone.nnspec": ""})
    assert run("s", "-o", "out", "--check")[0] == 1 and not Path("out").exists()
    run("s", "-o", "out")
    assert run("s", "-o", "out", "--check") == (0, "out is what the specs give\n", "")
    write({"s/a.nnspec": "x = 2\n"})
    Path("s/gone.nnspec").unlink()
    Path("out/b.py").unlink()
    before = stamps()
    assert run("s", "-o", "out", "--check") == (
        1,
        "stale: out/a.py\nmissing: out/b.py\nleft over: out/gone.py\nrun `nnspec build s -o out`\n",
        "",
    )
    assert stamps() == before
    code, out, err = run("s", "-o", "out", "--check", "--format", "json")
    assert (code, out) == (1, "[]\n") and "stale: out/a.py" in err


def test_a_file_of_ones_own_is_never_overwritten(run: Run) -> None:
    write({"s/a.nnspec": "x = 1\n", "out/a.py": "mine = 1\n", "out/__init__.py": "mine = 1\n"})
    code, _, err = run("s", "-o", "out")
    assert code == 2 and "out/a.py was not written by nnspec" in err
    Path("out/a.py").unlink()
    assert run("s", "-o", "out")[0] == 0
    assert Path("out/__init__.py").read_text() == "mine = 1\n"


def test_a_write_that_fails_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"s/a.nnspec": "x = 1\n", "s/b.nnspec": "x = 1\n"})
    run("s", "-o", "out")
    before = stamps()
    write({"s/a.nnspec": "x = 2\n", "s/b.nnspec": "x = 2\n"})
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "b.py" in path.name:
            raise OSError(28, "No space left on device", str(path))
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = run("s", "-o", "out")
    assert code == 2 and "no space left on device" in err
    assert stamps() == before


def test_written_files_have_the_mode_of_any_new_file(run: Run) -> None:
    write({"s/d/a.nnspec": "x = 1\n"})
    run("s", "-o", "out")
    umask = os.umask(0)
    os.umask(umask)
    assert Path("out/d/a.py").stat().st_mode & 0o777 == 0o666 & ~umask


def test_newlines_stay_as_they_are(run: Run) -> None:
    write({"s/a.nnspec": "x = 'é'\n"})
    run("s", "-o", "out")
    data = Path("out/a.py").read_bytes()
    assert b"\r" not in data and "x = 'é'\n".encode() in data
