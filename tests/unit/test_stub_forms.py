"""What `nnspec stub` makes of signatures of all sorts: it checks as it stands, and says at its place what it leaves out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nnspec
from nnspec.cli.main import main

PACKAGE = """
import enum
import functools
import math
import typing as t
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Mode(enum.Enum):
    FAST = "fast"


class Level(enum.IntEnum):
    ONE = 1


class Text(str, enum.Enum):
    LONG = "long"


@dataclass
class Config:
    dim: int = 8
    rates: list[float] = field(default_factory=list)


class Out(t.NamedTuple):
    logits: Tensor
    loss: t.Optional[Tensor]


class Bare(nn.Module):
    def forward(self, x): return x


class Called:
    def __call__(self, x: Tensor, /, *, scale=1.0) -> Tensor: return x


class Enums(nn.Module):
    def __init__(self, mode: Mode = Mode.FAST, level: Level = Level.ONE, text: Text = Text.LONG, **rest: int): ...
    def forward(self, *xs: Tensor, **rest) -> tuple[Tensor, ...]: return xs


class Types(nn.Module):
    def __init__(self, config: Config, norm: type[nn.Module] = nn.LayerNorm, act: Callable[[Tensor], Tensor] = F.gelu,
                 layers: list[nn.Module] | None = None, make=functools.partial(nn.LayerNorm, eps=1e-6)): ...
    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> Out: return x


class Inherits(Types):
    pass


@dataclass(eq=False)
class Data(nn.Module):
    dim: int
    heads: int = 4
    def __post_init__(self): super().__init__()
    def forward(self, x: Tensor) -> dict[str, Tensor]: return {}


class Texts(nn.Module):
    def __init__(self, text="a\\tb\\"c\\\\\\0é", big: t.Annotated[int, "many"] = 10**30, names: t.Sequence[str] = ("a",),
                 pairs: t.Optional[t.List[t.Tuple[int, str]]] = None, table: t.Mapping[str, t.List[int]] = {},
                 any_: t.Any = ..., sizes: Iterable[int] = (), keys: Mapping[int, int] = {1: 2}): ...
    def forward(self, x: Tensor, fn: Callable, flag: bool = False) -> Tensor: return x


def defaults(x, y=None, *, dim=-1, weights={"a": 1}, limit=-math.inf, nan=math.nan, dtype=torch.float32, device=None,
             c=1 + 2j, size=(3, 3), one=(1,), many=[1, 2], mixed=(1, "a"), fn=F.relu, keep=object()): return x


def unions(x: "Tensor | float", size: "int | t.Sequence[int]", kind: t.Literal["a", 1, None] = "a",
           gone: "t.Optional[Undefined]" = None, both: t.Union[int, float, None] = None) -> "Tensor": return x


def anything(*args, **kwargs): return args


class Flow(nn.Module):
    def __init__(self, where: str | torch.device | None = "cpu"): ...
    def forward(self, ids: torch.LongTensor, x: "torch.FloatTensor" = None) -> tuple[Tensor, Tensor]: return x, ids
    def inverse(self, z: Tensor, *, steps: int = 1) -> Tensor: return z
    def scale(self) -> float: return 1.0
    def load(self, path): ...
    def _hidden(self) -> Tensor: ...


class Further(Flow):
    inverse = None
    def sample(self, z) -> "Tensor | None": return z
    def given(self, z) -> Config: return z


class Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x


class Listed(nn.ModuleList):
    def __init__(self, depth: int): ...


