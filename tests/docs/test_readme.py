"""What the README shows is what happens: its specs compile, its outputs are the compiler's, its code runs.

A block under a comment `<!-- file: NAME -->` is the file NAME: a spec, or the Python that the compiler makes of
one. A `console` block holds commands and what they print. Any other `python` block is a program. `--update`
writes the outputs anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n+)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it shows if it shows one, and its text."""

    kind: str
    file: str | None
    body: str


def blocks() -> list[Block]:
    """The blocks of the README in their order."""
    text = README.read_text("utf-8")
    return [Block(m["kind"], m["file"], m["body"]) for m in BLOCK.finditer(text)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the README's specs in it."""
    place = tmp_path_factory.mktemp("readme")
    for block in blocks():
        if block.kind == "nnspec" and block.file:
            (place / block.file).write_text(block.body, "utf-8")
    return place


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment in `folder`, both streams as one."""
    environment = dict(os.environ, NO_COLOR="1")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def printed(folder: Path, session: str) -> str:
    """A console session with the commands of `session` and what they print now."""
    lines = []
    for line in session.splitlines():
        if line.startswith("$ "):
            lines.append(line)
            lines += run(folder, *shlex.split(line[2:])).stdout.splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def of_kind(kind: str, *, file: bool) -> list[Block]:
    """The blocks of a language that show a file, or those that do not."""
    return [block for block in blocks() if block.kind == kind and bool(block.file) == file]


def settle(old: str, new: str, update: bool) -> None:
    """Compare a block with what it should hold, or write that into the README."""
    if update and old != new:
        text = README.read_text("utf-8")
        assert text.count(f"\n{old}```") == 1
        README.write_text(text.replace(f"\n{old}```", f"\n{new}```"), "utf-8")
    else:
        assert old == new


def test_the_readme_shows_something() -> None:
    assert of_kind("nnspec", file=True)
    assert of_kind("python", file=True)
    assert of_kind("python", file=False)
    assert of_kind("console", file=False)


@pytest.mark.parametrize("block", of_kind("python", file=True), ids=lambda block: block.file)
def test_the_python_is_what_the_compiler_writes(
    block: Block, folder: Path, tmp_path: Path, update: bool
) -> None:
    assert block.file is not None
    spec = Path(block.file).with_suffix(".nnspec").name
    built = run(folder, "nnspec", "build", spec, "-o", os.fspath(tmp_path))
    assert built.returncode == 0, built.stdout
    settle(block.body, (tmp_path / block.file).read_text("utf-8"), update)


@pytest.mark.parametrize(
    "block", of_kind("console", file=False), ids=lambda block: block.body.splitlines()[0]
)
def test_the_commands_print_what_is_shown(block: Block, folder: Path, update: bool) -> None:
    settle(block.body, printed(folder, block.body), update)


@pytest.mark.parametrize(
    "block", of_kind("python", file=False), ids=lambda block: block.body.splitlines()[0]
)
def test_the_programs_run(block: Block, folder: Path) -> None:
    done = run(folder, "python", "-c", block.body)
    assert done.returncode == 0, done.stdout


def test_the_make_targets_exist() -> None:
    named = set(re.findall(r"(?:^|`)make (\w+)", README.read_text("utf-8"), re.M))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {"demo", "test"} <= named <= targets


def test_the_files_that_are_named_exist() -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text("utf-8"))
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []
