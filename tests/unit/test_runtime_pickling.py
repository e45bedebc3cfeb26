"""Loaded models leave the process and come back: pickles, copies, whole-model files."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import nnspec

torch = pytest.importorskip("torch")
nn = torch.nn

BLOCK = """
type Pair = (left: [B, 3], right: [B, 3])

def twice(x: [*N]) -> [*N]:
    return x * 2

module Block(dim: int):
    fc = Linear(dim, dim)
    const shift: [dim] = rand

    def forward(x: [B, dim]) -> [B, dim]:
        return twice(fc(x)) + shift

    def pair(x: [B, 3]) -> Pair:
        return Pair(x, x + 1)
"""
NET = """
from .block import Block

module Net(dim: int = 3):
    block = Block(dim)
    blocks = [Block(dim) for _ in range(2)]

    def forward(x: [B, dim]) -> [B, dim]:
        for each in blocks:
            x = each(x)
        return block(x)
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "block.nnspec").write_text(BLOCK, "utf-8")
    (tmp_path / "net.nnspec").write_text(NET, "utf-8")
    return tmp_path / "net.nnspec"


def same(left: Any, right: Any) -> bool:
    x = torch.ones(2, 3)
    return torch.equal(left(x), right(x)) and repr(left) == repr(right)


def through_file(model: Any) -> Any:
    """The model after torch.save and torch.load."""
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@pytest.mark.parametrize(
    "way",
    [
        copy.deepcopy,
        copy.copy,
        through_file,
        *(
            lambda model, p=protocol: pickle.loads(pickle.dumps(model, p))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_a_model_comes_back_with_its_class(spec: Path, way: Any) -> None:
    model = nnspec.load(spec)
    again = way(model)
    assert type(again) is type(model) and type(again.block) is type(model.block)
    assert same(model, again)


def test_a_copy_has_parameters_of_its_own(spec: Path) -> None:
    model = nnspec.load(spec)
    again = copy.deepcopy(model)
    with torch.no_grad():
        again.block.fc.weight.zero_()
    assert not torch.equal(again.block.fc.weight, model.block.fc.weight)


def test_after_the_file_was_loaded_again_or_edited(spec: Path) -> None:
    model = nnspec.load(spec)
    data = pickle.dumps(model)
    assert type(nnspec.load(spec)) is type(model)
    spec.write_text(NET.replace("range(2)", "range(1)"), "utf-8")
    edited = nnspec.load(spec)
    assert type(edited) is not type(model)
    again = pickle.loads(data)
    assert type(again) is type(model) and same(model, again)
    assert same(edited, through_file(edited))
    spec.unlink()
    assert same(model, through_file(model)) and same(edited, pickle.loads(pickle.dumps(edited)))


def test_the_same_text_elsewhere(spec: Path, tmp_path: Path) -> None:
    model = nnspec.load(spec)
    other = tmp_path / "other"
    other.mkdir()
    for name in ("net", "block"):
        (other / f"{name}.nnspec").write_text((tmp_path / f"{name}.nnspec").read_text())
    twin = nnspec.load(other / "net.nnspec")
    assert type(copy.deepcopy(twin)) is type(twin)
    assert type(pickle.loads(pickle.dumps(twin))) is type(twin)
    assert type(pickle.loads(pickle.dumps(model))) is type(model)


def test_texts_are_kept_once(spec: Path) -> None:
    model = nnspec.load(spec)
    assert pickle.dumps(model).count(b"const shift") == 1


def test_hooks_and_training_state_travel(spec: Path) -> None:
    model = nnspec.load(spec).eval()
    model.block.fc.weight.requires_grad_(False)
    again = pickle.loads(pickle.dumps(model))
    assert not again.training and not again.block.fc.weight.requires_grad


def test_named_tuples_and_functions(spec: Path) -> None:
    module = nnspec.import_spec(spec.parent / "block.nnspec")
    pair = module.Block(3).pair(torch.ones(1, 3))
    for again in (pickle.loads(pickle.dumps(pair)), copy.deepcopy(pair)):
        assert type(again) is module.Pair and again.right.tolist() == [[2.0, 2.0, 2.0]]
    assert pickle.loads(pickle.dumps(module.twice)) is module.twice
    assert pickle.loads(pickle.dumps(module.Block)) is module.Block


def test_a_class_derived_from_a_loaded_one_is_pickled_as_usual(spec: Path) -> None:
    base = nnspec.import_spec(spec).Net
    derived = type("Derived", (base,), {"__module__": __name__})
    globals()["Derived"] = derived
    try:
        model = derived(3)
        again = pickle.loads(pickle.dumps(model))
        assert type(again) is derived and same(model, again)
        assert type(copy.deepcopy(model)) is derived
    finally:
        del globals()["Derived"]


def in_another_process(code: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_another_process_needs_nothing_but_the_file(spec: Path, tmp_path: Path) -> None:
    model = nnspec.load(spec)
    model.act = nnspec.import_spec(spec.parent / "block.nnspec").twice
    torch.save([model, nnspec.load(spec)], tmp_path / "model.pt")
    (tmp_path / "block.nnspec").unlink()
    spec.unlink()
    shown = in_another_process(
        """
        import sys, torch
        model, second = torch.load(sys.argv[1], weights_only=False)
        assert type(model) is type(second) and type(model.block) is type(model.blocks[0])
        torch.save(model, sys.argv[1])
        model = torch.load(sys.argv[1], weights_only=False)
        print(model(torch.ones(2, 3)).tolist(), model.act(4))
        try:
            model(torch.ones(2, 7))
        except RuntimeError:
            import traceback
            print(traceback.format_exc())
        """,
        str(tmp_path / "model.pt"),
    )
    assert str(model(torch.ones(2, 3)).tolist()) in shown and "return twice(fc(x)) + shift" in shown
    assert "] 8" in shown


def test_python_from_outside_is_not_run_by_a_pickle(tmp_path: Path) -> None:
    text = (
        "extern module Scale(factor: float) from outside_package:\n"
        "    def forward(x: [*N]) -> [*N]\n\n"
        "module Net:\n    scale = Scale(2.0)\n\n"
        "    def forward(x: [B, 2]) -> [B, 2]:\n        return scale(x)\n"
    )
    (tmp_path / "outside_package.py").write_text(
        "import torch\nprint('it runs')\n"
        "class Scale(torch.nn.Module):\n"
        "    def __init__(self, factor):\n        super().__init__()\n        self.factor = factor\n"
        "    def forward(self, x):\n        return x * self.factor\n"
    )
    (tmp_path / "net.nnspec").write_text(text)
    shown = in_another_process(
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import nnspec, pickle
        model = nnspec.load(sys.argv[1] + "/net.nnspec", allow="outside_package")
        model.scale = None
        data = pickle.dumps(model)
        assert type(pickle.loads(data)) is type(model)
        open(sys.argv[1] + "/model.pkl", "wb").write(data)
        """,
        str(tmp_path),
    )
    assert "it runs" in shown
    shown = in_another_process(
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import nnspec, pickle
        try:
            pickle.load(open(sys.argv[1] + "/model.pkl", "rb"))
        except nnspec.LoadError as error:
            print("refused:", error)
        """,
        str(tmp_path),
    )
    assert shown.startswith("refused:") and "it runs" not in shown
