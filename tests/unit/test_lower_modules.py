"""How modules, models and their declarations are emitted."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

from nnspec.project import Emitted, Project


def built(spec: str, **files: str) -> str:
    """The Python of a spec that has no errors; `files` are others that it imports."""
    texts = {f"{name}.nnspec": dedent(text) for name, text in files.items()}
    texts["net.nnspec"] = dedent(spec)
    result = Project(files=texts).build(Path("net.nnspec"))
    assert isinstance(result, Emitted), str(result)
    return result.text


def part(text: str, name: str) -> str:
    """A function, method or class, by its name."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            return dedent("\n".join(text.split("\n")[first - 1 : node.end_lineno]))
    raise AssertionError(f"no {name} in\n{text}")


def test_hyperparameters_are_kept_where_a_method_reads_them() -> None:
    text = built("""
        module Net(dim: int, heads: int = 2, eps: float = 1e-5):
            require dim % heads == 0
            let size = dim // heads
            fc = Linear(dim, size)
            def forward(x: [B, dim]) -> [B, size]:
                return fc(x) + eps
        """)
    assert part(text, "__init__").split("\n") == [
        "def __init__(self, dim: int, heads: int = 2, eps: float = 1e-5) -> None:",
        "    super().__init__()",
        "    if dim % heads != 0:",
        '        raise ValueError("Net requires dim % heads == 0")',
        "    self.eps = eps",
        "    size = dim // heads",
        "    self.fc = nn.Linear(dim, size)",
    ]


def test_what_another_module_reads_is_kept() -> None:
    text = built("""
        module Inner(width: int):
            fc = Linear(4, width)
            def forward(x: [B, 4]) -> [B, width]:
                return fc(x)
        module Net:
            inner = Inner(8)
            head = Linear(inner.width, 2)
            def forward(x: [B, 4]) -> [B, 2]:
                return x |> inner |> head
        """)
    assert "self.width = width" in part(text, "Inner")
    assert "self.head = nn.Linear(self.inner.width, 2)" in text


def test_constants_belong_to_the_class() -> None:
    text = built("""
        module Block(planes: int):
            let expansion = 4
            let kernel = (3, 3)
            let wide = expansion * 2
            fc = Linear(planes, planes * expansion)
            def forward(x: [B, planes]) -> tensor:
                return fc(x)
        def make(block: layer) -> layer:
            return Linear(2, block.expansion)
        model m = make(Block)
        """)
    assert "    expansion = 4\n    kernel = (3, 3)\n    wide = expansion * 2\n" in text
    assert "nn.Linear(planes, planes * self.expansion)" in text
    assert "def make(block: Any) -> nn.Module:" in text


def test_lists_that_are_defaults_are_not_shared() -> None:
    text = built("""
        module Net(widths: list[int] = [4, 8]):
            fc = Linear(widths[0], widths[1])
            def forward(x: [B, 4]) -> tensor:
                return fc(x)
        """)
    assert "widths: list[int] | None = None" in text
    assert "        if widths is None:\n            widths = [4, 8]\n" in text


def test_containers() -> None:
    text = built("""
        def more(n: int) -> list[layer]:
            return [Linear(4, 4) for _ in range(n)]
        module Net(n: int = 2):
            plain = [Linear(4, 4), ReLU()]
            nested = [[Linear(4, 4) for _ in range(2)] for _ in range(n)]
            made = more(n) + [ReLU()]
            joined = plain + [Tanh()]
            named = {"a": Linear(4, 4), "b": ReLU()}
            seq = Sequential(*plain, ReLU())
            words = Sequential(fc=Linear(4, 4), act=ReLU())
            mixed = Sequential(Linear(4, 4), act=ReLU())
            maybe = [ReLU()] if n > 1 else None
            def forward(x: [B, 4]) -> [B, 4]:
                return x |> seq |> words |> mixed
        """)
    lines = part(text, "__init__")
    assert "self.plain = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()])" in lines
    flat = " ".join(lines.split())
    assert (
        "self.nested = nn.ModuleList( [nn.ModuleList([nn.Linear(4, 4) for _ in range(2)]) for _ in range(n)] )"
        in flat
    )
    assert "self.made = nn.ModuleList(more(n) + [nn.ReLU()])" in lines
    assert "self.joined = nn.ModuleList([*self.plain, nn.Tanh()])" in lines
    assert 'self.named = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})' in lines
    assert "self.seq = nn.Sequential(*self.plain, nn.ReLU())" in lines
    assert "nn.Sequential(OrderedDict(fc=nn.Linear(4, 4), act=nn.ReLU()))" in flat
    assert 'OrderedDict({"0": nn.Linear(4, 4), "act": nn.ReLU()})' in flat
    assert "self.maybe = nn.ModuleList([nn.ReLU()]) if n > 1 else None" in lines


