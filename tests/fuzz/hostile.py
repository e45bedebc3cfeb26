"""Specs that would keep a machine busy for ever, or fill it, if the compiler had no limits.

SPECS: by name, the text and the code of the first error that tells it; None where it is no mistake, only much.
"""

from __future__ import annotations


def _module(*lines: str) -> str:
    return "module M:\n" + "".join(f"    {line}\n" for line in lines)


def _lets(first: str, step: str, last: str, count: int = 60) -> str:
    """`let v0 = first`, then count times a value made of the one before, which `last` uses."""
    steps = [f"let v{i + 1} = {step.format(v=f'v{i}')}" for i in range(count)]
    return _module(f"let v0 = {first}", *steps, f"fc = Linear({last.format(v=f'v{count}')}, 3)")


def _function(*lines: str, signature: str = "x: [B, 4]") -> str:
    return f"def f({signature}):\n" + "".join(f"    {line}\n" for line in lines)


def _count(*lines: str) -> str:
    """A static function whose result is the size of a layer."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"def count() -> int:\n{body}\nmodel m = Linear(count(), 2)\n"


NUMBERS = {
    "a tower of powers": ("model m = Linear(9**9**9, 3)\n", "E0004"),
    "a power": ("model m = Linear(2**100000, 3)\n", "E0004"),
    "a product of powers": ("model m = Linear(10**5000 * 10**5000, 3)\n", "E0004"),
    "squares of squares": (_lets("10**100", "{v} * {v}", "{v}"), "E0004"),
    "a shift": ("model m = Linear(1 << 10**9, 3)\n", "E0004"),
    "a huge float": ("model m = Dropout(1e400)\n", "E0011"),
    "a power of floats": ("model m = Dropout(10.0**400)\n", "E0409"),
    "sizes that multiply": (
        _function(*["x = kron(x, x)"] * 60, "return x", signature="x: [4, 4]"),
        "E0004",
    ),
}

STRINGS = {
    "a repeated string": (_module('let s = "ab" * 10**9', "fc = Linear(3, 3)"), "E0002"),
    "doubled strings": (_lets('"ab"', "{v} + {v}", "len({v})"), "E0002"),
    "doubled f-strings": (_lets('"ab"', 'f"{{{v}}}{{{v}}}"', "len({v})"), "E0002"),
    "strings doubled in a loop": (_count('s = "ab"', "for i in range(60):", "    s = s + s", "return len(s)"), "E0002"),
    "a wide field": (_module('let s = f"{1:1000000000}"', "fc = Linear(3, 3)"), "E0002"),
    "many digits": (_module('let s = f"{1.5:.1000000000f}"', "fc = Linear(3, 3)"), "E0002"),
    "a wide format": (_module('let s = "{:1000000000}".format(1)', "fc = Linear(3, 3)"), "E0002"),
    "a replaced string": (_module('let s = ("a" * 100000).replace("a", "b" * 100000)', "fc = Linear(3, 3)"), "E0002"),
    "a joined string": (_module('let s = ("a" * 100000).join(["b"] * 100000)', "fc = Linear(3, 3)"), "E0002"),
}  # fmt: skip

LISTS = {
    "a repeated list": (_module("let s = [1] * 10**9", "fc = Linear(len(s), 3)"), "E0003"),
    "a list of repeated lists": (_module("let s = [[1] * 100000] * 100000", "fc = Linear(len(s), 3)"), "E0003"),
    "doubled lists": (_lets("[1]", "{v} + {v}", "len({v})"), "E0003"),
    "doubled tuples": (_lets("(1, 2)", "(*{v}, *{v})", "len({v})"), "E0003"),
    "nested tuples that are compared": (_lets("(1, 2)", "({v}, {v})", "3 if {v} == {v} else 4"), "E0003"),
    "lists doubled in a loop": (_count("s = [1]", "for i in range(60):", "    s += s", "return len(s)"), "E0003"),
    "a range": (_module("fc = Linear(len(range(10**9)), 3)"), "E0003"),
    "a range beyond 64 bits": (_module("fc = Linear(len(range(10**100)), 3)"), "E0003"),
    "a list of blocks": (_module("fc = [Linear(3, 3) for i in range(10**9)]"), "E0003"),
    "blocks by repetition": (_module("fc = [Linear(3, 3)] * 10**9"), "E0003"),
    "blocks by a loop": (_count("s = []", "for i in range(10**9):", "    s += [Linear(3, 3)]", "return len(s)"), "E0003"),
    "the layers of an encoder": ("model m = TransformerEncoder(TransformerEncoderLayer(8, 2), 10**9)\n", "E0003"),
    "the layers of an LSTM": ("model m = LSTM(4, 4, 10**9)\n", "E0003"),
    "the slices of a tensor": (_function("return cat(x.unbind(0), dim=0)", signature="x: [10**9, 4]"), None),
    "the parts of a tensor": (_function("return cat(x.split(1, dim=1), dim=1)", signature="x: [B, 10**9]"), None),
}  # fmt: skip

WORK = {
    "an image of nothing": ("module M:\n    conv = Conv2d(3, 8, 7)\n\n    def forward(x: [B, 3, 5, 0]):\n        return conv(x)\n", "E0304"),
    "loops in loops": (_count("n = 0", "for i in range(1000):", "    for j in range(1000):", "        n += j", "return n"), "E0005"),
    "comprehensions in comprehensions": (_module("let s = [i * j for i in range(1000) for j in range(1000)]", "fc = Linear(len(s), 3)"), "E0005"),
    "a loop without end": (_count("n = 1", "while n > 0:", "    n += 1", "return n"), "E0005"),
    "a long list searched often": (_count("s = [1] * 100000", "n = 0", "for i in range(90000):", "    n += 1 if 2 in s else 2", "return n"), "E0005"),
    "a long list added up often": (_count("s = [1] * 100000", "n = 0", "for i in range(90000):", "    n += sum(s)", "return n"), "E0005"),
    "a list that grows by one": (_count("s = []", "for i in range(90000):", "    s = [*s, i]", "return len(s)"), "E0005"),
    "many layers that differ": (_module("fc = [Linear(i + 3, i + 4) for i in range(100000)]"), "E0005"),
    "a module in itself": ("module M(n: int):\n    inner = M(n + 1)\n\nmodel m = M(1)\n", "E0421"),
    "a function in itself": ("def f(n: int) -> int:\n    return f(n + 1)\n\nmodel m = Linear(f(1), 2)\n", "E0421"),
    "functions in each other": ("def f(x):\n    return g(x) + g(x)\n\ndef g(x):\n    return f(x) + f(x)\n", "E0421"),
    "a type in itself": ("type A = (A, A)\n\ndef f(x: A):\n    return x\n", "E0219"),
    "types of types": ("".join(f"type T{i} = (T{i + 1}, T{i + 1})\n" for i in range(30)) + "type T30 = ([4], [4])\n\ndef f(x: T0):\n    return x\n", "E0005"),
    "sizes in sizes of types": ("".join(f"type T{i}(D) = T{i + 1}(D * D + D)\n" for i in range(30)) + "type T30(D) = (a: [D], b: [D])\n\ndef f(x: T0(N)):\n    return x\n", "E0005"),
}  # fmt: skip

SIZES = {
    "a power of a sum": (_function("return x.new_zeros((A + B + C + D) ** 40)", signature="x: [A, B, C, D]"), None),
    "floors of floors": (_function("n = H", *[f"n = (n + {i} * W) // {i % 7 + 2} + n % {i % 5 + 2}" for i in range(60)], "return x.new_zeros(n)", signature="x: [H, W]"), None),
    "products of themselves": (_function(*["x = kron(x, x)"] * 60, "return x", signature="x: [A, B]"), "E0005"),
    "a window after another": (_function(*[f"x = max_pool2d(x, {i % 3 + 2}, {i % 2 + 1}, 1)" for i in range(60)], "return x", signature="x: [B, C, H, W]"), None),
    "thousands of dimensions": (_function("return x", signature="x: [" + ", ".join(f"D{i}" for i in range(20000)) + "]"), "E0005"),
    "thousands of axes": (_function(*["x = x[None]"] * 5000, "return x", signature="x: [A]"), "E0005"),
    "a hundred choices": ("module M(" + ", ".join(f"b{i}: bool = True" for i in range(100)) + "):\n    fc = Linear(3, 3)\n    def forward(x: [B, 3]):\n" + "".join(f"        if b{i}:\n            x = fc(x)\n" for i in range(100)) + "        return x\n", None),
    "branches after branches": (_function(*[line for i in range(100) for line in (f"if x.sum() > {i}:", "    x = x + 1", "else:", "    x = x * 2")], "return x"), None),
}  # fmt: skip

TEXTS = {
    "a long name": ("module M:\n    n = " + "u" * 500_000 + "(1)\n", "E0201"),
    "many unknown names in a string": ('module M:\n    let s = f"' + "{x}" * 30_000 + '"\n', "E0201"),
    "a long name of other letters": ("\N{LATIN SMALL LETTER E WITH ACUTE}" * 200_000, "E0111"),
    "a long tab": ("\t" * 200_000 + "x", "E0107"),
    "many comments that silence": ("# nnspec: ignore[W0201]\n" * 20_000 + "module M:\n    a = Linear(3, 3)\n", None),
}  # fmt: skip

SPECS: dict[str, tuple[str, str | None]] = {
    **NUMBERS, **STRINGS, **LISTS, **WORK, **SIZES, **TEXTS,
}  # fmt: skip
