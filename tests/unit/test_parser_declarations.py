"""Declarations, signatures, types, members of modules, lines of checks."""

from __future__ import annotations

import pytest

from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.parser import parse_declaration
from tests.unit.parser_text import members, show, tree, type_


def only(text: str) -> ast.Declaration:
    (declaration,) = tree(text).declarations
    return declaration


def params(signature: ast.Signature) -> list[str]:
    return [
        f"{p.kind} {p.name}: {show(p.type)} = {show(p.default)}".removesuffix(" = ")
        for p in signature.params
    ]


# --- files and imports ---------------------------------------------------------------------------


def test_docstrings() -> None:
    file = tree(
        '"""A file."""\n\nmodule M:\n    """A module."""\n\n    def f(x):\n        """A def."""\n'
    )
    (module,) = file.declarations
    assert isinstance(module, ast.Module)
    (method,) = module.body
    assert isinstance(method, ast.Def)
    docs = [node.doc for node in (file, module, method)]
    assert [doc and doc.value for doc in docs] == ["A file.", "A module.", "A def."]
    assert method.body == ()


def test_imports() -> None:
    first, second, third = tree(
        "from .blocks import Block\n"
        "from ..y.z import q, Attention as A\n"
        "from ...w import (\n    a,\n    b as c,\n)\n"
    ).declarations
    assert isinstance(first, ast.Import) and isinstance(second, ast.Import)
    assert isinstance(third, ast.Import)
    assert (first.dots, first.module, second.dots, second.module) == (1, "blocks", 2, "y.z")
    assert [(n.name, n.alias) for n in second.names] == [("q", None), ("Attention", "A")]
    assert (third.dots, [(n.name, n.alias) for n in third.names]) == (3, [("a", None), ("b", "c")])
    assert second.module_span.text == "..y.z"


# --- signatures ----------------------------------------------------------------------------------


def test_hyperparameters() -> None:
    module = only(
        "module M(\n"
        "    dim: int = 4 * 8,\n"
        "    rate: float,\n"
        '    kind: "relu" | "gelu" | None = "relu",\n'
        "    size: int | (int, int) = (1, 2),\n"
        "    many: (int, ...),\n"
        "    sizes: list[int],\n"
        "    table: dict[str, int],\n"
        "    act: layer = ReLU,\n"
        "    tok: Embedding,\n"
        "    extra: layer?,\n"
        "    cfg: Config(3),\n"
        "    untyped,\n"
        "    *blocks: Module,\n"
        "):\n"
        "    pass\n"
    )
    assert isinstance(module, ast.Module)
    assert params(module.signature) == [
        "plain dim: int = (4 * 8)",
        "plain rate: float",
        "plain kind: ('relu' | 'gelu' | None) = 'relu'",
        "plain size: (int | (int, int)) = tuple(1, 2)",
        "plain many: (int, ...)",
        "plain sizes: list<int>",
        "plain table: dict<str, int>",
        "plain act: layer = ReLU",
        "plain tok: Embedding",
        "plain extra: layer?",
        "plain cfg: Config(3)",
        "plain untyped: ",
        "star blocks: Module",
    ]
    assert module.signature.span.text.startswith("(\n") and module.signature.span.text.endswith(")")


def test_a_module_needs_no_parentheses() -> None:
    module = only("module M:\n    fc = Linear(1, 2)\n")
    assert isinstance(module, ast.Module)
    assert module.signature.params == () and module.signature.span.text == ""


def test_keyword_only_arguments_follow_a_star() -> None:
    method = only("def f(x: [B], *, n: int = 1, y=None):\n    return x\n")
    assert isinstance(method, ast.Def)
    assert params(method.signature) == [
        "plain x: [B]",
        "keyword n: int = 1",
        "keyword y:  = None",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "def f(x: [B, H]) -> [B, O] where H % 32 == 0, O == H // 2:",
        "def f(x: [B, H]) -> [B, O]\n        where H % 32 == 0, O == H // 2:",
        "def f(x: [B, H])\n        -> [B, O]\n        where H % 32 == 0, O == H // 2:",
        "def f(x: [B, H]) -> [B, O]  # a comment\n\n  # another\n    where H % 32 == 0,\n    O == H // 2:",
    ],
)
def test_where_stands_on_the_same_line_or_the_next(header: str) -> None:
    method = only(f"{header}\n    return x\n")
    assert isinstance(method, ast.Def)
    assert show(method.signature.result) == "[B, O]"
    assert [show(fact) for fact in method.signature.where] == ["((H % 32) == 0)", "(O == (H // 2))"]


