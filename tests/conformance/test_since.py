"""Since when torch has what the library declares: the table, how it is found, and what is said of an older torch.

`NNSPEC_TORCHES=FOLDER python -m pytest tests/conformance/test_since.py` compares the table with the sources of torch's
releases: FOLDER holds a folder for each, as `tests/conformance/since.py` says how to get them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

import nnspec
from nnspec.ir import younger
from nnspec.library.since import OLDEST, SINCE
from tests.conformance.since import declarations, table
from tests.conformance.sources import Sources

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(torch.__file__).parents[1]
# Methods that no stub of torch names.
UNNAMED = {("Tensor", "cdouble"), ("Tensor", "cfloat")}

SPEC = """
module Net:
    norm = BatchNorm1d(4, bias=False)
    rms = RMSNorm(4)

    def forward(x: [B, 4], y: [B, 4]) -> []:
        x = x |> norm |> rms
        return F.mse_loss(x, y, None, None, "mean", y) + x.sum()
"""


def test_the_sources_tell_what_is_installed() -> None:
    """Every declaration is found in the sources of the torch that the other tests compare it with."""
    installed = Sources(INSTALLED)
    missing = {
        (place, declared.name)
        for place, declared in declarations()
        if installed.overloads(place, declared.name) is None
    }
    assert missing == UNNAMED


def test_the_table_is_about_declarations() -> None:
    named = {f"{place}.{declared.name}": declared for place, declared in declarations()}
    for key, ages in SINCE.items():
        arguments = {param.name for param in named[key].signature.params}
        assert ages and set(ages) <= arguments | {""}, key


def test_the_oldest_torch_has_every_declaration() -> None:
    assert OLDEST == max(ages[""] for ages in SINCE.values() if "" in ages)
    wanted = ".".join(map(str, OLDEST))
    assert f'torch = ["torch>={wanted}"]' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert f"torch {wanted}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.skipif("NNSPEC_TORCHES" not in os.environ, reason="needs the wheels of older torches")
def test_the_table_is_what_the_releases_say() -> None:
    folders = [each for each in Path(os.environ["NNSPEC_TORCHES"]).iterdir() if each.is_dir()]
    assert table([Sources(each) for each in folders]) == SINCE


def test_changes_between_sources_are_found(tmp_path: Path) -> None:
    """A release without a layer, one whose argument has another default, and the newest."""
    gelu = "class GELU:\n    def __init__(self, approximate='{}'): ...\n"
    for minor, text in ((7, ""), (8, gelu.format("tanh")), (9, gelu.format("none"))):
        folder = tmp_path / str(minor) / "torch"
        (folder / "nn" / "modules").mkdir(parents=True)
        (folder / "version.py").write_text(f"__version__ = '2.{minor}.0'\n")
        (folder / "nn" / "modules" / "activation.py").write_text(text)
    found = table([Sources(each) for each in tmp_path.iterdir()])
    assert found == {"torch.nn.GELU": {"": (2, 8), "approximate": (2, 9)}}


def said(installed: str, text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The warnings of a build beside some torch."""
    path = tmp_path / "net.nnspec"
    path.write_text(text)
    monkeypatch.setattr("importlib.metadata.version", lambda name: installed)
    return [f"{d.span.line}: {d.message}" for d in nnspec.build(path).report.diagnostics]


def test_building_says_what_is_too_young(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("2.12.0", SPEC, monkeypatch, tmp_path) == []
    assert said("2.5.1+cu121", SPEC, monkeypatch, tmp_path) == [
        "3: `bias` of `BatchNorm1d` needs torch 2.12 or newer, and 2.5.1+cu121 is installed",
        "8: `weight` of `mse_loss` needs torch 2.6 or newer, and 2.5.1+cu121 is installed",
    ]
    (found,) = said("2.3.1", SPEC.replace(", bias=False", "").replace(', None, None, "mean", y', ""),
                    monkeypatch, tmp_path)  # fmt: skip
    assert found == "4: `RMSNorm` needs torch 2.4 or newer, and 2.3.1 is installed"


def test_the_method_of_a_tensor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
def spectrum(x: [B, 64], w: [16]):
    a = x.stft(16, window=w, center=False, return_complex=True, align_to_window=False)
    return a, stft(x, 16, 4, 16, w, False, "reflect", False, True, True, False)
"""
    found = said("2.6.0", text, monkeypatch, tmp_path)
    assert [each.partition(" needs")[0] for each in found] == [
        "3: `align_to_window` of `stft`",
        "4: `align_to_window` of `stft`",
    ]


def test_loading_refuses_what_is_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "__version__", "2.11.0")
    with pytest.raises(nnspec.LoadError, match="line 3: `bias` of `BatchNorm1d` needs torch 2.12"):
        nnspec.loads(SPEC)


def test_versions_as_torch_has_them() -> None:
    for text, version in (("2.4.1+cpu", (2, 4)), ("2.13.0", (2, 13)), ("2.9.0a0+git12", (2, 9))):
        assert younger.version(text) == version
