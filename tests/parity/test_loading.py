"""nnspec.load, loads, import_spec and build: names, hyperparameters, mistakes, safety."""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import nnspec

from .cases import BASICS, EXAMPLES, floats
from .harness import SPECS, BuiltSpecs, Case, assert_same_tensors, seeded

TEXT = '''"""Two sizes of one family."""

module Net(width: int, act: "relu" | "gelu" = "relu"):
    require width % 2 == 0, "width must be even"
    fc = Linear(width, width // 2)

    def forward(x: [B, width]) -> [B, width // 2]:
        x = fc(x)
        return relu(x) if act == "relu" else gelu(x)

model small = Net(4)
model large = Net(8, act="gelu")
'''

LONELY = """
module Net(width: int = 4):
    fc = Linear(width, 1)

    def forward(x: [B, width]) -> [B, 1]:
        return fc(x)
"""


@pytest.mark.parametrize(
    "path, found",
    [
        ("basics/mlp.nnspec", "MLP"),  # one module
        ("basics/perceptron.nnspec", "Perceptron"),  # one model, of one of two modules
        ("basics/nest_mlp.nnspec", "Sequential"),  # one model, beside a module that it uses
        ("basics/nested_blocks.nnspec", "Sequential"),
        ("language/llama.nnspec", "Llama"),
    ],
)
def test_the_name_may_be_left_out(path: str, found: str) -> None:
    device = "meta" if path.startswith("language/") else None
    assert type(nnspec.load(SPECS / path, device=device)).__name__ == found
    assert type(nnspec.load(str(SPECS / path), device=device)).__name__ == found


@pytest.mark.parametrize(
    "path, candidates, others",
    [
        ("vision/resnet.nnspec", ["resnet18", "resnet50", "resnet152"], ["Bottleneck"]),
        ("basics/sharing.nnspec", ["SharedMLP", "TinyLM"], ["Decoder"]),
    ],
)
def test_an_ambiguous_name(path: str, candidates: list[str], others: list[str]) -> None:
    with pytest.raises(Exception) as caught:
        nnspec.load(SPECS / path)
    assert_user_error(caught.value)
    message = str(caught.value)
    assert all(name in message for name in candidates)
    assert not any(name in message for name in others)


def assert_user_error(error: BaseException) -> None:
    """A mistake of the caller, not a crash of the compiler."""
    assert isinstance(error, (nnspec.SpecError, ValueError, LookupError, TypeError, OSError))
    assert not isinstance(error, KeyError), "its message is printed as a repr"


def test_an_unknown_name() -> None:
    with pytest.raises(Exception, match="resnet18") as caught:
        nnspec.load(f"{SPECS}/vision/resnet.nnspec:resnet81")
    assert_user_error(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"nowhere\.nnspec") as caught:
        nnspec.load(f"{tmp_path}/nowhere.nnspec:Net")
    assert_user_error(caught.value)


def test_hyperparameters_of_a_module() -> None:
    model = nnspec.load(f"{SPECS}/vision/lenet.nnspec:LeNet", classes=7)
    assert model.fc3.out_features == 7


def test_hyperparameters_override_those_of_a_model(spec: Callable[..., Path]) -> None:
    path = spec(TEXT)
    assert nnspec.load(f"{path}:large").fc.in_features == 8
    assert nnspec.load(f"{path}:large", width=6).fc.in_features == 6
    x = torch.full((1, 4), -1.0)
    relu, gelu = nnspec.load(f"{path}:small"), nnspec.load(f"{path}:small", act="gelu")
    gelu.load_state_dict(relu.state_dict())
    assert torch.equal(relu(x), relu.fc(x).relu())
    assert torch.equal(gelu(x), nn.functional.gelu(gelu.fc(x)))


def test_hyperparameters_of_a_function(spec: Callable[..., Path]) -> None:
    """A model that a function makes is overridden by the function's arguments."""
    path = spec("""
def tower(depth: int, width: int = 3) -> layer:
    return Sequential(*[Linear(width, width) for _ in range(depth)])

model net = tower(2)
""")
    assert len(nnspec.load(path)) == 2
    assert len(nnspec.load(path, depth=4)) == 4
    assert nnspec.load(path, width=5)[1].in_features == 5


