"""`nnspec check --watch`, in a process of its own that sees real files change."""

from __future__ import annotations

import os
import pty
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnspec.cli.main import main

PATIENCE = 30  # seconds; a change is seen within one, unless the machine is busy
BLOCK = """\
module Block(dim: int):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return fc(x)
"""
NET = "from .block import Block\n\nmodel net = Block(4)\n"


class Watch:
    """A running watch, and what it writes."""

    def __init__(self, folder: Path, *argv: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nnspec", "check", "--watch", *argv],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def shown(self) -> str:
        """What the next look shows, up to the line that ends it."""
        seen = ""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=end - time.monotonic())
            except (queue.Empty, ValueError):
                pytest.fail(f"nothing more came after:\n{seen}")
            if line is None:
                assert self.process.stderr is not None
                pytest.fail(f"the watch ended: {seen}{self.process.stderr.read()}")
            seen += line
            if line.endswith("Ctrl-C ends\n"):
                return seen

    def rests(self) -> bool:
        """Whether nothing more is shown for a second."""
        time.sleep(1)
        return self._lines.empty()

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code and standard error."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        return code, self.process.stderr.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two specs, one of which imports the other."""
    (tmp_path / "pyproject.toml").touch()
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "block.nnspec").write_text(BLOCK, "utf-8")
    (specs / "net.nnspec").write_text(NET, "utf-8")
    return tmp_path


@pytest.fixture
def started(folder: Path) -> Iterator[list[Watch]]:
    """Watches to be ended with the test."""
    running: list[Watch] = []
    yield running
    for watch in running:
        watch.process.kill()
        watch.process.wait(PATIENCE)
        for stream in (watch.process.stdout, watch.process.stderr):
            assert stream is not None
            stream.close()


def test_a_watch_lives_through_changes(folder: Path, started: list[Watch]) -> None:
    net, block = folder / "specs/net.nnspec", folder / "specs/block.nnspec"
    watch = Watch(folder, "specs")
    started.append(watch)
    assert watch.shown() == "2 files checked, no problems\nwatching 2 specs, Ctrl-C ends\n"

    # One file: only it is checked again.
    net.write_text(NET.replace("Block(4)", "Block(dim=4, 5)"), "utf-8")
    shown = watch.shown()
    assert shown.startswith("error[E0129]") and " --> specs/net.nnspec:3:" in shown
    assert shown.endswith(
        "1 error in 1 file\nspecs/net.nnspec checked again; watching 2 specs, Ctrl-C ends\n"
    )

    # An editor that saves by renaming.
    (folder / "specs/.net.swp").write_text(NET, "utf-8")
    os.replace(folder / "specs/.net.swp", net)
    assert watch.shown().endswith("specs/net.nnspec checked again; watching 2 specs, Ctrl-C ends\n")

    # An import: those that import it are checked again too.
    block.write_text(BLOCK.replace("Linear(dim, dim)", "Linear(dim, 3)"), "utf-8")
    shown = watch.shown()
    assert "W0301" in shown and "2 files checked again" in shown

    # Saved without a change: nothing to say.
    assert watch.rests()
    block.write_text(block.read_text("utf-8"), "utf-8")
    assert watch.rests()

    # A syntax error, half a character, and no file at all.
    block.write_text("module Block(", "utf-8")
    assert "specs/block.nnspec:1:" in watch.shown()
    block.write_bytes(b"module Bl\xc3")
    assert "is not UTF-8" in watch.shown()
    block.unlink()
    shown = watch.shown()
    assert "error[E0230]" in shown and shown.endswith("watching 1 spec, Ctrl-C ends\n")
    block.write_text(BLOCK, "utf-8")
    assert "no problems\n2 files checked again; watching 2 specs" in watch.shown()

    # A new folder with a spec in it.
    (folder / "specs/more").mkdir()
    (folder / "specs/more/act.nnspec").write_text("model act = ReLU()\n", "utf-8")
    assert watch.shown().endswith(
        "specs/more/act.nnspec checked again; watching 3 specs, Ctrl-C ends\n"
    )
    (folder / "specs/more/act.nnspec").write_text("model act = RelU()\n", "utf-8")
    assert "error[E0201]" in watch.shown()

    # Everything goes, and comes back.
    shutil.rmtree(folder / "specs")
    shown = watch.shown()
    while "there is no specs" not in shown:
        shown = watch.shown()
    (folder / "specs").mkdir()
    (folder / "specs/act.nnspec").write_text("model act = ReLU()\n", "utf-8")
    shown = watch.shown()
    while "watching 1 spec," not in shown:
        shown = watch.shown()

    assert watch.interrupt() == (130, "")


def test_a_file_is_watched_with_what_it_imports_from_elsewhere(
    folder: Path, started: list[Watch]
) -> None:
    (folder / "net.nnspec").write_text(NET.replace(".block", ".specs.block"), "utf-8")
    watch = Watch(folder, "net.nnspec", "--format", "short")
    started.append(watch)
    assert watch.shown() == "watching 1 spec, Ctrl-C ends\n"
    (folder / "specs/block.nnspec").write_text(BLOCK.replace("fc(x)", "fcc(x)"), "utf-8")
    assert watch.shown().startswith("net.nnspec:1:6: E0233 ")
    (folder / "specs/block.nnspec").write_text(BLOCK, "utf-8")
    assert watch.shown() == "net.nnspec checked again; watching 1 spec, Ctrl-C ends\n"
    assert watch.interrupt() == (130, "")


def test_a_terminal_is_cleared_for_each_look(folder: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", "check", "--watch", "specs"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while b"Ctrl-C ends" not in seen:
        seen += os.read(ours, 1000)
    assert seen.startswith(b"\x1b[2J\x1b[3J\x1b[H2 files checked")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    os.close(ours)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["specs/no.nnspec"], "there is no specs/no.nnspec"),
        (["specs", "--fix"], "does not go with --fix"),
        (["specs", "--diff"], "does not go with --diff"),
        (["-"], "standard input is none"),
        (["specs", "--format", "sarif"], "try: nnspec check --watch --format short specs"),
    ],
)
def test_what_cannot_be_watched(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(folder)
    assert main(["check", "--watch", *argv]) == 2
    assert said in capsys.readouterr().err


def test_without_watchfiles_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["check", "--watch", "specs"]) == 2
    assert capsys.readouterr().err == (
        "nnspec: --watch needs the package watchfiles\n  try: pip install 'nnspec[watch]'\n"
    )
