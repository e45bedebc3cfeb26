"""The command line on the compiler itself, from text to exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cli.main import main

Run = Callable[..., tuple[int, str, str]]

BLOCK = """\
module Block(dim: int):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return relu(fc(x))
"""
NET = """\
from {dots}block import Block

module Net(classes: int = 10):
    block = Block(8)
    out = Linear(_, classes)

    def forward(x: [B, 8]) -> [B, classes]:
        return x |> block |> out

check Net:
    forward([2, 8]) -> [2, 10]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line beside the specs s/block.nnspec and s/a/b/net.nnspec."""
    (tmp_path / "s/a/b").mkdir(parents=True)
    (tmp_path / "s/block.nnspec").write_text(BLOCK, "utf-8")
    (tmp_path / "s/a/b/net.nnspec").write_text(NET.format(dots="..."), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.py")}


def test_check(run: Run) -> None:
    assert run("check", "s") == (0, "2 files checked, no problems\n", "")
    assert run("check", "s/a/b/net.nnspec") == (0, "1 file checked, no problems\n", "")


def test_a_mistake_in_every_format(run: Run) -> None:
    net = Path("s/a/b/net.nnspec")
    net.write_text(net.read_text("utf-8").replace("|> out", "|> outt"), "utf-8")
    code, out, err = run("check", "s")
    assert (code, err) == (1, "")
    assert out.startswith("error[E0201]: ") and "\n --> s/a/b/net.nnspec:8:30\n" in out
    assert "8 |         return x |> block |> outt\n  |                              ^^^^\n" in out
    assert out.endswith("\n1 error in 1 file\n1 can be mended by --fix --unsafe-fixes\n")
    code, out, _ = run("check", "s", "--format", "short")
    assert code == 1 and out.startswith("s/a/b/net.nnspec:8:30: E0201 ")
    code, out, _ = run("check", "s", "--format", "json")
    (found,) = json.loads(out)
    assert code == 1 and (found["line"], found["column"], found["end_column"]) == (8, 30, 34)
    assert found["fix"]["edits"][0]["text"] == "out"


def test_standard_input_finds_its_imports(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = NET.format(dots="...").replace("x |> block", "x |> blok")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, _ = run(
        "check", "-", "--stdin-filename", "s/a/b/unsaved.nnspec", "--format", "short"
    )
    assert code == 1 and len(out.splitlines()) == 1
    assert out.startswith("s/a/b/unsaved.nnspec:8:21: E0201")


def test_line_ends_and_a_byte_order_mark(run: Run) -> None:
    Path("crlf.nnspec").write_bytes(BLOCK.replace("\n", "\r\n").encode())
    assert run("check", "crlf.nnspec")[0] == 0
    code, out, _ = run("build", "crlf.nnspec")
    assert code == 0 and "\r" not in out


def test_build_gives_the_same_bytes_from_anywhere(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("build", "s", "-o", "one") == (0, "wrote 5 files to one\n", "")
    assert run("build", str(tmp_path / "s"), "-o", "two")[0] == 0
    monkeypatch.chdir("s")
    assert run("build", ".", "-o", "../three")[0] == 0
    one, two, three = (contents(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two == three
    assert not any(str(tmp_path).encode() in text for text in one.values())
    monkeypatch.chdir(tmp_path)
    assert run("build", "s", "-o", "two", "--check") == (0, "two is what the specs give\n", "")


def test_what_is_built_can_be_left_over(run: Run) -> None:
    run("build", "s", "-o", "out")
    Path("s/a/b/net.nnspec").unlink()
    code, out, _ = run("build", "s", "-o", "out", "--check")
    assert code == 1 and "left over: out/a/b/net.py\n" in out
    assert run("build", "s", "-o", "out")[0] == 0
    assert sorted(contents(Path("out"))) == ["__init__.py", "block.py"]


def test_what_is_built_runs(run: Run) -> None:
    pytest.importorskip("torch")
    run("build", "s", "-o", "out")
    program = "import torch; from out.a.b.net import Net; print(Net()(torch.zeros(2, 8)).shape)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "torch.Size([2, 10])\n"


def test_what_another_spec_reads_of_a_layer_is_kept_there(run: Run) -> None:
    Path("s/block.nnspec").write_text(BLOCK.replace("dim: int", "dim: int, scale: float = 2.0"))
    Path("s/a/b/net.nnspec").write_text(
        NET.format(dots="...").replace("x |> block |> out", "out(block(x)) * block.scale"), "utf-8"
    )
    assert run("build", "s", "-o", "out")[0] == 0
    assert "self.scale = scale" in Path("out/block.py").read_text("utf-8")
    assert "scale =" not in run("build", "s/block.nnspec")[1]


def test_a_single_file_needs_no_folder(run: Run) -> None:
    code, out, err = run("build", "s/block.nnspec")
    assert (code, err) == (0, "") and "class Block(nn.Module):" in out


def test_a_file_with_its_imports(run: Run) -> None:
    Path("s/net.nnspec").write_text(NET.format(dots="."), "utf-8")
    assert run("build", "s/net.nnspec", "-o", "out")[0] == 0
    assert sorted(contents(Path("out"))) == ["__init__.py", "block.py", "net.py"]


def test_a_broken_import_is_told_in_both_files_and_nothing_is_written(run: Run) -> None:
    Path("s/block.nnspec").write_text(BLOCK.replace("fc(x)", "fcc(x)"), "utf-8")
    code, out, _ = run("build", "s", "-o", "out", "--format", "short")
    assert code == 1 and not Path("out").exists()
    assert [line.split(" ")[1] for line in out.splitlines()] == ["E0233", "E0201"]


def test_ignored_warnings_and_idle_ignores(run: Run) -> None:
    Path("s/block.nnspec").write_text(
        BLOCK.replace("fc(x))", "fc(x))  # nnspec: ignore[W0209]"), "utf-8"
    )
    code, out, _ = run("check", "s/block.nnspec", "--format", "short")
    assert code == 0 and out.startswith("s/block.nnspec:5:")
    assert "W0209 there is no W0209" in out


def test_version(run: Run) -> None:
    import nnspec

    assert run("--version") == (0, f"nnspec {nnspec.__version__}\n", "")


def test_python_m_nnspec(run: Run) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "nnspec", "check", "s"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )
    assert (result.returncode, result.stdout) == (0, "2 files checked, no problems\n")


def test_a_program_that_runs_the_command_goes_on(tmp_path: Path) -> None:
    (tmp_path / "net.nnspec").write_text(
        "module Net:\n    def forward(x: [B]) -> [B]:\n        return x\n"
    )
    program = (
        "import runpy, sys\n"
        "sys.argv = ['nnspec', 'check', 'net.nnspec']\n"
        "try:\n"
        "    runpy.run_module('nnspec', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    print('goes on after', end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 file checked, no problems\ngoes on after 0\n"
