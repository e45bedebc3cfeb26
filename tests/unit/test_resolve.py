"""Names: what each means, and what is said where one means nothing."""

from __future__ import annotations

import pytest

from nnspec.semantics.resolved import Kind
from nnspec.syntax import ast
from tests.unit.resolved_text import CATALOG, codes, found, kinds, resolved

NET = """
module Net(hidden: int, classes: int = 10):
    fc1 = Linear(16, hidden)
    let wide = 4 * hidden
    fc2 = Linear(hidden, classes)

    def forward(x: [B, 16]) -> [B, classes]:
        y = x |> fc1 |> relu
        if training:
            y = y * B
        return helper(fc2(y), wide)

def helper(x: [*N], n: int) -> [*N]:
    return x + n
"""


def test_kinds_of_names() -> None:
    scope = resolved(NET)
    assert scope.diagnostics == []
    assert set(kinds(scope, "hidden")) == {Kind.HYPERPARAMETER}
    assert kinds(scope, "fc1") == [Kind.MEMBER]
    assert kinds(scope, "relu") == [Kind.LIBRARY]
    assert kinds(scope, "training") == [Kind.TRAINING]
    assert kinds(scope, "helper") == [Kind.FILE]
    assert set(kinds(scope, "y")) == {Kind.LOCAL}
    assert set(kinds(scope, "n")) == {Kind.ARGUMENT}
    assert kinds(scope, "B") == [Kind.DIM] * 3


def test_dimensions_of_signatures() -> None:
    scope = resolved(NET)
    net, helper = scope.names["Net"][0], scope.names["helper"][0]
    assert isinstance(net, ast.Module) and isinstance(helper, ast.Def)
    forward = next(m for m in net.body if isinstance(m, ast.Def))
    assert scope.dims[forward.signature] == ("B",)
    assert scope.used_dims[forward] == ("B",)
    assert scope.module_of[forward] is net
    assert scope.dims[helper.signature] == ("*N",)
    assert scope.used_dims[helper] == ()


def test_where_defines_what_nothing_else_binds() -> None:
    scope = resolved(
        "def f(x: [B, H], k: int) -> [B, out]\n    where out == (H - k) // 2 + 1, H % 2 == 0, B == 4:\n"
        "    return x[:, :out]\n"
    )
    assert scope.diagnostics == []
    f = scope.names["f"][0]
    assert isinstance(f, ast.Def)
    assert list(scope.defined[f.signature]) == ["out"]
    assert scope.dims[f.signature] == ("B", "H", "out")
    assert scope.used_dims[f] == ("out",)


