"""Questions of the kinds that models raise: convolutions, pools, reshapes, attention, patches, U-nets."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.fuzz.dim_questions import Question


def conv(
    size: str, kernel: object, stride: object = 1, padding: object = 0, dilation: object = 1
) -> str:
    """torch's output size of a convolution or pool, as it stands in the documentation."""
    return f"({size} + 2*{padding} - {dilation}*({kernel} - 1) - 1)//{stride} + 1"


def transposed(
    size: str, kernel: object, stride: object, padding: object = 0, extra: object = 0
) -> str:
    """torch's output size of a transposed convolution."""
    return f"(({size}) - 1)*{stride} - 2*{padding} + ({kernel} - 1) + {extra} + 1"


def conv_chain(random: Random) -> Question:
    """A stack of strided layers against one floor, or against another stack."""
    size, other, scale = "h", "h", 1
    for _ in range(random.randint(1, 4)):
        kernel, stride = random.choice(
            [(3, 2), (2, 2), (4, 2), (1, 1), (3, 1), (5, 2), (7, 2), (4, 4)]
        )
        padding = random.choice([0, kernel // 2, 1])
        size = f"({conv(size, kernel, stride, padding)})"
        if random.random() < 0.5:
            kernel, padding = kernel + 2, padding + 1
        other = f"({conv(other, kernel, stride, padding)})"
        scale *= stride
    right = random.choice([other, other, f"h//{scale}", f"(h - 1)//{scale} + 1", f"{other} + 1"])
    facts = random.choice([[], ["h >= 64"], [f"h % {scale} == 0"], [f"h % {2 * scale} == 0"]])
    return Question(size, right, ["h"], facts)


def same_padding(random: Random) -> Question:
    """Layers that are meant to keep the size."""
    left, symbols, facts = random.choice(
        [
            (conv("t", "k", 1, "(k//2)"), ["t", "k"], ["k % 2 == 1"]),
            (conv("t", "k", 1, "(k//2)"), ["t", "k"], []),
            (conv("t", "(2*r + 1)", 1, "r"), ["t", "r"], []),
            (conv("t", "k", 1, "(d*(k - 1)//2)", "d"), ["t", "k", "d"], ["k % 2 == 1"]),
            (conv("t", "k", 1, "(d*(k - 1)//2)", "d"), ["t", "k", "d"], ["d % 2 == 0"]),
            (conv("t", "k", 1, "(d*(k//2))", "d"), ["t", "k", "d"], ["k % 2 == 0"]),
            ("t + (k - 1)*d - d*(k - 1)", ["t", "k", "d"], []),
            ("(t + (k - 1)*d) - (d*(k - 1) + 1) + 1", ["t", "k", "d"], []),
            ("t - (k - 1)", ["t", "k"], ["k >= 2"]),
        ]
    )
    return Question(left, random.choice(["t", "t", "t + 1", "t - 1"]), symbols, facts)


def strides(random: Random) -> Question:
    """Symbolic strides and kernels."""
    return Question(
        *random.choice(
            [
                (conv("h", "k", "s", "p"), "(h + 2*p - k)//s + 1", ["h", "k", "s", "p"], []),
                (conv("h", 3, "s", 1), "(h - 1)//s + 1", ["h", "s"], []),
                (conv("h", 3, "s", 1), "-(-h//s)", ["h", "s"], []),
                (conv("h", 3, "s", 1), "ceil(h/s)", ["h", "s"], []),
                (conv("h", "s", "s"), "h//s", ["h", "s"], []),
                (
                    f"({conv('h', 's', 's')})*s",
                    "h",
                    ["h", "s"],
                    random.choice([[], ["h % s == 0"]]),
                ),
                (f"(({conv('h', 1, 's')}) - 1)//r + 1", "(h - 1)//(s*r) + 1", ["h", "s", "r"], []),
                ("(h//s)//r", "(h//r)//s", ["h", "s", "r"], []),
                (
                    conv(transposed("h", "k", "s", "p"), "k", "s", "p"),
                    "h",
                    ["h", "k", "s", "p"],
                    [],
                ),
                (transposed("h", "s", "s"), "h*s", ["h", "s"], []),
                (
                    transposed("h//s", "s", "s"),
                    "h",
                    ["h", "s"],
                    random.choice([[], ["h % s == 0"]]),
                ),
                (conv("h", 3, "s", 1), conv("h", 1, "s", 0), ["h", "s"], []),
                (conv("h", 3, "s", 1), conv("h", 2, "s", 0), ["h", "s"], []),
                ("(h + s - 1)//s*s - h", "(-h) % s", ["h", "s"], []),
                ("h + (s - h % s) % s", "(h + s - 1)//s*s", ["h", "s"], []),
            ]
        )
    )


def unet(random: Random) -> Question:
    """Down and up again, joined with the skip."""
    levels = random.randint(1, 5)
    deep = 2**levels
    down = random.choice(["pool", "conv"])
    size = "h"
    for _ in range(levels):
        size = f"(({size})//2)" if down == "pool" else f"({conv(size, 3, 2, 1)})"
    up = random.choice(
        [
            f"2*({size})",
            transposed(size, 2, 2),
            transposed(size, 3, 2, 1, 1),
            transposed(size, 4, 2, 1),
        ]
    )
    skip = f"h//{deep // 2}"
    facts = random.choice(
        [
            [f"h % {deep} == 0"],
            [f"h % {deep} == 0"],
            [],
            [f"h % {max(deep // 2, 1)} == 0"],
            [f"h % {2 * deep} == 0"],
            [f"h % {deep} == 1"],
        ]
    )
    return Question(up, random.choice([skip, skip, f"h - h % {deep}"]), ["h"], facts)


def hyperparameters(random: Random) -> Question:
    """A stack of one kind of layer, whose kernel, stride, padding and dilation are symbols or numbers."""
    stride = random.choice(["s", "1", "2", "3", "4"])
    kernels = ["s", "2*s", "(s+2)", "(2*s+1)"] if stride == "s" else []
    kernel = random.choice(["k", "(2*p+1)", "3", "4", "5", "7", *kernels])
    padding = random.choice(["p", "0", "1", f"({kernel}//2)", f"(({kernel}-1)//2)"])
    dilation = random.choice(["1", "1", "1", "2", "d"])
    layers, size = random.choice([1, 1, 2, 3]), "h"
    for _ in range(layers):
        size = f"({conv(size, kernel, stride, padding, dilation)})"
    every = f"({'*'.join([stride] * layers)})"
    right = random.choice(
        [
            "h",
            f"(h-1)//{stride}+1",
            f"h//{stride}",
            f"-(-h//{stride})",
            f"(h-1)//{every}+1",
            f"h//{every}",
            f"{size}+1",
            f"h-{layers}*({kernel}-1)",
            f"h-{layers}*{dilation}*({kernel}-1)+{layers}*2*{padding}",
        ]
    )
    used = set(re.findall("[a-z]", size + right))
    facts = ["h>=7", "h>=32"]
    facts += ["k%2==1", "k==3", "k==2*p+1", "k<=h", "k==4"] if {"k", "p"} <= used else []
    facts += ["k%2==1", "k==3", "k<=h"] if "k" in used else []
    facts += ["h%s==0", "s==2", "s>=2", "h%(s*s)==0"] if "s" in used else []
    facts += ["d==2", "d%2==0"] if "d" in used else []
    return Question(size, right, sorted(used), random.sample(facts, random.choice([0, 1, 1, 2])))


def ceil_mode(random: Random) -> Question:
    """Pools that round up; the last window may not begin in the padding."""
    kernel, stride, padding = random.choice(
        [(2, 2, 0), (3, 2, 1), (3, 2, 0), (3, 3, 0), (2, 1, 0), (4, 4, 0), (3, 1, 1)]
    )
    up = f"(-(-(h+{2 * padding}-{kernel})//{stride})+1)"
    cut = f"min({up}, (h+{padding}-1)//{stride}+1)"
    down = f"((h+{2 * padding}-{kernel})//{stride}+1)"
    right = random.choice(
        [down, f"-(-h//{stride})", f"h//{stride}", f"{down}+1", cut, f"ceil(h/{stride})"]
    )
    facts = random.choice(
        [[], [f"h%{stride}==0"], [f"h%{stride}==1"], ["h>=7"], [f"h%{stride}!=0"], ["h%2==1"]]
    )
    return Question(random.choice([up, cut]), right, ["h"], facts)


def unet_of_all_kinds(random: Random) -> Question:
    """Down by several kinds of layers and up by several others, against a skip."""
    levels = random.randint(1, 5)
    size, skips = "h", []
    for _ in range(levels):
        skips.append(size)
        size = random.choice(
            [
                f"(({size}-2)//2+1)",
                f"({conv(size, 3, 2, 1)})",
                f"({conv(size, 4, 2, 1)})",
                f"(({size}+1)//2)",
            ]
        )
    level = random.randrange(levels)
    for _ in range(levels - level):
        size = random.choice(
            [
                f"({size}*2)",
                f"({transposed(size, 2, 2)})",
                f"({transposed(size, 3, 2, 1, 1)})",
                f"({transposed(size, 4, 2, 1)})",
            ]
        )
    right = random.choice([skips[level], skips[level], f"{skips[level]}+1", f"h//{2**level}"])
    deep = 2**levels
    facts = random.choice(
        [[f"h%{deep}==0"], [f"h%{deep}==0"], ["h%32==0"], [], [f"h%{deep // 2}==0"], ["h>=64"]]
    )
    return Question(size, right, ["h"], facts)


TABLES = (Path(__file__).parent / "data" / "dim_families.txt").read_text()
NUMBERS = [2, 3, 4, 5, 6, 8, 9, 12, 16]


def tables() -> dict[str, list[str]]:
    """The rows of each family of the file of tables."""
    found: dict[str, list[str]] = {}
    rows: list[str] = []
    for line in TABLES.splitlines():
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            rows.append(line)
    return found


def row_question(row: str, random: Random) -> Question:
    """A question by a row: `left == right : facts ; facts`."""
    numbers: dict[str, object] = {name: random.choice(NUMBERS) for name in "abcnmr"}
    numbers["p"] = random.choice(["p", "4", "7", "16"])
    text = re.sub("{([^}]*)}", lambda found: str(eval(found[1], {"max": max}, numbers)), row)
    sides, _, choices = text.partition(" : ")
    left, _, right = sides.partition(" == ")
    chosen = random.choice(choices.split(" ; ")) if choices else "-"
    facts = [] if chosen == "-" else chosen.split(", ")
    words = set(re.findall("[a-z]+", " ".join([left, right, *facts])))
    return Question(left, right, sorted(words - {"max", "min", "abs", "ceil"}), facts)


def of_table(rows: list[str]) -> Callable[[Random], Question]:
    """The family of these rows."""
    return lambda random: row_question(random.choice(rows), random)


FAMILIES: dict[str, Callable[[Random], Question]] = {
    "conv_chain": conv_chain,
    "same_padding": same_padding,
    "strides": strides,
    "unet": unet,
    "hyperparameters": hyperparameters,
    "ceil_mode": ceil_mode,
    "unet_of_all_kinds": unet_of_all_kinds,
    **{name: of_table(rows) for name, rows in tables().items()},
}


def family_question(random: Random) -> Question:
    """A question of a random family."""
    name = random.choice(sorted(FAMILIES))
    question = FAMILIES[name](random)
    question.family = name
    return question
