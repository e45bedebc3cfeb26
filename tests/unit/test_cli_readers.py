"""What one spec declares and another reads: checked together, it is not called unused."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnspec.cli.main import main

BACKBONE = """\
module Backbone(dim: int = 8):
    stem = Linear(dim, dim)
    head = Linear(dim, 4)
    head1 = Linear(dim, 4)
    lost = Linear(dim, 4)

    def forward(x: [B, dim]) -> [B, 4]:
        return x |> stem |> head1 |> relu

module Plain(dim: int = 8, stride: int = 1):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return fc(x)
"""
MIDDLE = """\
from .backbone import Backbone, Plain

module Stack(block: layer):
    inner = block(8, stride=1)

    def forward(x):
        return inner(x)

module Middle:
    backbone = Backbone()
    stack = Stack(Plain)

    def forward(x: [B, 8]) -> [B, 4]:
        return x |> stack |> backbone
"""
NET = """\
from .middle import Middle

module Net:
    middle = Middle()

    def forward(x: [B, 8]) -> [B, 4]:
        return middle.backbone.head(x)
"""
STRANGER = """\
module Lost:
    lost = Linear(8, 8)

    def forward(x: [B, 8]) -> [B, 8]:
        return lost(x)

module Reader:
    inner = Lost()

    def forward(x: [B, 8]) -> [B, 8]:
        return inner.lost(x)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs that import one another, and one that does not."""
    named = {"backbone": BACKBONE, "middle": MIDDLE, "net": NET, "stranger": STRANGER}
    for name, text in named.items():
        (tmp_path / f"{name}.nnspec").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(("check", "--format", "short", *arguments)) == 0
    return [line.partition(" ")[2] for line in capsys.readouterr().out.splitlines()]


HEAD = "W0208 no method of `Backbone` uses the layer `head`"
LOST = "W0208 no method of `Backbone` uses the layer `lost`"
STRIDE = "W0211 nothing in `Plain` reads the hyperparameter `stride`"


@pytest.mark.parametrize("cache", [(), ("--no-cache",)], ids=["cached", "anew"])
def test_readers(folder: Path, capsys: pytest.CaptureFixture[str], cache: tuple[str, ...]) -> None:
    """Alone a file knows no callers; a reader counts if it imports the file, directly or not."""
    assert told(capsys, "backbone.nnspec", *cache) == [HEAD, LOST, STRIDE]
    assert told(capsys, "backbone.nnspec", "stranger.nnspec", *cache) == [HEAD, LOST, STRIDE]
    assert told(capsys, "backbone.nnspec", "middle.nnspec", *cache) == [HEAD, LOST]
    assert told(capsys, ".", *cache) == [LOST]


def test_fixes_leave_readers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fix for a forgotten layer is not applied to one that another file calls."""
    text = BACKBONE.replace("|> relu", "|> relu |> head1") + "\n"
    (folder / "backbone.nnspec").write_text(
        text.replace("Linear(dim, 4)", "Linear(dim, dim)"), "utf-8"
    )
    main(("check", "--fix", "--unsafe-fixes", "."))
    capsys.readouterr()
    assert "head1 |> relu |> head1" in (folder / "backbone.nnspec").read_text("utf-8")