def test_where_that_defines_a_capital_name() -> None:
    scope = resolved("def f(x: [B, H]) -> [B, O] where O == H // 2:\n    return x[:, :O]\n")
    f = scope.names["f"][0]
    assert isinstance(f, ast.Def)
    assert scope.diagnostics == [] and list(scope.defined[f.signature]) == ["O"]


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        (NET.replace("|> relu", "|> rellu"), "E0201", "`relu`"),
        (NET.replace("fc2(y)", "fc3(y)"), "E0201", "`fc2`"),
        (NET.replace("[B, classes]:", "[B, clases]:"), "E0202", "`classes`"),
        (NET.replace("[B, classes]:", "[b, classes]:"), "E0202", "`B`"),
        (NET.replace("x: [*N]", "N: [*N]").replace("x + n", "N + n"), "E0205", None),
        (NET + "\ndef helper(x):\n    return x\n", "E0203", None),
        (NET.replace("fc2 = Lin", "fc1 = Lin").replace("fc2(", "fc1("), "E0203", None),
        (NET.replace("wide", "classes"), "E0203", None),
        (NET.replace("n: int)", "n: int, x: int)"), "E0203", None),
        (NET.replace("y ", "fc2 ").replace("(fc2(y)", "(fc2"), "E0204", "`fc2_`"),
        (NET.replace("x: [B, 16]", "x: [B, 16], fc1: int"), "E0204", None),
        (NET.replace("fc1", "helper"), "E0204", None),
        (NET.replace("fc1", "modules"), "E0206", "`modules_`"),
        (NET.replace("Net", "Tensor"), "E0207", "`MyTensor`"),
        (NET.replace("x |> fc1", "self.fc1(x)"), "E0210", None),
        (NET.replace("x: [B, 16]", "self, x: [B, 16]"), "E0210", None),
        (NET.replace("4 * hidden", "true"), "E0211", "`True`"),
        (NET.replace("|> relu", "|> F.rellu"), "E0212", "`relu`"),
        (NET.replace("= Linear(hidden", "= nn.Lienar(hidden"), "E0212", "`Linear`"),
        (NET.replace("n: int", "n: integer"), "E0213", "`int`"),
        (NET.replace("n: int", "n: Linaer"), "E0213", "`Linear`"),
        (NET.replace("n: int", "n: helper"), "E0214", None),
        (NET.replace("x: [*N]", "x: [Net, *N]"), "E0215", None),
        (NET.replace("4 * hidden", "fc2.in_features"), "E0216", "above"),
        (NET.replace("|> relu", ""), None, None),
        (NET.replace("return x + n", "return view(x, n)"), "E0217", "x.view"),
        (NET.replace("x: [*N]", "x: int46[*N]"), "E0218", "`int64`"),
        (NET.replace("n: int", "n: [N]"), "E0220", None),
        (NET.replace("return x + n", "return x if training else n"), "E0221", None),
    ],
)
def test_mistakes(text: str, code: str | None, help: str | None) -> None:
    diagnostics = found(text)
    got = {d.code for d in diagnostics}
    assert got == ({code} if code else set()), [(d.code, d.message) for d in diagnostics]
    if help is not None:
        assert any(help in (d.help or "") for d in diagnostics), [d.help for d in diagnostics]


@pytest.mark.parametrize("code", ["E0203", "E0204", "E0205", "E0216"])
def test_both_places_are_shown(code: str) -> None:
    texts = {
        "E0203": NET.replace("let wide", "let fc1"),
        "E0204": NET.replace("y = x |>", "fc2 = x |>"),
        "E0205": NET.replace("x: [*N]", "N: [*N]"),
        "E0216": NET.replace("4 * hidden", "fc2.in_features"),
    }
    diagnostic = next(d for d in found(texts[code]) if d.code == code)
    assert len(diagnostic.labels) == 2


# --- modules -------------------------------------------------------------------------------------


def test_a_member_may_have_the_name_of_its_library_layer() -> None:
    scope = resolved(
        "module M(dim: int):\n    LayerNorm = LayerNorm(dim)\n\n"
        "    def forward(x: [*N, dim]) -> [*N, dim]:\n        return LayerNorm(x)\n"
    )
    assert scope.diagnostics == []
    assert kinds(scope, "LayerNorm") == [Kind.LIBRARY, Kind.MEMBER]


def test_a_parameter_may_share_the_name_of_the_bool_that_decides_on_it() -> None:
    scope = resolved(
        "module M(n: int, bias: bool = True):\n    param bias: [n] = zeros if bias\n"
        "    let k = 1 if bias else 0\n\n"
        "    def forward(x: [*N, n]) -> [*N, n]:\n        return x if bias is None else x + bias\n"
    )
    assert scope.diagnostics == []
    assert kinds(scope, "bias") == [Kind.HYPERPARAMETER] * 2 + [Kind.MEMBER] * 2