# --- types ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "[]"),
        ("[B, 3, 4 * dim, H // 2, window ** 2]", "[B, 3, (4 * dim), (H // 2), (window ** 2)]"),
        ("[*N, _]", "[*N, _]"),
        ("int64[B, T]", "int64[B, T]"),
        ("D[*N]", "D[*N]"),
        ("torch.float16[B]", "torch.float16[B]"),
        ("tensor", "tensor"),
        ("nn.Module", "nn.Module"),
        ("[B]?", "[B]?"),
        ("Rotary(D)", "Rotary(D)"),
        ("KV(S + T)", "KV((S + T))"),
        ("list[[B, 3]]", "list<[B, 3]>"),
        ("list[KV(S), depth]", "list<KV(S), depth>"),
        ('list["a" | "b"]', "list<('a' | 'b')>"),
        ("dict[str, [B]]", "dict<str, [B]>"),
        ("(cos: [T, D], sin: [T, D])", "(cos: [T, D], sin: [T, D])"),
        ("(logits: [B, V], loss: []?)", "(logits: [B, V], loss: []?)"),
        ("([B], ([C], [D]))", "([B], ([C], [D]))"),
        ("(layer, int)", "(layer, int)"),
        ("([B],)", "([B])"),
        ("([B])", "[B]"),
        ("(x: [B])", "(x: [B])"),
        ("()", "()"),
        ("((int, int), ...)", "((int, int), ...)"),
        ('"3d" | "2d"', "('3d' | '2d')"),
        ("1 | -2 | True | None", "(1 | -2 | True | None)"),
        ("[B] | int?", "([B] | int?)"),
        ("([B] | int)?", "([B] | int)?"),
    ],
)
def test_types(text: str, expected: str) -> None:
    assert show(type_(text)) == expected


def test_type_parameters() -> None:
    declaration = only("type KV(S, D) = (k: [B, H, S, D], v: [B, H, S, D])\n")
    assert isinstance(declaration, ast.TypeDecl)
    assert [p.id for p in declaration.params] == ["S", "D"]


# --- members -------------------------------------------------------------------------------------


def test_submodules() -> None:
    plain, splat, alone, pair = members(
        "fc = Linear(4, 8) if bias else None\n*layers = [Linear(1, 1)]\n*blocks\nboth = ReLU(), GELU()"
    )
    assert all(isinstance(m, ast.Submodule) for m in (plain, splat, alone, pair))
    assert [(m.name, m.splat, m.value is None) for m in (plain, splat, alone, pair)] == [  # type: ignore[attr-defined]
        ("fc", False, False),
        ("layers", True, False),
        ("blocks", True, True),
        ("both", False, False),
    ]


def test_let() -> None:
    one, two, nested = members("let n = dim // heads\nlet a, b = pair(k)\nlet (a, b), c = t")
    assert isinstance(one, ast.Let) and isinstance(two, ast.Let) and isinstance(nested, ast.Let)
    assert show(one.target) == "n"
    assert show(two.target) == "bare(a, b)"
    assert show(nested.target) == "bare(tuple(a, b), c)"


@pytest.mark.parametrize(
    ("line", "value", "condition"),
    [
        ("param w: [2] = ones", "ones", ""),
        ("param w: [2] = ones if bias", "ones", "bias"),
        ("param w: [2] = a if c else b", "(a if c else b)", ""),
        ("param w: [2] = a if c else b if d", "(a if c else b)", "d"),
        ("param w: [2] = a if c else b if d else e", "(a if c else (b if d else e))", ""),
        ("param w: [2] = a if c else (b if d else e) if f", "(a if c else (b if d else e))", "f"),
        ("param w: [2] if bias", "", "bias"),
        ("param w: [2]", "", ""),
        ("param w = ones(2)", "ones(2)", ""),
        ("buffer w: bool[T, T] = tril(ones(T, T)) > 0", "(tril(ones(T, T)) > 0)", ""),
    ],
)
def test_parameters_and_their_conditions(line: str, value: str, condition: str) -> None:
    (parameter,) = members(line)
    assert isinstance(parameter, ast.ParamDecl)
    assert (parameter.kind, parameter.name) == (line.split()[0], "w")
    assert (show(parameter.value), show(parameter.condition)) == (value, condition)


