"""The language reference: its examples are checked and built, its limits are the parser's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnspec.project import Project
from nnspec.semantics import budget
from nnspec.semantics.evaluate.calling.outcomes import MOST_ELEMENTS
from nnspec.semantics.evaluate.run import STEPS
from nnspec.semantics.evaluate.statics.arithmetic import MOST_BITS
from nnspec.semantics.values import MOST_ITEMS
from nnspec.source import MOST_CHARACTERS
from nnspec.syntax.depth import MAX_DEPTH
from nnspec.syntax.lexer import MAX_BLOCKS, MAX_BRACKETS, MAX_STRING, MAX_TOKENS
from nnspec.syntax.numbers import MAX_DIGITS
from nnspec.syntax.tokens import HARD_WORDS, SOFT_WORDS

TEXT = (Path(__file__).resolve().parents[2] / "grammar" / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```nnspec\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.partition("\n")[0][:40])
def test_example(text: str, tmp_path: Path) -> None:
    path = tmp_path / "example.nnspec"
    path.write_text(text, "utf-8")
    report = Project(tmp_path).check(path)
    assert report.diagnostics == (), str(report)


def test_every_word_is_in_the_lists() -> None:
    words = set(
        re.findall(r"[A-Za-z]+", TEXT.partition("### Words and names")[2].partition("```")[0])
    )
    assert HARD_WORDS <= words
    assert {word for kind in SOFT_WORDS.values() for word in kind} <= words


def test_limits_are_the_compilers() -> None:
    limits = TEXT.partition("## Limits")[2].partition("## Grammar")[0]
    numbers = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d", limits)}
    assert numbers == {
        MOST_CHARACTERS,
        MAX_TOKENS,
        MAX_BRACKETS,
        MAX_BLOCKS,
        MAX_DEPTH,
        MAX_DIGITS,
        MAX_STRING,
        MOST_ITEMS,
        MOST_BITS,
        MOST_ELEMENTS.bit_length(),
        STEPS,
        budget.FILE,
        budget.LEAST,
        budget.CHARACTER,
        round(budget.SECONDS),
    }