def test_children_of_the_module_itself() -> None:
    text = built("""
        module Net(*blocks: Module):
            *blocks
            def forward(x: [B, 4]) -> [B, 4]:
                for block in blocks:
                    x = block(x)
                return x
        model net = Net(ReLU(), Tanh())
        """)
    assert "def __init__(self, *blocks: nn.Module) -> None:" in text
    assert "self.add_module(str(i), layer)" in text
    assert part(text, "blocks").startswith("@property\ndef blocks(self) -> list[nn.Module]:")
    assert "for block in self.blocks:" in text
    assert "return Net(nn.ReLU(), nn.Tanh())" in text


def test_parameters_buffers_and_constants() -> None:
    text = built("""
        module Net(n: int, v: float = 0.5, flag: bool = True):
            param a: [n, 2] = randn
            param b: [n] = zeros if flag
            param c: [n, n] = xavier_uniform(gain=2.0)
            param d: [] = 3
            param e: [n] = v
            buffer mask: bool[n, n] = ones
            buffer steps: int64[] = 0
            const noise: [n] = rand
            def forward(x: [B, n]) -> [B, n]:
                return x * noise + e + d
        """)
    lines = part(text, "Net")
    for line in [
        "mask: Tensor\n",
        "self.a = nn.Parameter(torch.randn(n, 2))",
        "self.b = nn.Parameter(torch.zeros(n)) if flag else None",
        "self.c = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n, n), gain=2.0))",
        "self.d = nn.Parameter(torch.full((), 3.0))",
        "self.e = nn.Parameter(nn.init.constant_(torch.empty(n), v))",
        'self.register_buffer("mask", torch.ones(n, n, dtype=torch.bool))',
        'self.register_buffer("steps", torch.zeros((), dtype=torch.int64))',
        'self.register_buffer("noise", torch.rand(n), persistent=False)',
    ]:
        assert line in lines, line


def test_ties_freezes_and_initial_values() -> None:
    text = built("""
        def halved(w: [*N], by: float = 2.0) -> [*N]:
            return w / by
        module Block:
            fc = Linear(4, 4)
            def forward(x: [B, 4]) -> [B, 4]:
                return fc(x)
        module Net(depth: int = 2, flag: bool = True):
            tok = Embedding(8, 4)
            h = [Block() for _ in range(depth)]
            head = Linear(4, 8, bias=False)
            net = Sequential(Linear(4, 4), ReLU())
            maybe = Linear(4, 4, bias=flag)
            tie head.weight = tok.weight
            freeze net
            freeze h.*.fc.bias
            init Linear.weight = normal(std=0.02)
            init Linear.bias = zeros if flag
            init Embedding.weight = halved
            init h.*.fc.weight = 0.5
            init net.*.weight = halved(by=4.0)
            init net.0.bias = uniform(-1, 1)
            init maybe.bias = ones
            def forward(x: int64[B, T]) -> tensor:
                return x |> tok |> net |> maybe |> head
        """)
    assert "self.head.weight = self.tok.weight" in text
    assert "self.net.requires_grad_(False)" in text
    assert 're.fullmatch("h[.][^.]+[.]fc[.]bias([.].+)?", name)' in text
    assert part(text, "reset_parameters").split("\n")[1:] == [
        "    for module in self.modules():",
        "        if type(module) is nn.Linear:",
        "            nn.init.normal_(module.weight, std=0.02)",
        "            if self.flag and module.bias is not None:",
        "                nn.init.zeros_(module.bias)",
        "    for module in self.modules():",
        "        if type(module) is nn.Embedding:",
        "            with torch.no_grad():",
        "                module.weight.copy_(halved(module.weight))",
        "    for i in range(len(self.h)):",
        '        nn.init.constant_(self.get_parameter(f"h.{i}.fc.weight"), 0.5)',
        "    for name, parameter in self.named_parameters():",
        '        if re.fullmatch("net[.][^.]+[.]weight", name):',
        "            with torch.no_grad():",
        "                parameter.copy_(halved(parameter, by=4.0))",
        '    nn.init.uniform_(self.get_parameter("net.0.bias"), -1, 1)',
        "    if self.maybe.bias is not None:",
        "        nn.init.ones_(self.maybe.bias)",
    ]


def test_lines_that_both_draw_random_numbers_have_loops_of_their_own() -> None:
    text = built("""
        model m = Sequential(Linear(4, 4)):
            init Linear.weight = normal
            init Linear.bias = uniform
        """)
    assert part(text, "m").count("for module in model.modules():") == 2