def test_a_member_may_take_up_the_hyperparameter_of_its_name() -> None:
    scope = resolved(
        "module Part(p: float):\n    drop = Dropout(p)\n\n"
        "    def forward(x: [*N]) -> [*N]:\n        return drop(x)\n\n"
        "module M(drop: float):\n    drop = Dropout(drop)\n    part = Part(drop)\n\n"
        "    def forward(x: [*N]) -> [*N]:\n        return drop(part(x))\n"
    )
    assert scope.diagnostics == []
    assert kinds(scope, "drop") == [Kind.MEMBER] + [Kind.HYPERPARAMETER] * 2 + [Kind.MEMBER]
    assert codes(
        "module M(p: float):\n    p = Dropout(0.5)\n\n    def forward(x):\n        return p(x)\n"
    ) == ["E0203"]


def test_defaults_see_the_arguments_above_them() -> None:
    scope = resolved(
        "module M(dim: int, hidden: int = 4 * dim):\n    fc = Linear(dim, hidden)\n\n"
        "    def forward(x: [*N, dim], scale: int = hidden) -> [*N, hidden]:\n"
        "        return fc(x) * scale\n"
    )
    assert scope.diagnostics == []
    assert set(kinds(scope, "dim") + kinds(scope, "hidden")) == {Kind.HYPERPARAMETER}
    assert codes("def f(a: int = b, b: int = 2) -> int:\n    return a + b\n") == ["E0216"]


def test_a_member_may_be_called_self() -> None:
    scope = resolved(
        "module M(dim: int):\n    self = Linear(dim, dim)\n\n"
        "    def forward(x: [*N, dim]) -> [*N, dim]:\n        return self(x) * self.in_features\n"
    )
    assert scope.diagnostics == []
    assert kinds(scope, "self") == [Kind.MEMBER] * 2


def test_library_names_may_be_hidden() -> None:
    assert (
        codes(
            "module Linear(relu: float):\n    def forward(x: [*N]) -> [*N]:\n        return x * relu\n\n"
            "def sigmoid(x: [*N]) -> [*N]:\n    norm = x * 2\n    return norm\n\n"
            "model net = nn.Linear(2, 3)\n"
        )
        == []
    )


def test_initialisers_are_known_where_one_is_expected() -> None:
    scope = resolved(
        "module M(n: int, flat: bool = False):\n"
        "    fc = Linear(n, n)\n"
        "    param w: [n] = zeros if flat else uniform(-1, n)\n"
        "    param v: [n] = zeros(n) * 2\n"
        "    init fc.weight = mine(5)\n"
        "    init fc.bias = uniform(-1, 1) |> mine(2)\n"
        "    def forward(x: [*N, n]) -> [*N, n]:\n        return fc(x)\n\n"
        "def mine(w: [*N], limit: float) -> [*N]:\n    return rand_like(w) * limit\n"
    )
    assert scope.diagnostics == []
    assert kinds(scope, "zeros") == [Kind.INITIALISER, Kind.LIBRARY]
    assert kinds(scope, "uniform") == [Kind.INITIALISER] * 2
    assert kinds(scope, "mine") == [Kind.FILE] * 2


def test_children_given_as_hyperparameters() -> None:
    assert (
        codes(
            "module M(*blocks: Module, tok: Embedding):\n    *blocks\n\n    def forward(x):\n"
            "        for block in blocks:\n            x = block(x)\n        return tok(x)\n"
        )
        == []
    )
    assert codes(
        "module M(*blocks: Module):\n    *blokcs\n\n    def forward(x):\n        return x\n"
    ) == ["E0201"]
    assert codes("module M(train: Module):\n    def forward(x):\n        return train(x)\n") == [
        "E0206"
    ]


def test_hyperparameters_and_lets_may_have_any_name() -> None:
    assert (
        codes(
            "module M(half: int, train: float, self: int):\n    let modules = half * 2\n\n"
            "    def forward(x: [*N]) -> [*N]:\n        return x * modules * train + self\n"
        )
        == []
    )


# --- code ------------------------------------------------------------------------------------------


