"""Mistakes: each has one message, at its place, and the rest of the file is read."""

from __future__ import annotations

import pytest

from nnspec.syntax import ast
from tests.unit.parser_text import parsed

# Lines of a def, with the code of the one mistake in them and what it points to.
IN_CODE = [
    ("if x > 3\n    return x", "E0102", ""),
    ("while x.sum() > 1\n    x = x / 2", "E0102", ""),
    ("for i in range(3)\n    x = x / 2", "E0102", ""),
    ("if x:\n    y = 1\nelse\n    y = 2", "E0102", ""),
    ("if x return y", "E0102", ""),
    ("if x = 3:\n    return x", "E0115", "="),
    ("if (n := 3) > 2:\n    return x", "E0115", ":="),
    ("f = lambda x: x + 1", "E0114", "lambda"),
    ("g(lambda: 3)", "E0114", "lambda"),
    ("assert x > 3", "E0113", "assert"),
    ("assert(x > 3)", "E0113", "assert"),
    ("try:\n    x = 3", "E0113", "try"),
    ("with no_grad():\n    x = 3", "E0113", "with"),
    ("del x", "E0113", "del"),
    ("global x", "E0113", "global"),
    ("raise ValueError('x')", "E0113", "raise"),
    ("yield x", "E0113", "yield"),
    ("y = await f(x)", "E0113", "await"),
    ("import torch", "E0113", "import"),
    ("@torch.no_grad()", "E0113", "@"),
    ("class A(Module):\n    x = 3", "E0113", "class"),
    ("self.x = fc(x)", "E0117", "self.x"),
    ("x = y = fc(x)", "E0117", "y"),
    ("3 = x", "E0117", "3"),
    ("f(x) = 3", "E0117", "f(x)"),
    ("x, y += 3", "E0117", "x, y"),
    ("x: [B] = fc(x)", "E0118", "x: [B]"),
    ("x: int", "E0118", "x: int"),
    ("x++", "E0116", "++"),
    ("y = a && b", "E0116", "&&"),
    ("y = a || b", "E0116", "||"),
    ("y = !a", "E0116", "!"),
    ("y = a === b", "E0116", "==="),
    ("y = a <> b", "E0116", "<>"),
    ("for i in x:\n    pass\nelse:\n    y = 2", "E0121", "else"),
    ("y = 2\nelse:\n    y = 3", "E0121", "else"),
    ("elif x:\n    y = 3", "E0121", "elif"),
    ("if x:\n    y = 1\nelse if z:\n    y = 2", "E0101", "else if"),
    ("y = x if n", "E0122", ""),
    ("y = f(x if n)", "E0122", ""),
    ("return x |> fc + 1", "E0127", "+"),
    ("return x |> f(y) ** 2", "E0127", "**"),
    ("y = x |> 3", "E0127", "3"),
    ("y = x |> (a + b)", "E0127", "a + b"),
    ("y = {1, 2}", "E0119", "{1, 2}"),
    ("y = {a for a in b}", "E0119", "{a for a in b}"),
    ("y = net.2(x)", "E0101", ".2"),
    ("y = foo(a b)", "E0101", "b"),
    ("y = ", "E0101", ""),
    ("y = x +", "E0101", ""),
    ("y = x if a else", "E0101", ""),
    ("for y in :\n    pass", "E0101", ":"),
    ("return not", "E0101", ""),
    ("y = (*x)", "E0101", "*x"),
    ("print x", "E0101", "x"),
    ("y = foo(x, 3\nz = 4", "E0103", "("),
    ("y = [1, 2\nz = bar(3)", "E0103", "["),
    ("y = foo(x[1)", "E0103", "["),
    ("y = x)", "E0104", ")"),
    ("y = (x]", "E0104", "]"),
    ("y = 'abc", "E0105", "'abc"),
    ("y = foo('abc)", "E0105", "'abc)"),
    ("y = $x", "E0106", "$"),
    ("y = x \\ 3", "E0106", "\\"),
    ("y = “abc”", "E0106", "“"),
    ("y = x − 3", "E0106", "−"),
    ("y = x\u00a0+ 3", "E0106", "\u00a0"),
    ("y = b'abc'", "E0106", "b"),
    ("naïve = 3", "E0111", "naïve"),
    ("y = f(größe=3)", "E0111", "größe"),
    ("for = 3", "E0112", "for"),
    ("y = foo(for=3)", "E0112", "for"),
    ("y = x.in", "E0112", "in"),
    ("let y = 3", "E0120", "let"),
    ("param w: [2] = ones", "E0120", "param"),
    ("def g(x):\n    return x", "E0120", "def"),
    ("y = 12abc", "E0124", "12abc"),
    ("y = 3j", "E0124", "3j"),
    ("y = 007", "E0124", "007"),
    ("y = 1__0", "E0124", "1__0"),
    ("y = 0x", "E0124", "0x"),
    (r"y = '\x1'", "E0125", r"\x"),
    (r"y = '\ud800'", "E0125", r"\ud800"),
    ("y = f'{x!r}'", "E0126", "!"),
    ("y = f'{x=}'", "E0126", "="),
    ("y = f'{x'", "E0126", "{"),
    ("y = f'x}'", "E0126", "}"),
    ("y = f'{}'", "E0126", "{}"),
    ("y = f'{x:{w}}'", "E0126", "{"),
    ("y = f'{a b}'", "E0101", "b"),
    ("y = x?", "E0128", "?"),
    ("y = list[int]", "E0128", "list[int]"),
    ("f(a=1, 2)", "E0129", "2"),
    ("f(a=1, a=2)", "E0129", "a=2"),
    ("y = x;", "E0132", ";"),
    ("y = 1; z = 2", "E0132", ";"),
    ("y = x\n    + 3", "E0109", "            "),
]