part = functools.partial(defaults, dim=2)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that can be imported."""
    (tmp_path / "stub_forms.py").write_text(PACKAGE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield "stub_forms"
    sys.modules.pop("stub_forms", None)


FORMS = {
    "Bare": ["extern module Bare() from", "def forward(x: tensor) -> tensor"],
    "Called": [
        "extern module Called() from",
        "def forward(x: tensor, *, scale: float = 1.0) -> tensor",
    ],
    "Enums": [
        "    mode: any? = None,  # <Mode.FAST: 'fast'> in Python\n    level: int = 1,  # Level in Python\n",
        '    text: str = "long",  # Text in Python\n    # **rest: declare those that you use, one by one\n',
        "        *xs: tensor,\n        # **rest: declare those that you use, one by one\n    ) -> (tensor, ...)\n",
    ],
    "Types": [
        "    config: any,  # Config in Python\n    norm: layer = LayerNorm,\n    act: layer = gelu,\n",
        "    layers: list[Module]? = None,\n    make: any? = None,  # functools.partial(",
        "def forward(x: tensor, state: (tensor, tensor)? = None) -> (logits: tensor, loss: tensor?)",
    ],
    "Inherits": ["    config: any,  # Config in Python\n"],
    "Data": ["extern module Data(dim: int, heads: int = 4)", "-> dict[str, tensor]"],
    "Texts": [
        '    text: str = "a\\tb\\"c\\\\\\x00é",\n    big: int = 1000000000000000000000000000000,\n',
        '    names: list[str] = ["a"],\n    pairs: list[(int, str)]? = None,\n    table: dict[str, list[int]] = {},\n',
        "    any_: any? = None,  # Ellipsis in Python\n    sizes: list[int] = [],\n",
        "    keys: any = {1: 2},  # collections.abc.Mapping[int, int] in Python\n",
        "def forward(x: tensor, fn: layer, flag: bool = False) -> tensor",
    ],
    "defaults": [
        "    x: tensor,\n    y: tensor? = None,\n    *,\n    dim: int = -1,\n",
        '    weights: dict[str, int] = {"a": 1},\n    limit: float = -inf,\n    nan: float = nan,\n',
        "    dtype: dtype = float32,\n    device: device? = None,\n    c: any? = None,  # (1+2j) in Python\n",
        "    size: (int, int) = (3, 3),\n    one: (int,) = (1,),\n    many: list[int] = [1, 2],\n",
        '    mixed: (int, str) = (1, "a"),\n    fn: layer = relu,\n    keep: any? = None,  # <object object> in Python\n',
    ],
    "unions": [
        "    x: tensor | float,\n    size: int | list[int],\n",
        '    kind: "a" | 1 | None = "a",\n    gone: any? = None,  # t.Optional[Undefined] in Python\n',
        "    both: float? = None,\n",
    ],
    "anything": ["extern def anything(*args: tensor, **kwargs: any) -> tensor from stub_forms\n"],
    "part": ["    dim: int = 2,\n"],
    "Flow": [
        'extern module Flow(where: device? = "cpu") from stub_forms:\n',
        "    def forward(ids: tensor, x: tensor? = None) -> (tensor, tensor)\n"
        "    def inverse(z: tensor, *, steps: int = 1) -> tensor\n",
    ],
    "Further": ["-> (tensor, tensor)\n    def sample(z: tensor) -> tensor?\n"],
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str, package: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["stub", f"{package}:{name}"]) == 0
    text = capsys.readouterr().out
    for each in FORMS[name]:
        assert each in text, text
    path = tmp_path / "stub.nnspec"
    path.write_text(text, "utf-8")
    assert nnspec.check(path).diagnostics == ()


@pytest.mark.parametrize(
    "name, why", [("Fused", "Fused.apply"), ("Listed", "Listed has no forward")]
)
def test_no_form(name: str, why: str, package: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stub", f"{package}:{name}"]) == 2
    assert why in capsys.readouterr().err


TORCH = """
nn:Linear nn:Conv2d nn:LSTM nn:MultiheadAttention nn:TransformerEncoderLayer nn:Transformer nn:Sequential nn:Embedding
nn:GroupNorm nn:CrossEntropyLoss nn:AdaptiveLogSoftmaxWithLoss nn:Upsample nn:ConvTranspose3d nn.functional:interpolate
nn.functional:cross_entropy nn.functional:multi_head_attention_forward nn.functional:max_pool2d :einsum :meshgrid :stft
utils.checkpoint:checkpoint nn.utils.parametrizations:weight_norm nn.utils.rnn:pad_sequence
"""


@pytest.mark.parametrize("target", TORCH.split())
def test_what_torch_has(target: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["stub", f"torch.{target}".replace(".:", ":")]) == 0
    path = tmp_path / "stub.nnspec"
    path.write_text(capsys.readouterr().out, "utf-8")
    assert nnspec.check(path).diagnostics == ()
