"""Questions of the kinds that models raise: convolutions, pools, reshapes, attention, patches, U-nets."""

from __future__ import annotations

from collections.abc import Callable
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


def reshape(random: Random) -> Question:
    """Sizes that a view gives to -1, and products that must agree."""
    return Question(
        *random.choice(
            [
                ("(b*c*h*w)//(b*c)", "h*w", ["b", "c", "h", "w"], []),
                ("(b*t*d)//(b*t*h)", "d//h", ["b", "t", "d", "h"], []),
                (
                    "(b*t*d)//(b*h)",
                    "t*(d//h)",
                    ["b", "t", "d", "h"],
                    random.choice([[], ["d % h == 0"]]),
                ),
                (
                    "b*t*d",
                    "b*t*h*(d//h)",
                    ["b", "t", "d", "h"],
                    random.choice([[], ["d % h == 0"]]),
                ),
                ("(b*t)//e*e", "b*t", ["b", "t", "e"], random.choice([[], ["(b*t) % e == 0"]])),
                ("(c*h*w)//(h*w)", "c", ["c", "h", "w"], []),
                ("((n + 1)*d)//(n + 1)", "d", ["n", "d"], []),
                ("((n + 1)*d)//d", "n", ["n", "d"], []),
                ("(b*(2*n - 1)*(2*n - 1))//b", "4*n*n - 4*n + 1", ["b", "n"], []),
                ("(c*r*r)//(r**2)", "c", ["c", "r"], []),
                (
                    "c//(r*r)*r*r",
                    "c",
                    ["c", "r"],
                    random.choice([[], ["c % (r*r) == 0"], ["c % r**2 == 0"]]),
                ),
                (
                    "(c//g)*g",
                    "c",
                    ["c", "g"],
                    random.choice([[], ["c % g == 0"], ["c == 8*g"], ["c % (2*g) == 0"]]),
                ),
                (
                    "(h//2)*(w//2)*4*c",
                    "h*w*c",
                    ["h", "w", "c"],
                    random.choice([[], ["h % 2 == 0"], ["h % 2 == 0", "w % 2 == 0"]]),
                ),
                ("16*((h//2 - 2)//2)*((w//2 - 2)//2)", "16*(h//4 - 1)*(w//4 - 1)", ["h", "w"], []),
                ("(a + b)*(a - b)", "a*a - b*b", ["a", "b"], []),
                ("c//2 + (c + 1)//2", "c", ["c"], []),
                ("c//2 + (c - c//2)", "c", ["c"], []),
                ("c//3 + (c + 1)//3 + (c + 2)//3", "c", ["c"], []),
                (
                    "(c + 3)//4 - c//4",
                    "1",
                    ["c"],
                    random.choice([[], ["c % 4 == 0"], ["c % 4 == 1"], ["c % 4 != 0"]]),
                ),
                ("3*d//3", "d", ["d"], []),
                (
                    "d//3*3",
                    "d",
                    ["d"],
                    random.choice([[], ["d % 3 == 0"], ["d % 6 == 0"], ["d % 6 == 1"]]),
                ),
                ("n//4//3", "n//12", ["n"], []),
                ("n//4*4 + n % 4", "n", ["n"], []),
                ("(n % 8) % 4", "n % 4", ["n"], []),
                ("(n // 4) % 2", "(n % 8)//4", ["n"], []),
            ]
        )
    )


