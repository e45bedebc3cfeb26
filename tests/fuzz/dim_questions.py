"""Random questions about dimensions, with an oracle that counts through small values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice, product
from math import ceil
from random import Random


@dataclass
class Question:
    """Is `left` equal to `right` for all values of the symbols (1 and up) that meet the facts?"""

    left: str
    right: str
    symbols: list[str]
    facts: list[str] = field(default_factory=list)
    family: str = "random"

    def seen(
        self, limit: int = 24, tries: int = 4000, far: int = 0, random: Random | None = None
    ) -> set[bool]:
        """Whether the sides were equal, over all values from 1 to a limit (or `far` random ones)."""
        code = compile(f"({self.left}) == ({self.right})", "question", "eval")
        facts = compile(" and ".join(f"({f})" for f in self.facts) or "True", "facts", "eval")
        names = {"max": max, "min": min, "abs": abs, "ceil": ceil}
        tuples: Iterable[tuple[int, ...]]
        if random is not None:
            tuples = (tuple(random.randint(1, limit) for _ in self.symbols) for _ in range(far))
        else:
            while limit ** len(self.symbols) > tries and limit > 3:
                limit -= 1
            tuples = product(range(1, limit + 1), repeat=len(self.symbols))
        found: set[bool] = set()
        for values in islice(tuples, tries):
            scope = dict(zip(self.symbols, values))
            try:
                if eval(facts, names, scope):
                    found.add(eval(code, names, scope))
            except ZeroDivisionError:
                continue
            if len(found) == 2:
                break
        return found


def expression(random: Random, symbols: list[str], depth: int, powers: bool = False) -> str:
    """A random expression; divisors may be symbolic."""
    if depth == 0 or random.random() < 0.15:
        if random.random() < 0.6 and symbols:
            return random.choice(symbols)
        return str(random.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 16]))
    a = expression(random, symbols, depth - 1, powers)
    kind = random.random()
    if kind < 0.28:
        return f"({a} + {expression(random, symbols, depth - 1, powers)})"
    if kind < 0.48:
        return f"({a} - {expression(random, symbols, depth - 1, powers)})"
    if kind < 0.62:
        return f"({a} * {expression(random, symbols, depth - 1, powers)})"
    if kind < 0.78:
        return f"({a} // {random.choice([2, 2, 3, 4, 5, -2, *symbols])})"
    if kind < 0.86:
        return f"({a} % {random.choice([2, 3, 4, 7, *symbols])})"
    if kind < 0.93:
        operation = random.choice(["max", "min"])
        return f"{operation}({a}, {expression(random, symbols, depth - 1, powers)})"
    if powers and kind < 0.96:
        return f"(2 ** {random.choice(symbols)})" if symbols else "2"
    return f"({a} ** 2)"


def fact(random: Random, symbols: list[str]) -> str:
    """A random fact of a form that specs state."""
    a, b = random.choice(symbols), random.choice(symbols)
    n = random.choice([2, 3, 4, 6, 8])
    return random.choice(
        [
            f"{a} % {n} == 0",
            f"{a} % {n} == {random.randrange(n)}",
            f"{a} % {b} == 0",
            f"({a} * {b}) % {random.choice(symbols)} == 0",
            f"({a} + {random.randint(-3, 3)}) % {n} == 0",
            f"{a} >= {n}",
            f"{a} <= {n + 4}",
            f"{a} <= {b}",
            f"{a} > {b} + {random.randint(0, 2)}",
            f"{a} != {b}",
            f"{a} != {n}",
            f"{a} == {random.randint(1, 3)} * {b}",
            f"{a} == {b} + {random.randint(0, 3)}",
            f"{a} + {b} == {random.choice(symbols)}",
            f"{a} * {b} == {random.choice(symbols)}",
            f"{a} // {n} == {b}",
            f"({a} // {n}) % 2 == 0",
            f"{expression(random, symbols, 2)} {random.choice(['<', '<=', '>=', '>', '==', '!='])} "
            f"{expression(random, symbols, 1)}",
        ]
    )


def random_question(random: Random) -> Question:
    """Any expressions, under any facts. Often the right side is a small change of the left one."""
    symbols = ["a", "b", "c"][: random.randint(1, 3)]
    left = expression(random, symbols, random.randint(1, 4), powers=True)
    if random.random() < 0.5:
        right = expression(random, symbols, random.randint(0, 3), powers=True)
    else:
        other = expression(random, symbols, 1)
        right = random.choice(
            [
                f"({left} * {other}) // ({other})",
                f"{left} + {random.randint(0, 2)}",
                f"({other}) + {left} - ({other})",
                f"{left} + ({other}) // 2 - (({other}) + 1) // 2",
                f"{left} + {left} - max({left}, {other}) - min({left}, {other}) + {other}",
                f"({left}) // 2 * 2 + ({left}) % 2",
            ]
        )
    facts = [fact(random, symbols) for _ in range(random.choice([0, 0, 1, 1, 2, 3]))]
    return Question(left, right, symbols, facts)