@pytest.mark.parametrize("tail", ["if i > 0 for i in range(n)", "for i in range(n) if i > 0"])
def test_a_family_of_parameters_takes_condition_and_loop_in_either_order(tail: str) -> None:
    (parameter,) = members(f'param f"weight_ih_l{{i}}": [4 * h, i] {tail}')
    assert isinstance(parameter, ast.ParamDecl)
    assert isinstance(parameter.name, ast.FString)
    assert parameter.name_span.text == 'f"weight_ih_l{i}"'
    assert show(parameter.condition) == "(i > 0)"
    (clause,) = parameter.clauses
    assert (show(clause), clause.span.text) == ("for i in range(n)", "for i in range(n)")


def test_conditions_of_a_family_are_joined() -> None:
    (parameter,) = members('param f"w{i}{s}": [i] if b for i in range(n) if i for s in suffixes')
    assert isinstance(parameter, ast.ParamDecl)
    assert show(parameter.condition) == "(b and i)"
    assert len(parameter.clauses) == 2


def test_tie_init_freeze_require() -> None:
    tie, init, wild, number, freeze, require, bare = members(
        "tie head.weight = tok.weight if shared\n"
        "init Linear.weight = normal(std=0.02 / sqrt(2 * depth))\n"
        "init h.*.attn.proj.weight = zeros if small\n"
        "init 0.weight = 0.1\n"
        "freeze mlp_*.fc.bias if frozen\n"
        'require dim % heads == 0, f"{dim} is odd"\n'
        "require not (a or b)"
    )
    assert isinstance(tie, ast.Tie) and isinstance(init, ast.Init) and isinstance(wild, ast.Init)
    assert isinstance(number, ast.Init) and isinstance(freeze, ast.Freeze)
    assert isinstance(require, ast.Require) and isinstance(bare, ast.Require)
    assert (tie.target.text, tie.origin.text, show(tie.condition)) == (
        "head.weight",
        "tok.weight",
        "shared",
    )
    assert wild.path.parts == ("h", "*", "attn", "proj", "weight")
    assert show(wild.condition) == "small"
    assert number.path.parts == ("0", "weight")
    assert (freeze.path.text, show(freeze.condition)) == ("mlp_*.fc.bias", "frozen")
    assert show(require.message) == "f({dim:}  is odd)"
    assert bare.message is None


# --- models, checks ------------------------------------------------------------------------------


def test_models() -> None:
    first, second = tree(
        "model a = Net(2)\nmodel b = Sequential(Linear(1, 2)):\n    init Linear.weight = zeros\n    tie 0.w = 1.w\n"
    ).declarations
    assert isinstance(first, ast.Model) and isinstance(second, ast.Model)
    assert (first.name, first.body, second.name) == ("a", (), "b")
    assert [type(line) for line in second.body] == [ast.Init, ast.Tie]


def test_check_lines() -> None:
    check = only(
        "check Net(classes=2):\n"
        "    forward([B, 3, 32, 32], mask=None, n=3, cache=KV(4)?, flag=True) -> (logits: [B, V], loss: []?)\n"
        "    encode(int64[B, T], [[1, 2]][0], T, (1, 2), ([B], KV(2)), list[KV(S), 2], m=len(x))\n"
        "    params == 1000 * 64 + 64\n"
        "    flops(x=[1, 3, 224, 224]) < 8.3e9\n"
        "    memory([B, 3]) <= n\n"
        '    fails "E0301"\n'
    )
    assert isinstance(check, ast.Check)
    assert show(check.target) == "Net(classes=2)"
    forward, encode, params_, flops, memory, fails = check.lines
    assert isinstance(forward, ast.MethodCheck) and isinstance(encode, ast.MethodCheck)
    assert [(a.name, type(a.value).__name__, show(a.value)) for a in forward.args] == [
        (None, "TensorType", "[B, 3, 32, 32]"),
        ("mask", "Constant", "None"),
        ("n", "Number", "3"),
        ("cache", "OptionalType", "KV(4)?"),
        ("flag", "Constant", "True"),
    ]
    assert show(forward.result) == "(logits: [B, V], loss: []?)"
    assert [(type(a.value).__name__, show(a.value)) for a in encode.args] == [
        ("TensorType", "int64[B, T]"),
        ("Index", "[[1, 2]][0]"),
        ("Name", "T"),
        ("Tuple", "tuple(1, 2)"),
        ("TupleType", "([B], KV(2))"),
        ("ListType", "list<KV(S), 2>"),
        ("Call", "len(x)"),
    ]
    assert isinstance(params_, ast.CostCheck) and isinstance(flops, ast.CostCheck)
    assert (params_.what, params_.op, show(params_.bound)) == ("params", "==", "((1000 * 64) + 64)")
    assert (flops.what, flops.op, show(flops.bound)) == ("flops", "<", "8300000000.0")
    assert [(a.name, show(a.value)) for a in flops.args] == [("x", "[1, 3, 224, 224]")]
    assert isinstance(memory, ast.CostCheck) and isinstance(fails, ast.FailsCheck)
    assert (fails.code, fails.code_span.text) == ("E0301", '"E0301"')


