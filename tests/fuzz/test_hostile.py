"""No spec keeps the compiler busy, or fills the memory: each is answered in a few seconds, within 1 GiB.

Processor time is measured, and an address space limited, in a process of its own. The bound is looser than what
`nnspec` promises on an idle machine, which is two seconds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.hostile import SPECS

pytestmark = pytest.mark.fuzz

SECONDS = 8
BYTES = 2**30
RUN = "from nnspec.cli.main import main_entry; main_entry()"


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def nnspec(
    *arguments: str, given: bytes | None = None, cwd: Path | None = None
) -> tuple[int, str, str]:
    """Run a command under the limits: its exit code, output and errors. Past the limits it is killed: -9."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        preexec_fn=_limited,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(root)},
        timeout=20 * SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("name", SPECS)
def test_a_hostile_spec_is_answered(name: str, tmp_path: Path) -> None:
    text, expected = SPECS[name]
    path = tmp_path / "hostile.nnspec"
    path.write_text(text, "utf-8")
    code, out, err = nnspec("check", str(path))
    assert err == ""
    assert code == (0 if expected is None else 1), out[:2000]
    assert len(out) < 100_000
    if expected is not None:
        assert out.startswith(f"error[{expected}]"), out[:2000]


def test_a_ring_of_files_is_answered(tmp_path: Path) -> None:
    for i in range(100):
        text = f"from .f{(i + 1) % 100} import M\n\nmodule M{i}:\n    fc = Linear(3, 3)\n"
        (tmp_path / f"f{i}.nnspec").write_text(text, "utf-8")
    code, out, err = nnspec("check", "--no-cache", "--format", "short", ".", cwd=tmp_path)
    assert (code, err, out.count("E0231")) == (1, "", 100)


LARGE = {
    "spaces": b" " * 50_000_000,
    "lines": b"x\n" * 1_000_000,
    "one line": b"x" * 10_000_000,
    "comments": b"# comment\n" * 5_000_000,
    "modules": b"module M:\n    fc = Linear(3, 3)\n\n" * 1_500_000,
    "NUL": b"\0" * 50_000_000,
    "marks of order": b"\xef\xbb\xbf" * 15_000_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "large.nnspec").write_bytes(LARGE[name])
    for arguments in (["check"], ["check", "--format", "json"], ["build"]):
        code, out, err = nnspec(*arguments, "large.nnspec", cwd=tmp_path)
        assert code == 1, (out + err)[:2000]
        assert "E0001" in out + err
        assert len(out) < 20_000
    # And so is a folder that holds it.
    code, out, _ = nnspec("check", ".", cwd=tmp_path)
    assert code == 1
    assert "E0001" in out


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.nnspec").write_bytes(b"\xff\xfe\x80" * 10_000_000)
    code, _, err = nnspec("check", "bytes.nnspec", cwd=tmp_path)
    assert code == 2
    assert "not UTF-8" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.nnspec")
    (tmp_path / "zero.nnspec").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        for command in ("check", "build"):
            code, _, err = nnspec(command, f"{name}.nnspec", cwd=tmp_path)
            assert code == 2
            assert err == f"nnspec: cannot read {name}.nnspec: it is no regular file\n"
    (tmp_path / "import.nnspec").write_text("from .pipe import M\n")
    code, out, _ = nnspec("check", "import.nnspec", cwd=tmp_path)
    assert code == 1
    assert "it is no regular file" in out


def test_folders_in_a_circle_are_searched_once(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "net.nnspec").write_text("model m = Linear(3, 3)\n")
    (folder / "again").symlink_to(tmp_path)
    (tmp_path / "self.nnspec").symlink_to("self.nnspec")
    code, out, err = nnspec("check", "a", cwd=tmp_path)
    assert (code, out, err) == (0, "1 file checked, no problems\n", "")
    code, _, err = nnspec("check", "self.nnspec", cwd=tmp_path)
    assert code == 2
    assert "internal error" not in err


def test_standard_input_without_end_is_cut() -> None:
    code, out, _ = nnspec("check", "-", given=b" " * 20_000_000)
    assert code == 1
    assert "E0001" in out