def test_an_unknown_hyperparameter() -> None:
    with pytest.raises(Exception, match="classes") as caught:
        nnspec.load(f"{SPECS}/vision/lenet.nnspec:LeNet", clases=7)
    assert_user_error(caught.value)
    assert "clases" in str(caught.value)


@pytest.mark.parametrize("value", ["7", 7.5, None, [7]])
def test_a_hyperparameter_of_the_wrong_type(value: object) -> None:
    with pytest.raises(Exception, match="classes") as caught:
        nnspec.load(f"{SPECS}/vision/lenet.nnspec:LeNet", classes=value)
    assert_user_error(caught.value)


def test_a_hyperparameter_that_is_missing() -> None:
    with pytest.raises(Exception, match="units") as caught:
        nnspec.load(f"{SPECS}/basics/my_linear.nnspec:MyLinear", in_units=3)
    assert_user_error(caught.value)


def test_a_requirement_that_fails(spec: Callable[..., Path]) -> None:
    """In memory and built, with the message of the spec."""
    path = spec(TEXT)
    with pytest.raises(Exception, match="width must be even") as caught:
        nnspec.load(f"{path}:small", width=5)
    assert_user_error(caught.value)
    module = nnspec.import_spec(path)
    with pytest.raises(ValueError, match="width must be even"):
        module.Net(7)


def test_a_spec_with_mistakes(spec: Callable[..., Path]) -> None:
    """Load and build refuse with the whole report; check gives it back."""
    path = spec(LONELY.replace("Linear(width, 1)", "Linear(width + 1, 1)"))
    report = nnspec.check(path)
    assert not report.ok and report.errors[0].code == "E0301"
    for attempt in (nnspec.load, nnspec.build, nnspec.import_spec):
        with pytest.raises(nnspec.SpecError, match="E0301") as caught:
            attempt(path)
        assert [d.code for d in caught.value.report.errors] == ["E0301"]


def test_loads() -> None:
    """A spec from a string, with the same options."""
    model, _ = seeded(lambda: nnspec.loads(LONELY, width=6, dtype=torch.float64), 1)
    assert model.fc.weight.shape == (1, 6)
    assert model.fc.weight.dtype == torch.float64
    assert pickle.loads(pickle.dumps(model)).fc.in_features == 6
    with pytest.raises(nnspec.SpecError):
        nnspec.loads(LONELY.replace("fc(x)", "fd(x)"))


def test_loads_is_load(spec: Callable[..., Path]) -> None:
    """The same values as from a file."""
    path = spec(LONELY)
    ours, theirs = seeded(lambda: nnspec.loads(LONELY), 1)[0], seeded(lambda: nnspec.load(path), 1)
    assert_same_tensors(ours.state_dict(), theirs[0].state_dict())


def test_import_spec() -> None:
    """A Python module with the spec's classes, functions and models."""
    module = nnspec.import_spec(SPECS / "vision/resnet.nnspec")
    assert inspect.ismodule(module)
    assert module.__doc__.startswith("Residual networks")
    assert issubclass(module.ResNet, nn.Module)
    assert module.BasicBlock.expansion == 1 and module.Bottleneck.expansion == 4
    block = module.BasicBlock(8, 16, stride=2)
    assert block(torch.randn(2, 8, 6, 6)).shape == (2, 16, 3, 3)
    assert isinstance(module.resnet18(classes=3), module.ResNet)
    assert list(inspect.signature(module.BasicBlock).parameters) == [
        "in_planes",
        "planes",
        "stride",
    ]


def test_import_spec_gives_the_classes_of_load(spec: Callable[..., Path]) -> None:
    path = spec(LONELY)
    module = nnspec.import_spec(path)
    assert_same_tensors(
        seeded(lambda: module.Net(), 1)[0].state_dict(),
        seeded(lambda: nnspec.load(path), 1)[0].state_dict(),
    )


