"""A Python package that ships specs: checked without running it, built, loaded, pickled, remembered."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import torch

import nnspec
from nnspec.cli.main import main
from tests.unit.cache_runs import Check, cache, check, recall

__all__ = ["cache", "check", "recall"]

PYTHON = """
from torch import Tensor, nn


class Gate(nn.Module):
    def __init__(self, dim: int, bias: bool = True) -> None:
        super().__init__()
        self.proj = nn.Linear(dim, 2 * dim, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.proj(x).chunk(2, dim=-1)
        return left * right.sigmoid()


def double(x: Tensor) -> Tensor:
    return 2 * x
"""
DECLARED = """
extern module Gate(dim: int, bias: bool = True) from gated.layers:
    proj = Linear(dim, 2 * dim, bias=bias)

    def forward(x: [*N, dim]) -> [*N, dim]

extern def double(x: [*N]) -> [*N] from gated.layers

extern def triple(x: [*N]) -> [*N] from gated.not_there
"""
SPEC = """
from gated.specs.gate import Gate, double as twice

module Net(dim: int = 8):
    fc = Linear(4, dim)
    gate = Gate(dim)
    init gate.proj.bias = ones

    def forward(x: [B, 4]) -> [B, dim]:
        return x |> fc |> gate |> twice

check Net:
    params == 40 + 2 * 8 * 9
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an installed package."""
    folder = tmp_path / "site" / "gated"
    (folder / "specs").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "layers.py").write_text(PYTHON)
    (folder / "specs" / "gate.nnspec").write_text(DECLARED)
    monkeypatch.syspath_prepend(folder.parent)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "gated"]:
        del sys.modules[name]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec that imports from the package."""
    path = tmp_path / "nets" / "net.nnspec"
    path.parent.mkdir()
    path.write_text(SPEC)
    return path


def test_checking_and_building_run_nothing_of_the_package(spec: Path, package: Path) -> None:
    (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
    assert nnspec.check(spec).diagnostics == ()
    assert "from gated.layers import Gate\nfrom gated.layers import double as twice\n" in (
        nnspec.build(spec).text
    )
    assert "gated" not in sys.modules


def test_loading_asks_for_leave(spec: Path) -> None:
    with pytest.raises(nnspec.LoadError) as refused:
        nnspec.load(spec)
    assert str(refused.value) == (
        f"{spec}, line 2: `Gate` is Python from gated.layers, which runs only where the caller allows it:"
        " load(..., allow=['gated'])"
    )
    assert "gated" not in sys.modules
    with pytest.raises(nnspec.LoadError):
        nnspec.load(spec, allow="gated.other")
    assert isinstance(nnspec.load(spec, allow=["gated.layers"]), torch.nn.Module)


def test_what_is_loaded_is_what_is_built(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the package declares and the spec does not import need not be there."""
    torch.manual_seed(0)
    model = nnspec.load(spec, allow=["gated"], dim=6)
    assert main(["build", str(spec), "-o", str(tmp_path / "built_nets")]) == 0
    assert {path.name for path in (tmp_path / "built_nets").iterdir()} == {"__init__.py", "net.py"}
    monkeypatch.syspath_prepend(tmp_path)
    torch.manual_seed(0)
    built = import_module("built_nets.net").Net(dim=6)
    assert type(model.gate) is type(built.gate) is import_module("gated.layers").Gate
    x = torch.randn(3, 4)
    assert torch.equal(model(x), built(x)) and model(x).shape == (3, 6)
    assert torch.equal(model.gate.proj.bias, torch.ones(12))
    again = pickle.loads(pickle.dumps(model))
    assert torch.equal(again(x), model(x))


def test_a_package_that_changes_is_read_anew(spec: Path, package: Path) -> None:
    declared = package / "specs" / "gate.nnspec"
    first = nnspec.load(spec, allow=["gated"])
    declared.write_text(DECLARED.replace("dim: int, bias: bool = True)", "dim: int, bias: bool)"))
    with pytest.raises(nnspec.SpecError, match="bias"):
        nnspec.load(spec, allow=["gated"])
    declared.write_text(DECLARED)
    assert type(nnspec.load(spec, allow=["gated"])) is type(first)


def test_a_repeated_check_looks_where_the_package_is_now(
    spec: Path, package: Path, check: Check, recall: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok = check(str(spec))
    assert ok[0] == 0 and recall(str(spec)) == ok
    other = package.parents[1] / "other" / "gated"
    (other / "specs").mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "specs" / "gate.nnspec").write_text(DECLARED.replace("[*N, dim]", "[*N, dim + 1]"))
    monkeypatch.syspath_prepend(other.parent)
    assert check(str(spec))[0] == 1


def test_files_that_no_package_should_ship(spec: Path, package: Path) -> None:
    declared = package / "specs" / "gate.nnspec"
    for make, said in (
        (lambda: declared.mkdir(), "is a directory"),
        (lambda: declared.symlink_to("/dev/zero"), "it is no regular file"),
        (lambda: declared.symlink_to("/nowhere"), "there is no"),
        (lambda: declared.write_bytes(b"\xff\xfe"), "it is not UTF-8"),
        (lambda: declared.write_text("x" * 2_000_000), "has errors"),
    ):
        declared.rmdir() if declared.is_dir() else declared.unlink()
        make()
        (found,) = nnspec.check(spec).errors
        assert said in found.message
