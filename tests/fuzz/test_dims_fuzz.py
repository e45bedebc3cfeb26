"""Many random questions about dimensions. NNSPEC_FUZZ=100000 asks that many; a few hundred otherwise."""

from __future__ import annotations

import os
from itertools import product
from random import Random

import pytest

from nnspec.dims import ask
from nnspec.semantics.dims import Dim, DimLimit, Facts, Relation, dim_max, dim_min
from nnspec.semantics.dims.relation import HOLDS
from tests.fuzz.dim_families import family_question
from tests.fuzz.dim_questions import Question, expression, fact, random_question

COUNT = int(os.environ.get("NNSPEC_FUZZ", "400"))
SEED = int(os.environ.get("NNSPEC_SEED", "0"))


@pytest.mark.parametrize("source", ["random", "family"])
def test_no_answer_is_contradicted_by_values(source: str) -> None:
    random = Random(f"{source} {SEED}")
    unsound: list[tuple[str, Question]] = []
    for _ in range(COUNT // 2):
        question = random_question(random) if source == "random" else family_question(random)
        try:
            answer = ask(question.left, question.right, question.symbols, question.facts)
        except ValueError:
            continue
        seen = question.seen(tries=300) | question.seen(limit=60, far=40, random=random)
        if (answer == "equal" and False in seen) or (answer == "different" and True in seen):
            unsound.append((answer, question))
    assert not unsound


LOWS: list[int | None] = [1, 1, 1, 0, None, 2]


def _dim(text: str) -> Dim:
    names = {name: Dim.symbol(name) for name in "abc"}
    made = eval(text, {"max": dim_max, "min": dim_min}, names)
    return made if isinstance(made, Dim) else Dim.of(made)


def _relation(text: str) -> tuple[str, str, str]:
    for op in ("==", "!=", "<=", ">=", "<", ">"):
        left, found, right = text.partition(f" {op} ")
        if found:
            return left, op, right
    raise AssertionError(text)


@pytest.mark.parametrize("part", range(4))
def test_what_facts_say_holds_for_all_admitted_values(part: int) -> None:
    random = Random(f"facts {part} {SEED}")
    for _ in range(COUNT // 4):
        lows = [random.choice(LOWS) for _ in "abc"]
        texts = [fact(random, ["a", "b", "c"]) for _ in range(random.choice([0, 1, 1, 2, 3]))]
        left = expression(random, ["a", "b", "c"], 3)
        right = expression(random, ["a", "b", "c"], 2)
        try:
            known = Facts.empty
            for name, low in zip("abc", lows):
                known = known.declare(name, low)
            for text in texts:
                first, op, second = _relation(text)
                known = known.assume(Relation(_dim(first), op, _dim(second)))
            check_facts(known, lows, texts, left, right)
        except (ZeroDivisionError, DimLimit):
            continue


def check_facts(
    known: Facts, lows: list[int | None], texts: list[str], left: str, right: str
) -> None:
    """All answers about two expressions against the values that meet the facts."""
    d, e = _dim(left), _dim(right)
    shown, (low, high), answer = known.display(d), known.bounds(d), known.compare(d, e)
    proved = {op: known.prove(Relation(d, op, e)) for op in HOLDS}
    condition = " and ".join(f"({text})" for text in texts) or "True"
    ranges = [range(-4 if low is None else low, 9) for low in lows]
    context = (lows, texts, left, right)
    for values in product(*ranges):
        scope = dict(zip("abc", values))
        try:
            if not eval(condition, {"max": max, "min": min}, scope):
                continue
            x, y = d.evaluate(scope), e.evaluate(scope)
            simple = shown.evaluate(scope)
        except ZeroDivisionError:
            continue
        assert not known.impossible, context
        assert simple == x, (context, str(shown))
        assert (low is None or low <= x) and (high is None or x <= high), (context, low, high)
        assert answer == "unknown" or (answer == "equal") == (x == y), (context, answer)
        for op, verdict in proved.items():
            assert verdict is None or verdict == HOLDS[op](x, y), (context, op, verdict)
