"""The pages of `nnspec explain`: the wrong spec is refused with the page's code, the mended one accepted.

A page holds them in ```nnspec wrong and ```nnspec mended blocks. Both may import blocks.nnspec.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnspec.diagnostics.registry import CODES
from nnspec.project import Project

PAGES = Path(__file__).resolve().parents[2] / "nnspec" / "diagnostics" / "pages"
BLOCK = re.compile(r"^```nnspec (wrong|mended)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = """\
module Block(dim: int):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return x |> fc
"""
# Files beside the specs of some pages.
BESIDE: dict[str, dict[str, bytes]] = {
    "E0231": {"net.nnspec": b"from .wrong import Net\n", "shared.nnspec": b"model Net = ReLU()\n"},
    "E0233": {"broken.nnspec": b"module Block(:\n"},
    "E0236": {"parts/blocks.nnspec": BLOCKS.encode()},
    "E0237": {"locked.nnspec": b"module Bl\xf6ck\n"},
    "E0239": {"my_pkg/blocks.nnspec": BLOCKS.encode()},
}
# What no spec of a few lines can show: a file that is too large, an expression of some hundred calls; what a build
# finds where an older torch is installed.
UNSHOWN = {"E0001", "E0006", "W0219"}


def test_every_page_is_about_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} <= set(CODES)


PAGES_WITH_SPECS = [page for page in sorted(PAGES.glob("*.md")) if page.stem not in UNSHOWN]


@pytest.mark.parametrize("page", PAGES_WITH_SPECS, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = dict(BLOCK.findall(page.read_text("utf-8")))
    files = {"blocks.nnspec": BLOCKS.encode(), **BESIDE.get(page.stem, {})}
    for kind, text in specs.items():
        files[f"{kind}.nnspec"] = text.encode()
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    monkeypatch.syspath_prepend(tmp_path)  # A folder there is a package that is installed.
    project = Project(tmp_path)
    wrong = project.check(tmp_path / "wrong.nnspec")
    assert {d.code for d in wrong.diagnostics} == {page.stem}, str(wrong)
    mended = project.check(tmp_path / "mended.nnspec")
    assert mended.diagnostics == (), str(mended)