# Lines of the body of a module.
IN_MODULES = [
    ("self.fc2 = Linear(3, 4)", "E0117", "self.fc2"),
    ("super().__init__()", "E0120", "super"),
    ("layers.append(Linear(2, 3))", "E0120", "layers"),
    ("for i in range(3):\n    x = 3", "E0120", "for"),
    ("if n > 3:\n    x = Linear(2, 3)\nelse:\n    x = 3", "E0120", "if"),
    ("return x", "E0120", "return"),
    ("'a text'", "E0120", "'a text'"),
    ("module N:\n    a = Linear(2, 3)", "E0120", "module"),
    ("a, b = foo()", "E0117", "a,"),
    ("let f(x) = 3", "E0117", "f(x)"),
    ("x: int = 3", "E0118", "x"),
    ("parm w: [2] = ones", "E0136", "parm"),
    ("param w [2] = ones", "E0101", "["),
    ("init Linear.weight normal", "E0101", "normal"),
    ("init net[0].weight = normal", "E0101", "["),
    ("tie a.weight", "E0101", ""),
    ("let x", "E0101", ""),
    ("fc2 Linear(2, 3)", "E0101", "Linear"),
    ("* = 3", "E0101", "="),
    ("require n = 3", "E0115", "="),
    ("in = Linear(2, 3)", "E0112", "in"),
    ("def if(x):\n    return x", "E0112", "if"),
    ("def (x):\n    return x", "E0101", "("),
    ("def forward:\n    return x", "E0123", ""),
    ("def forward(x: [B])\n    return x", "E0102", ""),
    ("def forward(x: [B]) -> :\n    return x", "E0101", ":"),
    ("def forward(x: [B, 2):\n    return x", "E0103", "["),
    ("def forward(x: [B, 2]:\n    return x", "E0103", "("),
    ("def forward(x: [B] -> [B]:\n    return x", "E0103", "("),
    ("def forward(x,, y):\n    return x", "E0101", ","),
    ("def forward(**kw):\n    return x", "E0133", "**kw"),
    ("def forward(*, x, *, y):\n    return x", "E0133", "*"),
    ("def forward(x) -> [B] where B = 3:\n    return x", "E0115", "="),
    ("def forward(x):", "E0110", "def forward(x):"),
    ("fd = Linear(2, 3", "E0103", "("),
    ("fd = Linear(2 3)", "E0101", "3"),
    ("fd = Linear(2, 3) if n", "E0122", ""),
    ("fd = Sequential(\n    Linear(2, 3),\n    ReLU()", "E0103", "("),
    ("fd = Sequential(\n    Linear(2, 3)\n    ReLU()\n)", "E0101", "ReLU"),
]

