"""Specs in memory: targets, hyperparameters, devices and weights."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nnspec
from nnspec.targets import TargetError, split

torch = pytest.importorskip("torch")
nn = torch.nn

NET = """
module Block(dim: int, bias: bool = True):
    fc = Linear(dim, dim, bias=bias)

    def forward(x: [B, dim]) -> [B, dim]:
        return relu(fc(x))

module Net(dim: int, depth: int = 2, act: "relu" | "gelu" = "relu", scale: float = 1.0, sizes: (int, int)? = None):
    blocks = [Block(dim) for _ in range(depth)]

    def forward(x: [B, dim]) -> [B, dim]:
        for block in blocks:
            x = block(x)
        return x * scale
"""
MODELS = NET + "\nmodel small = Net(4)\n\nmodel large = Net(8, depth=3, scale=2.0)\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.nnspec"
    path.write_text(MODELS, "utf-8")
    return path


@pytest.fixture(autouse=True)
def default_dtype() -> Iterator[None]:
    """No test leaves another default dtype behind."""
    yield
    assert torch.get_default_dtype() == torch.float32


# --- targets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("net.nnspec", ("net.nnspec", None)),
        ("a/net.nnspec:small", ("a/net.nnspec", "small")),
        ("C:\\nets\\net.nnspec", ("C:\\nets\\net.nnspec", None)),
        ("C:\\nets\\net.nnspec:small", ("C:\\nets\\net.nnspec", "small")),
        (Path("a") / "net.nnspec", (str(Path("a") / "net.nnspec"), None)),
    ],
)
def test_targets(target: str, expected: tuple[str, str | None]) -> None:
    assert split(target) == expected


@pytest.mark.parametrize("target", ["net", "net.py:small", "net.nnspec:", "net.nnspec:a b", ""])
def test_no_targets(target: str) -> None:
    with pytest.raises(TargetError):
        split(target)


def test_a_model_and_a_module(spec: Path) -> None:
    assert len(nnspec.load(f"{spec}:large").blocks) == 3
    assert len(nnspec.load(f"{spec}:Net", dim=4).blocks) == 2
    assert nnspec.load(f"{spec}:Block", dim=4, bias=False).fc.bias is None


def test_the_only_candidate_needs_no_name() -> None:
    assert type(nnspec.loads(NET, dim=3)).__name__ == "Net"
    assert type(nnspec.loads(NET + "\nmodel one = Block(3)\n")).__name__ == "Block"


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (MODELS, None, "several candidates: small, large"),
        (MODELS, "smal", "did you mean `small`"),
        ("def f(x):\n    return x\n", None, "no model and no module"),
        (MODELS + "\ndef f(x):\n    return x\n", "f", "returns no layer"),
    ],
)
def test_wrong_names(text: str, name: str | None, message: str) -> None:
    with pytest.raises(nnspec.LoadError, match=message):
        nnspec.loads(text, name)


def test_a_spec_with_errors_is_not_loaded() -> None:
    with pytest.raises(nnspec.SpecError, match="rellu"):
        nnspec.loads(NET.replace("relu(fc", "rellu(fc"), dim=3)


def test_a_missing_file() -> None:
    with pytest.raises(FileNotFoundError):
        nnspec.load("nowhere.nnspec:net")


# --- hyperparameters -----------------------------------------------------------------------------


def test_hyperparameters_override_those_of_a_model(spec: Path) -> None:
    model = nnspec.load(f"{spec}:large", depth=1, scale=3)
    assert len(model.blocks) == 1 and model.blocks[0].fc.in_features == 8


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dept": 3}, "did you mean `depth`"),
        ({"nothing": 3}, "no hyperparameter `nothing`; it has dim, depth"),
        ({"depth": 2.5}, "takes int for `depth`, not 2.5"),
        ({"depth": True}, "takes int"),
        ({"depth": None}, "takes int"),
        ({"act": "tanh"}, 'takes "relu" \\| "gelu" for `act`, not \'tanh\''),
        ({"scale": "1"}, "takes float"),
        ({"sizes": (1, 2, 3)}, "takes \\(int, int\\)\\?"),
    ],
)
def test_wrong_hyperparameters(given: dict[str, Any], message: str) -> None:
    with pytest.raises(nnspec.LoadError, match=message):
        nnspec.loads(MODELS, "large", **given)


def test_right_hyperparameters() -> None:
    np = pytest.importorskip("numpy")
    model = nnspec.loads(MODELS, "large", act="gelu", scale=2, sizes=[1, 2], dim=np.int64(5))
    assert model.blocks[0].fc.in_features == 5


def test_missing_hyperparameters() -> None:
    with pytest.raises(nnspec.LoadError, match="no default: dim="):
        nnspec.loads(NET)


def test_a_model_without_hyperparameters() -> None:
    with pytest.raises(nnspec.LoadError, match="takes no hyperparameters"):
        nnspec.loads("model net = Sequential(Linear(2, 3))\n", width=3)


def test_words_of_python_as_hyperparameters() -> None:
    text = (
        "module M(lambda: float, self: int):\n    fc = Linear(self, 2)\n\n"
        "    def forward(x: [B, self]) -> [B, 2]:\n        return fc(x) * lambda\n"
    )
    model = nnspec.loads(text, **{"lambda": 0.5, "self": 3})
    assert model(torch.ones(1, 3)).shape == (1, 2)


def test_a_hyperparameter_may_be_called_like_the_first_argument_of_load(spec: Path) -> None:
    text = (
        "module M(target: int, text: int):\n    fc = Linear(target, text)\n\n"
        "    def forward(x: [B, target]) -> [B, text]:\n        return fc(x)\n"
    )
    spec.write_text(text, "utf-8")
    assert nnspec.load(spec, target=2, text=3).fc.out_features == 3
    assert nnspec.loads(text, target=2, text=3).fc.out_features == 3


def test_a_hyperparameter_with_a_reserved_name_is_given_in_the_spec() -> None:
    text = (
        "module M(weights: int):\n    fc = Linear(weights, 2)\n\n"
        "    def forward(x: [B, weights]) -> [B, 2]:\n        return fc(x)\n"
    )
    with pytest.raises(nnspec.LoadError, match=r"model m = M\(weights=...\)"):
        nnspec.loads(text)
    assert nnspec.loads(text + "\nmodel m = M(weights=3)\n").fc.in_features == 3


def test_many_threads_may_load(spec: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(index: int) -> int:
        return len(list(nnspec.loads(f"{MODELS}\n# {index % 3}\n", "small").parameters()))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(24))) == {4}


def test_a_requirement_that_is_not_met() -> None:
    text = NET.replace(
        "    blocks =", '    require depth > 0, "depth must be positive"\n    blocks ='
    )
    with pytest.raises(ValueError, match="depth must be positive"):
        nnspec.loads(text, dim=3, depth=0)


# --- devices and dtypes --------------------------------------------------------------------------


def test_parameters_are_made_on_the_device(spec: Path) -> None:
    model = nnspec.load(f"{spec}:small", device="meta")
    assert {p.device.type for p in model.parameters()} == {"meta"}
    model = nnspec.load(f"{spec}:small", device=torch.device("cpu"))
    assert {p.device.type for p in model.parameters()} == {"cpu"}


def test_auto_is_cuda_where_there_is_one(spec: Path) -> None:
    model = nnspec.load(f"{spec}:small", device="auto")
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert {p.device.type for p in model.parameters()} == {expected}


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cdua", "did you mean 'cuda'"),
        ("cpu:7", "cpu:0"),
        ("cuda:97", "cuda:97"),
        ("", "no device"),
    ],
)
def test_devices_that_are_not_there(spec: Path, device: str, message: str) -> None:
    with pytest.raises(nnspec.LoadError, match=message):
        nnspec.load(f"{spec}:small", device=device)


@pytest.mark.parametrize("dtype", ["bfloat16", "float64", "torch.float16", torch.float64])
def test_dtypes(spec: Path, dtype: Any) -> None:
    model = nnspec.load(f"{spec}:small", dtype=dtype)
    expected = dtype if isinstance(dtype, torch.dtype) else getattr(torch, dtype.split(".")[-1])
    assert {p.dtype for p in model.parameters()} == {expected}


@pytest.mark.parametrize("dtype", ["int64", "flot32", torch.bool, 3])
def test_dtypes_that_cannot_be(spec: Path, dtype: Any) -> None:
    with pytest.raises(nnspec.LoadError):
        nnspec.load(f"{spec}:small", dtype=dtype)


def test_a_build_that_fails_leaves_the_default_dtype(spec: Path) -> None:
    with pytest.raises(RuntimeError):
        nnspec.load(f"{spec}:small", dtype="float64", dim=2**31)
    assert torch.get_default_dtype() == torch.float32


def test_checking_and_loading_draw_no_random_numbers_but_the_models(spec: Path) -> None:
    nnspec.load(f"{spec}:small")
    (spec.parent / "again.nnspec").write_text(MODELS + "\n# another text\n", "utf-8")
    torch.manual_seed(3)
    model = nnspec.load(f"{spec.parent / 'again.nnspec'}:small")
    torch.manual_seed(3)
    twin = [nn.Linear(4, 4), nn.Linear(4, 4)]
    for block, layer in zip(model.blocks, twin, strict=True):
        assert torch.equal(block.fc.weight, layer.weight)
        assert torch.equal(block.fc.bias, layer.bias)
    after = torch.get_rng_state()
    assert nnspec.check(spec).ok
    assert torch.equal(torch.get_rng_state(), after)


# --- weights ---------------------------------------------------------------------------------------


def test_weights_from_a_mapping_and_from_files(spec: Path, tmp_path: Path) -> None:
    state = nnspec.load(f"{spec}:small").state_dict()
    torch.save(state, tmp_path / "net.pt")
    for weights in (state, tmp_path / "net.pt", str(tmp_path / "net.pt")):
        model = nnspec.load(f"{spec}:small", weights=weights)
        assert all(torch.equal(model.state_dict()[key], value) for key, value in state.items())


def test_safetensors(spec: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"")
    try:
        from safetensors.torch import save_file
    except ImportError:
        with pytest.raises(nnspec.LoadError, match="pip install safetensors"):
            nnspec.load(f"{spec}:small", weights=path)
        return
    state = nnspec.load(f"{spec}:small").state_dict()
    save_file(state, path)
    model = nnspec.load(f"{spec}:small", weights=path)
    assert all(torch.equal(model.state_dict()[key], value) for key, value in state.items())


def test_weights_that_do_not_fit(spec: Path, tmp_path: Path) -> None:
    state = dict(nnspec.load(f"{spec}:small").state_dict())
    wrong: dict[str, Any] = {
        "missing: blocks.0.fc.bias": {k: v for k, v in state.items() if k != "blocks.0.fc.bias"},
        "not in the model: extra": {**state, "extra": torch.ones(1)},
        r"has \[4\], the weights have \[5\]": {**state, "blocks.0.fc.bias": torch.ones(5)},
        "'module.' is taken off": {f"module.{k}": v for k, v in state.items()},
        "under 'model'": {"model": state, "epoch": 3},
    }
    for message, weights in wrong.items():
        with pytest.raises(nnspec.LoadError, match=message):
            nnspec.load(f"{spec}:small", weights=weights)
    with pytest.raises(nnspec.LoadError, match="state_dict"):
        nnspec.load(f"{spec}:small", weights=3)  # type: ignore[arg-type]
    (tmp_path / "junk.pt").write_bytes(b"no weights")
    with pytest.raises(nnspec.LoadError, match="junk.pt"):
        nnspec.load(f"{spec}:small", weights=tmp_path / "junk.pt")
    torch.save(nn.Linear(2, 2), tmp_path / "whole.pt")
    with pytest.raises(nnspec.LoadError, match="whole model"):
        nnspec.load(f"{spec}:small", weights=tmp_path / "whole.pt")
    with pytest.raises(FileNotFoundError):
        nnspec.load(f"{spec}:small", weights=tmp_path / "none.pt")


# --- modules in memory -----------------------------------------------------------------------------


def test_import_spec_gives_a_module(spec: Path) -> None:
    module = nnspec.import_spec(spec)
    assert issubclass(module.Net, nn.Module) and set(module.__all__) == {
        "Block",
        "Net",
        "small",
        "large",
    }
    assert sys.modules[module.__name__] is module
    assert isinstance(nnspec.load(f"{spec}:small"), module.Net)


def test_the_same_text_is_the_same_module(spec: Path) -> None:
    first = nnspec.import_spec(spec)
    assert nnspec.import_spec(spec) is first
    spec.write_text(MODELS + "\n# changed\n", "utf-8")
    second = nnspec.import_spec(spec)
    assert second is not first
    spec.write_text(MODELS, "utf-8")
    assert nnspec.import_spec(spec) is first


def test_specs_that_import_one_another_share_classes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "block.nnspec").write_text(NET, "utf-8")
    line = "from .parts.block import Block as Part\n"
    (tmp_path / "left.nnspec").write_text(
        line + "module Left:\n    part = Part(3)\n    let size = part.dim\n\n"
        "    def forward(x: [B, 3]) -> [B, 3]:\n        return part(x) * size\n"
    )
    (tmp_path / "right.nnspec").write_text(
        "from .left import Left\n" + line + "model both = Sequential(Left(), Part(3))\n"
    )
    model = nnspec.load(tmp_path / "right.nnspec")
    assert type(model[0].part) is type(model[1])
    assert model(torch.ones(1, 3)).shape == (1, 3)


def test_a_traceback_shows_the_line_of_the_spec(spec: Path) -> None:
    model = nnspec.load(f"{spec}:small")
    try:
        model(torch.ones(1, 7))
    except RuntimeError as error:
        shown = "".join(traceback.format_exception(error))
    assert f'File "{spec}", line 6, in forward' in shown and "return relu(fc(x))" in shown


def test_a_traceback_of_a_text_shows_its_line() -> None:
    try:
        nnspec.loads(MODELS, "small")(torch.ones(1, 7))
    except RuntimeError as error:
        shown = "".join(traceback.format_exception(error))
    assert "return relu(fc(x))" in shown


def test_print_reads_like_the_twin(spec: Path) -> None:
    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList(Block() for _ in range(2))

    assert repr(nnspec.load(f"{spec}:small")) == repr(Net())
