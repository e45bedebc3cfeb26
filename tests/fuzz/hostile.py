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


def _chain(count: int, each: str, last: str) -> str:
    """Declarations of which each names the next one."""
    return "".join(each.format(i=i, next=i + 1) for i in range(count)) + last


def _nest(count: int, line: str, last: str, signature: str = "x: [B, 4], n: int") -> str:
    """Blocks in blocks."""
    lines = ["    " * i + line.format(i=i) for i in range(count)]
    return _function(*lines, "    " * count + last, "return x", signature=signature)


def _names(count: int, line: str) -> str:
    return _function(*[line.format(i=i) for i in range(count)], "return x")


MANY = {
    "many unknown names": (_names(12000, "x = x + nam{i}"), "E0201"),
    "many unknown names beside many": (_module(*[f"layer_number_{i} = Linear(4, 4)" for i in range(1500)], "def forward(x: [B, 4]):", *[f"    x = layer_numbr_{i}(x)" for i in range(1500)], "    return x"), "E0201"),
    "many unknown functions of torch": (_names(5000, "x = torch.reluu{i}(x)"), "E0212"),
    "many unknown arguments": ("".join(f"model m{i} = Linear(in_featurs{i}=3, out_features=4)\n" for i in range(5000)), "E0404"),
    "many members that nobody uses": (_module(*[f"fc{i} = Linear(3, 3)" for i in range(6000)], "def forward(x: [B, 3]):", "    return x"), None),
    "many parameters": (_module(*[f"param p{i}: [3, {i + 1}] = randn" for i in range(9000)]), None),
    "many lines that initialise": (_module("fc = Linear(3, 3)", *["init *.weight = zeros"] * 12000, "def forward(x: [B, 3]):", "    return fc(x)"), None),
    "many ties": (_module("fcs = [Linear(3, 3) for _ in range(2000)]", *[f"tie fcs.{i}.weight = fcs.{i + 1}.weight" for i in range(1999)], "def forward(x: [B, 3]):", "    for f in fcs:", "        x = f(x)", "    return x"), None),
    "many stars in paths": (_module("fcs = [[Linear(3, 3) for _ in range(30)] for _ in range(30)]", *["init *.*.*.*.*.*.* = zeros"] * 1000), "E0005"),
    "many hyperparameters": ("module M(" + ", ".join(f"h{i}: int = 4" for i in range(1500)) + "):\n" + "".join(f"    fc{i} = Linear(h{i}, h{(i + 1) % 1500})\n" for i in range(1500)), "E0005"),
    "many facts": (f"def f(x: [A, B, C, D]) where {', '.join(f'A * {i + 2} + B * {i + 3} >= C * {i + 1} - D' for i in range(800))}:\n    return x\n", "E0005"),
    "many facts of powers": (f"def f(x: [A, B, C]) where {', '.join(f'A * B ** {i % 7 + 1} % (C + {i}) == 0' for i in range(300))}:\n    return x\n", "E0005"),
    "many doubts": (_function(*[f"y{i} = x + z{i}" for i in range(200)], "return x", signature="x: [B], " + ", ".join(f"z{i}: [C{i}]" for i in range(200))), None),
    "many checks that fail": ("model m = Linear(3, 4)\n" + "\ncheck m:\n    params == 17\n" * 9000, "E0602"),
    "many arguments that may be None": ("def f(" + ", ".join(f"a{i}: [B]?" for i in range(25)) + "):\n    return a0\n\ncheck f:\n    f(" + ", ".join(["[B]?"] * 25) + ")\n", "E0005"),
    "many locals that have no value": ("def f(x: [B]):\n    if x.sum() > 1:\n" + "".join(f"        y{i} = x\n" for i in range(5000)) + "".join(f"    x = x + y{i}\n" for i in range(5000)) + "    return x\n", "E0209"),
    "many codes that silence": ("# nnspec: ignore[" + ", ".join(f"W{i:04}" for i in range(60_000)) + "]\n", None),
    "many attributes that there are not": (_function(*["x + x.nothing"] * 6000, "return x"), "E0427"),
    "many views that do not fit": (_function(*["x.view(3, 7)"] * 3000, "return x"), "E0306"),
    "many modules with a mistake": (_chain(1500, "module M{i}(n: int, m: int = n / 2):\n    fc = Linear(3, 4)\n\n", ""), "E0405"),
    "many types that name the next": (_chain(3000, "type T{i}(D) = (a: T{next}(D), b: [D])\n", "type T3000(D) = (a: [D], b: [D])\n"), None),
    "many imports": ("from .a import " + ", ".join(f"b{i}" for i in range(40_000)) + "\n", "E0230"),
}  # fmt: skip

