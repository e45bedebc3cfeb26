"""How forward code is emitted: names, dimensions, pipelines, creation, values that never change."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from nnspec.project import Emitted, Project


def built(spec: str) -> str:
    """The Python of a spec that has no errors."""
    path = Path("net.nnspec")
    result = Project(files={"net.nnspec": dedent(spec)}).build(path)
    assert isinstance(result, Emitted), str(result)
    return result.text


def body(text: str, name: str) -> str:
    """The lines of a function or method, without its header and docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = node.body[1] if ast.get_docstring(node) else node.body[0]
            lines = text.split("\n")[first.lineno - 1 : node.end_lineno]
            return dedent("\n".join(lines))
    raise AssertionError(f"no {name} in\n{text}")


def forward(spec: str) -> str:
    """The body of forward in a module with the given lines."""
    return body(
        built("module Net(dim: int = 4):\n" + dedent(spec).replace("\n", "\n    ")), "forward"
    )


def test_members_are_attributes_and_functions_have_their_namespace() -> None:
    assert forward("""
            fc = Linear(dim, dim)
            param w: [dim] = ones
            def forward(x: [B, dim]) -> [B, dim]:
                return relu(fc(x)) * w if training else fc(x)
            """) == "return F.relu(self.fc(x)) * self.w if self.training else self.fc(x)"


def test_one_line_pipelines_nest() -> None:
    assert forward("""
            a = Linear(dim, dim)
            b = Linear(dim, dim)
            def forward(x: [B, dim]) -> [B, dim]:
                return x |> a |> relu |> b
            """) == "return self.b(F.relu(self.a(x)))"


def test_pipelines_of_several_lines_follow_the_spec() -> None:
    assert forward("""
        a = Linear(dim, 2)
        b = Linear(2, dim)
        def forward(x: [B, dim]) -> [B, dim]:
            return x
                |> a |> relu
                |> b
        """).split("\n") == ["x = F.relu(self.a(x))  # [B, 2]", "return self.b(x)  # [B, dim]"]


def test_long_pipelines_are_broken_after_activations() -> None:
    assert (
        forward("""
        a = Linear(dim, dim)
        b = Linear(dim, dim)
        def forward(x: [B, dim]) -> [B, dim]:
            return x |> a |> b |> relu |> b |> a |> relu
        """).split("\n")
        == [
            "x = F.relu(self.b(self.a(x)))",
            "return F.relu(self.a(self.b(x)))",
        ]
    )


def test_a_name_that_a_later_stage_reads_is_kept() -> None:
    assert forward("""
        a = Linear(dim, dim)
        def forward(x: [B, dim]) -> [B, dim]:
            return x
                |> a |> relu
                |> add(x) |> relu
        """).split("\n") == ["y = F.relu(self.a(x))", "return F.relu(y + x)"]


def test_an_assigned_pipeline_goes_through_its_target() -> None:
    assert forward("""
        a = Linear(dim, dim)
        def forward(x: [B, dim]) -> [B, dim]:
            y = x
                |> a
                |> relu
            return x + y
        """).split("\n") == ["y = self.a(x)", "y = F.relu(y)", "return x + y"]


def test_methods_serve_where_no_function_fits() -> None:
    assert (
        forward("""
            fc = Linear(dim, dim)
            def forward(x: [B, 2, dim]) -> [B, 2 * dim]:
                return x |> fc |> transpose(1, 2) |> reshape(B, 2 * dim)
            """).split("\n")[-1]
        == "return self.fc(x).transpose(1, 2).reshape(B, 2 * self.dim)  # [B, 2 * dim]"
    )