def attention(random: Random) -> Question:
    """Heads, groups of heads, caches, and windows over a sequence."""
    return Question(
        *random.choice(
            [
                (
                    "h*(d//h)",
                    "d",
                    ["d", "h"],
                    random.choice([[], ["d % h == 0"], ["d % (2*h) == 0"]]),
                ),
                ("3*h*(d//h)", "3*d", ["d", "h"], random.choice([[], ["d % h == 0"]])),
                (
                    "g*(h//g)*(d//h)",
                    "d",
                    ["d", "h", "g"],
                    random.choice([["d % h == 0", "h % g == 0"], ["d % h == 0"]]),
                ),
                (
                    "(h + 2*g)*(d//h)",
                    "d + 2*g*(d//h)",
                    ["d", "h", "g"],
                    random.choice([[], ["d % h == 0"]]),
                ),
                (
                    "2*((d//h)//2)",
                    "d//h",
                    ["d", "h"],
                    random.choice(
                        [
                            [],
                            ["d % h == 0"],
                            ["d % h == 0", "(d//h) % 2 == 0"],
                            ["d % (2*h) == 0"],
                            ["(d//h) % 2 == 0"],
                        ]
                    ),
                ),
                (
                    "h*2*((d//h)//2)",
                    "d",
                    ["d", "h"],
                    random.choice(
                        [["d % (2*h) == 0"], ["d % h == 0", "(d//h) % 2 == 0"], ["d % h == 0"]]
                    ),
                ),
                (
                    "d//h//2*2*h",
                    "d",
                    ["d", "h"],
                    random.choice([["d % (2*h) == 0"], ["d % h == 0"]]),
                ),
                (
                    "min(t, s)",
                    "t",
                    ["t", "s"],
                    random.choice([[], ["t <= s"], ["t < s"], ["s < t"]]),
                ),
                ("max(t - w, 0) + min(t, w)", "t", ["t", "w"], []),
                ("s + t - s", "t", ["s", "t"], []),
                (
                    "min(s + t, c)",
                    "s + t",
                    ["s", "t", "c"],
                    random.choice([[], ["s + t <= c"], ["t <= c - s"], ["t <= c"]]),
                ),
                ("t", "1", ["t"], random.choice([[], ["t > 1"], ["t <= 1"], ["t == 1"]])),
                (
                    "t",
                    "s",
                    ["t", "s"],
                    random.choice(
                        [[], ["t < s"], ["t <= s", "s <= t"], ["t != s"], ["t >= s + 2"]]
                    ),
                ),
                ("(t//w)*w", "t", ["t", "w"], random.choice([[], ["t % w == 0"]])),
                ("(t + w - 1)//w*w", "t", ["t", "w"], random.choice([[], ["t % w == 0"]])),
                ("(t + (w - t % w) % w) % w", "0", ["t", "w"], []),
                ("(t + w - t % w) % w", "0", ["t", "w"], []),
                ("t % w", "t", ["t", "w"], random.choice([[], ["t < w"], ["w <= t"]])),
                ("t//w", "0", ["t", "w"], random.choice([[], ["t < w"], ["w <= t"]])),
                ("2*t - 1", "2*s", ["t", "s"], []),
                ("(2*w - 1)*(2*w - 1)", "4*w*w - 4*w + 1", ["w"], []),
                (
                    "h*hd",
                    "d",
                    ["h", "hd", "d"],
                    random.choice(
                        [[], ["d == h*hd"], ["hd == d//h", "d % h == 0"], ["hd == d//h"]]
                    ),
                ),
                ("d//h", "hd", ["h", "hd", "d"], random.choice([["d == h*hd"], ["h*hd == d"], []])),
                (
                    "e*(b*t//e)",
                    "t*b",
                    ["b", "t", "e"],
                    random.choice([["(b*t) % e == 0"], ["b % e == 0"], ["t % e == 0"], []]),
                ),
                (
                    "(b*h)*(t*hd)",
                    "b*t*d",
                    ["b", "h", "t", "hd", "d"],
                    random.choice([["d == h*hd"], []]),
                ),
                ("t*(t + 1) % 2", "0", ["t"], []),
                ("t*(t + 1)//2*2", "t*t + t", ["t"], []),
            ]
        )
    )


def patches(random: Random) -> Question:
    """Patches of images, shuffles of pixels, windows."""
    p = random.choice(["p", "4", "7", "16"])
    symbols = ["h", "w", *(["p"] if p == "p" else [])]
    facts = random.choice([[f"h % {p} == 0", f"w % {p} == 0"], [f"h % {p} == 0"], []])
    return random.choice(
        [
            Question(f"(h//{p})*(w//{p})*{p}*{p}", "h*w", symbols, facts),
            Question(f"(h//{p})*{p}*(w//{p})*{p}", "h*w", symbols, facts),
            Question(conv("h", p, p), f"h//{p}", symbols, facts),
            Question(f"((h + {p} - 1)//{p})*{p}", "h", symbols, facts),
            Question(f"(h*w)//({p}*{p})", f"(h//{p})*(w//{p})", symbols, facts),
            Question(f"(h//{p}*{p})*w//{p}", f"(h*w)//{p}", symbols, facts),
            Question(f"(h + ({p} - h % {p}) % {p}) % {p}", "0", symbols, facts),
            Question(f"h//{p}//2*2*{p}", "h", symbols, [*facts, f"(h//{p}) % 2 == 0"]),
            Question(
                "(h//2)*(w//2)",
                "(h*w)//4",
                ["h", "w"],
                random.choice([["h % 2 == 0", "w % 2 == 0"], ["h % 2 == 0"], ["h % 4 == 0"], []]),
            ),
            Question(
                "(c*4)//2 * (h//2) * (w//2)",
                "c*h*w//2",
                ["c", "h", "w"],
                random.choice([["h % 2 == 0", "w % 2 == 0"], ["h % 2 == 0"], []]),
            ),
        ]
    )


