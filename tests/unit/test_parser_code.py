"""Statements of forward code and of functions."""

from __future__ import annotations

import pytest

from nnspec.syntax import ast
from tests.unit.parser_text import code, show


def test_assignments() -> None:
    plain, nested, index, star, spread = code(
        "x = a, b\ny, (h, c) = f(x)\nx[:, 0] = 0\na, *b = c\nz = *a, b"
    )
    assert isinstance(plain, ast.Assign) and isinstance(nested, ast.Assign)
    assert (show(plain.target), show(plain.value), plain.op) == ("x", "bare(a, b)", None)
    assert show(nested.target) == "bare(y, tuple(h, c))"
    assert isinstance(index, ast.Assign) and isinstance(index.target, ast.Index)
    assert isinstance(star, ast.Assign) and show(star.target) == "bare(a, *b)"
    assert isinstance(spread, ast.Assign) and show(spread.value) == "bare(*a, b)"


@pytest.mark.parametrize("op", "+ - * / // % ** @ & | ^ << >>".split())
def test_augmented_assignments(op: str) -> None:
    (statement,) = code(f"x {op}= y + 1")
    assert isinstance(statement, ast.Assign)
    assert (statement.op, show(statement.value)) == (op, "(y + 1)")


def test_an_underscore_is_a_name_on_the_left_and_a_hole_on_the_right() -> None:
    assign, loop = code("_, a = f(_)\nfor _ in x:\n    pass")
    assert isinstance(assign, ast.Assign) and isinstance(assign.target, ast.Tuple)
    assert isinstance(assign.target.items[0], ast.Name)
    assert isinstance(assign.value, ast.Call) and isinstance(assign.value.args[0].value, ast.Hole)
    assert isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)


def test_branches() -> None:
    (statement,) = code("if a:\n    x = 1\nelif b:\n    x = 2\nelif c: x = 3\nelse:\n    x = 4")
    tests, bodies = [], []
    branch: ast.Statement = statement
    while isinstance(branch, ast.If):
        tests.append(show(branch.test))
        (assign,) = branch.body
        assert isinstance(assign, ast.Assign)
        bodies.append(show(assign.value))
        (branch,) = branch.orelse
    assert isinstance(branch, ast.Assign)
    assert (tests, bodies, show(branch.value)) == (["a", "b", "c"], ["1", "2", "3"], "4")
    assert statement.span.text.startswith("if a:") and statement.span.text.endswith("x = 4")
    (inner,) = statement.orelse if isinstance(statement, ast.If) else ()
    assert inner.span.text.startswith("elif b:")


def test_loops() -> None:
    loop, pairs, single, repeat = code(
        "for i, (a, b) in zip(x, y):\n    if a:\n        break\n    continue\n"
        "for a, in x: pass\n"
        "for blocks[0] in x: pass\n"
        "while x.abs().sum() > 1:\n    x = x / 2"
    )
    assert isinstance(loop, ast.For) and isinstance(pairs, ast.For) and isinstance(single, ast.For)
    assert show(loop.target) == "bare(i, tuple(a, b))"
    assert [type(s) for s in loop.body] == [ast.If, ast.Continue]
    assert show(pairs.target) == "bare(a)"
    assert isinstance(repeat, ast.While) and show(repeat.test) == "(x.abs().sum() > 1)"


def test_returns() -> None:
    nothing, several, pipeline = code("return\nreturn x, *y\nreturn x\n    |> f\n    |> g")
    assert isinstance(nothing, ast.Return) and nothing.value is None
    assert isinstance(several, ast.Return) and show(several.value) == "bare(x, *y)"
    assert isinstance(pipeline, ast.Return) and show(pipeline.value) == "((x |> f) |> g)"


def test_an_expression_alone_and_a_text_in_the_middle() -> None:
    call, text = code("f(x)\n'only the first one is a docstring'")
    assert isinstance(call, ast.Evaluate) and isinstance(text, ast.Evaluate)


@pytest.mark.parametrize(
    "text",
    [
        "return x\n    |> f |> g(1)\n    |> h",
        "return x\n|> f |> g(1)\n|> h",
        "return x |> f\n\n        # a comment\n  |> g(1)  # another\n\n    |> h",
        "return (x |> f\n    |> g(1)\n|> h)",
        "return x |> f \\\n  |> g(1) |> h",
    ],
)
def test_a_line_that_begins_with_a_pipe_goes_on_with_the_line_above(text: str) -> None:
    (statement,) = code(text)
    assert isinstance(statement, ast.Return)
    assert show(statement.value) == "(((x |> f) |> g(1)) |> h)"


@pytest.mark.parametrize(
    "line",
    [
        "init = linear(2, 3)",
        "type = 3",
        "x = model(x)",
        "y = where(mask, a, b)",
        "param = x",
        "check = check + 1",
        "x = let * tie",
        "freeze, init = x",
        "module(x)",
        "init *= 2",
        "flops = memory",
        "x = rule.type[extern]",
        "where = [model for model in type]",
        "require(x)",
        "list = dict(a=1)",
        "x = list(y)",
        "import_ = as_",
    ],
)
def test_declaration_words_are_names_in_code(line: str) -> None:
    (statement,) = code(line)
    assert statement.span.text == line


def test_words_of_python_that_the_language_lacks_are_names() -> None:
    (statement,) = code("y = lambda * x + class(try, with=assert)")
    assert isinstance(statement, ast.Assign)
    assert show(statement.value) == "((lambda * x) + class(try, with=assert))"