def test_hyperparameters_are_the_arguments_of_the_class() -> None:
    model = nnspec.load(f"{SPECS}/basics/simple_cnn.nnspec")
    signature = inspect.signature(type(model))
    assert {name: p.default for name, p in signature.parameters.items()} == {
        "classes": 10,
        "dropout": 0.5,
    }
    assert "Two convolutions" in type(model).__doc__


@pytest.mark.parametrize("path", sorted({case.path for case in BASICS}))
def test_checking_draws_no_random_numbers(path: str) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    assert nnspec.check(SPECS / path).ok
    nnspec.build(SPECS / path)
    nnspec.import_spec(SPECS / path)
    assert torch.equal(torch.get_rng_state(), before)


def test_loading_draws_those_of_the_model_alone() -> None:
    """Also the first time that a file is loaded, and none at all for a layer without parameters."""
    case = Case("basics/centered_layer.nnspec:CenteredLayer", floats(3))
    torch.manual_seed(0)
    before = torch.get_rng_state()
    case.load()
    assert torch.equal(torch.get_rng_state(), before)


def test_two_loads_share_nothing() -> None:
    first, second = BASICS[0].load(), BASICS[0].load()
    with torch.no_grad():
        first.fc1.weight.zero_()
    assert second.fc1.weight.abs().sum() > 0


@pytest.mark.parametrize("case", [*BASICS[::5], *EXAMPLES], ids=str)
def test_built_text_is_reproducible(case: Case) -> None:
    """Byte for byte, and without a trace of the machine that it was built on."""
    text = nnspec.build(SPECS / case.path).text
    assert text == nnspec.build(SPECS / case.path).text
    assert str(SPECS) not in text and str(Path.home()) + "/" not in text
    assert "import nnspec" not in text and "from nnspec" not in text


def test_built_file_says_what_it_exports(built: BuiltSpecs) -> None:
    module = built.module("vision/resnet.nnspec")
    assert {"ResNet", "BasicBlock", "resnet18"} <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.fixture
def python_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package `strange_layers` with a layer, and a spec that asks for it."""
    package = tmp_path / "strange_layers"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "scale.py").write_text("""
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gain = nn.Parameter(torch.full((dim,), 2.0))

    def forward(self, x):
        return x * self.gain
""")
    path = tmp_path / "net.nnspec"
    path.write_text("""
extern module Scale(dim: int) from strange_layers.scale:
    param gain: [dim]

    def forward(x: [*N, dim]) -> [*N, dim]

module Net(dim: int = 3):
    scale = Scale(dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return scale(x)

check Net:
    forward([B, 3]) -> [B, 3]
    params == 3
""")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    for name in [name for name in sys.modules if name.startswith("strange_layers")]:
        del sys.modules[name]


def test_python_of_others_is_refused(python_layer: Path) -> None:
    """It is not even imported, unless the caller allows the package by name."""
    assert nnspec.check(python_layer).ok
    for allow in ((), ("strange",), ("strange_layer",), ("torch",)):
        with pytest.raises(Exception, match="strange_layers") as caught:
            nnspec.load(f"{python_layer}:Net", allow=allow)
        assert_user_error(caught.value)
        assert not any(name.startswith("strange_layers") for name in sys.modules)


def test_python_of_others_can_be_allowed(python_layer: Path) -> None:
    model = nnspec.load(f"{python_layer}:Net", allow=("strange_layers",))
    assert torch.equal(model(torch.ones(2, 3)), torch.full((2, 3), 2.0))
    assert list(model.state_dict()) == ["scale.gain"]


@pytest.mark.parametrize("name", ["device", "dtype", "weights", "allow"])
def test_reserved_names(name: str, spec: Callable[..., Path]) -> None:
    """A hyperparameter that load cannot pass on is warned of."""
    text = LONELY.replace("width: int = 4", f"width: int = 4, {name}: int = 1")
    report = nnspec.check(spec(text.replace("(width, 1)", f"(width, 1, bias={name} > 0)")))
    assert [d.code for d in report.diagnostics] == ["W0210"]
    assert name in str(report)