@pytest.mark.parametrize(
    "signature, use, lines",
    [
        ("x: [B, T, 4]", "x.view(B, T * 4)", ["B, T, _ = x.shape"]),
        ("x: [B, T, 4]", "x.view(-1, T)", ["T = x.shape[1]"]),
        ("x: [*N, D]", "x.reshape(*N, D, 1)", ["N = x.shape[:-1]", "D = x.shape[-1]"]),
        ("x: [B, *N, 4]", "x.reshape(-1, *N)", ["N = x.shape[1:-1]"]),
        ("x: [*N]", "x.reshape(1, *N)", ["N = x.shape"]),
        ("x: [2 * K, 4]", "x.view(K, 8)", ["K = x.shape[0] // 2"]),
        ("x: [K + 1, 4]", "x[:K]", ["K = x.shape[0] - 1"]),
        ("x: [B, 4], m: [B, S]?", "x * S", ["S = 0 if m is None else m.shape[1]"]),
        ("xs: list[[B, 4]]", "cat(xs).view(-1, B)", ["B = xs[0].shape[0]"]),
        ("p: ([B, 4], [T, 4])", "p[0] * T", ["T = p[1].shape[0]"]),
        ("p: (a: [B, 4], b: [T, 4])", "p.a * T", ["T = p.b.shape[0]"]),
        ("x: [H, 4] where O == H // 2", "x * O", ["H = x.shape[0]", "O_ = H // 2"]),
    ],
)
def test_dimensions_are_read_off_shapes(signature: str, use: str, lines: list[str]) -> None:
    signature, _, where = signature.partition(" where ")
    clause = f" where {where}" if where else ""
    text = built(f"def f({signature}) -> tensor{clause}:\n    return {use}\n")
    assert body(text, "f").split("\n")[: len(lines)] == lines


def test_a_dimension_of_a_type_with_parameters() -> None:
    text = built("""
        type Rotary(D) = (cos: [T, D], sin: [T, D])
        def f(rope: Rotary(E)) -> [T, 1]:
            return rope.cos.sum(-1, keepdim=True) * E * T
        """)
    assert body(text, "f").split("\n")[0] == "T, E = rope.cos.shape"


def test_dimensions_and_locals_keep_away_from_imports() -> None:
    text = built("def f(x: [T, F]) -> [F, T]:\n    torch = relu(x)\n    return torch.view(F, T)\n")
    assert body(text, "f").split("\n") == [
        "T, F_ = x.shape",
        "torch_ = F.relu(x)",
        "return torch_.view(F_, T)  # [F, T]",
    ]


def test_created_tensors_follow_the_first_tensor() -> None:
    text = built("""
        module Net(dim: int = 4):
            emb = Embedding(10, dim)
            def forward(tokens: int64[B, T], mask: [T, T]) -> tensor:
                a = emb(tokens) + emb(arange(T))
                return a + zeros(B, T, dim) + mask.sum()
        """)
    lines = body(text, "forward").split("\n")
    assert "self.emb(torch.arange(T, device=tokens.device))" in lines[1]
    assert "torch.zeros(B, T, self.dim, device=tokens.device, dtype=mask.dtype)" in " ".join(
        " ".join(lines).split()
    ).replace("( ", "(").replace(" )", ")")


def test_created_tensors_follow_the_first_parameter_where_there_is_no_tensor() -> None:
    lines = forward("""
        fc = Linear(4, dim)
        def forward(n: int) -> tensor:
            return fc(ones(4))
        """)
    assert lines.split("\n") == [
        "device = next(self.parameters()).device",
        "dtype = next(self.parameters()).dtype",
        "return self.fc(torch.ones(4, device=device, dtype=dtype))  # [dim]",
    ]


def test_the_device_is_taken_before_its_argument_becomes_something_else() -> None:
    lines = forward("""
        def forward(x: [B, 4]) -> [B, 4]:
            x, y = x.chunk(2, dim=-1)
            return cat([x, y], dim=-1) * ones(4)
        """).split("\n")
    assert lines[:2] == ["device = x.device", "dtype = x.dtype"]
    assert "torch.ones(4, device=device, dtype=dtype)" in lines[-1]