def body(*lines: str, arguments: str = "x: [B, T], flag: bool, n: int?") -> list[str]:
    """The codes of a function with these lines."""
    return codes(f"def f({arguments}):\n" + "".join(f"    {line}\n" for line in lines))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["y = y + x", "return y"], ["E0208"]),
        (["y += x", "return y"], ["E0208"]),
        (["if flag:", "    y = x", "return y"], ["E0209"]),
        (["if flag:", "    y = x", "else:", "    y = 2 * x", "return y"], []),
        (["if flag:", "    y = x", "else:", "    return x", "return y"], []),
        (["if flag:", "    y = x", "if flag:", "    x = y", "return x"], []),
        (
            ["if flag:", "    y = x", "flag = not flag", "if flag:", "    x = y", "return x"],
            ["E0209"],
        ),
        (["if not flag:", "    y = x", "return x if flag else y"], []),
        (["if n is None:", "    y = x", "if n is not None:", "    y = 2", "return y"], []),
        (["if flag and n is None:", "    y = x", "if flag:", "    x = y", "return x"], ["E0209"]),
        (
            [
                "if flag:",
                "    if n is None:",
                "        y = x",
                "if flag and n is None:",
                "    x = y",
                "return x",
            ],
            [],
        ),
        (["if flag:", "    if n is None:", "        y = x", "    x = y", "return x"], ["E0209"]),
        (["for i in range(3):", "    y = x", "return y"], []),
        (["while flag:", "    y = x", "return y"], ["E0209"]),
        (["while True:", "    y = x", "    if flag:", "        break", "return y"], []),
        (["for i in range(3):", "    z = y", "    y = x", "return z"], ["E0209"]),
        (["B, T = x.shape", "return B + T"], []),
        (["T = T + 1", "return T"], []),
        (["relu = relu(x)", "return relu"], []),
        (["for i in range(2):", "    relu = relu(x)", "return x"], ["E0209"]),
        (["x = [x for x in range(3)]", "return x"], []),
        (["ys = [a * b for a in range(3) for b in range(a) if b]", "return ys"], []),
        (["ys = [a for a in range(b) for b in range(3)]", "return ys"], ["E0201"]),
        (["return y", "y = x"], ["E0208"]),
        (["return x", "return y"], ["E0201"]),
        (["(y, _), z = x, x", "return y + z"], []),
        (["x = print(x)", "return x"], ["E0211"]),
        (["x = x |> reshape(B, T) |> view(B, T)", "return x"], []),
        (["return torch.nn.functional.relu(x).to(torch.float32) * math.pi"], []),
        (["return linalg.norm(x)"], []),
        (["return norm(x)"], ["E0201"]),
        (["return torch.relu6(x)"], ["E0212"]),
    ],
)
def test_code(lines: list[str], expected: list[str]) -> None:
    assert body(*lines) == expected


def test_one_unknown_name_is_told_at_each_place_once() -> None:
    assert body("return [yy for i in range(3)] + [yy]") == ["E0201", "E0201"]


def test_suggestions_prefer_the_names_of_the_spec() -> None:
    diagnostics = found("def f(rely: [B]) -> [B]:\n    return rel\n")
    assert diagnostics[0].help is not None and diagnostics[0].help.startswith("did you mean `rely`")
    fix = diagnostics[0].fix
    assert fix is not None and fix.edits[0].text == "rely"


def test_the_library_binds_without_a_mistake() -> None:
    for declaration in CATALOG.all_declarations():
        assert CATALOG.scope_of(declaration).diagnostics == []
    static = CATALOG.static("pair")
    assert static is not None and static.name == "pair"
    assert [d.places[0] for d in CATALOG.functions("relu")] == ["torch.nn.functional"]
    assert (
        CATALOG.functions("norm") == () and len(CATALOG.in_namespace("torch.linalg", "norm")) == 1
    )
    assert [d.name for d in CATALOG.methods("view")] == ["view"] and CATALOG.functions("view") == ()
    assert CATALOG.layer("Linear") is CATALOG.layer("Linear") is not None