# --- extern --------------------------------------------------------------------------------------


def test_extern_module() -> None:
    module = only(
        "extern module RNN(n: int, mode: str = 'x') from torch.nn, torch.nn.quantized:\n"
        '    """Doc."""\n'
        "    require n > 0\n"
        "    let k = pair(n)\n"
        "    param weight: [n, k[0]]\n"
        "    param bias: [n] if n > 1\n"
        "    rule recurrent\n"
        "    def forward(input: [*N, n]) -> [*N, n]\n"
        "        where len(N) <= 1\n"
        "    def flatten(x: [*N]) -> [_]:\n"
        "        return x\n"
        "    flops 2 * numel(N) * n\n"
        "    memory n\n"
    )
    assert isinstance(module, ast.ExternModule)
    assert (module.name, module.places, module.rule) == (
        "RNN",
        ("torch.nn", "torch.nn.quantized"),
        "recurrent",
    )
    assert module.doc is not None and module.doc.value == "Doc."
    kinds = [type(member).__name__ for member in module.body]
    assert kinds == "Require Let ParamDecl ParamDecl Def Def Cost Cost".split()
    defs = [member for member in module.body if isinstance(member, ast.Def)]
    assert defs[0].body is None and defs[1].body is not None
    assert [show(fact) for fact in defs[0].signature.where] == ["(len(N) <= 1)"]


@pytest.mark.parametrize(
    ("text", "places", "rule", "members_"),
    [
        ("extern def relu(x: [*N]) -> [*N] from torch\n", ("torch",), None, 0),
        ("extern def cat(x: list[tensor]) -> tensor from torch: rule cat\n", ("torch",), "cat", 0),
        (
            "extern def f(x: [*N]) -> [*N] from torch, Tensor where len(N) > 0\n",
            ("torch", "Tensor"),
            None,
            0,
        ),
        (
            "extern def f(x: [*N]) -> [*N] from a.b, torch, Tensor:\n    rule r\n    flops 3 * numel(N)\n",
            ("a.b", "torch", "Tensor"),
            "r",
            1,
        ),
        (
            "extern def f(x: [*N]) -> [*N]\n    where len(N) > 0\n    from torch\n",
            ("torch",),
            None,
            0,
        ),
        ("extern module Identity from torch.nn\n", ("torch.nn",), None, 0),
        ("extern module A(n: int) from pkg.mod: rule a\n", ("pkg.mod",), "a", 0),
    ],
)
def test_extern_forms(text: str, places: tuple[str, ...], rule: str | None, members_: int) -> None:
    declaration = only(text)
    assert isinstance(declaration, ast.ExternDef | ast.ExternModule)
    assert (declaration.places, declaration.rule) == (places, rule)
    assert len(declaration.body) == members_
    if "where" in text:
        assert [show(fact) for fact in declaration.signature.where] == ["(len(N) > 0)"]


def test_one_declaration_of_a_text_is_parsed_alone() -> None:
    text = "extern def a(x: [*N]) -> [*N] from torch\n\n# about b\nextern def b(x: [B]) -> [B] from torch\n"
    source = Source("<library>", text)
    start = text.index("extern def b")
    declaration = parse_declaration(source, start, len(text))
    assert isinstance(declaration, ast.ExternDef)
    assert declaration.name == "b"
    assert declaration.span.start == start and declaration.name_span.text == "b"
    with pytest.raises(ValueError, match="<library>:1"):
        parse_declaration(source, 3, 20)
