"""Texts to start from, and what random hands make of them."""

from __future__ import annotations

import random
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"\w+|[^\w\s]|\n +|\s")
BLOCK = re.compile(r"^```nnspec.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
NUMBERS = (0, -1, 1, 2, 3, 7, 16, 1.5, 0.5, 10**9, 2**63, 9**99, 1e300)
# What a mutation puts in besides words of other texts.
PIECES = (
    "[B, *N, _]", "int64[B]", "(x, x)", "[x]", "{}", "None", "True", "...", "*xs", "**d", "x |> relu", "|> f(1)", "@ x",
    "if x is None else", "for i in range(3)", "while x.sum() > 1:", "where B % 2 == 0", "_", "-1", "'a'", "f\"{x}\"", "\\", "lambda",
    "x[:, None]", "x[..., -1]", "self.x", "nn.Linear(_, 4)", ".shape[0]", ".view(-1)", "Sequential(", "break", "return", "# c",
)  # fmt: skip


def models() -> list[str]:
    """The model library."""
    return [p.read_text("utf-8") for p in sorted(ROOT.glob("specs/**/*.nnspec"))]


def specs() -> list[str]:
    """The model library, the library of torch, and the specs of all cases and pages, right and wrong ones."""
    found = models()
    found += [p.read_text("utf-8") for p in sorted(ROOT.glob("nnspec/library/*.nnspec"))]
    for folder in ("tests/cases", "nnspec/diagnostics/pages", "grammar"):
        for path in sorted((ROOT / folder).glob("**/*.md")):
            found += [m[1] for m in BLOCK.finditer(path.read_text("utf-8"))]
    return found


def words(texts: list[str]) -> list[str]:
    """All words of the texts."""
    return sorted({word for text in texts for word in re.findall(r"\w+", text)})


def mutated(text: str, draw: random.Random, words: list[str]) -> str:
    """The text with a few tokens left out, doubled, exchanged, or put in from elsewhere."""
    tokens = TOKEN.findall(text)
    for _ in range(draw.randint(1, 5)):
        if not tokens:
            break
        at, other = draw.randrange(len(tokens)), draw.randrange(len(tokens))
        match draw.randrange(9):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = draw.choice(words)
            case 4:
                tokens[at] = tokens[other]
            case 5:
                tokens[at] = str(draw.choice(NUMBERS))
            case 6:
                tokens.insert(at, " " + draw.choice(PIECES) + " ")
            case 7:
                # A stretch moved to another place.
                end = min(at + draw.randint(1, 30), len(tokens))
                stretch = tokens[at:end]
                del tokens[at:end]
                tokens[min(other, len(tokens)) : min(other, len(tokens))] = stretch
            case _:
                del tokens[at : at + draw.randint(1, 12)]
    return "".join(tokens)


def random_text(draw: random.Random, words: list[str]) -> str:
    """Lines of words and signs, some of them indented."""
    signs = "( ) [ ] { } , : = -> |> + - * / % . == \" ' # \\".split()
    lines = []
    for _ in range(draw.randint(1, 8)):
        line = " ".join(
            draw.choice(PIECES if draw.random() < 0.2 else signs if draw.random() < 0.5 else words)
            for _ in range(draw.randint(1, 8))
        )
        head = draw.choice(["", "", "module M:", "def f(x: [B, 4]):", "model m = ", "check M:"])
        lines.append("    " * draw.randrange(3) + head + line)
    return "\n".join(lines) + "\n"
