"""`nnspec show`: the tree of layers, as text, Markdown and JSON, with formulas and with numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnspec.cli.main import main

SPEC = """
module Block(dim: int):
    norm = LayerNorm(dim)
    fc = Linear(dim, dim)
    def forward(x: [B, T, dim]) -> [B, T, dim]:
        return x + fc(norm(x))

module Net(dim: int, depth: int = 3):
    embed = Embedding(10, dim)
    blocks = [Block(dim) for _ in range(depth)]
    head = Linear(dim, 10)
    spare = Linear(dim, dim) # nnspec: ignore[W0208]
    def forward(ids: int64[B, T], offset: [T, dim]? = None) -> [B, T, 10]:
        x = embed(ids)
        if offset is not None:
            x = x + offset
        for block in blocks:
            x = block(x)
        return head(x)

model small = Net(4)

model plain = Sequential(Linear(4, 8), ReLU(), Linear(8, 2))

check plain:
    forward([B, 4]) -> [B, 2]
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("net.nnspec").write_text(SPEC)
    return "net.nnspec"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["show", *arguments]) == 0
    return capsys.readouterr().out


def test_formulas_in_named_sizes(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, f"{spec}:small") == """\
layer                    output      params    FLOPs   memory
small: Net               [B, T, 10]     194  176*B*T  200*B*T
  embed: Embedding       [B, T, 4]       40        0   16*B*T
  blocks.0-2: Block × 3  [B, T, 4]       28   32*B*T   48*B*T
    norm: LayerNorm      [B, T, 4]        8        0   16*B*T
    fc: Linear           [B, T, 4]       20   32*B*T   16*B*T
  head: Linear           [B, T, 10]      50   80*B*T   40*B*T
  spare: Linear          not called      20        0      0 B

input    ids=int64[B, T]
params   194 (776 B)
FLOPs    176 * B * T
memory   200 * B * T bytes
numbers  --dims B=…,T=…
"""


def test_a_layer_of_the_library_with_layers_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("attend.nnspec").write_text("""
module Attend:
    attn = MultiheadAttention(8, 2, batch_first=True)
    def forward(x: [B, T, 8]) -> [B, T, 8]:
        y, _ = attn(x, x, x)
        return y
""")
    tree = json.loads(shown(capsys, "attend.nnspec", "--format", "json"))
    (attn,) = tree["layers"]
    assert attn["output"] == "([B, T, 8], [B, T, T])" and attn["layers"] == []


