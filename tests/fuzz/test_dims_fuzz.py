"""Many random questions about dimensions. NNSPEC_FUZZ=100000 asks that many; a few hundred otherwise."""

from __future__ import annotations

import os
from random import Random

import pytest

from nnspec.dims import ask
from tests.fuzz.dim_families import family_question
from tests.fuzz.dim_questions import Question, random_question

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