def test_models_take_overrides_by_name() -> None:
    text = built("""
        module Net(dim: int, depth: int = 2):
            fc = Linear(dim, depth)
            def forward(x: [B, dim]) -> tensor:
                return fc(x)
        def make(n: int) -> layer:
            return Linear(n, n)
        model base = Net(4)
        model small = make(3)
        model plain = Linear(3, 3)
        model tied = Net(2, depth=2):
            tie fc.bias = fc.bias
        """)
    assert part(text, "base").split("\n") == [
        "def base(**overrides: Any) -> Net:",
        '    settings: dict[str, Any] = {"dim": 4}',
        "    return Net(**settings | overrides)",
    ]
    assert "def small(**overrides: Any) -> nn.Module:" in text
    assert part(text, "plain") == "def plain() -> nn.Linear:\n    return nn.Linear(3, 3)"
    assert part(text, "tied").split("\n")[-2:] == [
        "    model.fc.bias = model.fc.bias",
        "    return model",
    ]


def test_words_of_python_are_kept_apart_also_in_calls() -> None:
    text = built("""
        module Net(lambda: float, torch: int = 2):
            fc = Linear(torch, torch)
            def forward(x: [B, torch]) -> [B, torch]:
                return fc(x) * lambda
        model net = Net(lambda=0.5)
        """)
    assert "def __init__(self, lambda_: float, torch_: int = 2) -> None:" in text
    assert "return self.fc(x) * self.lambda_" in text
    assert '{"lambda_": 0.5}' in text


def test_types_become_hints() -> None:
    text = built("""
        type Stage = (block: layer, expand: int)
        type Mode = "a" | "b"
        module Net(
            act: layer = ReLU, mode: Mode = "a", size: int | (int, int) = 3, window: int? = None,
            stages: list[Stage] = [],
        ):
            activation = act()
            def forward(x: [B, 4], y: [B]?) -> ([B, 4], [B]?):
                return activation(x), y
        """)
    for hint in [
        "act: Callable[..., nn.Module] = nn.ReLU",
        'mode: str = "a"',
        "size: int | tuple[int, int] = 3",
        "window: int | None = None",
        "stages: list[Stage] | None = None",
        "y: Tensor | None = None",
        "-> tuple[Tensor, Tensor | None]:",
        "    block: Callable[..., nn.Module]\n    expand: int\n",
    ]:
        assert hint in text, hint


def test_imports_of_specs_are_relative_and_aliases_are_written_out() -> None:
    text = built(
        """
        from .parts import Block as Part, Mode
        module Net(mode: Mode = "a"):
            part = Part()
            def forward(x: [B, 4]) -> [B, 4]:
                return part(x)
        """,
        parts="""
        type Mode = "a" | "b"
        module Block:
            fc = Linear(4, 4)
            def forward(x: [B, 4]) -> [B, 4]:
                return fc(x)
        """,
    )
    assert "from .parts import Block as Part\n" in text
    assert "self.part = Part()" in text and 'mode: str = "a"' in text


def test_declarations_that_a_default_needs_come_first() -> None:
    text = built("""
        module Net(block: layer = Block):
            part = block()
            def forward(x: [B, 4]) -> [B, 4]:
                return part(x)
        module Block:
            fc = Linear(4, 4)
            def forward(x: [B, 4]) -> [B, 4]:
                return fc(x)
        """)
    assert text.index("class Block") < text.index("class Net")


def test_the_same_bytes_every_time() -> None:
    spec = "module Net:\n    fc = Linear(4, 4)\n    def forward(x: [B, 4]) -> [B, 4]:\n        return fc(x)\n"
    assert built(spec) == built(spec)


def test_lines_about_a_layer_that_may_be_absent_ask_for_it() -> None:
    text = built("""
        module Net(size: int = 4, flag: bool = True):
            proj = Linear(4, size) if size != 4 else None
            head = Linear(4, 4) if flag else None
            init proj.weight = ones if size != 4
            init head.bias = zeros
            freeze head
            def forward(x: [B, 4]) -> tensor:
                return x if proj is None else proj(x)
        """)
    assert part(text, "reset_parameters").split("\n")[1:] == [
        "    if self.proj is not None:",
        "        nn.init.ones_(self.proj.weight)",
        "    if self.head is not None:",
        "        nn.init.zeros_(self.head.bias)",
    ]


def test_an_optional_argument_before_a_required_one_is_given_outright() -> None:
    text = built("""
        module Inner:
            def forward(mask: [B]?, x: [B, 4], F: int = 1) -> [B, 4]:
                return x * F if mask is None else x * mask.unsqueeze(-1)
        module Net:
            inner = Inner()
            def forward(x: [B, 4]) -> [B, 4]:
                return inner(x=x, F=2)
        """)
    assert "def forward(self, mask: Tensor | None, x: Tensor, F_: int = 1)" in text
    assert "return self.inner(x=x, F_=2, mask=None)" in text
