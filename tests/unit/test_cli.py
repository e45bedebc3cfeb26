"""The command line: what is printed where, and which exit code follows."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cli.main import main
from nnspec.diagnostics.registry import CODES

from .fake_project import FakeProject

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "NNSPEC_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(argv, FakeProject)  # type: ignore[arg-type]
        out, err = capsys.readouterr()
        return code, out, err

    return call


def write(**specs: str) -> None:
    """Specs of these names: `a__b` is a/b.nnspec."""
    for name, text in specs.items():
        path = Path(name.replace("__", "/") + ".nnspec")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_no_problems(run: Run) -> None:
    write(a="x\n", b="y\n")
    assert run("check", "a.nnspec", "b.nnspec") == (0, "2 files checked, no problems\n", "")


def test_errors_exit_with_1_and_go_to_standard_output(run: Run) -> None:
    write(a="!E0301 no fit\n!W0209 idle\n")
    code, out, err = run("check", "a.nnspec")
    assert (code, err) == (1, "")
    assert out.startswith("error[E0301]: no fit\n --> a.nnspec:1:2\n")
    assert out.endswith("\n\n1 error, 1 warning in 1 file\n")


def test_warnings_alone_are_fine_unless_strict(run: Run) -> None:
    write(a="!W0209 idle\n", b="!W0301 not proved\n")
    assert run("check", "a.nnspec", "--strict")[0] == 0
    assert run("check", "b.nnspec")[0] == 0
    code, out, _ = run("check", "--strict", "b.nnspec")
    assert code == 1 and out.startswith("error[W0301]")


def test_formats(run: Run) -> None:
    write(a="!E0301 no fit\n")
    assert run("check", "a.nnspec", "--format", "short") == (
        1,
        "a.nnspec:1:2: E0301 no fit\n",
        "",
    )
    code, out, _ = run("check", "a.nnspec", "--format=json")
    (found,) = json.loads(out)
    assert code == 1 and (found["code"], found["line"], found["column"]) == ("E0301", 1, 2)
    write(b="")
    assert run("check", "b.nnspec", "--format", "json") == (0, "[]\n", "")
    assert run("check", "b.nnspec", "--format", "short") == (0, "", "")


def test_folders_are_searched_in_order_without_hidden_ones(run: Run) -> None:
    write(s__b="!E0301 x\n", s__a__z="!E0301 x\n", s__a="!E0301 x\n", s__B="!E0301 x\n")
    for hidden in (".venv", ".git", "a/.cache"):
        Path("s", hidden).mkdir()
        Path("s", hidden, "no.nnspec").write_text("!E0301 x\n")
    Path("s/notes.txt").write_text("!E0301 x\n")
    code, out, _ = run("check", "s", "s/b.nnspec", "--format", "short")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "s/B.nnspec",
        "s/a.nnspec",
        "s/a/z.nnspec",
        "s/b.nnspec",
    ]
    assert run("check", "s", "s/b.nnspec", "s")[1].endswith("4 errors in 4 files\n")


def test_paths_are_shown_as_written(run: Run, tmp_path: Path) -> None:
    write(d__a="!E0301 x\n")
    assert run("check", str(tmp_path), "--format", "short")[1].startswith(str(tmp_path))
    assert run("check", ".", "--format", "short")[1].startswith("d/a.nnspec:")
    Path("e").mkdir()
    os.chdir("e")
    assert run("check", "../d", "--format", "short")[1].startswith("../d/a.nnspec:")


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    feed(b"!E0301 x\n")
    assert run("check", "-", "--format", "short")[:2] == (1, "<stdin>:1:2: E0301 x\n")
    feed(b"!E0301 x\n")
    named = run("check", "-", "--stdin-filename", "d/a.nnspec", "--format", "short")
    assert named[1] == "d/a.nnspec:1:2: E0301 x\n"
    feed(b"\xff")
    assert run("check", "-")[0] == 2
    code, _, err = run("check", "--stdin-filename", "d/a.nnspec", "d/a.nnspec")
    assert code == 2 and "try: nnspec check --stdin-filename d/a.nnspec -" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "lent.nnspec"], "there is no lent.nnspec; did you mean lenet.nnspec?"),
        (["check", "lenet"], "there is no lenet; did you mean lenet.nnspec?"),
        (["check", "no/where.nnspec"], "there is no no/where.nnspec"),
        (["check", "empty"], "empty holds no specs"),
        (["check", "latin.nnspec"], "latin.nnspec is not UTF-8: byte 0xe9 on line 2"),
        (["check", "net.py"], "nnspec check - < net.py"),
        (["check"], "PATH is missing"),
        (
            ["check", "lenet.nnspec", "--fromat", "json"],
            "no option --fromat; did you mean --format?",
        ),
        (["check", "lenet.nnspec", "-q"], "no option -q"),
        (
            ["check", "lenet.nnspec", "--format", "jsn"],
            "--format cannot be 'jsn'; did you mean json?",
        ),
        (["check", "lenet.nnspec", "--format"], "--format needs a value"),
        (["chek", "lenet.nnspec"], "no command chek; did you mean check?"),
        (["lenet.nnspec"], "try: nnspec check lenet.nnspec"),
        (["frobnicate"], "there are check, build, show, docs, stub, explain"),
        (["--versoin"], "did you mean --version?"),
        (["--format", "json"], "stands before the command"),
        (["explain", "E9301"], "no code E9301; did you mean"),
        (["build", "-"], "build reads files"),
        (["build", "empty"], "try: nnspec build empty -o generated"),
        (["build", "lenet.nnspec", "--check"], "--check needs the folder"),
        (["build", "lenet.nnspec", "-o", "net.py"], "nnspec build lenet.nnspec > net.py"),
        (["build", "lenet.nnspec", "-o", "net.txt"], "net.txt is a file; -o names a folder"),
    ],
)
def test_usage_and_files_exit_with_2_and_say_what_to_type(
    run: Run, argv: list[str], said: str
) -> None:
    write(lenet="x\n")
    Path("empty").mkdir()
    Path("latin.nnspec").write_bytes(b"x\n\xe9\n")
    Path("net.py").touch()
    Path("net.txt").touch()
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert err.startswith("nnspec: ") and said in err


def test_all_wrong_paths_are_told_at_once(run: Run) -> None:
    assert run("check", "a.nnspec", "b.nnspec")[2] == (
        "nnspec: there is no a.nnspec\nnnspec: there is no b.nnspec\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files(run: Run) -> None:
    write(a="x\n")
    Path("a.nnspec").chmod(0)
    assert run("check", "a.nnspec")[2] == "nnspec: cannot read a.nnspec: permission denied\n"


def test_help_and_version(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "") and "usage: nnspec COMMAND" in err
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert all(f"  {command} " in out for command in ("check", "build", "explain"))
    for command in ("check", "build", "explain"):
        code, out, _ = run(command, "--help")
        assert code == 0 and out.startswith(f"usage: nnspec {command}")


def test_explain(run: Run) -> None:
    code, out, _ = run("explain", "e0301")
    assert code == 0 and out.startswith("# E0301")
    assert run("explain", "shape-mismatch")[1] == out
    code, listed, _ = run("explain")
    assert code == 0 and [line.split()[0] for line in listed.splitlines()] == sorted(CODES)


def test_every_code_can_be_explained(run: Run) -> None:
    for code in CODES:
        status, out, _ = run("explain", code)
        assert status == 0 and code in out


def test_a_bug_is_one_screen_and_101(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(a="!bug\n")
    code, out, err = run("check", "a.nnspec")
    assert (code, out) == (101, "")
    assert err.startswith("nnspec: internal error: this is a bug in nnspec")
    assert "RuntimeError: a wheel came off" in err and "nnspec check a.nnspec" in err
    assert "while checking a.nnspec" in err
    assert "Traceback" not in err and len(err.splitlines()) < 24
    monkeypatch.setenv("NNSPEC_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run("check", "a.nnspec")


def test_color(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(a="!E0301 no fit\n")
    assert "\x1b" not in run("check", "a.nnspec")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", "a.nnspec")[1]
    assert "\x1b" not in run("check", "a.nnspec", "--format", "json")[1]
    assert "\x1b" not in run("check", "a.nnspec", "--format", "short")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check", "a.nnspec")[1]


def test_a_terminal_is_colored(monkeypatch: pytest.MonkeyPatch) -> None:
    from nnspec.diagnostics.render.style import wants_color

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert wants_color(Terminal(), {})
    assert not wants_color(io.StringIO(), {})
    assert not wants_color(Terminal(), {"NO_COLOR": "1"})
    assert not wants_color(Terminal(), {"TERM": "dumb"})
    assert wants_color(Terminal(), {"NO_COLOR": ""})


DRIVER = (
    "import sys; sys.path.insert(0, {here!r}); from fake_project import FakeProject;"
    "from nnspec.cli.main import main; sys.exit(main(project_factory=FakeProject))"
)


def process(*argv: str, **options: object) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, with the fake project."""
    driver = DRIVER.format(here=str(Path(__file__).parent))
    root = str(Path(__file__).parents[2])
    environ = {**os.environ, "PYTHONPATH": root, **options.pop("env", {})}  # type: ignore[dict-item]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-c", driver, *argv], env=environ, **pipes)  # type: ignore[call-overload, no-any-return]


def test_output_is_utf_8_with_plain_newlines_in_any_locale(run: Run) -> None:
    write(a="!E0301 größer als 漢字\n")
    outputs = set()
    for env in ({"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, {"PYTHONUTF8": "1"}):
        out, err = process("check", "a.nnspec", env=env).communicate()
        outputs.add(out)
        assert err == b"" and "größer als 漢字\n".encode() in out and b"\r" not in out
    assert len(outputs) == 1


def test_a_reader_that_goes_away_is_no_mistake(run: Run) -> None:
    write(a="!E0301 " + "x" * 50 + "\n" * 3, b="!E0301 y\n" * 20000)
    child = process("check", "b.nnspec", "--format", "short")
    assert child.stdout and child.stderr
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr.read() == b""
    assert child.wait() == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_told(run: Run) -> None:
    write(a="!E0301 x\n")
    with open("/dev/full", "wb") as full:
        child = process("check", "a.nnspec", stdout=full)
        _, err = child.communicate()
    assert child.returncode == 2 and err.startswith(b"nnspec: cannot write the output: no space")
