"""What a repeat run imports, and runs at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .cache_runs import BROKEN, GOOD, cache

__all__ = ["cache"]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-X", "importtime", "-m", "nnspec", "check"]
COMPILER = ("syntax", "semantics", "library", "grammar", "pipeline", "project", "ir", "emit")
SLOW = ("typing", "re", "enum", "argparse", "json", "pathlib", "hashlib", "dataclasses", "inspect")


def started(*argv: str) -> tuple[str, set[str]]:
    """What a run prints, and the modules that it imports beyond those that any `python -m` does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [*COMMAND, *argv], capture_output=True, text=True, check=False, env=environment
    )
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    names = [line.rpartition("|")[2].strip() for line in lines]
    return run.stdout, set(names[names.index("runpy") :])


@pytest.mark.parametrize(("text", "most"), [(GOOD, 24), (BROKEN, 44)], ids=["good", "broken"])
def test_a_repeat_run_imports_next_to_nothing(text: str, most: int, cache: Path) -> None:
    Path("net.nnspec").write_text(text, "utf-8")
    first, imported = started("net.nnspec")
    assert "nnspec.semantics.check" in imported
    again, imported = started("net.nnspec")
    assert first == again
    ours = {name for name in imported if name.startswith("nnspec")}
    assert not {name for name in ours if name.split(".")[1:2] and name.split(".")[1] in COMPILER}
    assert len(ours) <= most, sorted(ours)
    if text is GOOD:
        assert not imported & set(SLOW)
        assert not started("--strict", "net.nnspec")[1] & set(SLOW)


def test_runs_at_the_same_time_do_not_disturb_each_other(cache: Path) -> None:
    for number in range(6):
        Path(f"net{number}.nnspec").write_text(BROKEN + "\n" * number, "utf-8")
    command = [sys.executable, "-m", "nnspec", "check", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    expected = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "NNSPEC_NO_CACHE": "1"},
    ).stdout
    for _ in range(2):
        runs = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
            for _ in range(4)
        ]
        assert {run.communicate()[0] for run in runs} == {expected}
    assert len(list(cache.iterdir())) == 6  # and no file that was only begun