def test_adding_in_place_makes_a_new_value() -> None:
    assert (
        forward("""
        def forward(x: [B, 4]) -> [B, 4]:
            n = 0
            y = x
            for i in range(3):
                y += x
                n += 1
            return y * n
        """).split("\n")
        == [
            "n = 0",
            "y = x",
            "for i in range(3):",
            "    y = y + x",
            "    n += 1",
            "return y * n",
        ]
    )


def test_gathering_appends_where_the_list_has_one_name() -> None:
    spec = """
        def forward(x: [B, 4]) -> [B, 3, 4]:
            ys = []
            {alias}
            for i in range(3):
                ys += [x * i]
            return stack(ys, dim=1)
        """
    one = forward(spec.format(alias="n = 1")).split("\n")
    assert one[0] == "ys: list[Tensor] = []" and "    ys.append(x * i)" in one
    two = forward(spec.format(alias="zs = ys")).split("\n")
    assert "    ys = ys + [x * i]" in two


def test_data_of_a_tensor_is_detached() -> None:
    lines = forward("""
        fc = Linear(dim, dim)
        def forward(x: [B, dim]) -> [B, dim]:
            return x @ fc.weight.data
        """)
    assert lines == "return x @ self.fc.weight.detach()"


def test_functions_of_numbers_are_pythons_and_of_tensors_torchs() -> None:
    lines = forward("""
        def forward(x: [B, dim]) -> [B, dim]:
            return sqrt(abs(x)) * sqrt(dim) + max(1, dim) * x.max() + abs(-2) * pi
        """)
    assert (
        lines.startswith(
            "return torch.sqrt(torch.abs(x)) * math.sqrt(self.dim) + max(1, self.dim) * x.max()"
        )
        or "math.sqrt(self.dim)" in lines
    )
    assert "torch.abs(x)" in lines and "abs(-2) * math.pi" in lines


def test_dtypes_are_torchs() -> None:
    lines = forward("""
        def forward(x: [B, dim]) -> bool[B, dim]:
            return x.to(float64).to(dtype=bool)
        """)
    assert lines == "return x.to(torch.float64).to(dtype=torch.bool)"


def test_control_flow_stays_as_it_is() -> None:
    assert (
        forward("""
        layers = [Linear(dim, dim) for _ in range(2)]
        def forward(x: [B, dim], flag: [B, dim]?) -> [B, dim]:
            for i, layer in enumerate(layers):
                if i == 0:
                    x = layer(x)
                elif flag is not None:
                    x = x + flag
                else:
                    x = -x
            while x.abs().sum() > 1:
                x = x / 2
            return x
        """).split("\n")
        == [
            "for i, layer in enumerate(self.layers):",
            "    if i == 0:",
            "        x = layer(x)",
            "    elif flag is not None:",
            "        x = x + flag",
            "    else:",
            "        x = -x",
            "while x.abs().sum() > 1:",
            "    x = x / 2",
            "return x",
        ]
    )


def test_results_are_the_named_tuples_that_signatures_promise() -> None:
    text = built("""
        type KV(S) = (k: [B, S], v: [B, S])
        def pair(x: [B, S]) -> KV(S):
            return x, -x
        def both(x: [B, S]) -> (out: [B, S], kv: KV(S)):
            k, v = pair(x)
            return x, (k, v)
        """)
    assert body(text, "pair") == "return KV(x, -x)"
    assert body(text, "both").split("\n")[-1] == "return BothOutput(x, KV(k, v))"
    assert "class BothOutput(NamedTuple):\n    out: Tensor  # [B, S]\n    kv: KV\n" in text


def test_parentheses_and_numbers_stand_as_they_are_written() -> None:
    assert forward("""
            def forward(x: [B, B], y: [B, B]) -> [B, B]:
                return (x * 1e-6) @ y + (x @ y) * (1_000 - (dim // 2) % 3) / 2 ** -0.5
            """) == "return (x * 1e-6) @ y + (x @ y) * (1_000 - (self.dim // 2) % 3) / 2**-0.5"