DEEP = {
    "defs that call the next one twice": (_chain(50, "def f{i}(x):\n    return f{next}(x) + f{next}(x)\n\n", "def f50(x):\n    return x\n"), "E0005"),
    "static defs that call the next one twice": (_chain(40, "def f{i}(n: int) -> int:\n    return f{next}(n + 1) + f{next}(n + 2)\n\n", "def f40(n: int) -> int:\n    return n\n\nmodel m = Linear(f0(1), 2)\n"), None),
    "modules that hold the next one twice": (_chain(50, "module M{i}:\n    a = M{next}()\n    b = M{next}()\n\n    def forward(x: [B, 4]):\n        return b(a(x))\n\n", "module M50:\n    a = Linear(4, 4)\n\n    def forward(x: [B, 4]):\n        return a(x)\n"), None),
    "modules that hold two of the next one": (_chain(50, "module M{i}(n: int):\n    a = M{next}(n + 1)\n    b = M{next}(n + 2)\n\n    def forward(x: [B, 4]):\n        return b(a(x))\n\n", "module M50(n: int):\n    a = Linear(4, 4)\n\n    def forward(x: [B, 4]):\n        return a(x)\n\nmodel m = M0(1)\n"), "E0005"),
    "sequences of sequences": ("def deep(n: int) -> layer:\n    s = Linear(3, 3)\n    for i in range(n):\n        s = Sequential(s, s)\n    return s\n\nmodel m = deep(50)\n\ncheck m:\n    params == 12\n", None),
    "loops of unknown length in loops": (_nest(18, "for i{i} in range(n):", "x = x + 1"), "E0005"),
    "loops of unknown length that change shapes": (_nest(18, "for i{i} in range(n):", "x = cat([x, x], 1)"), "E0005"),
    "loops that the data decide in loops": (_nest(18, "while x.sum() > {i}:", "x = cat([x, x])", "x: [B, 4]"), "E0311"),
    "branches in branches": (_nest(50, "if x.sum() > {i}:", "x = cat([x, x])", "x: [B, 4]"), "E0310"),
    "types that are others": (_chain(40, "type T{i} = T{next} | T{next}\n", "type T40 = [4]\n\ndef f(x: T0):\n    return x\n"), "E0005"),
    "a hundred thousand brackets": ("[" * 100_000, "E0010"),
    "brackets of several kinds": ("([{" * 33_000, "E0010"),
    "signs before signs": ("model m = Linear(" + "-" * 90_000 + "1, 2)\n", "E0010"),
    "powers of powers": ("model m = Linear(" + "2**" * 45_000 + "1, 2)\n", "E0010"),
    "calls of calls": ("model m = a" + "()" * 49_000 + "\n", "E0010"),
    "a long pipeline": (_function("return x" + " |> relu" * 40_000), "E0010"),
    "a long chain of comparisons": (_function("return x" + " < x" * 45_000), "E0430"),
    "conditions in conditions": ("model m = Linear(" + "1 if True else " * 24_000 + "1, 2)\n", "E0010"),
    "fields in fields": ('module M:\n    let s = f"' + "{x[" * 10_000 + '"\n', "E0126"),
    "a pattern of many axes": (_function('return rearrange(x, "' + " ".join(f"a{i}" for i in range(3000)) + " -> " + " ".join(f"a{i}" for i in reversed(range(3000))) + '")'), "E0309"),
    "groups in groups of a pattern": (_function('return rearrange(x, "' + "(" * 5000 + "b" + ")" * 5000 + ' c -> b c")'), "E0309"),
    "a long equation": (_function('return einsum("' + "a" * 90_000 + '->a", x)'), "E0309"),
    "an equation of many operands": (_function('return einsum("' + ",".join(["ab"] * 3000) + '->ab", ' + ", ".join(["x"] * 3000) + ")"), None),
    "parts of parts": (_function("a = x.split(1, dim=1)", *["b = [*a, *a]", "c = stack(b)"] * 20, "return c", signature="x: [B, 50000]"), "E0005"),
    "a line of characters that mislead": ("\N{RIGHTWARDS ARROW}" * 90_000, "E0106"),
    "a line with a mistake at its end": ("model m = Linear(3, foo) # " + "z" * 900_000 + "\n", "E0201"),
    "a string copied often": (_count('s = "ab" * 45000', "n = 0", "for i in range(90000):", "    n += len(s[::-1])", "return n"), "E0005"),
}  # fmt: skip

SPECS: dict[str, tuple[str, str | None]] = {
    **NUMBERS, **STRINGS, **LISTS, **WORK, **SIZES, **TEXTS, **MANY, **DEEP,
}  # fmt: skip
