"""Expressions: precedence, brackets, literals."""

from __future__ import annotations

import pytest

from nnspec.syntax import ast
from nnspec.syntax.walk import walk
from tests.unit.parser_text import expression, show


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("-a ** -b ** c", "(- (a ** (- (b ** c))))"),
        ("a // b % c @ d / e", "((((a // b) % c) @ d) / e)"),
        ("a | b ^ c & d << e + f", "(a | (b ^ (c & (d << (e + f)))))"),
        ("~a.b[0](1)", "(~ a.b[0](1))"),
        ("not a and b or c", "(((not a) and b) or c)"),
        ("a and b and c", "(a and b and c)"),
        ("a or (b or c)", "(a or (b or c))"),
        ("a < b <= c != d", "(a < b <= c != d)"),
        ("a is not None and b not in c", "((a is not None) and (b not in c))"),
        ("not a in b", "(not (a in b))"),
        ("a if b else c if d else e", "(a if b else (c if d else e))"),
        ("(a if b else c) if d else e", "((a if b else c) if d else e)"),
        ("theta ** -(arange(0, n, 2) / n)", "(theta ** (- (arange(0, n, 2) / n)))"),
        ("1 if x else -1", "(1 if x else (- 1))"),
    ],
)
def test_precedence_is_pythons(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x |> f |> g(2)", "((x |> f) |> g(2))"),
        ("a + b |> f", "((a + b) |> f)"),
        ("a | b << 2 |> f", "((a | (b << 2)) |> f)"),
        ("x |> f == y |> g", "((x |> f) == (y |> g))"),
        ("not x |> f", "(not (x |> f))"),
        ("x |> f if c else y |> g", "((x |> f) if c else (y |> g))"),
        ("x |> f, y |> g", "bare((x |> f), (y |> g))"),
        ("x |> to_out[0] |> a.b.c", "((x |> to_out[0]) |> a.b.c)"),
        ("silu(gate(x)) * up(x) |> down", "((silu(gate(x)) * up(x)) |> down)"),
        ("[x |> f for x in xs]", "list<(x |> f) for x in xs>"),
        ("f(x |> g, n=y |> h)", "f((x |> g), n=(y |> h))"),
    ],
)
def test_pipelines_bind_between_arithmetic_and_comparisons(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[0]", "x[0]"),
        ("x[a, b]", "x[a, b,]"),
        ("x[a,]", "x[a,]"),
        ("x[:, None, ..., 1:-1, ::2]", "x[::, None, ..., 1:(- 1):, ::2,]"),
        ("x[1:2:3]", "x[1:2:3]"),
        ("x[:n]", "x[:n:]"),
        ("x[*n, 0]", "x[*n, 0,]"),
        ("x[mask & (y > 0)]", "x[(mask & (y > 0))]"),
        ("blocks[-1].attn(x)", "blocks[(- 1)].attn(x)"),
    ],
)
def test_indexes(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()", "f()"),
        ("f(a, *b, c=1, **d)", "f(a, *b, c=1, **d)"),
        ("f(a, b,)", "f(a, b)"),
        ("f(x for x in y)", "f(generator<x for x in y>)"),
        ("f(*[a for a in b], c)", "f(*list<a for a in b>, c)"),
        ("f(type=1, where=2, init=3, model=4)", "f(type=1, where=2, init=3, model=4)"),
        ("f(_, 120)", "f(_, 120)"),
        ("f\\\n(1)", "f(1)"),
        ("f(\n  1,  # one\n\n  2\n)", "f(1, 2)"),
    ],
)
def test_calls(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("()", "tuple()"),
        ("(a,)", "tuple(a)"),
        ("(a, *b)", "tuple(a, *b)"),
        ("a, b", "bare(a, b)"),
        ("a,", "bare(a)"),
        ("*a, b", "bare(*a, b)"),
        ("(a)", "a"),
        ("[]", "[]"),
        ("[a, *b, c]", "[a, *b, c]"),
        ("{}", "{}"),
        ('{"a": 1, **b, "c": 2,}', "{'a': 1, **b, 'c': 2}"),
        ("[w * 2 for w in ws]", "list<(w * 2) for w in ws>"),
        (
            "[a + b for a in x if a for b in y if b if c]",
            "list<(a + b) for a in x if a for b in y if b if c>",
        ),
        ("[a for a, (b, c) in x]", "list<a for bare(a, tuple(b, c)) in x>"),
        ("[1 for _ in range(3)]", "list<1 for _ in range(3)>"),
        ('{f"l{i}": i for i in x}', "dict<f(l {i:}): i for i in x>"),
        ("(a for a in b)", "generator<a for a in b>"),
        ("[a if b else c for a in d]", "list<(a if b else c) for a in d>"),
    ],
)
def test_displays(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b101", 5),
        ("0o17", 15),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e-5", 1e-5),
        ("8.3e9", 8.3e9),
        ("1_0.2_5", 10.25),
        ("10E3", 10000.0),
        ("9" * 300, int("9" * 300)),
    ],
)
def test_numbers(text: str, value: float) -> None:
    node = expression(text)
    assert isinstance(node, ast.Number)
    assert node.value == value and type(node.value) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        '"abc"',
        "'abc'",
        r'"a\n\t\\\"\x41\u03b1\101\q"',
        r'r"a\nb"',
        '"a" "b" \'c\'',
        '"""a\nb"c""d"""',
        '"αβγ → 数"',
        '""',
        "''''''",
        '"it\'s"',
        '"a\\\nb"',
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_strings_have_pythons_values(text: str) -> None:
    node = expression(text)
    assert isinstance(node, ast.String)
    assert node.value == eval(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('f"layer{i}"', "f(layer {i:})"),
        ('f"{a + 1:.3f} of {{{b}}}"', "f({(a + 1):.3f}  of { {b:} })"),
        ("f\"{d['k']}{x[1:2]}\"", "f({d['k']:} {x[1:2:]:})"),
        ('f"{a != b}{ {1: 2}[1] }"', "f({(a != b):} {{1: 2}[1]:})"),
        ('"a" f"{b}" "c"', "f(a {b:} c)"),
        ("rf'\\d{x}'", "f(\\d {x:})"),
        ("f\"{f'{x}'}\"", "f({f({x:}):})"),
        ('f"plain"', "f(plain)"),
    ],
)
def test_format_strings(text: str, expected: str) -> None:
    assert show(expression(text)) == expected


def test_spans_cover_the_whole_construct() -> None:
    text = 'x |> f(a[1:2], "b") if not c.d else (g + 1)'
    spans = {type(node).__name__: node.span.text for node in walk(expression(text))}
    assert spans["Conditional"] == text
    assert spans["Pipe"] == 'x |> f(a[1:2], "b")'
    assert spans["Call"] == 'f(a[1:2], "b")'
    assert spans["Slice"] == "1:2"
    assert spans["Unary"] == "not c.d"
    assert spans["Binary"] == "g + 1"


def test_spans_inside_format_strings_are_those_of_the_file() -> None:
    node = expression('f"a{first}b{second + 1}"')
    assert isinstance(node, ast.FString)
    values = [part for part in node.parts if isinstance(part, ast.Format)]
    assert [value.span.text for value in values] == ["{first}", "{second + 1}"]
    assert [value.value.span.text for value in values] == ["first", "second + 1"]


def test_operators_and_attributes_have_places_of_their_own() -> None:
    node = expression("left.weight @ right")
    assert isinstance(node, ast.Binary)
    assert node.op_span.text == "@"
    assert isinstance(node.left, ast.Attribute)
    assert node.left.name_span.text == "weight"