# Whole files.
FILES = [
    ("class Net(nn.Module):\n    def __init__(self):\n        self.fc = 3\n", "E0113", "class"),
    ("import torch\n", "E0113", "import"),
    ("from torch import nn\n", "E0130", "torch"),
    ("from . import a\n", "E0130", "."),
    ("from .b import *\n", "E0130", "*"),
    ("from .b import\n", "E0101", ""),
    ("from .c import (a, b\n\nmodule A:\n    pass\n", "E0103", "("),
    ("modul A:\n    fc = Linear(2, 3)\n", "E0136", "modul"),
    ("modle a = Linear(2, 3)\n", "E0136", "modle"),
    ("3\n", "E0136", "3"),
    ("fc = Linear(2, 3)\n", "E0120", "fc ="),
    ("for i in range(3):\n    x = 3\n", "E0120", "for"),
    ("param w: [3]\n", "E0120", "param"),
    ("module A\n    fc = 3\n", "E0102", ""),
    ("module:\n    fc = 3\n", "E0101", ":"),
    ("module A(n: int:\n    fc = 3\n", "E0103", "("),
    ("module A(n int):\n    fc = 3\n", "E0101", "int"),
    ("module for:\n    fc = 3\n", "E0112", "for"),
    ("module A:\nmodule B:\n    fc = 3\n", "E0110", "module A:"),
    ("module A:\n    # nothing\n", "E0110", "module A:"),
    ("model x = \n", "E0101", ""),
    ("model x Linear(2, 3)\n", "E0101", "Linear"),
    ("model = Linear(2, 3)\n", "E0101", "="),
    ("model x = Net()\n    init Linear.weight = zeros\n", "E0102", ""),
    ("model x = Net():\n    fc = Linear(2, 3)\n", "E0120", "fc = Linear(2, 3)"),
    ("type A = \n", "E0101", ""),
    ("type A = (int, ..., str)\n", "E0134", "..."),
    ("check A:\n    params = 3\n", "E0115", "="),
    ("check A:\n    parms == 3\n", "E0131", "parms"),
    ("check A:\n    flops < 3\n", "E0131", "flops"),
    ("check A:\n    foo\n", "E0131", "foo"),
    ("check A:\n    fails E0301\n", "E0131", "E0301"),
    ("check A:\n    forward([B]) - [B]\n", "E0101", "-"),
    ("check A:\n    forward([B] -> [B]\n    params == 3\n", "E0103", "("),
    ("check A:\n    forward(([B], n + 1))\n", "E0134", "n + 1"),
    ("check A\n    params == 3\n", "E0102", ""),
    ("check A:\n", "E0110", "check A:"),
    ("extern def f(x: [*N]) -> [*N]\n", "E0101", ""),
    ("extern A\n", "E0101", "A"),
    ("extern module A(n: int) from torch.nn\n    param w: [n]\n", "E0102", ""),
    ("module A:\n    fc = 3\n  fd = 4\n", "E0108", "  "),
    ("module A:\n    fc = 3\n      fd = 4\n    fe = 5\n", "E0109", "      "),
    ("  module A:\n    fc = 3\n", "E0109", "  "),
    ("module A:\n    fc = 3\n    '''abc\n", "E0105", "'''"),
    ("\x00", "E0106", "\x00"),
]


def check_one(text: str, code: str, place: str) -> None:
    diagnostics = parsed(text).diagnostics
    assert [(d.code, d.span.text) for d in diagnostics] == [(code, place)], [
        (d.code, d.message) for d in diagnostics
    ]
    assert all(label.span.source.text == text for label in diagnostics[0].labels)


@pytest.mark.parametrize(("lines", "code", "place"), IN_CODE)
def test_in_code(lines: str, code: str, place: str) -> None:
    body = lines.replace("\n", "\n        ")
    text = (
        f"module M:\n    def f(x):\n        {body}\n        return x\n\nmodule After:\n    pass\n"
    )
    check_one(text, code, place)
    assert names(text) == ["M", "After"]


@pytest.mark.parametrize(("lines", "code", "place"), IN_MODULES)
def test_in_modules(lines: str, code: str, place: str) -> None:
    body = lines.replace("\n", "\n    ")
    text = f"module M:\n    first = Linear(1, 2)\n    {body}\n    last = ReLU()\n\nmodule After:\n    pass\n"
    check_one(text, code, place)
    assert names(text) == ["M", "After"]
    module = parsed(text).file.declarations[0]
    assert isinstance(module, ast.Module)
    members = [m.name for m in module.body if isinstance(m, ast.Submodule)]
    assert members[0] == "first" and members[-1] == "last"


