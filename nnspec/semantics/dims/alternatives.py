"""Facts of which one or another holds: `M == N or M == 1`."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.dims.facts import Facts
from nnspec.semantics.dims.relation import RelationLike

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    Answer = TypeVar("Answer")


def cases(facts: Facts) -> list[Facts]:
    """What is known with each alternative of the first `assume_either`."""
    found = facts.recall("cases")
    if found is None:
        first, *rest = facts.either
        plain = facts.fork()
        plain.either = tuple(rest)
        every = []
        for relations in first:
            case = plain
            for relation in relations:
                case = case.assume(relation)
            every.append(case)
        found = [case for case in every if not case.impossible]
        facts.remember("cases", found)
    return found  # type: ignore[return-value]


def agreed(facts: Facts, ask: Callable[[Facts], Answer]) -> Answer | None:
    """The answer that all alternatives give; None where they differ."""
    answers = {ask(case) for case in cases(facts)}
    return answers.pop() if len(answers) == 1 else None


def one_holds(facts: Facts, relations: Sequence[RelationLike]) -> bool:
    """Whether one of some relations is known to hold, if not always the same."""
    if any(facts.prove(relation) for relation in relations):
        return True
    return bool(facts.either) and all(one_holds(case, relations) for case in cases(facts))