def numbers(random: Random) -> Question:
    """Plain arithmetic, parity and bounds."""
    n = random.randint(1, 6)
    return Question(
        *random.choice(
            [
                ("2*n + 1", "2*m", ["n", "m"], []),
                (f"n + {n}", f"n*{n}", ["n"], []),
                (f"n % {n + 1}", f"{n + random.randint(0, 2)}", ["n"], []),
                ("n*n + 1", "n*n", ["n"], []),
                ("n*m + n", "n*(m + 1)", ["n", "m"], []),
                ("n*m", "0", ["n", "m"], []),
                (
                    "a*b",
                    "a*c",
                    ["a", "b", "c"],
                    random.choice([["b == c"], ["b != c"], ["b < c"], []]),
                ),
                (
                    "a + b",
                    "c",
                    ["a", "b", "c"],
                    random.choice([["a >= c"], ["c == a + b"], ["c > a + b"], []]),
                ),
                (
                    "n",
                    f"{n}",
                    ["n"],
                    random.choice(
                        [
                            [f"n > {n}"],
                            [f"n != {n}"],
                            [f"n <= {n}", f"n >= {n}"],
                            [f"n*2 == {2 * n}"],
                            [],
                        ]
                    ),
                ),
                ("n*n", f"{n * n + 2}", ["n"], []),
                (
                    "n % 6",
                    "0",
                    ["n"],
                    random.choice(
                        [
                            ["n % 2 == 0", "n % 3 == 0"],
                            ["n % 12 == 0"],
                            ["n % 2 == 1"],
                            ["n % 3 == 0"],
                        ]
                    ),
                ),
                (
                    "n % 4",
                    f"{n}",
                    ["n"],
                    random.choice([["n % 8 == 3"], ["n % 2 == 0"], ["n % 4 == 1"], []]),
                ),
                (
                    "(n + m) % 2",
                    "0",
                    ["n", "m"],
                    random.choice(
                        [
                            ["n % 2 == 0", "m % 2 == 0"],
                            ["n % 2 == 1", "m % 2 == 1"],
                            ["n % 2 == 1", "m % 2 == 0"],
                            [],
                        ]
                    ),
                ),
                (f"c + {n}*g", f"c + {n - 1}*g + g", ["c", "g"], []),
                ("c + n*g + g", "c + (n + 1)*g", ["c", "n", "g"], []),
                ("2**i*2", "2**(i + 1)", ["i"], []),
                ("d*2**(i - 1)*2", "d*2**i", ["d", "i"], []),
                ("2**i", "2**(i + 1)", ["i"], []),
                ("h//2**i//2", "h//2**(i + 1)", ["h", "i"], []),
                ("max(a, b) + min(a, b)", "a + b", ["a", "b"], []),
                (
                    "max(a, b)",
                    "min(a, b)",
                    ["a", "b"],
                    random.choice([[], ["a != b"], ["a == b"], ["a < b"]]),
                ),
                ("max(a, b)", "a", ["a", "b"], random.choice([["a >= b"], ["a < b"], []])),
                ("(n + 7)//8*8", "n", ["n"], random.choice([["n % 8 == 0"], ["n % 8 != 0"], []])),
                (
                    "a//b",
                    "1",
                    ["a", "b"],
                    random.choice([["a == b"], ["a >= b", "a < 2*b"], ["a < b"], ["a >= 2*b"], []]),
                ),
            ]
        )
    )


FAMILIES: dict[str, Callable[[Random], Question]] = {
    "conv_chain": conv_chain,
    "same_padding": same_padding,
    "strides": strides,
    "unet": unet,
    "reshape": reshape,
    "attention": attention,
    "patches": patches,
    "numbers": numbers,
}


def family_question(random: Random) -> Question:
    """A question of a random family."""
    name = random.choice(sorted(FAMILIES))
    question = FAMILIES[name](random)
    question.family = name
    return question