@pytest.mark.parametrize(("text", "code", "place"), FILES)
def test_whole_files(text: str, code: str, place: str) -> None:
    check_one(text, code, place)


def names(text: str) -> list[str]:
    return [str(getattr(d, "name", "")) for d in parsed(text).file.declarations]


# --- several mistakes ----------------------------------------------------------------------------


def test_every_mistake_of_a_file_has_its_message() -> None:
    result = parsed(
        "module A\n"
        "    fc = Linear(2 3)\n"
        "    def forward(x: [B]) -> [B]\n"
        "        y = x +\n"
        "        if y = 3:\n"
        "            return y;\n"
        "        return fc(x\n"
        "\n"
        "modle b = A()\n"
        "check b:\n"
        "    params = 3\n"
    )
    found = [(d.code, d.span.line) for d in result.diagnostics]
    assert found == [
        ("E0102", 1),
        ("E0101", 2),
        ("E0102", 3),
        ("E0101", 4),
        ("E0115", 5),
        ("E0132", 6),
        ("E0103", 7),
        ("E0136", 9),
        ("E0115", 11),
    ]


def test_there_are_at_most_twenty_messages() -> None:
    result = parsed("module A:\n" + "    fc = = 3\n" * 50)
    assert len(result.diagnostics) == 20
    assert [d.span.line for d in result.diagnostics] == list(range(2, 22))


def test_a_name_that_cannot_be_one_is_reported_where_it_is_declared() -> None:
    result = parsed("module M:\n    in = ReLU()\n    def f(x):\n        return x |> in\n")
    assert [d.code for d in result.diagnostics] == ["E0112"]
    result = parsed("def f(é):\n    return é + é\n")
    assert [d.code for d in result.diagnostics] == ["E0111"]


# --- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("module M\n    a = b\n", "expected `:` after the module's header"),
        ("def f(x)\n    return x\n", "expected `:` after the def's header"),
        ("model m = f(\n", "this `(` is never closed"),
        ("model m = f(a, )b\n", "expected an operator or the end of the line after `)`, found `b`"),
        ("module M:\n    let a b\n", "expected an operator or `=` after `a`, found `b`"),
        ("def f(x -> [B]):\n    return x\n", "this `(` is never closed"),
        ("def f(x: ) -> [B]:\n    return x\n", "expected a type after `:`, found `)`"),
        ("extern f\n", "expected `module` or `def` after `extern`, found `f`"),
        (
            "module M:\n    tie a.b = \n",
            "expected a path such as `h.*.weight` after `=`, found the end of the line",
        ),
        ("model m = f'{a'\n", "this `{` of the f-string is never closed"),
    ],
)
def test_messages_speak_of_the_language(text: str, message: str) -> None:
    assert parsed(text).diagnostics[0].message == message


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("module M\n    a = b\n", "module M:\n    a = b\n"),
        ("model m = f(a && !b)\n", "model m = f(a and not b)\n"),
        ("def f(x):\n    x++\n", "def f(x):\n    x += 1\n"),
        ("def f(x):\n    return x;\n", "def f(x):\n    return x\n"),
        ("def f(x):\n    let y = x\n", "def f(x):\n    y = x\n"),
        ("def f(x):\n    y: [B] = x\n", "def f(x):\n    y = x\n"),
        ("def f(x):\n    return net.2(x)\n", "def f(x):\n    return net[2](x)\n"),
        ("def f(x) → [B]:\n    return x\n", "def f(x) -> [B]:\n    return x\n"),
        ("module M:\n    self.a = b\n", "module M:\n    a = b\n"),
        ("def f:\n    return 1\n", "def f():\n    return 1\n"),
        ("model m = u'a'\n", "model m = 'a'\n"),
    ],
)
def test_fixes_mend(text: str, mended: str) -> None:
    edits = [e for d in parsed(text).diagnostics if d.fix is not None for e in d.fix.edits]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert text == mended
    assert parsed(mended).diagnostics == ()