def test_numbers(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree = json.loads(shown(capsys, f"{spec}:small", "--dims", "B=2,T=3", "--format", "json"))
    assert (tree["params"], tree["output"]) == (194, "[2, 3, 10]")


def test_hyperparameters_are_sizes_too(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree = json.loads(shown(capsys, f"{spec}:Net", "--format", "json"))
    assert tree["output"] == "[B, T, 10]" and tree["params"] == "4 * dim ** 2 + 30 * dim + 10"
    tree = json.loads(shown(capsys, f"{spec}:Net", "--dims", "dim=4,depth=2", "--format", "json"))
    assert tree["params"] == 166


def test_the_check_says_what_a_sequential_takes(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, f"{spec}:plain", "--dims", "B=2", "--format", "markdown") == """\
| layer | type | output | params | FLOPs | memory |
| --- | --- | --- | ---: | ---: | ---: |
| plain | Sequential | [2, 2] | 58 | 192 | 144 B |
| &nbsp;&nbsp;&nbsp;&nbsp;0 | Linear | [2, 8] | 40 | 128 | 64 B |
| &nbsp;&nbsp;&nbsp;&nbsp;1 | ReLU | [2, 8] | 0 | 0 | 64 B |
| &nbsp;&nbsp;&nbsp;&nbsp;2 | Linear | [2, 2] | 18 | 64 | 16 B |
"""


def test_a_model_takes_other_hyperparameters(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree = json.loads(shown(capsys, f"{spec}:small", "--dims", "dim=8", "--format", "json"))
    assert tree["params"] == 4 * 64 + 30 * 8 + 10 and tree["output"] == "[B, T, 10]"


def test_levels(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, f"{spec}:small", "--depth", "1")
    assert "blocks.0-2: Block × 3" in text and "norm" not in text


def test_lists_of_symbolic_length_and_loops_of_symbolic_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deep.nnspec").write_text("""
module Deep(depth: int):
    blocks = [Linear(4, 4) for _ in range(depth)]
    cell = RNNCell(4, 4)
    def forward(x: [B, T, 4], h: [B, 4]) -> [B, 4]:
        for block in blocks:
            x = block(x)
        for t in range(T):
            h = cell(x[:, t], h)
        return h
""")
    tree = json.loads(shown(capsys, "deep.nnspec", "--format", "json"))
    assert tree["params"] == "20 * depth + 40"
    assert tree["flops"] == "32 * B * T * (depth + 2)"
    assert [(row["name"], row["count"]) for row in tree["layers"]] == [
        ("blocks.*", "depth"),
        ("cell", "T"),
    ]
    whole = json.loads(
        shown(capsys, "deep.nnspec", "--dims", "depth=3,B=2,T=5", "--format", "json")
    )
    assert whole["flops"] == 32 * 2 * 5 * 3 + 64 * 2 * 5
    assert [row["count"] for row in whole["layers"]] == [3, 5]


def test_sizes_that_the_data_decide_have_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("experts.nnspec").write_text("""
module Experts:
    experts = [Linear(4, 4), Linear(4, 4)]
    def forward(x: [N, 4], which: int64[N]) -> [N, 4]:
        y = zeros_like(x)
        for i, expert in enumerate(experts):
            rows = nonzero(which == i)[:, 0]
            y = y.index_add(0, rows, expert(x[rows]))
        return y
""")
    tree = json.loads(shown(capsys, "experts.nnspec", "--format", "json"))
    assert tree["sizes_of_data"] == ["nonzero"] and tree["flops"] == "64 * nonzero"
    assert shown(capsys, "experts.nnspec", "--dims", "N=8,nonzero=4").count("256") == 2


def test_shared_layers_are_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("twins.nnspec").write_text("""
module Pair(inner: Module):
    stack = Sequential(Linear(4, 4), inner, ReLU(), inner)
    def forward(x: [B, 4], given: ([B, 4], [B, 4])) -> ([B, 4], [B, 4]):
        left, right = given
        return stack(x + left), inner(right)

module Twins:
    pair = Pair(Linear(4, 4))
    blocks = [Sequential(Linear(4, 4), ReLU()) for _ in range(2)]
    def forward(x: [B, 4], mask: [B, 4]?) -> [B, 4]:
        for block in blocks:
            x = block(x)
        a, b = pair(x, (x, x))
        return a + b if mask is None else a * mask
""")
    tree = json.loads(shown(capsys, "twins.nnspec", "--dims", "B=1", "--format", "json"))
    assert tree["params"] == 80 and tree["inputs"] == {"x": "[1, 4]", "mask": "None"}
    blocks, pair = tree["layers"]
    assert blocks["count"] == 2 and not blocks["shared"]
    stack, inner = pair["layers"]
    assert [(row["name"], row["shared"]) for row in stack["layers"]] == [
        ("0-1", False),
        ("2", False),
        ("3", True),
    ]
    assert inner["shared"] and inner["name"] == "inner"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["net.nnspec:small", "--dims", "Q=1"], "`small` has no size called Q: there is B, T"),
        (["net.nnspec:small", "--dims", "B"], "'B' is no size"),
        (["net.nnspec:smal"], "did you mean `small`?"),
        (["net.nnspec"], "has several candidates"),
        (["net.txt"], "is no spec"),
    ],
)
def test_what_there_is_not(
    spec: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_numbers_that_do_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("half.nnspec").write_text("""
module Half:
    pool = MaxPool1d(2)
    def forward(x: [B, 3, H]) -> [B, 3, H // 2] where H % 2 == 0:
        return pool(x)
""")
    assert main(["show", "half.nnspec", "--dims", "H=7"]) == 1
    assert "E0320" in capsys.readouterr().out


def test_what_a_check_expects_is_no_reason_to_show_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dear.nnspec").write_text(
        "module Net:\n    fc = Linear(4, 2)\n\n    def forward(x: [B, 4]) -> [B, 2]:\n        return fc(x)\n\n"
        "check Net:\n    params <= 5\n"
    )
    assert "fc: Linear" in shown(capsys, "dear.nnspec")
