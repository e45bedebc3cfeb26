"""Texts of strangers: every limit is a diagnostic, soon."""

from __future__ import annotations

import time

import pytest

from nnspec.source import MOST_CHARACTERS
from nnspec.syntax.depth import MAX_DEPTH
from nnspec.syntax.lexer import MAX_BLOCKS, MAX_BRACKETS
from tests.unit.parser_text import parsed, tree

SECONDS = 2.0

BOMBS = {
    "brackets": "module A:\n    x = " + "[" * 100_000,
    "closed brackets": "model x = " + "(" * 5000 + "1" + ")" * 5000,
    "calls": "model x = " + "f(" * 5000 + ")" * 5000,
    "braces": "model x = " + "{1: " * 3000 + "}" * 3000,
    "signs": "model x = " + "-" * 90_000 + "1",
    "nots": "model x = " + "not " * 50_000 + "1",
    "sum": "model x = " + "+".join("a" * 40_000),
    "powers": "model x = " + "**".join("a" * 40_000),
    "pipeline": "model x = a" + " |> f" * 40_000,
    "attributes": "model x = a" + ".b" * 40_000,
    "indexes": "model x = a" + "[0]" * 25_000,
    "conditionals": "model x = " + "a if b else " * 20_000 + "c",
    "optionals": "type T = int" + "?" * 90_000,
    "blocks": "def f(x):\n" + "".join(" " * i + "if x:\n" for i in range(1, 800)),
    "branches": "def f(x):\n    if x:\n        pass\n" + "    elif x:\n        pass\n" * 8_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_nesting_has_a_limit(name: str) -> None:
    start = time.process_time()
    result = parsed(BOMBS[name])
    assert time.process_time() - start < SECONDS
    assert [d.code for d in result.diagnostics] == ["E0010"]


FLOODS = {
    "quotes": '"' * 300_001,
    "opening quotes": "x = '" * 100_000,
    "triple quotes": '"""' * 99_999,
    "backslashes": "\\" * 300_000,
    "backslash lines": "\\\n" * 150_000 + "$",
    "blanks": "x" + " " * 500_000 + "$",
    "blank lines": "\n" * 500_000 + "$",
    "hashes": "#" * 500_000,
    "comments": "#\n" * 250_000 + "$",
    "indentations": "".join(" " * (i % 50) + "a = 1\n" for i in range(30_000)),
    "dots": "." * 300_000,
    "colons": ":" * 300_000,
    "closing brackets": ")" * 300_000,
    "mixed brackets": "([{" * 60 + ")" * 100_000,
    "zeros": "0" * 500_000,
    "digits": "x = 1" + "_1" * 200_000,
    "exponents": "e1" * 200_000,
    "letters": "a" * 500_000,
    "foreign letters": "é " * 200_000,
    "semicolons": "a;" * 200_000,
    "pipes": "|> " * 150_000,
    "f-string braces": 'model x = f"' + "{" * 90_001 + '"',
    "f-string fields": 'model x = f"' + "{a}" * 20_000 + '"',
    "escapes": 'model x = "' + "\\q" * 45_000 + '"',
    "unclosed brackets": "a = (\n" * 100_000,
    "unclosed defs": "def f(x: [B\n    return x\n" * 20_000,
    "wheres": "def f(x) -> [B] " + "where " * 90_000,
    "lists of facts": "def f(x) -> [B] where " + "a,\n" * 45_000,
    "tie lines": "module A:\n" + "    tie a.b\n" * 40_000,
    "headers": "module A:\n" * 60_000,
    "words": "if else for while " * 30_000,
    "control characters": "\x00\x01\x02" * 100_000,
    "surrogates": "\ud800" * 100_000,
    "carriage returns": "x = 1\r" * 100_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_no_text_takes_long(name: str) -> None:
    start = time.process_time()
    result = parsed(FLOODS[name])
    assert time.process_time() - start < SECONDS
    assert len(result.diagnostics) <= 20
    assert (result.diagnostics == ()) == (name in ("hashes", "f-string fields", "escapes"))


def test_a_file_has_a_limit() -> None:
    text = "# a line\n" * 6_000_000
    start = time.process_time()
    (diagnostic,) = parsed(text).diagnostics
    assert time.process_time() - start < 0.1
    assert diagnostic.code == "E0001"
    assert parsed("#" * MOST_CHARACTERS).diagnostics == ()


@pytest.mark.parametrize(
    "text",
    ["model x = " + "+".join("a" * 490_000), "model x = [" + "0,\n" * 300_000, "x = 1\n" * 160_000],
)
def test_words_have_a_limit(text: str) -> None:
    start = time.process_time()
    codes = [d.code for d in parsed(text).diagnostics]
    assert time.process_time() - start < SECONDS
    assert codes == ["E0001"]


@pytest.mark.parametrize("text", ["9" * 5000, "0x" + "f" * 5000, "1e999", "1" + "_0" * 4000])
def test_numbers_have_a_limit(text: str) -> None:
    (diagnostic,) = parsed(f"model m = {text}\n").diagnostics
    assert diagnostic.code == "E0011"


def test_strings_have_a_limit() -> None:
    (diagnostic,) = parsed('model m = "' + "a" * 200_000 + '"\n').diagnostics
    assert diagnostic.code == "E0011"


def test_what_people_write_is_far_from_the_limits() -> None:
    tree("model m = " + "(" * 50 + "1" + ")" * 50)
    tree("model m = x" + " |> f(1)" * (MAX_DEPTH // 2))
    tree("model m = [" + ", ".join(str(i) for i in range(5000)) + "]")
    tree("def f(x):\n" + "".join(" " * i + "if x:\n" for i in range(1, 40)) + " " * 40 + "pass\n")
    assert MAX_BRACKETS >= 200 and MAX_BLOCKS >= 50
