"""What the tests of remembered results share: a cache of one's own, and a command line that may not compile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cache import results
from nnspec.cache.code import code_state
from nnspec.cli.main import main

Check = Callable[..., tuple[int, str, str]]

GOOD = """module Net(n: int):
    fc = Linear(n, 4)

    def forward(x: [B, n]) -> [B, 4]:
        return fc(x)
"""
BROKEN = """module Net:
    conv1 = Conv2d(3, 6, 5)
    conv2 = Conv2d(4, 16, 5)

    def forward(x: [B, 3, 32, 32]) -> [B, _, _, _]:
        return x |> conv1 |> relu |> conv2
"""
# An import, a warning of it with two labels, and an error that shows a declaration of the library.
PARTS = """module Part(n: int):
    fc = Linear(n, 4)

    def forward(x: [B, n]) -> [B, 4]:
        return fc(x)
"""
USES = """from .parts import Part

module Net:
    part = Part(8)

    def forward(x: [B, 9]) -> [B, 4]:
        return part(x)
"""


class Compiled(Exception):
    """A spec was compiled where that was not allowed."""


def no_compiler(_root: object) -> object:
    """In place of a project: there is none."""
    raise Compiled


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory, and an empty folder to work in."""
    monkeypatch.delenv("NNSPEC_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NNSPEC_DEBUG", "1")
    # Somebody may be at work on nnspec itself while its tests run.
    state = code_state()
    monkeypatch.setattr(results, "code_state", lambda: state)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path / "cache" / "nnspec" / "results"


@pytest.fixture
def check(cache: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `nnspec check`; gives exit code, standard output and standard error."""

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(["check", *argv])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def recall(cache: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """The same where nothing can be compiled: raises `Compiled` where the cache does not know the answer."""

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(["check", *argv], no_compiler)  # type: ignore[arg-type]
        out, err = capsys.readouterr()
        return code, out, err

    return call
